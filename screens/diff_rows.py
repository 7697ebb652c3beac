"""The rows of a difference at a given width, one below the other or side by side. Pure.

Rows are cut by cells, not by words, so that how many there are is known without drawing one:
a difference of ten thousand lines is drawn only where it is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from rich.cells import chop_cells
from textual.content import Content

from screens.colouring import coloured
from screens.grid import Tone
from screens.hunks import ADDED, NOTE, REMOVED, SAME, Hunk, Line, Pair, differences, paired
from screens.paragraphs import Paragraph, bullets, paragraph, wrapped
from wizard.text import Text, msg

NUMBERED = 64
"""Cells from which on lines have their numbers before them."""
_GROUNDS = {ADDED: "on $added", REMOVED: "on $removed"}
_TONES = {ADDED: Tone.GOOD, REMOVED: Tone.BAD, NOTE: Tone.MUTED, SAME: Tone.MUTED}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A hunk and why it is."""

    hunk: Hunk
    because: tuple[Text, ...]
    language: str | None

    @cached_property
    def old(self) -> dict[int, Content]:
        """The lines before, coloured, by their numbers."""
        return self._coloured([line for line in self.hunk.lines if line.old is not None], "old")

    @cached_property
    def new(self) -> dict[int, Content]:
        """The lines after, coloured, by their numbers."""
        return self._coloured([line for line in self.hunk.lines if line.new is not None], "new")

    def _coloured(self, lines: list[Line], side: str) -> dict[int, Content]:
        shown = coloured(tuple(line.text for line in lines), self.language)
        return {getattr(line, side): text for line, text in zip(lines, shown, strict=True)}

    def text(self, line: Line) -> Content:
        """Return a line with its colours."""
        if line.new is not None:
            return self.new[line.new]
        return Content(line.text) if line.old is None else self.old[line.old]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the screen: finished text, or a part of one line or of two."""

    told: Told
    text: Content | None = None
    left: Line | None = None
    right: Line | None = None
    part: int = 0


def lay_rows(told: tuple[Told, ...], width: int, *, beside: bool) -> tuple[Row, ...]:
    """Return every row; its text is made when it is drawn."""
    rows: list[Row] = []
    room = line_room(width, beside=beside)
    for one in told:
        rows += (Row(one, text) for text in wrapped(_head(one), width))
        if beside:
            rows += _beside(one, room)
        else:
            for line in one.hunk.lines:
                rows += (Row(one, None, line, None, part) for part in range(_parts(line, room)))
    return tuple(rows)


def line_room(width: int, *, beside: bool) -> int:
    """Return the cells of a line's own text."""
    side = (width - 3) // 2 if beside else width
    numbers = 5 if width >= NUMBERED else 0
    return max(2, side - numbers - 2)


def _head(one: Told) -> tuple[Paragraph, ...]:
    places = {"first": one.hunk.first, "last": one.hunk.last}
    if not one.because:
        return (paragraph("── ", msg("lines {first} to {last}", **places), Tone.ACCENT),)
    where = msg("lines {first} to {last}, because", **places)
    return (paragraph("── ", where, Tone.ACCENT), *bullets(one.because, "   • "))


def _parts(line: Line | None, room: int) -> int:
    return 1 if line is None else max(1, len(chop_cells(line.text, room)))


def _beside(one: Told, room: int) -> list[Row]:
    rows: list[Row] = []
    for left, right in paired(one.hunk.lines):
        if left is not None and left.sign == NOTE:
            right = None
        height = max(_parts(left, room), _parts(right, room))
        rows += (Row(one, None, left, right, part) for part in range(height))
    return rows


def draw_row(row: Row, width: int, *, beside: bool) -> Content:
    """Return a row's text, exactly `width` cells wide."""
    if row.text is not None:
        return _padded(row.text, width)
    room = line_room(width, beside=beside)
    numbers = width >= NUMBERED
    if not beside:
        return _padded(_side(row, row.left, room, numbers=numbers, old=False), width)
    half = (width - 3) // 2
    marks = _marks((row.left, row.right))
    sides = [
        _side(row, line, room, numbers=numbers, old=index == 0, marks=marks[index])
        for index, line in enumerate((row.left, row.right))
    ]
    middle = Content.styled(" │ ", Tone.MUTED)
    return _padded(_padded(sides[0], half) + middle + _padded(sides[1], half), width)


def _marks(pair: Pair) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    left, right = pair
    if left is None or right is None or (left.sign, right.sign) != (REMOVED, ADDED):
        return [], []
    return differences(left.text, right.text)


def _side(
    row: Row,
    line: Line | None,
    room: int,
    *,
    numbers: bool,
    old: bool,
    marks: list[tuple[int, int]] | None = None,
) -> Content:
    """Return one line, or a further part of it: number, sign, text."""
    if line is None:
        return Content("")
    parts = chop_cells(line.text, room)
    start = sum(map(len, parts[: row.part]))
    shown = row.told.text(line)
    for first, last in marks or ():
        shown = shown.stylize("bold underline", first, last)
    piece = shown[start : start + len(parts[row.part])] if row.part < len(parts) else Content("")
    number = line.old if old or line.new is None else line.new
    first_row = row.part == 0
    lead = f"{number if number is not None and first_row else '':>4} " if numbers else ""
    sign = line.sign if first_row and row.part < max(1, len(parts)) else " "
    text = Content.styled(lead, Tone.MUTED)
    text += Content.styled(f"{sign} ", f"bold {_TONES[line.sign]}")
    text += piece if line.sign != NOTE else Content.styled(line.text, Tone.MUTED)
    ground = _GROUNDS.get(line.sign)
    if ground is None or row.part >= max(1, len(parts)):
        return text
    return _padded(text, room + 2 + len(lead)).stylize_before(ground)


def _padded(text: Content, width: int) -> Content:
    return text.pad_right(max(0, width - text.cell_length))
