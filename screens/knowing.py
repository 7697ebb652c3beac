"""What the wizard knows: it looks, decides and compares, and hands the newest state to screens.

No screen is switched here, and nothing is written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from screens.apart import apart
from screens.deciding import (
    SOURCE,
    answered,
    decided,
    decided_apart,
    nothing_to_ask,
    previewed,
)
from screens.dressed import DressedApp
from screens.focus import Sheet
from screens.frame import Framed
from screens.state import State
from wizard.detect.request import Event
from wizard.errors import WizardError
from wizard.flow import Flow, Step
from wizard.text import msg

if TYPE_CHECKING:
    from screens.stream import Stream


REDRAW_S = 0.08
"""Seconds for which reports are gathered: two hundred mirrors must not keep a key waiting."""

COMPARED = (Step.WELCOME, Step.PROPOSAL, Step.REVIEW)
"""Where it is shown, or about to be shown, what would be written."""


class KnowingApp(DressedApp):
    """One state over one stream, the same for every screen that is open."""

    @dataclass
    class Reported(Message):
        """The detection that was started as number `look` has something new to tell."""

        look: int

    def __init__(self, stream: Stream) -> None:
        super().__init__(stream.system)
        self.stream = stream
        self.state = State(answers=dict(stream.answers), looking=True)
        self.flow = Flow()
        self.looks = 0
        self.reports: deque[Event] = deque()
        """What the look under way told and no screen shows yet; filled from its own thread."""

    @property
    def open_steps(self) -> frozenset[Step]:
        """The steps that one can go to by name."""
        return frozenset(Step) - {Step.PROOF}

    def take(self, state: State) -> None:
        """Make `state` the one that is drawn, on every screen that is open."""
        self.state = state
        if not self.is_running:
            return  # the screens are being taken down
        for screen in self.screen_stack:
            if isinstance(screen, Framed):
                screen.show(state, self.flow)
            elif isinstance(screen, Sheet) and screen.is_active and screen.outdated(state):
                screen.dismiss(None)

    def adopt(self, state: State) -> None:
        """Take a state whose plan may be new, and compare it with the disk where it is shown."""
        self.take(state)
        if self.flow.at in COMPARED and state.plan is not None and state.preview is None:
            self.compare()

    def try_answers(self, changes: Mapping[str, str | None]) -> WizardError | None:
        """Take answers where a plan can be decided with them; else return why not."""
        state = answered(self.stream, self.state, changes)
        if state.trouble is None:
            self.adopt(state)
            self.keep_draft()
        return state.trouble

    def keep_draft(self) -> None:
        """Keep what was chosen here and is not written, for the next start."""
        chosen = {
            key: answer.text
            for key, answer in self.state.answers.items()
            if answer.source == SOURCE
        }
        self.stream.keep_draft(chosen, self.flow.at)

    def look(self) -> None:
        """Start to look at everything; from now on nothing is confirmed until that is complete."""
        self.looks += 1
        self.reports = deque()
        self.take(self.state.begin())
        self.observe(self.looks)

    @work(exclusive=True, group="look")
    async def observe(self, number: int) -> None:
        """Look on a thread of its own, and decide when it is complete."""

        reports = self.reports

        def listen(event: Event) -> None:
            reports.append(event)
            if len(reports) == 1:
                self.post_message(self.Reported(number))

        try:
            facts = await apart(lambda: self.stream.detect(listen))
        except WizardError as error:
            state = replace(self.state, looking=False, trouble=error)
            self.take(replace(state, facts=None, plan=None, preview=None))
            return
        known = self.state
        state = await decided_apart(self.stream, known.complete(facts))
        if self.state.answers != known.answers or self.state.left_out != known.left_out:
            state = decided(self.stream, self.state.complete(facts))  # somebody chose meanwhile
        state = self.without_what_no_longer_fits(replace(state, held=self.state.held))
        self.flow = self.flow.skipping(nothing_to_ask(state))
        self.adopt(state)

    def without_what_no_longer_fits(self, state: State) -> State:
        """Let go of answers chosen here that no plan can be decided with any more, and say so."""
        if state.trouble is None:
            return state
        kept = {key: one for key, one in state.answers.items() if one.source != SOURCE}
        plain = decided(self.stream, replace(state, answers=kept))
        if plain.trouble is not None or len(kept) == len(state.answers):
            return state
        why = state.trouble.message
        self.say(msg("What was chosen no longer fits, and is let go: {why}", why=why))
        return plain

    @on(Reported)
    def report(self, event: Reported) -> None:
        self.set_timer(REDRAW_S, partial(self.draw_reports, event.look))

    def draw_reports(self, look: int) -> None:
        """Draw everything that was told since the last time, at once."""
        if not self.state.looking or look != self.looks:
            return
        state = self.state
        while self.reports:
            state = state.see(self.reports.popleft())
        self.take(state)

    @work(exclusive=True, group="compare")
    async def compare(self) -> None:
        """Compare what would be written with what stands on disk."""
        state = self.state
        try:
            preview = await previewed(self.stream, state)
        except WizardError as error:
            self.take(replace(self.state, trouble=error))
            return
        same = (self.state.plan, self.state.left_out) == (state.plan, state.left_out)
        if same and self.state.facts is state.facts:
            self.take(replace(self.state, preview=preview))
