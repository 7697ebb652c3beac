"""The ways on from a screen: a short list at its foot, left upwards to what stands above it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.grid import Tone
from wizard.text import Text
from wizard.untrusted import clean_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way on."""

    id: str
    title: Text
    detail: Text = ""
    open: bool = True
    """It can be taken now."""


class Ways(OptionList):
    """Enter takes the highlighted way; up from the first leads to what stands above."""

    def __init__(self, ways: tuple[Way, ...], *, id: str = "ways") -> None:
        super().__init__(*_options(ways), id=id, markup=False, compact=True)
        self.ways = ways
        self.highlighted = 0

    def show(self, ways: tuple[Way, ...]) -> None:
        """Offer other ways; the highlight stays on the way that it was on."""
        if ways == self.ways:
            return
        at = self.chosen
        self.ways = ways
        self.set_options(_options(ways))
        ids = [way.id for way in ways]
        self.highlighted = ids.index(at.id) if at is not None and at.id in ids else 0

    @property
    def chosen(self) -> Way | None:
        """The highlighted way."""
        index = self.highlighted
        return None if index is None or index >= len(self.ways) else self.ways[index]

    def action_cursor_up(self) -> None:
        if self.highlighted:
            super().action_cursor_up()
        else:
            self.screen.focus_previous()

    def action_cursor_down(self) -> None:
        if (self.highlighted or 0) < len(self.ways) - 1:
            super().action_cursor_down()


def _options(ways: tuple[Way, ...]) -> list[Option]:
    return [Option(_line(way)) for way in ways]


def _line(way: Way) -> Content:
    tone = Tone.STRONG if way.open else Tone.MUTED
    detail = clean_line(str(way.detail))
    return Content.assemble((clean_line(str(way.title)), tone), ("  " + detail, Tone.MUTED))
