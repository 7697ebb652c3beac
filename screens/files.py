"""What happens to each file, in signs and words, and its difference. Pure."""

from __future__ import annotations

from textual.content import Content

from screens.colouring import language_of
from screens.diff_rows import Told
from screens.grid import Cell, Column, Grid, Tone
from screens.hunks import hunks
from screens.paragraphs import Paragraph, paragraph
from screens.reasons import hunk_reasons
from screens.state import Preview, State
from wizard.apply.types import Action, Change, Refusal
from wizard.plan.types import Plan
from wizard.render.types import Artifact, GoEnv, Scope
from wizard.text import Text, msg
from wizard.untrusted import clean_line

SIGNS = {Action.CREATE: "+", Action.UPDATE: "~", Action.REMOVE: "-", Action.RUN: "»"}
ACTIONS = {
    Action.CREATE: msg("new"),
    Action.UPDATE: msg("changed"),
    Action.REMOVE: msg("removed"),
    Action.RUN: msg("run"),
}
SCOPES = {
    Scope.PROJECT: msg("project"),
    Scope.USER: msg("your account"),
    Scope.SYSTEM: msg("system, as root"),
}

DIFF_LINES = 20_000
"""Lines of a difference that are shown; a longer one says that it was cut."""


def told_hunks(
    artifact: Artifact, change: Change, preview: Preview, plan: Plan | None
) -> tuple[tuple[Told, ...], tuple[Paragraph, ...]]:
    """Return a file's difference with the reasons of each part; else what is said in its place."""
    diff = preview.diffs.get(change.path, "")
    lines = diff.split("\n")
    cut: tuple[Paragraph, ...] = ()
    if len(lines) > DIFF_LINES:
        words = msg("The first {n} lines of {all} are shown.", n=DIFF_LINES, all=len(lines))
        cut = (paragraph("! ", words, Tone.WARN),)
        diff = "\n".join(lines[:DIFF_LINES])
    found = hunks(diff)
    if not found:
        return (), tuple(paragraph("", line) for line in lines if line)
    because = hunk_reasons(artifact, change, plan, found)
    language = language_of(artifact.name)
    told = tuple(
        Told(hunk=hunk, because=why, language=language)
        for hunk, why in zip(found, because, strict=True)
    )
    return told, cut


def listed(preview: Preview) -> tuple[Artifact, ...]:
    """Return the artifacts that have a place on disk."""
    return tuple(artifact for artifact in preview.artifacts if artifact.path)


def label_of(artifact: Artifact) -> Text:
    """Return what a person calls the file: the settings that `go env -w` keeps are no script."""
    return msg("go env -w") if isinstance(artifact.content, GoEnv) else artifact.name


def change_of(name: str, preview: Preview) -> Change | None:
    """Return what would happen to an artifact's file."""
    return next(
        (
            change
            for change in preview.changes.changes
            if change.artifact == name and change.action is not Action.RUN
        ),
        None,
    )


def refusal_of(name: str, preview: Preview) -> Refusal | None:
    """Return why an artifact's file is left alone, where it is."""
    return next((one for one in preview.changes.refusals if one.artifact == name), None)


def sign_of(artifact: Artifact, preview: Preview, left_out: frozenset[str]) -> str:
    """Return one sign for what happens to an artifact's file."""
    if artifact.name in left_out:
        return "–"
    change = change_of(artifact.name, preview)
    if refusal_of(artifact.name, preview) is not None or change in preview.blocked:
        return "✗"
    return "=" if change is None else SIGNS[change.action]


def path_line(artifact: Artifact, change: Change | None, left_out: frozenset[str]) -> Content:
    """Return where a file stands and what happens to it, in words."""
    if artifact.name in left_out:
        state: Text = msg("left out")
    elif change is None:
        state = msg("unchanged")
    else:
        state = ACTIONS[change.action]
    path = artifact.path if change is None else change.path
    words = [str(state), str(SCOPES[artifact.scope])]
    if change is not None and change.restarts:
        words.append(str(msg("{what} restarts", what=", ".join(change.restarts))))
    return Content.assemble(
        (clean_line(path), "bold"), "  ", (str(msg(", ")).join(words), Tone.MUTED)
    )


def blocked_lines(preview: Preview) -> tuple[Paragraph, ...]:
    """Return the files that this user may not write, and what to do."""
    if not preview.blocked:
        return ()
    lines = [
        paragraph("✗ ", msg("{path} cannot be written: you have no permission", path=one.path),
                  Tone.BAD)
        for one in preview.blocked
    ]  # fmt: skip
    cure = msg(
        "Ask the owner of the folder for the right to write there, then press r. Or leave them "
        "out: the build then goes on without what they say."
    )
    return (*lines, paragraph("  → ", cure, Tone.MUTED))


def files_grid(preview: Preview, state: State) -> Grid:
    """Return every file in one line: sign, name, what happens, whose it is."""
    rows = []
    for artifact in listed(preview):
        sign = sign_of(artifact, preview, state.left_out)
        change = change_of(artifact.name, preview)
        words: Text
        tone = Tone.PLAIN
        if sign == "–":
            words, tone = msg("left out by you"), Tone.WARN
        elif sign == "✗" and change is not None:
            words, tone = msg("you may not write it"), Tone.BAD
        elif sign == "✗":
            words, tone = msg("refused: see its tab"), Tone.BAD
        elif change is None:
            words, tone = msg("already as planned"), Tone.MUTED
        else:
            words = ACTIONS[change.action]
        rows.append(
            (
                Cell(sign, tone),
                Cell(label_of(artifact)),
                Cell(words, tone),
                Cell(SCOPES[artifact.scope], Tone.MUTED),
                Cell(artifact.path, Tone.MUTED),
            )
        )
    for change in preview.changes.changes:
        if change.action is Action.RUN:
            rows.append(
                (
                    Cell(SIGNS[Action.RUN]),
                    Cell(change.path),
                    Cell(ACTIONS[Action.RUN]),
                    Cell(SCOPES[change.scope], Tone.MUTED),
                    Cell(""),
                )
            )
    return Grid(
        columns=(
            Column(title="", least=1, most=1),
            Column(title="", least=18, most=32),
            Column(title="", least=22, most=22),
            Column(title="", least=8, weight=1, most=18),
            Column(title="", least=16, weight=2, most=60),
        ),
        rows=tuple(rows),
        empty=msg("This plan needs no file."),
    )
