"""The last screen: was it proved, what was written, what comes next, and `u` takes it all back."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.widgets import OptionList, Static

from screens.choice import ChoiceSheet
from screens.clipboard import Copied
from screens.decisions import refusal_lines, text_of
from screens.farewell import next_steps
from screens.files import ACTIONS, SIGNS
from screens.frame import ARROWS, ENTER, HELP, Framed, Key
from screens.grid import Cell, Column, Grid, GridView, Tone
from screens.messages import Finish, Prove, Undo
from screens.outcomes import outcome_lines
from screens.paragraphs import Paragraph, Paragraphs, bullets, paragraph
from screens.run import Run
from screens.state import State
from screens.ways import Way, Ways
from wizard.apply.types import Receipt
from wizard.flow import Flow
from wizard.text import Text, msg

_NOTHING = Receipt(id=None, changes=())


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
            Column(title="", least=20, most=100, whole=True),
        ),
        rows=tuple(rows),
        empty=msg("Nothing was written: everything already is as planned.")
        if not left_out
        else msg("Nothing was written: what would have changed, you left out."),
    )


def headline(run: Run) -> Text:
    """Return in one line how it ended."""
    if run.staged:
        return msg("Almost done: one command needs root")
    if run.proved:
        return msg("Done, and proved: every module came")
    if run.failed is not None or run.trouble is not None:
        return msg("Written, but the proof failed")
    receipt = run.receipt or _NOTHING
    return msg("Done") if receipt.changes else msg("Nothing had to be written")


def proof_lines(run: Run) -> tuple[Paragraph, ...]:
    """Return how the proof ended, or why there is none."""
    if run.stopped:
        return (paragraph("– ", msg("The proof was stopped before it ended."), Tone.WARN),)
    if run.trouble is not None:
        return refusal_lines(run.trouble)
    lines = [line for outcome in run.outcomes for line in outcome_lines(outcome)]
    if run.outcomes and all(outcome.ok is None for outcome in run.outcomes):
        hint = msg("Install Go or start Docker, and prove it again; for a build on another machine "
                   "`gomod-wizard generate --out DIR` writes the same files.")  # fmt: skip
        lines.append(paragraph("  → ", hint))
    return tuple(lines)


class DoneScreen(Framed):
    """Nothing is lost by leaving: the same commands stand in the terminal afterwards."""

    AUTO_FOCUS = "#ways"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "undo", show=False),
    ]
    own_keys = (
        ("u", msg("take back everything that was written, after a question")),
        ("c", msg("copy the command: for root where one waits, else the build")),
    )
    help_text = msg(
        "The first command to run is at the top. c copies it, where your terminal allows it. u "
        "takes back everything that was written in this run, to the byte, after a question. The "
        "same text stands in the terminal after you leave."
    )

    def __init__(self, state: State, flow: Flow, project: str, run: Run) -> None:
        super().__init__(state, flow, project)
        self.run = run
        self.receipt = run.receipt or _NOTHING

    def content(self) -> ComposeResult:
        yield Static(text_of(headline(self.run)), classes="heading")
        yield Paragraphs(proof_lines(self.run), id="proof")
        yield GridView(written(self.receipt, left_out=bool(self.state.left_out)))
        yield Paragraphs(bullets(self.receipt.messages), classes="why")
        yield Static(text_of(msg("What to do next")), classes="section")
        steps = next_steps(
            self.receipt, self.run.command, self.state.answers,
            ids=self.run.ids, proved=self.run.proved,
        )  # fmt: skip
        for index, (words, command) in enumerate(steps, start=1):
            with VerticalGroup(classes="next"):
                yield Static(text_of(f"{index}. {words}"))
                yield Paragraphs((paragraph("", command),), classes="code")

    def foot(self) -> ComposeResult:
        yield Ways(self.ways())

    def ways(self) -> tuple[Way, ...]:
        """Return the ways on; the first is the one that is due."""
        finish = Way(id="finish", title=msg("Finish"))
        if self.run.staged:
            title = msg("As soon as root has written it: prove it by a real build")
            return (Way(id="prove", title=title), finish)
        if any(outcome.ok is not None for outcome in self.run.outcomes):
            title, detail = msg("Prove it again"), msg("by a real build")
        elif self.run.outcomes:
            title, detail = msg("Prove it"), msg("once Go or Docker is here")
        else:
            title, detail = msg("Prove it"), msg("by a real build")
        prove = Way(id="prove", title=title, detail=detail)
        return (finish, prove) if self.run.outcomes else (prove, finish)

    @on(OptionList.OptionSelected, "#ways")
    def choose(self, event: OptionList.OptionSelected) -> None:
        way = self.query_one("#ways", Ways).ways[event.option_index].id
        self.post_message(Prove() if way == "prove" else Finish())

    may_leap = False

    def copyable(self) -> Copied:
        if self.run.sudo_command:
            return Copied(msg("the command for root"), self.run.sudo_command)
        return Copied(msg("the build command"), self.run.command)

    def action_undo(self) -> None:
        """Ask whether everything is to be taken back."""
        if not self.run.ids:
            self.notify(str(msg("Nothing was written, so there is nothing to take back.")),
                        markup=False)  # fmt: skip
            return
        lines = tuple(
            paragraph(f"{SIGNS[change.action]} ", change.path) for change in self.receipt.changes
        )
        answers = (
            Way(id="yes", title=msg("Yes, take it back"),
                detail=msg("every file as it was, to the byte")),
            Way(id="no", title=msg("No, keep it")),
        )  # fmt: skip
        sheet = ChoiceSheet(msg("Take everything back?"), lines, answers, msg("Keep it"))
        self.app.push_screen(sheet, self._undo)

    def _undo(self, answer: str | None) -> None:
        if answer == "yes":
            self.post_message(Undo())

    def help_keys(self) -> tuple[Key, ...]:
        """Return the keys that do something here: there is no way back, and nothing to look at."""
        return (
            (ENTER, msg("take the way that is highlighted")),
            *self.own_keys,
            ("PgUp PgDn", msg("scroll the page")),
            ("? f1", msg("this help")),
            ("ctrl+q ctrl+c", msg("finish; what was written stays written")),
        )

    def keys(self) -> tuple[Key, ...]:
        copy = msg("Copy for root") if self.run.staged else msg("Copy build command")
        return (
            (ENTER, msg("Choose")), ("u", msg("Take it all back")), ("c", copy),
            (ARROWS, msg("Move")), HELP,
        )  # fmt: skip
