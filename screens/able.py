"""What one can do on every screen of the wizard: copy, search, and be listed in the palette."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from screens.clipboard import Copied, as_command
from screens.focus import FocusKept
from screens.grid import GridView
from screens.search import SearchLine
from screens.state import State
from wizard.text import Text, msg
from wizard.untrusted import clean_line

Deed = tuple[Text, Text, Callable[[], object]]
"""Name, detail, action: for the palette."""


class Able(FocusKept[None]):
    """A screen that draws a state, whose text can be copied and whose tables can be searched."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", show=False),
        Binding("c,y", "copy", show=False),
    ]
    may_leap: ClassVar[bool] = True
    """One can go from here to any step."""
    state: State

    @property
    def searchable(self) -> bool:
        """There is a table on this screen."""
        return bool(self.query(GridView))

    def deeds(self) -> Iterable[Deed]:
        """Return what this screen alone can do."""
        return ()

    def copyable(self) -> Copied:
        """Return what `c` copies: what is highlighted, else the command for all of it."""
        return as_command(self.state.answers)

    def action_copy(self) -> None:
        """Put it on the clipboard (OSC 52; not every terminal listens), and say what it was."""
        copied = self.copyable()
        self.app.copy_to_clipboard(copied.text)
        words = msg("Copied: {what}", what=clean_line(str(copied.what), 200))
        self.notify(str(words), markup=False)

    def action_search(self) -> None:
        """Open the line to search in."""
        if self.searchable:
            self.query_one(SearchLine).open()

    @on(SearchLine.Sought)
    def sought(self, event: SearchLine.Sought) -> None:
        """Show the rows that hold the text; with an empty one, all."""
        for table in self.query(GridView):
            table.search(event.needle)
        if event.kept:
            self.query_one(SearchLine).set_class(bool(event.needle), "-open")
            self.focus_first()

    def focus_first(self) -> None:
        """Give the focus back to the way on."""
        if self.AUTO_FOCUS:
            self.query(self.AUTO_FOCUS).first().focus()
