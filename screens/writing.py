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
from screens.state import Preview, State
from wizard.errors import WizardError
from wizard.flow import Flow
from wizard.text import Text, msg
from wizard.untrusted import clean_line


def hint_here(error: WizardError, preview: Preview) -> Text:
    """Return what to do, in words of a screen where the error's own name commands and flags."""
    hint = str(error.hint)
    if "`gomod-wizard diff`" in hint:
        return msg("press enter: everything is looked at again, and you see the new difference")
    if "--scope" not in hint:
        return error.hint
    name = next((c.artifact for c in preview.changes.changes if c.path == error.where), "")
    return msg(
        "leave {name} out in the review (space on its tab), or ask its owner for permission",
        name=name or msg("the file"),
    )


class WritingScreen(Framed):
    """Nothing can be chosen here: a transaction ends, or puts everything back."""

    writes = True
    help_text = msg(
        "All files are written as one transaction. If one of them cannot be written, everything "
        "that was written before it is put back, and you are told why."
    )

    @dataclass
    class StepBegins(Message):
        """One step of the transaction begins; may be posted from another thread."""

        step: str

    def __init__(self, state: State, flow: Flow, project: str) -> None:
        super().__init__(state, flow, project)
        self.steps: tuple[str, ...] = ()
        self.failure: WizardError | None = None
        self.refused: Preview | None = None
        """What could not be written."""

    def on_mount(self) -> None:
        self.query_one(Proceed).display = False
        if self.failure is not None and self.refused is not None:  # told in another language
            self.fail(self.failure, self.refused)
        else:
            self.draw_steps()

    def content(self) -> ComposeResult:
        yield Static(text_of(msg("Writing")), classes="heading")
        yield Static(id="steps", classes="code")
        yield Paragraphs(id="failure")

    def foot(self) -> ComposeResult:
        yield Proceed(msg("Look again, and see what is new"))

    @on(StepBegins)
    def add(self, event: StepBegins) -> None:
        """Show one more step under way, and those before it as done."""
        self.steps = (*self.steps, clean_line(event.step))
        if self.failure is None:
            self.draw_steps()

    def draw_steps(self) -> None:
        """Draw the steps, the last one as under way, or as the one that failed."""
        lines = [Content.assemble(("✓ ", Tone.GOOD), step) for step in self.steps]
        if self.steps:
            sign = ("▸ ", Tone.ACCENT) if self.failure is None else ("✗ ", Tone.BAD)
            end = " …" if self.failure is None else ""
            lines[-1] = Content.assemble(sign, self.steps[-1] + end)
        self.query_one("#steps", Static).update(Content("\n").join(lines))

    def fail(self, error: WizardError, preview: Preview) -> None:
        """Show why nothing was written, and the way on."""
        self.failure, self.refused = error, preview
        self.draw_steps()
        kept = paragraph("", msg("Everything is as it was before."))
        lines = refusal_lines(error, hint_here(error, preview))
        self.query_one("#failure", Paragraphs).show((*lines, kept))
        proceed = self.query_one(Proceed)
        proceed.display = True
        proceed.focus()
        self.query_one(KeyBar).show(self.keys())

    def keys(self) -> tuple[Key, ...]:
        return () if self.failure is None else ((ENTER, msg("Look again, and see what is new")),)
