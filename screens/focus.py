"""Focus that survives a window that was too small to show what had it."""

from __future__ import annotations

from typing import TypeVar

from textual.events import DescendantFocus
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from screens.state import State

R = TypeVar("R")


class FocusKept(Screen[R]):
    """A screen that gives the focus back to the widget that lost it by being hidden."""

    held: Widget | None = None
    """What had the focus last."""

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self.held = event.widget

    def on_resize(self) -> None:
        self.call_after_refresh(self.keep_focus)

    def keep_focus(self) -> None:
        """Give the focus back where nothing has it."""
        if self.focused is not None:
            return
        first = self.query(self.AUTO_FOCUS).results(Widget) if self.AUTO_FOCUS else ()
        for widget in (self.held, *first):
            if widget is not None and widget.is_attached and widget.focusable:
                widget.focus()
                return


class Sheet(ModalScreen[R], FocusKept[R]):
    """A small sheet over a screen.

    A widget takes the style of its first base alone: `ModalScreen` before what every screen is.
    """

    def outdated(self, state: State) -> bool:
        """Tell whether what the sheet asks about is no longer so: it is closed then, as a no."""
        return False
