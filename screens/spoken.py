"""The language, changed while the wizard runs: every open screen is told anew, its state kept."""

from __future__ import annotations

import inspect
from typing import Any

from textual.containers import ScrollableContainer
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, OptionList, Tabs

from screens.dressed import DressedApp
from screens.wrapping import break_between_wide_characters
from wizard.language import LANGUAGES, speak
from wizard.system import System

OWN = "screens."
"""Where our screens are; Textual's own have no language."""


class SpokenApp(DressedApp):
    """An app that can change its language."""

    def __init__(self, system: System) -> None:
        super().__init__(system)
        break_between_wide_characters()

    async def action_language(self, code: str) -> None:
        """Say everything in the language `code` from now on, and at the next start."""
        speak(code)
        for screen in self.screen_stack:
            if type(screen).__module__.startswith(OWN):
                await retell(screen)
                if (
                    screen is not self.screen
                ):  # seen below a sheet; only the top one lays itself out
                    screen._refresh_layout(self.size)
        self.keep("language", code, LANGUAGES[code])


async def retell(screen: Screen[Any]) -> None:
    """Compose `screen` anew, and put back what a person had typed, chosen, focused and scrolled."""
    focus = _place(screen, screen.focused)
    kept = {widget.id: _of(widget) for widget in screen.query(Widget) if widget.id}
    await screen.recompose()
    await _do(screen, "on_mount")
    await screen.app.workers.wait_for_complete([w for w in screen.workers if w.node is screen])
    for widget in screen.query(Widget):
        if widget.id in kept:
            _put_back(widget, kept[widget.id])
    if focus is not None:
        again = list(screen.query(focus[0]))
        if focus[1] < len(again):
            again[focus[1]].focus(scroll_visible=False)
    screen.call_after_refresh(_do, screen, "on_resize")


async def _do(screen: Screen[Any], handler: str) -> None:
    """Do what the classes of a screen do at an event, in Textual's order."""
    for kind in type(screen).__mro__:
        if kind.__module__.startswith(OWN) and handler in vars(kind):
            done = vars(kind)[handler](screen)
            if inspect.isawaitable(done):
                await done


def _place(screen: Screen[Any], widget: Widget | None) -> tuple[str, int] | None:
    """Return how to find a widget of the same kind at the same place."""
    if widget is None:
        return None
    selector = f"#{widget.id}" if widget.id else type(widget).__name__
    return selector, list(screen.query(selector)).index(widget)


def _of(widget: Widget) -> dict[str, Any]:
    """Return what a person did to `widget`."""
    kept: dict[str, Any] = {"display": widget.display}
    if isinstance(widget, Input):
        kept |= {"value": widget.value, "cursor_position": widget.cursor_position}
    elif isinstance(widget, OptionList):
        kept |= {"highlighted": widget.highlighted}
    elif isinstance(widget, Tabs):
        kept |= {"active": widget.active}
    elif isinstance(widget, ScrollableContainer):
        kept |= {"scroll": widget.scroll_offset.y}
    return kept


def _put_back(widget: Widget, kept: dict[str, Any]) -> None:
    for name, value in kept.items():
        if name == "scroll":
            widget.call_after_refresh(
                widget.scroll_to, y=value, animate=False, force=True, immediate=True
            )
        elif name == "active":
            if widget.query(f"#{value}"):
                setattr(widget, name, value)
        elif getattr(widget, name, value) != value:
            setattr(widget, name, value)
