"""A small table of text for evidence: laid out for any width, wide characters counted right.

Textual's DataTable scrolls sideways and takes the focus; evidence is only read. Columns that do
not fit shrink, then leave, the least important first, so nothing runs out of a small window.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.geometry import Size
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from wizard.text import Text, msg
from wizard.untrusted import clean_line

GAP = 2
BELOW = "    "


class Tone(StrEnum):
    """How a piece of text is meant; the words beside it say the same, for who sees no colour."""

    PLAIN = ""
    STRONG = "bold"
    MUTED = "$foreground-muted"
    GOOD = "$text-success"
    WARN = "$text-warning"
    BAD = "$text-error"
    ACCENT = "$text-accent"


@dataclass(frozen=True, slots=True)
class Cell:
    """One text of a table."""

    text: Text
    tone: Tone = Tone.PLAIN

    @property
    def shown(self) -> str:
        """The text as one harmless line."""
        return clean_line(str(self.text), 400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: `weight` 0 is kept longest; a higher one leaves a narrow window first."""

    title: Text
    weight: int = 0
    least: int = 6
    """Cells below which it is not worth showing."""
    most: int = 60
    right: bool = False
    """Numbers: the last digits stand below each other."""
    from_width: int = 0
    """Cells of a window that is too small for more than the others."""
    whole: bool = False
    """What is cut of it stands whole in lines below its row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table's content. Without rows, `empty` is shown in its place."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: Text = ""

    @property
    def nothing(self) -> bool:
        """There is not even a word to show."""
        return not self.rows and not str(self.empty)

    def lines(self, width: int, needle: str = "") -> tuple[Content, ...]:
        """Return the table as lines of at most `width` cells; only rows with `needle` in them."""
        if not self.rows:
            words = Content.styled(str(self.empty), Tone.MUTED)
            return tuple(words.wrap(max(1, width)))
        if not needle:
            return tuple(lay_out(self, width).split("\n"))
        found = tuple(row for row in self.rows if any(holds(one.shown, needle) for one in row))
        shown = tuple(lay_out(replace(self, rows=found), width).split("\n")) if found else ()
        return (*(marked(line, needle) for line in shown), counted_rows(len(found), len(self.rows)))


class Drawing(Protocol):
    """Evidence that is drawn as lines: a table, or a picture of characters."""

    @property
    def nothing(self) -> bool: ...

    def lines(self, width: int, needle: str = "") -> tuple[Content, ...]: ...


def holds(text: str, needle: str) -> bool:
    """Tell whether a text holds what is searched for, in any case of letters."""
    return needle.casefold() in text.casefold()


def marked(line: Content, needle: str) -> Content:
    """Return a line with what is searched for underlined: a sign that needs no colour."""
    for match in re.finditer(re.escape(needle), line.plain, re.IGNORECASE):
        line = line.stylize("bold underline", *match.span())
    return line


def counted_rows(found: int, rows: int) -> Content:
    """Return how many rows a search left."""
    words = msg("{found} of {rows} rows hold it", found=found, rows=rows)
    return Content.styled(str(words), Tone.WARN if not found else Tone.MUTED)


def column_widths(grid: Grid, width: int) -> tuple[int, ...]:
    """Return the cells of each column for a window of `width` cells; 0: not shown.

    First the columns are as wide as their content, then the widest ones shrink, then the least
    important ones leave.
    """
    wanted = [
        min(column.most, max([cell_len(str(column.title)), *_lengths(grid, index)]))
        for index, column in enumerate(grid.columns)
    ]
    shown = {i for i, column in enumerate(grid.columns) if column.from_width <= width}
    by_weight = sorted(shown, key=lambda index: (-grid.columns[index].weight, -index))
    for leaving in by_weight:
        least = sum(min(wanted[i], grid.columns[i].least) for i in shown)
        if least + GAP * (len(shown) - 1) <= width or len(shown) == 1:
            break
        shown.discard(leaving)
    room = max(1, width - GAP * (len(shown) - 1))
    widths = {index: wanted[index] for index in shown}
    while sum(widths.values()) > room:
        slack = {i: w - min(w, grid.columns[i].least) for i, w in widths.items()}
        widest = max(slack, key=lambda i: (slack[i], widths[i]))
        if widths[widest] <= 1:
            break
        widths[widest] -= 1
    return tuple(widths.get(index, 0) for index in range(len(wanted)))


def _lengths(grid: Grid, index: int) -> Iterable[int]:
    return (cell_len(row[index].shown) for row in grid.rows)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return `text` in exactly `width` cells: padded, or cut with an ellipsis."""
    if right and cell_len(text) <= width:
        return " " * (width - cell_len(text)) + text
    if cell_len(text) > width:
        return set_cell_size(set_cell_size(text, max(0, width - 1)).rstrip() + "…", width)
    return set_cell_size(text, width)


