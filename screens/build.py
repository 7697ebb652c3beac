"""The step about the build itself: Dockerfile, base image, secrets, where modules come from."""

from __future__ import annotations

from screens.evidence import LOOKING, PAIR, nothing, reason_of
from screens.grid import Cell, Grid, Tone
from screens.shape import shape
from screens.state import State
from screens.step import Section, StepScreen
from wizard.flow import Step
from wizard.text import msg


def project(state: State) -> Grid:
    """What is to be built, and what it is built with."""
    facts = state.area("project")
    go = state.area("go")
    if facts is None:
        return Grid(columns=PAIR, rows=(), empty=LOOKING)
    rows: list[tuple[Cell, ...]] = []
    for module in facts.modules.or_else(()):
        where = f" ({module.directory})" if module.directory != "." else ""
        rows.append((Cell(msg("Module")), Cell(f"{module.mod.module}{where}")))
    if facts.modules.value is None or not facts.modules.value:
        rows.append((Cell(msg("Module")), Cell(nothing(facts.modules, msg("none")), Tone.BAD)))
    first = next(iter(facts.modules.or_else(())), None)
    if first is not None and first.mod.go is not None:
        rows.append((Cell(msg("Asks for")), Cell(msg("Go {version}", version=first.mod.go))))
    if go is not None:
        tool = go.toolchain.value
        rows.append(
            (
                Cell(msg("Go here")),
                Cell(tool.version) if tool else Cell(reason_of(go.toolchain), Tone.MUTED),
            )
        )
    dockerfile = facts.dockerfile.value
    if dockerfile is None:
        rows.append((Cell("Dockerfile"), Cell(nothing(facts.dockerfile, msg("none")), Tone.MUTED)))
    else:
        stage = msg(
            "{path}, modules are downloaded in stage {stage}",
            path=dockerfile.path,
            stage=dockerfile.go_stage or "–",
        )
        rows.append((Cell("Dockerfile"), Cell(stage)))
    if (ignore := facts.dockerignore.value) is not None:
        hides = ", ".join(f"{path} ({pattern})" for path, pattern in ignore.hides)
        rows.append(
            (
                Cell(".dockerignore"),
                Cell(msg("hides {paths}", paths=hides), Tone.WARN) if hides else Cell(ignore.path),
            )
        )
    if (vendor := facts.vendor.value) is not None:
        agrees = {
            True: Cell(msg("there, and agrees with go.mod")),
            False: Cell(msg("there, but does not agree with go.mod"), Tone.WARN),
            None: Cell(msg("there, not compared"), Tone.MUTED),
        }[vendor.consistent]
        rows.append((Cell("vendor/"), agrees))
    missing = [name for module in facts.modules.or_else(()) for name in module.missing_sums]
    if missing:
        listed = msg("has no line for {names}", names=", ".join(missing))
        rows.append((Cell("go.sum"), Cell(listed, Tone.WARN)))
    return Grid(columns=PAIR, rows=tuple(rows))


class BuildScreen(StepScreen):
    """What the Dockerfile does, and what the build is handed."""

    step = Step.BUILD
    evidence_first = 1
    heading = msg("The build")
    why = msg(
        "What differs between office, home and CI is handed to the build from outside, so the "
        "Dockerfile stays the same and its cache holds."
    )
    help_text = msg(
        "The Dockerfile gets the module mirror, the certificate and credentials from outside, by "
        "optional BuildKit secrets and by proxy arguments that Docker knows. Nothing of them stays "
        "in the image.\n\n"
        "If there is a Dockerfile already, one block between two marker lines is added to the "
        "stage that downloads modules; a line that would defeat it is commented out and named. "
        "You see every line in the review before anything is written.\n\n"
        "The host's network for a build is the last way out, and never chosen by itself."
    )

    def evidence(self, state: State) -> tuple[Section, ...]:
        return ((msg("The shape of the build"), shape(state)), (msg("The project"), project(state)))
