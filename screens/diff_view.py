"""Shows a difference: one column or two, coloured, and only the rows that are looked at."""

from __future__ import annotations

from functools import lru_cache

from textual.geometry import Size
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from screens.diff_rows import Row, Told, draw_row, lay_rows

KEPT = 512
"""Rows whose drawing is kept."""


class DiffView(Widget):
    """A difference as wide as its room and as high as it has rows."""

    DEFAULT_CSS = "DiffView { height: auto; width: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.told: tuple[Told, ...] = ()
        self.beside = False
        self._rows: tuple[Row, ...] = ()
        self._laid: tuple[object, ...] = ()
        self._drawn = lru_cache(maxsize=KEPT)(self._draw)

    def show(self, told: tuple[Told, ...], *, beside: bool) -> None:
        """Draw another difference, or the same one in another way."""
        if told == self.told and beside == self.beside:
            return
        self.told, self.beside = told, beside
        self._laid = ()
        self.refresh(layout=True)

    def rows(self, width: int) -> tuple[Row, ...]:
        """Return the rows at `width`, laid anew where something changed."""
        key = (width, self.beside, id(self.told))
        if key != self._laid:
            self._rows = lay_rows(self.told, max(8, width), beside=self.beside)
            self._laid = key
            self._drawn.cache_clear()
        return self._rows

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.rows(width))

    def render_line(self, y: int) -> Strip:
        """Return one row: Textual asks for those that are seen, and no others."""
        width = self.content_size.width
        rows = self.rows(width)
        if not 0 <= y < len(rows):
            return Strip.blank(width, self.rich_style)
        return self._drawn(y, width, self.app.theme)

    def _draw(self, y: int, width: int, theme: str) -> Strip:
        text = draw_row(self._rows[y], width, beside=self.beside)
        return Visual.to_strips(self, text, width, 1, self.visual_style)[0]