def lay_out(grid: Grid, width: int) -> Content:
    """Return the table as lines of at most `width` cells."""
    widths = column_widths(grid, width)
    lines = []
    if any(str(column.title) for column in grid.columns):
        header = tuple(Cell(column.title, Tone.MUTED) for column in grid.columns)
        lines.append(_line(grid, header, widths))
    for row in grid.rows:
        lines += [_line(grid, row, widths), *_whole(grid, row, widths, width)]
    return Content("\n").join(lines)


def _line(grid: Grid, cells: tuple[Cell, ...], widths: tuple[int, ...]) -> Content:
    shown = [
        Content.styled(fit(cell.shown, width, right=column.right), cell.tone)
        for cell, column, width in zip(cells, grid.columns, widths, strict=True)
        if width
    ]
    return Content(" " * GAP).join(shown).rstrip()


def _whole(
    grid: Grid, cells: tuple[Cell, ...], widths: tuple[int, ...], width: int
) -> Iterable[Content]:
    """Yield in lines of their own the texts that may not be lost, as far as `widths` cut them."""
    for cell, column, room in zip(cells, grid.columns, widths, strict=True):
        if column.whole and room < cell_len(cell.shown):
            for line in Content.styled(cell.shown, cell.tone).wrap(max(1, width - len(BELOW))):
                yield Content(BELOW) + line


class GridView(Widget):
    """Shows a drawing at the width that it is given, whole or what a search left of it."""

    DEFAULT_CSS = "GridView { height: auto; width: 1fr; }"

    def __init__(self, grid: Drawing, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.grid = grid
        self.needle = ""
        self._laid: tuple[tuple[int, str, Drawing], tuple[Content, ...]] | None = None
        self._strips: dict[int, Strip] = {}

    def show(self, grid: Drawing) -> None:
        """Draw `grid` in place of what stood there."""
        if grid != self.grid:
            self.grid = grid
            self.refresh(layout=True)

    def search(self, needle: str) -> None:
        """Show only the rows that hold `needle`; empty: all."""
        if needle != self.needle:
            self.needle = needle
            self.refresh(layout=True)

    def render(self) -> Content:
        return Content("\n").join(self._lay(self.content_size.width))

    def render_line(self, y: int) -> Strip:
        """Draw one line: of two hundred that change while answers come, a window shows twenty."""
        if self.text_selection is not None:  # the mouse selects over several lines
            return super().render_line(y)
        if self._dirty_regions:
            self._strips.clear()
            self._dirty_regions.clear()
        strip = self._strips.get(y)
        if strip is None:
            lines = self._lay(self.size.width)
            line = lines[y] if y < len(lines) else Content("")
            made = Visual.to_strips(self, line, self.size.width, 1, self.visual_style)
            strip = self._strips[y] = made[0]
        return strip

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lay(width))

    def _lay(self, width: int) -> tuple[Content, ...]:
        """Lay the drawing out once for its height and its text: while answers come, often."""
        known = self._laid
        if known is not None and known[0][:2] == (width, self.needle) and known[0][2] is self.grid:
            return known[1]
        lines = self.grid.lines(width, self.needle)
        self._laid = ((width, self.needle, self.grid), lines)
        return lines
