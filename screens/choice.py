"""A small sheet with a few answers: what it is about, then one of them, or escape for none."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import OptionList, Static

from screens.decisions import text_of
from screens.focus import Sheet
from screens.frame import ARROWS, ENTER, ESC, Key, KeyBar, TooSmall
from screens.paragraphs import Paragraph, Paragraphs
from screens.ways import Way, Ways
from wizard.text import Text, msg


class ChoiceSheet(Sheet[str | None]):
    """Gives the id of the answer that was taken; None: escape, as if it had never been opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        Binding("ctrl+q,ctrl+c", "app.leave", show=False),
    ]
    AUTO_FOCUS = "#answers"

    def __init__(
        self, title: Text, lines: tuple[Paragraph, ...], answers: tuple[Way, ...], back: Text
    ) -> None:
        super().__init__()
        self.heading = title
        self.lines = lines
        self.answers = answers
        self.back = back
        """What escape means here."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="sheet", can_focus=False):
            yield Static(text_of(self.heading), classes="heading")
            yield Paragraphs(self.lines)
            yield Ways(self.answers, id="answers")
        yield KeyBar(self.keys())
        yield TooSmall()

    def keys(self) -> tuple[Key, ...]:
        """Return the keys to show."""
        return ((ENTER, msg("Choose")), (ARROWS, msg("Move")), (ESC, self.back))

    @on(OptionList.OptionSelected, "#answers")
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.answers[event.option_index].id)

    def action_close(self) -> None:
        self.dismiss(None)
