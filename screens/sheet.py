"""Small sheets over a screen: help, and the last yes before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from screens.decisions import text_of
from screens.focus import Sheet
from screens.frame import ARROWS, ENTER, ESC, Key, KeyBar, TooSmall
from screens.grid import Tone
from screens.state import Preview, State
from wizard.apply.types import Action
from wizard.text import Text, msg
from wizard.untrusted import clean


class HelpScreen(Sheet[None]):
    """Help for the screen below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q,question_mark,f1", "close", show=False),
        Binding("ctrl+q,ctrl+c", "app.leave", show=False),
    ]
    AUTO_FOCUS = "#sheet"

    def __init__(self, words: Text, keys: tuple[Key, ...]) -> None:
        super().__init__()
        self.words = words
        self.listed = keys

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="sheet"):
            yield Static(text_of(msg("Help for this screen")), classes="heading")
            yield Static(text_of(self.words))
            yield Static(text_of(msg("Keys")), classes="section")
            for key, words in self.listed:
                yield Static(
                    Content.assemble((f"{key:<14}", "bold $text-primary"), (str(words), Tone.MUTED))
                )
        yield KeyBar(((ESC, msg("Close")), (ARROWS, msg("Scroll"))))
        yield TooSmall()

    def action_close(self) -> None:
        self.dismiss()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A yes to what was shown, and whether engines may be restarted for it."""

    restart: bool


class ConfirmScreen(Sheet[Consent | None]):
    """The last question: yes, and with or without a restart; escape is no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "refuse", show=False),
        Binding("ctrl+q,ctrl+c", "app.leave", show=False),
    ]
    AUTO_FOCUS = "#answers"

    def __init__(self, preview: Preview, *, containers: int | None) -> None:
        super().__init__()
        self.preview = preview
        self.containers = containers
        self.answers = self._answers()

    def _answers(self) -> tuple[tuple[Consent | None, Text, Text], ...]:
        restarts = any(
            change.restarts and (self.preview.root or not change.needs_root)
            for change in self.preview.changes.changes
        )
        no = (None, msg("No, go back"), msg("nothing is written"))
        if not restarts:
            return ((Consent(restart=False), msg("Yes, write them"), ""), no)
        running = self.containers or 0
        stops: Text
        if running == 0:
            stops = msg("no container runs")
        elif running == 1:
            stops = msg("the container that runs is stopped")
        else:
            stops = msg("{n} containers that run are stopped", n=running)
        now = (Consent(restart=True), msg("Yes, write them and restart Docker"), stops)
        later = (
            Consent(restart=False),
            msg("Yes, write them; I restart Docker later"),
            msg("daemon.json takes effect then"),
        )
        return (now, later, no) if running == 0 else (later, now, no)

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="sheet", can_focus=False):
            yield Static(text_of(msg("Write these files?")), classes="heading")
            yield Static(self._files(), classes="code")
            if self.preview.staged:
                yield Static(
                    text_of(
                        msg(
                            "Files marked with # need root. They are put aside, and you get the "
                            "one sudo command that writes them."
                        )
                    ),
                    classes="why",
                )
            yield OptionList(
                *(
                    Option(
                        Content.assemble(
                            (str(words), Tone.STRONG), (f"\n{detail}" if detail else "", Tone.MUTED)
                        )
                    )
                    for _, words, detail in self.answers
                ),
                id="answers",
                markup=False,
            )
            yield Static(
                text_of(msg("`gomod-wizard undo` brings back every file as it is now.")),
                classes="because",
            )
        yield KeyBar(((ENTER, msg("Choose")), (ARROWS, msg("Move")), (ESC, msg("Back"))))
        yield TooSmall()

    def _files(self) -> Content:
        from screens.files import SIGNS

        staged = self.preview.staged
        lines = [
            Content(
                f"{SIGNS[change.action]} {'# ' if change in staged else ''}{clean(change.path)}"
            )
            for change in self.preview.changes.changes
            if change.action is not Action.RUN
        ]
        return Content("\n").join(lines)

    def on_mount(self) -> None:
        self.query_one("#answers", OptionList).highlighted = 0

    @on(OptionList.OptionSelected, "#answers")
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.answers[event.option_index][0])

    def outdated(self, state: State) -> bool:
        return state.ready is not self.preview

    def action_refuse(self) -> None:
        self.dismiss(None)
