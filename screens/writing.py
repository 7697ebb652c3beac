"""The screen while files are written: each step as it is done, then where it ended."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from screens.decisions import text_of
from screens.frame import ENTER, Framed, Key, Proceed
from screens.grid import Tone
from wizard.errors import WizardError
from wizard.text import msg
from wizard.untrusted import clean_line


class WritingScreen(Framed):
    """Nothing can be chosen here: a transaction ends, or puts everything back."""

    help_text = msg(
        "All files are written as one transaction. If one of them cannot be written, everything "
        "that was written before it is put back, and you are told why."
    )

    def on_mount(self) -> None:
        self.steps: tuple[str, ...] = ()
        self.failure: WizardError | None = None
        self.query_one(Proceed).display = False

    def content(self) -> ComposeResult:
        yield Static(text_of(msg("Writing")), classes="heading")
        yield Static(id="steps", classes="code")
        yield Static(id="failure")

    def foot(self) -> ComposeResult:
        yield Proceed(msg("Back to the review"))

    def add(self, step: str) -> None:
        """Show one more step as done."""
        self.steps = (*self.steps, clean_line(step))
        lines = [Content.assemble(("✓ ", Tone.GOOD), step) for step in self.steps]
        self.query_one("#steps", Static).update(Content("\n").join(lines))

    def fail(self, error: WizardError) -> None:
        """Show why nothing was written, and the way back."""
        self.failure = error
        lines = [Content.styled(f"✗ {clean_line(str(error.message))}", Tone.BAD)]
        if error.where:
            lines.append(Content(clean_line(error.where)))
        if str(error.hint):
            lines.append(Content.styled(f"→ {clean_line(str(error.hint))}", Tone.MUTED))
        lines.append(Content(str(msg("Everything is as it was before."))))
        self.query_one("#failure", Static).update(Content("\n").join(lines))
        proceed = self.query_one(Proceed)
        proceed.display = True
        proceed.focus()

    def keys(self) -> tuple[Key, ...]:
        return () if getattr(self, "failure", None) is None else ((ENTER, msg("Back to review")),)
