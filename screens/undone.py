"""Taking everything back, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.widgets import OptionList, Static
from textual.worker import Worker

from screens.apart import apart
from screens.decisions import refusal_lines, text_of
from screens.files import ACTIONS, SIGNS
from screens.frame import ARROWS, ENTER, HELP, Framed, Key, KeyBar
from screens.grid import Tone
from screens.messages import Afresh, Finish, UndoEnded
from screens.paragraphs import Paragraph, Paragraphs, bullets, paragraph
from screens.run import Run
from screens.state import State
from screens.ways import Way, Ways
from wizard.apply.types import Receipt
from wizard.errors import WizardError
from wizard.flow import Flow
from wizard.text import msg
from wizard.untrusted import clean_line

if TYPE_CHECKING:
    from screens.stream import Stream


class UndoneScreen(Framed):
    """Every transaction of this run, the newest first, back to the earlier bytes."""

    AUTO_FOCUS = "#ways"
    may_leap = False
    help_text = msg(
        "Every file that this run wrote goes back to its earlier bytes; new files and folders are "
        "removed. A file that somebody changed since is left alone, and named."
    )

    def __init__(self, state: State, flow: Flow, project: str, stream: Stream, run: Run) -> None:
        super().__init__(state, flow, project)
        self.stream = stream
        self.run = run
        self.undone: tuple[Receipt, ...] = ()
        self.failure: WizardError | None = None
        self.busy = True
        self.work: Worker[None] | None = None

    def content(self) -> ComposeResult:
        yield Static(id="headline", classes="heading")
        yield Paragraphs(id="undone")

    def foot(self) -> ComposeResult:
        yield Ways(self.ways())

    def on_mount(self) -> None:
        if self.work is None:  # a change of language mounts anew
            self.work = self.app.run_worker(self.take_back(), group="undo", exclusive=True)

    def draw(self) -> None:
        super().draw()
        self.query_one("#headline", Static).update(text_of(self.headline()))
        self.query_one("#undone", Paragraphs).show(self.lines())
        ways = self.query_one("#ways", Ways)
        ways.show(self.ways())
        ways.display = not self.busy
        if not self.busy:
            ways.focus()
        self.query_one(KeyBar).show(self.keys())

    async def take_back(self) -> None:
        """Undo one transaction after the other; the first that is refused ends it."""
        try:
            for id_ in self.run.ids:
                receipt = await apart(lambda id_=id_: self.stream.undo(id_))  # type: ignore[misc]
                self.undone = (*self.undone, receipt)
                self.draw()
        except WizardError as error:
            self.failure = error
        self.busy = False
        self.draw()
        self.post_message(UndoEnded(self.undone))

    def headline(self) -> str:
        """Return in one line how far it is."""
        if self.busy:
            return str(msg("Taking it back …"))
        if self.failure is not None:
            return str(msg("Not everything was taken back"))
        if any(receipt.staged for receipt in self.undone):
            return str(msg("Taken back, but for what root wrote"))
        return str(msg("Taken back: everything is as it was"))

    def lines(self) -> tuple[Paragraph, ...]:
        """Return what was taken back, what waits for root, and why something was refused."""
        lines: list[Paragraph] = []
        for receipt in self.undone:
            for change in receipt.changes:
                words = msg("{action}: {path}", action=ACTIONS[change.action], path=change.path)
                lines.append(paragraph(f"{SIGNS[change.action]} ", words, Tone.GOOD))
            lines += bullets(receipt.messages)
            if receipt.sudo_command:
                words = msg("Run this as root, and the system's files go back too:")
                lines += [paragraph("# ", words, Tone.WARN),
                          paragraph("  ", clean_line(receipt.sudo_command))]  # fmt: skip
        if self.failure is not None:
            lines += refusal_lines(self.failure)
        return tuple(lines)

    def ways(self) -> tuple[Way, ...]:
        """Return the ways on."""
        return (
            Way(id="finish", title=msg("Leave")),
            Way(id="afresh", title=msg("Start again"), detail=msg("from the first screen")),
        )

    @on(OptionList.OptionSelected, "#ways")
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.post_message(Afresh() if event.option_index else Finish())

    def keys(self) -> tuple[Key, ...]:
        if self.busy:
            return ()
        return ((ENTER, msg("Choose")), (ARROWS, msg("Move")), HELP)
