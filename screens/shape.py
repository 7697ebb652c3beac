"""The build's shape as a picture: context, stages, source of modules, what is mounted. Pure."""

from __future__ import annotations

from textual.content import Content

from screens.decisions import breakable
from screens.evidence import LOOKING
from screens.grid import Tone, fit
from screens.paragraphs import Notes, Paragraph
from screens.state import State
from wizard.facts import ProjectFacts
from wizard.plan.types import DockerfilePlace, ModuleSource, Plan
from wizard.text import Text, msg
from wizard.untrusted import clean, clean_line

LABEL = 9
DOWN, LAST, ALONG, BELOW = "├─ ", "└─ ", "│  ", "   "


def shape(state: State) -> Notes:
    """Return the stages in order, with what the plan hands to the one that downloads."""
    facts = state.area("project")
    if facts is None or state.plan is None:
        return Notes(paragraphs=(), empty=LOOKING)
    stages, own = _stages(facts, state.plan)
    lines = [_line("", (str(msg("context")), Tone.MUTED), (_context(state.plan), Tone.STRONG))]
    for index, (name, image) in enumerate(stages):
        last = index == len(stages) - 1
        lines.append(
            _line(
                LAST if last else DOWN,
                (str(msg("stage {name}", name=name)), Tone.STRONG),
                (f"FROM {image}", Tone.MUTED),
            )
        )
        if name == own:
            rail = BELOW if last else ALONG
            lines += (_told(rail, *row) for row in _handed(state.plan))
    return Notes(paragraphs=tuple(lines))


def _stages(facts: ProjectFacts, plan: Plan) -> tuple[tuple[tuple[str, str], ...], str]:
    """Return the stages and which one downloads; those of the new file where none is there."""
    found = facts.dockerfile.value
    place = plan.dockerfile.value.place
    if found is None or not found.stages or place is DockerfilePlace.CREATE:
        return (("build", plan.base_image.value), ("run", str(msg("what runs it")))), "build"
    return found.stages, plan.dockerfile.value.stage or found.go_stage or ""


def _context(plan: Plan) -> str:
    wide = plan.inputs.wide
    folders = ", ".join(plan.inputs.module_dirs) or "."
    if wide is not None:
        return str(msg("{folder} (above the project; only what is named)", folder=wide.folder))
    return str(msg(". (go.mod in {folders})", folders=folders))


Row = tuple[Text, Text]
"""What it is, and which."""


def _handed(plan: Plan) -> tuple[Row, ...]:
    """Return what the stage that downloads gets, one line for each."""
    lines: list[Row] = [(msg("runs"), msg("`go mod download`")), (msg("modules"), _source(plan))]
    for secret in plan.secrets.value:
        lines.append((msg("secret"), msg("{id} from {file}", id=secret.id, file=secret.source)))
    if plan.ssh.value:
        lines.append((msg("secret"), msg("the SSH agent")))
    proxy = plan.container_proxy.value
    if proxy is not None and (url := proxy.https or proxy.http) is not None:
        lines.append((msg("proxy"), str(url)))
    for one in plan.ca.value:
        lines.append((msg("trust"), one.subject))
    lines.append((msg("network"), str(plan.build_network.value)))
    return tuple(lines)


def _source(plan: Plan) -> Text:
    source = plan.module_source.value
    if source is ModuleSource.VENDOR:
        return msg("vendor/, nothing is downloaded")
    if source is ModuleSource.BRIDGE:
        return msg("this host's module cache: {folder}", folder=plan.inputs.mod_cache or "–")
    return breakable(plan.goproxy.value or "") or msg("as GOPROXY is set in the image")


def _told(rail: str, name: Text, value: Text) -> Paragraph:
    label = fit(clean_line(str(name)), LABEL)
    lead = Content.styled(f"{rail}  {label}", Tone.MUTED)
    rest = Content.styled(f"{rail}  {' ' * LABEL}", Tone.MUTED)
    return Paragraph(lead, Content(clean(str(value))), rest)


def _line(lead: str, *parts: tuple[str, str]) -> Paragraph:
    body = Content("  ").join(Content.styled(clean(text), tone) for text, tone in parts)
    return Paragraph(Content.styled(lead, Tone.MUTED), body)
