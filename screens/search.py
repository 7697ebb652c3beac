"""The line in which one searches: `/` opens it, the tables show only what holds the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from wizard.text import msg
from wizard.untrusted import clean

SEARCH_KEYS = (("enter", msg("Keep what was found")), ("esc", msg("Show all again")))


class SearchLine(Horizontal):
    """Hidden until it is wanted. Enter keeps what was found, escape shows everything again."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "end", show=False)]
    DEFAULT_CSS = """
    SearchLine { height: 1; display: none; }
    SearchLine.-open { display: block; }
    SearchLine Static { width: auto; }
    """

    @dataclass
    class Sought(Message):
        """Other text is searched for; `kept`: the line is done with."""

        needle: str
        kept: bool

    def compose(self) -> ComposeResult:
        yield Static(clean(str(msg("Search:"))), markup=False)
        yield Input(
            id="needle",
            compact=True,
            placeholder=clean(str(msg("part of a row; enter keeps it, esc shows all"))),
        )

    def open(self) -> None:
        """Show the line, and type into it."""
        self.add_class("-open")
        self.query_one(Input).focus()

    @on(Input.Changed)
    def seek(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Sought(event.value.strip(), kept=False))

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Sought(event.value.strip(), kept=True))

    def action_end(self) -> None:
        """Show everything again."""
        self.query_one(Input).value = ""
        self.post_message(self.Sought("", kept=True))
