"""Where the user is: a rail beside a wide window, one line above a narrow one."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from screens.grid import Tone
from wizard.flow import STEPS, Flow, Step, step_title
from wizard.text import msg

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


def rail(flow: Flow) -> Content:
    """Return the steps one below the other."""
    lines = [
        Content.styled(f"{glyph(flow, step)} {step_title(step)}", _tone(flow, step))
        for step in STEPS
    ]
    return Content("\n\n").join(lines)


def strip(flow: Flow, width: int) -> Content:
    """Return the steps in one line: all names where they fit, else the place and its name."""
    names = [Content.styled(str(step_title(step)), _tone(flow, step)) for step in STEPS]
    names[flow.number - 1] = Content.styled(f"▸ {step_title(flow.at)}", _tone(flow, flow.at))
    place = Content.styled(f"{flow.number}/{len(STEPS)}  ", Tone.MUTED)
    whole = place + Content.styled("  ", Tone.MUTED).join(names)
    if cell_len(whole.plain) <= width:
        return whole
    dots = "●" * flow.number + "○" * (len(STEPS) - flow.number)
    return Content.assemble(place, names[flow.number - 1], "  ", Content.styled(dots, Tone.MUTED))


class StepRail(Widget):
    """The steps, one below the other, for wide windows."""

    def __init__(self, flow: Flow) -> None:
        super().__init__()
        self.flow = flow

    def show(self, flow: Flow) -> None:
        """Draw another place."""
        self.flow = flow
        self.refresh()

    def render(self) -> Content:
        place = msg("Step {number} of {all}", number=self.flow.number, all=len(STEPS))
        return Content.styled(str(place), Tone.MUTED) + "\n\n" + rail(self.flow)


class StepStrip(Widget):
    """The steps in one line, for narrow windows."""

    def __init__(self, flow: Flow) -> None:
        super().__init__()
        self.flow = flow

    def show(self, flow: Flow) -> None:
        """Draw another place."""
        self.flow = flow
        self.refresh()

    def render(self) -> Content:
        return strip(self.flow, self.content_size.width)
