"""The wizard on a whole screen: it switches screens, asks, and writes what was confirmed.

Screens draw a `State` and ask by messages; only the app acts. Nothing is written but by the
`Write` that follows the review.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.events import Event, InputEvent, Key, Paste
from textual.message import Message
from textual.worker import WorkerFailed

from screens.acting import ActingApp
from screens.apart import end_all, still_ending
from screens.calm import IDLE_S, Idleness, calm_the_interpreter
from screens.deciding import SOURCE, asking
from screens.frame import LEAST_HEIGHT, LEAST_WIDTH, Framed
from screens.messages import Change, GoBack, GoOn, Leap, LeaveOut, LookAgain
from screens.spoken import SpokenApp
from screens.state import State
from screens.welcome import WelcomeScreen
from wizard.errors import ExitCode
from wizard.flow import Step
from wizard.resources import asset
from wizard.text import msg

if TYPE_CHECKING:
    from screens.stream import Stream
    from wizard.drafts import Draft
    from wizard.flow import Flow
    from wizard.session import Session

LEAVE_KEYS = ("ctrl+q", "ctrl+c")
ENDING_S = 20.0
"""Seconds that docker gets to end a build when the user leaves in the middle of the proof."""
TAKING_KEYS = ("enter", "space")


class WizardApp(ActingApp, SpokenApp):
    """One run of the wizard over one stream."""

    CSS_PATH = asset("wizard.tcss")
    TITLE = "gomod-wizard"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as Textual declares it
        (0, "-tiny"),
        (LEAST_WIDTH, "-narrow"),
        (72, "-normal"),
        (100, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - as Textual declares it
        (0, "-flat"),
        (LEAST_HEIGHT, "-short"),
        (22, "-medium"),
        (32, "-roomy"),
        (48, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(LEAVE_KEYS), "leave", show=False, priority=True),
        Binding("question_mark,f1", "help", show=False),
        Binding("r", "look_again", show=False),
        Binding("escape", "back", show=False),
    ]

    READING_S: ClassVar[float] = 0.4
    """Seconds in which no key takes what came up by itself."""

    def __init__(self, stream: Stream) -> None:
        super().__init__(stream)
        self.readable_at = 0.0
        self.idleness = Idleness()

    @property
    def too_small(self) -> bool:
        """The window shows nothing of the wizard, so no key may change anything."""
        return self.size.width < LEAST_WIDTH or self.size.height < LEAST_HEIGHT

    @property
    def shows_a_write(self) -> bool:
        """A write is under way here, or was refused."""
        return isinstance(self.screen, Framed) and self.screen.writes

    async def on_event(self, event: Event) -> None:
        """Take keys, text and clicks only where one sees what they do."""
        if isinstance(event, InputEvent):
            self.idleness.pressed()
        if isinstance(event, Key) and event.key in TAKING_KEYS and event.time < self.readable_at:
            return
        unseen = isinstance(event, InputEvent | Paste) and self.too_small
        if unseen and not (isinstance(event, Key) and event.key in LEAVE_KEYS):
            return
        await super().on_event(event)

    def _fatal_error(self) -> None:
        """End after a mistake of the program; Textual's own would print every local variable.

        Among those there may be a password that was just read.
        """
        self._close_messages_no_wait()

    async def on_mount(self) -> None:
        await self.push_screen(WelcomeScreen(self.state, self.flow, self.place))
        # What they import would keep the first frame waiting.
        self.call_after_refresh(self.begin)

    async def begin(self) -> None:
        """Look, and ask about what an earlier start left unfinished."""
        self.look()
        self.set_interval(IDLE_S / 2, self.idleness.tidy)
        draft = self.stream.draft()
        if draft is not None:
            from screens.resuming import resuming

            await self.push_screen(resuming(draft), partial(self.resume, draft))

    def resume(self, draft: Draft, answer: str | None) -> None:
        """Go on with what was chosen, start afresh, or (escape) leave it for another time."""
        from screens.resuming import AFRESH, RESUME, with_draft

        if answer == AFRESH:
            self.stream.keep_draft({}, Step.WELCOME)
        if answer != RESUME:
            return
        state = with_draft(self.stream, self.state, draft)
        self.adopt(state)
        if draft.step not in (Step.WELCOME, Step.PROOF):
            self.post_message(Leap(draft.step))

    # --- moving ------------------------------------------------------------------------------

    async def go(self, flow: Flow) -> None:
        """Show the place of `flow`."""
        if flow == self.flow:
            return
        stale = self.flow.at is Step.PROOF
        chosen = any(answer.source == SOURCE for answer in self.state.answers.values())
        self.flow = flow
        await self.switch_screen(self.screen_for(flow.at))
        if stale and flow.at is not Step.PROOF:
            self.look()  # files were written since the last look
        else:
            self.adopt(self.state)
        if chosen:
            self.keep_draft()

    @on(GoOn)
    async def go_on(self) -> None:
        """Enter: the next step; at the proposal and the review, the last question."""
        if self.shows_a_write:
            await self.back_from_a_refused_write()
        elif self.flow.at in (Step.PROPOSAL, Step.REVIEW):
            await self.confirm()
        else:
            await self.go(self.flow.forward())

    async def back_from_a_refused_write(self) -> None:
        """Return to where it was confirmed, and look at everything again."""
        if self.writing:
            return
        await self.switch_screen(self.screen_for(self.flow.at))
        if self.flow.at is not Step.PROOF:
            self.look()

    @on(Leap)
    async def leap(self, event: Leap) -> None:
        """Go to a step; the proposal opens when there is one, and the key is remembered."""
        if event.step is Step.PROPOSAL and self.flow.at is Step.WELCOME and not self.state.settled:
            self.take(replace(self.state, held=True))
            return
        await self.go(self.flow.leap(event.step))

    def take(self, state: State) -> None:
        opens = state.held and state.settled
        super().take(replace(state, held=False) if opens else state)
        if opens and self.is_running and self.flow.at is Step.WELCOME:
            self.call_later(self.open_proposal)

    async def open_proposal(self) -> None:
        """Open what was waited for. A key that was meant for the last screen counts no more."""
        if self.flow.at is not Step.WELCOME or len(self.screen_stack) > 2:
            return  # somebody went elsewhere in this very moment, or reads the help
        await self.go(self.flow.leap(Step.PROPOSAL))
        self.came_by_itself()

    def came_by_itself(self) -> None:
        """Let nobody confirm by a key what has just come up without one."""
        self.readable_at = Message().time + self.READING_S

    @on(GoBack)
    async def action_back(self) -> None:
        """Escape: where the user came from. While and after writing there is no way back."""
        if self.writing:
            return
        if self.shows_a_write:
            await self.back_from_a_refused_write()
        elif self.state.held:
            self.take(replace(self.state, held=False))
        elif self.flow.at is not Step.PROOF:
            await self.go(self.flow.back())

    async def action_help(self) -> None:
        """Show the help of the screen that is open."""
        from screens.sheet import HelpScreen

        if isinstance(self.screen, Framed):
            await self.push_screen(HelpScreen(self.screen.help_text, self.screen.help_keys()))

    @on(LookAgain)
    def action_look_again(self) -> None:
        """Start the detection anew; what is known stays until it is replaced."""
        if not self.writing and self.flow.at is not Step.PROOF:
            self.look()

    # --- answers -----------------------------------------------------------------------------

    @on(Change)
    async def change(self, event: Change) -> None:
        """Open the question behind a decision."""
        from screens.question import QuestionScreen

        asked = asking(self.stream, self.state, event.key)
        if asked is not None and isinstance(self.screen, Framed):
            await self.push_screen(QuestionScreen(asked, self.try_answers))

    # --- writing -----------------------------------------------------------------------------

    @on(LeaveOut)
    def leave_out(self, event: LeaveOut) -> None:
        self.adopt(replace(self.state, left_out=self.state.left_out ^ {event.name}, preview=None))


def run_wizard(session: Session) -> int:
    """Run the wizard until the user leaves; returns the exit code of the contract.

    Raises what a mistake of the program raised, once the terminal is itself again.
    """
    app = WizardApp(session)
    calm_the_interpreter()
    code = app.run()
    from screens.farewell import after_a_mistake, farewell

    failure = app._exception
    if still_ending():
        print(msg("Ending the build that was under way …"), file=sys.stderr)
        end_all(ENDING_S)
    if failure is not None:
        print(after_a_mistake(app.receipt, writing=app.writing), file=sys.stderr)
    if isinstance(failure, WorkerFailed):
        raise failure.error
    if failure is not None:
        raise failure
    if not session.system.demo:  # of a played machine nothing is left to go on with
        words = farewell(app.done, app.state.answers)
        print(words, file=sys.stderr if app.receipt is None else sys.stdout)
    return int(ExitCode.INTERRUPTED) if code is None else code
