"""The screen while files are written: each step as it is done, then where it ended."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from screens.decisions import refusal_lines, text_of
from screens.frame import ENTER, Framed, Key, KeyBar, Proceed
from screens.grid import Tone
from screens.paragraphs import Paragraphs, paragraph
from screens.state import State
from wizard.errors import WizardError
from wizard.flow import Flow
from wizard.text import msg
from wizard.untrusted import clean_line


class WritingScreen(Framed):
    """Nothing can be chosen here: a transaction ends, or puts everything back."""

    help_text = msg(
        "All files are written as one transaction. If one of them cannot be written, everything "
        "that was written before it is put back, and you are told why."
    )

    @dataclass
    class StepDone(Message):
        """One step of the transaction is done; may be posted from another thread."""

        step: str

    def __init__(self, state: State, flow: Flow, project: str) -> None:
        super().__init__(state, flow, project)
        self.steps: tuple[str, ...] = ()
        self.failure: WizardError | None = None

    def on_mount(self) -> None:
        self.query_one(Proceed).display = self.failure is not None

    def content(self) -> ComposeResult:
        yield Static(text_of(msg("Writing")), classes="heading")
        yield Static(id="steps", classes="code")
        yield Paragraphs(id="failure")

    def foot(self) -> ComposeResult:
        yield Proceed(msg("Back to the review"))

    @on(StepDone)
    def add(self, event: StepDone) -> None:
        """Show one more step as done."""
        self.steps = (*self.steps, clean_line(event.step))
        lines = [Content.assemble(("✓ ", Tone.GOOD), step) for step in self.steps]
        self.query_one("#steps", Static).update(Content("\n").join(lines))

    def fail(self, error: WizardError) -> None:
        """Show why nothing was written, and the way back."""
        self.failure = error
        kept = paragraph("", msg("Everything is as it was before."))
        self.query_one("#failure", Paragraphs).show((*refusal_lines(error), kept))
        proceed = self.query_one(Proceed)
        proceed.display = True
        proceed.focus()
        self.query_one(KeyBar).show(self.keys())

    def keys(self) -> tuple[Key, ...]:
        return () if self.failure is None else ((ENTER, msg("Back to review")),)
