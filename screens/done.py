"""The last screen: what was written, what to run now, and how to take it back."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.widgets import Static

from screens.clipboard import Copied
from screens.decisions import text_of
from screens.farewell import next_steps
from screens.files import ACTIONS, SIGNS
from screens.frame import ENTER, HELP, Framed, Key, Proceed
from screens.grid import Cell, Column, Grid, GridView, Tone
from screens.paragraphs import Paragraphs, bullets, paragraph
from screens.state import State
from wizard.apply.types import Receipt
from wizard.flow import Flow
from wizard.text import msg


def written(receipt: Receipt, *, left_out: bool = False) -> Grid:
    """Return what was done, one line for each file."""
    rows = [
        (Cell(SIGNS[change.action], Tone.GOOD), Cell(ACTIONS[change.action]), Cell(change.path))
        for change in receipt.changes
    ]
    rows += [
        (Cell("#", Tone.WARN), Cell(msg("waits for root"), Tone.WARN), Cell(change.path))
        for change in receipt.staged
    ]
    return Grid(
        columns=(
            Column(title="", least=1, most=1),
            Column(title="", least=7, most=16),
            Column(title="", least=20, most=100),
        ),
        rows=tuple(rows),
        empty=msg("Nothing was written: everything already is as planned.")
        if not left_out
        else msg("Nothing was written: what would have changed, you left out."),
    )


class DoneScreen(Framed):
    """The receipt and the next commands, the build command ready to be copied."""

    own_keys = (("c", msg("copy the build command")),)
    help_text = msg(
        "The first command to run is at the top. c copies the build command, where your terminal "
        "allows it. The same text stands in the terminal after you leave."
    )

    def __init__(
        self, state: State, flow: Flow, project: str, receipt: Receipt, command: str
    ) -> None:
        super().__init__(state, flow, project)
        self.receipt = receipt
        self.command = command

    def content(self) -> ComposeResult:
        title = msg("Done") if self.receipt.changes else msg("Nothing had to be written")
        if self.receipt.staged:
            title = msg("Almost done: one command needs root")
        yield Static(text_of(title), classes="heading")
        yield GridView(written(self.receipt, left_out=bool(self.state.left_out)))
        yield Paragraphs(bullets(self.receipt.messages), classes="why")
        yield Static(text_of(msg("What to do next")), classes="section")
        steps = next_steps(self.receipt, self.command, self.state.answers)
        for index, (words, command) in enumerate(steps, start=1):
            with VerticalGroup(classes="next"):
                yield Static(text_of(f"{index}. {words}"))
                yield Paragraphs((paragraph("", command),), classes="code")

    def foot(self) -> ComposeResult:
        yield Proceed(msg("Finish"))

    may_leap = False

    def copyable(self) -> Copied:
        return Copied(msg("the build command"), self.command)

    def help_keys(self) -> tuple[Key, ...]:
        """Return the keys that do something here: there is no way back, and nothing to look at."""
        return (
            (ENTER, msg("finish")),
            *self.own_keys,
            ("PgUp PgDn", msg("scroll the page")),
            ("? f1", msg("this help")),
            ("ctrl+q ctrl+c", msg("finish; what was written stays written")),
        )

    def keys(self) -> tuple[Key, ...]:
        return ((ENTER, msg("Finish")), ("c", msg("Copy build command")), HELP)
