"""Where the user is: a rail beside a wide window, one line above a narrow one."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from screens.findings import SEVERITY, step_of
from screens.grid import Tone
from screens.state import State
from wizard.flow import STEPS, Flow, Step, step_title
from wizard.plan.types import Severity
from wizard.text import Text, msg, nmsg

DONE, HERE, AHEAD, SKIPPED = "✓", "▸", "·", "–"


def glyph(flow: Flow, step: Step) -> str:
    """Return the sign before a step: done, here, ahead, or skipped."""
    if step is flow.at:
        return HERE
    if step in flow.skipped:
        return SKIPPED
    return DONE if _done(flow, step) else AHEAD


def _done(flow: Flow, step: Step) -> bool:
    return step in flow.visited and STEPS.index(step) < flow.number - 1


def _tone(flow: Flow, step: Step) -> str:
    if step is flow.at:
        return "bold $text-primary"
    done = _done(flow, step) and step not in flow.skipped
    return Tone.PLAIN if done else Tone.MUTED


def marks(state: State, step: Step) -> Content:
    """Return how many faults and warnings are told at a step; nothing where there is none."""
    here = [one.severity for one in state.findings if step_of(one) is step]
    parts = [
        Content.styled(f"{sign}{here.count(severity)}", tone)
        for severity, (sign, _, tone) in SEVERITY.items()
        if severity is not Severity.NOTE and severity in here
    ]
    return Content(" ").join(parts)


def in_words(flow: Flow, state: State, step: Step) -> Text:
    """Return a step's state as the line below its name says it."""
    if step in flow.skipped and step is not flow.at:
        return why_skipped(state)
    here = [one.severity for one in state.findings if step_of(one) is step]
    faults, warnings = here.count(Severity.FAULT), here.count(Severity.WARNING)
    if faults:
        return nmsg("{n} fault", "{n} faults", n=faults)
    if warnings:
        return nmsg("{n} warning", "{n} warnings", n=warnings)
    return msg("done") if _done(flow, step) else ""


def why_skipped(state: State) -> Text:
    """Return in a few words why a step has nothing to ask: the one that may is Docker's."""
    if state.facts is not None and state.facts.docker.client.value is None:
        return msg("no Docker here")
    return msg("nothing to ask")


def rail(flow: Flow, state: State, width: int, *, roomy: bool) -> Content:
    """Return the steps one below the other; with room, their state in words below each."""
    lines: list[Content] = []
    for step in STEPS:
        name = Content.styled(f"{glyph(flow, step)} {step_title(step)}", _tone(flow, step))
        signs = marks(state, step)
        if name.cell_length + 1 + signs.cell_length > width:  # the worst comes first, and stays
            signs = signs[: signs.plain.find(" ")] if " " in signs.plain else signs
        gap = max(1, width - name.cell_length - signs.cell_length)
        lines.append(name + Content(" " * gap) + signs if signs.plain else name)
        if roomy:
            words = Content.styled(f"  {in_words(flow, state, step)}", Tone.MUTED)
            lines.append(words.truncate(max(1, width), ellipsis=True))
    return Content("\n").join(lines)


def strip(flow: Flow, width: int, state: State | None = None) -> Content:
    """Return the steps in one line: all names where they fit, else the place and its name.

    The signs of faults and warnings stand behind the names where they fit too.
    """
    place = Content.styled(f"{flow.number}/{len(STEPS)}  ", Tone.MUTED)
    for signs in (state, None):
        whole = place + Content("  ").join(_name(flow, step, signs) for step in STEPS)
        if whole.cell_length <= width:
            return whole
    dots = "●" * flow.number + "○" * (len(STEPS) - flow.number)
    here = _name(flow, flow.at, state)
    return Content.assemble(place, here, "  ", Content.styled(dots, Tone.MUTED))


def _name(flow: Flow, step: Step, state: State | None) -> Content:
    lead = f"{HERE} " if step is flow.at else ""
    name = Content.styled(f"{lead}{step_title(step)}", _tone(flow, step))
    signs = Content("") if state is None else marks(state, step)
    return name + " " + signs if signs.plain else name


class _Steps(Widget):
    """The steps of one flow, with what was found at each."""

    def __init__(self, flow: Flow, state: State) -> None:
        super().__init__()
        self.flow = flow
        self.state = state

    def show(self, flow: Flow, state: State) -> None:
        """Draw another place, or the same one with more known."""
        self.flow, self.state = flow, state
        self.refresh()


class StepRail(_Steps):
    """The steps, one below the other, for wide windows."""

    def render(self) -> Content:
        width, height = self.content_size
        place = msg("Step {number} of {all}", number=self.flow.number, all=len(STEPS))
        roomy = height >= 2 * len(STEPS) + 2
        shown = rail(self.flow, self.state, width, roomy=roomy)
        return Content.styled(str(place), Tone.MUTED) + "\n\n" + shown


class StepStrip(_Steps):
    """The steps in one line, for narrow windows."""

    def render(self) -> Content:
        return strip(self.flow, self.content_size.width, self.state)
