"""The proof while it runs: every module downloaded anew, in a build and on this host.

The work belongs to this screen and ends with it; escape stops it at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Static
from textual.worker import Worker

from screens.able import Deed
from screens.apart import apart
from screens.decisions import text_of
from screens.frame import ESC, HELP, Framed, Key
from screens.messages import ProofEnded
from screens.outcomes import outcome_lines, progress_lines, waiting_line
from screens.paragraphs import Paragraph, Paragraphs
from screens.state import State
from wizard.errors import WizardError
from wizard.facts import Facts
from wizard.flow import Flow
from wizard.plan.types import Plan
from wizard.text import msg
from wizard.verify.types import Outcome, Part, Progress
from wizard.verify.watching import Watching

if TYPE_CHECKING:
    from screens.stream import Stream

ORDER = (Part.BUILD, Part.HOST)
"""The build first: it is what everybody came for."""


class ProofScreen(Framed):
    """Nothing is to be chosen while it runs; escape stops it."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", show=False, priority=True),
    ]
    may_leap = False
    help_text = msg(
        "Your own docker builds the stage that downloads modules, and your own go downloads them "
        "on this host: from nothing, so that no cache can make it look right. No cache of yours is "
        "emptied, and what the proof leaves behind is taken away.\n\n"
        "Esc stops it at once. What was written stays written; on the last screen, u takes it back."
    )

    @dataclass
    class Moved(Message):
        """A part came further; may be posted from another thread."""

        part: Part
        now: Progress

    def __init__(
        self, state: State, flow: Flow, project: str, stream: Stream, facts: Facts, plan: Plan
    ) -> None:
        super().__init__(state, flow, project)
        self.stream = stream
        self.facts = facts
        self.plan = plan
        self.outcomes: tuple[Outcome, ...] = ()
        self.now: Progress | None = None
        self.ended = False
        self.work: Worker[None] | None = None

    def content(self) -> ComposeResult:
        yield Static(text_of(msg("The proof: every module, from nothing")), classes="heading")
        yield Static(
            text_of(msg("With empty caches of its own; none of yours is touched.")), classes="why"
        )
        yield Paragraphs(id="parts")

    def foot(self) -> ComposeResult:
        yield Static(text_of(msg("esc stops it; what was written stays written")), classes="why")

    def deeds(self) -> Iterable[Deed]:
        yield (msg("Stop the proof"), msg("esc does so too"), self.action_stop)

    def on_mount(self) -> None:
        # Of the app, not of this screen: a change of language mounts anew, and waits for a
        # screen's own work.
        if self.work is None:
            self.work = self.app.run_worker(self.prove(), group="prove", exclusive=True)

    def on_unmount(self) -> None:
        self.stop_work()

    def stop_work(self) -> None:
        """Cancel what runs; it cleans up behind itself."""
        if self.work is not None:
            self.work.cancel()

    def draw(self) -> None:
        super().draw()
        self.query_one("#parts", Paragraphs).show(self.lines())

    def lines(self) -> tuple[Paragraph, ...]:
        """Return every part: how it ended, how far it is, or that it comes later."""
        lines: list[Paragraph] = []
        for outcome in self.outcomes:
            lines += [*outcome_lines(outcome), Paragraph(text_of(""), text_of(""))]
        later = ORDER[len(self.outcomes) :]
        if later:
            lines += [*progress_lines(later[0], self.now), Paragraph(text_of(""), text_of(""))]
        return (*lines, *(waiting_line(part) for part in later[1:]))

    async def prove(self) -> None:
        """Run one part after the other, each on a thread of its own."""
        for part in ORDER:
            try:
                outcome = await self.prove_part(part)
            except WizardError as error:
                self.end(trouble=error)
                return
            self.outcomes, self.now = (*self.outcomes, outcome), None
            self.draw()
        self.end()

    async def prove_part(self, part: Part) -> Outcome:
        """Run one part, and hear how far it is."""

        def listen(now: Progress) -> None:
            self.post_message(self.Moved(part, now))

        watching = Watching(on_progress=listen)
        return await apart(
            lambda: self.stream.prove(self.facts, self.plan, part, watching), wait=True
        )

    def end(self, *, trouble: WizardError | None = None, stopped: bool = False) -> None:
        """Hand over, once."""
        if not self.ended:
            self.ended = True
            outcomes = () if stopped else self.outcomes
            self.post_message(ProofEnded(outcomes, trouble, stopped))

    @on(Moved)
    def move(self, event: Moved) -> None:
        """Show how far the part is that runs."""
        if not self.ended and event.part is ORDER[min(len(self.outcomes), len(ORDER) - 1)]:
            self.now = event.now
            self.draw()

    def action_stop(self) -> None:
        """Stop at once; what docker and go still do is ended behind."""
        self.stop_work()
        self.end(stopped=True)

    def keys(self) -> tuple[Key, ...]:
        return ((ESC, msg("Stop the proof")), HELP)
