"""The picture of the address map: one bar for each range, the overlap marked in it. Pure.

Plain characters, so that it is right on a console without box drawing and without colour.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content

from screens.addresses import USES, Block, Span, Use, blocks, clashes, gives_way
from screens.grid import Tone, counted_rows, fit, holds, marked
from screens.paragraphs import Paragraph, paragraph, wrapped
from wizard.text import Text, msg
from wizard.untrusted import clean_line

GLYPHS = {Use.ROUTE: "=", Use.DOCKER: "#", Use.POOL: "-", Use.PLANNED: "+"}
TONES = {
    Use.ROUTE: Tone.ACCENT,
    Use.DOCKER: Tone.PLAIN,
    Use.POOL: Tone.MUTED,
    Use.PLANNED: Tone.GOOD,
}
OVERLAP, FREE = "X", "."
_SIGN, _ADDRESS = 1, 18
_MOST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressMap:
    """Ranges to be drawn; without any, `empty` says why."""

    spans: tuple[Span, ...]
    empty: Text = ""

    @property
    def nothing(self) -> bool:
        """There is not even a word to show."""
        return not self.spans and not str(self.empty)

    def lines(self, width: int, needle: str = "") -> tuple[Content, ...]:
        """Return the map in lines of at most `width` cells."""
        if not self.spans:
            return tuple(Content.styled(str(self.empty), Tone.MUTED).wrap(max(1, width)))
        shown = tuple(one for one in self.spans if _matches(one, needle))
        lines: list[Content] = []
        for block in blocks(self.spans):
            rows = tuple(one for one in block.spans if one in shown)
            if rows:
                lines += _block(block, rows, self.spans, width)
        lines += _legend(self.spans).wrap(max(1, width))
        if not needle:
            return tuple(lines)
        found = counted_rows(len(shown), len(self.spans))
        return (*(marked(line, needle) for line in lines), found)


def _matches(one: Span, needle: str) -> bool:
    words = f"{USES[one.use]} {one.name} {one.text}"
    return not needle or holds(words, needle)


def _widths(width: int) -> tuple[int, int]:
    """Return the cells of the name and of the bar."""
    room = max(1, width - _SIGN - _ADDRESS - 3)
    name = max(6, min(22, room * 2 // 5))
    return name, max(1, min(_MOST, room - name))


def _block(
    block: Block, rows: tuple[Span, ...], spans: tuple[Span, ...], width: int
) -> list[Content]:
    name, cells = _widths(width)
    low, high = block.ends
    indent = " " * (_SIGN + name + _ADDRESS + 3)
    if cell_len(low) + cell_len(high) + 1 <= cells:
        scale = low + " " * (cells - cell_len(low) - cell_len(high)) + high
    else:
        scale = fit(low, cells)
    lines = [Content.styled(indent + scale, Tone.MUTED).rstrip()]
    for one in rows:
        against = clashes(one, spans)
        head = f" {fit(clean_line(str(one.name)), name)} {fit(one.text, _ADDRESS)} "
        sign = Content.styled(GLYPHS[one.use], f"bold {TONES[one.use]}".strip())
        lines.append(sign + Content(head) + bar(one, block, against, cells))
        lines += wrapped(tuple(_words(one, other, spans) for other in against[:1]), width)
    return lines


def bar(one: Span, block: Block, against: tuple[Span, ...], cells: int) -> Content:
    """Return a range at the scale of its block: free, used, and used by two."""
    glyph = GLYPHS[one.use]
    drawn = [FREE] * cells
    for index in range(*reach(one.first, one.last, block, cells)):
        drawn[index] = glyph
    for other in against:
        first, last = max(one.first, other.first), min(one.last, other.last)
        for index in range(*reach(first, last, block, cells)):
            drawn[index] = OVERLAP
    tones = {glyph: TONES[one.use], OVERLAP: f"bold {Tone.BAD}", FREE: Tone.MUTED}
    return Content.assemble(*((sign, tones[sign]) for sign in drawn))


def reach(first: int, last: int, block: Block, cells: int) -> tuple[int, int]:
    """Return the cells from which to which a range goes; at least one is always drawn."""
    size = block.last - block.first + 1
    start = min(cells - 1, (first - block.first) * cells // size)
    end = -(-(last + 1 - block.first) * cells // size)
    return start, min(cells, max(end, start + 1))


def _words(one: Span, other: Span, spans: tuple[Span, ...]) -> Paragraph:
    """Say in words what the bar shows, and whether the plan ends it."""
    route = {"route": other.text, "interface": clean_line(str(other.name))}
    if gives_way(one, spans):
        words = msg("overlaps the route {route} by {interface}; the plan moves it", **route)
        return paragraph("  ! ", words, Tone.WARN)
    words = msg("overlaps the route {route} by {interface}", **route)
    return paragraph("  ✗ ", words, Tone.BAD)


def _legend(spans: tuple[Span, ...]) -> Content:
    """Return what the signs mean, of those that are drawn."""
    uses = [use for use in Use if any(one.use is use for one in spans)]
    parts = [
        Content.assemble((GLYPHS[use], f"bold {TONES[use]}".strip()), " ", str(USES[use]))
        for use in uses
    ]
    if any(clashes(one, spans) for one in spans):
        parts.append(Content.assemble((OVERLAP, f"bold {Tone.BAD}"), " ", str(msg("overlap"))))
    parts.append(Content.assemble((FREE, Tone.MUTED), " ", str(msg("free"))))
    return Content("   ").join(parts)
