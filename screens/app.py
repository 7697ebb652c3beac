"""The wizard on a whole screen: it switches screens, asks, and writes what was confirmed.

Screens draw a `State` and ask by messages; only the app acts. Nothing is written but by the
`Write` that follows the review.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.events import Event, InputEvent, Key, Paste
from textual.worker import WorkerFailed

from screens.apart import apart
from screens.deciding import asking
from screens.farewell import after_a_mistake, farewell
from screens.frame import LEAST_HEIGHT, LEAST_WIDTH, Framed
from screens.knowing import KnowingApp
from screens.messages import Change, GoBack, GoOn, Leap, LeaveOut, LookAgain
from screens.spoken import SpokenApp
from screens.state import Preview
from screens.welcome import WelcomeScreen
from wizard.errors import ExitCode, WizardError
from wizard.flow import Step
from wizard.resources import asset
from wizard.text import msg

if TYPE_CHECKING:
    from screens.stream import Stream
    from wizard.apply.types import Receipt
    from wizard.flow import Flow
    from wizard.session import Session

LEAVE_KEYS = ("ctrl+q", "ctrl+c")


class WizardApp(KnowingApp, SpokenApp):
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

    def __init__(self, stream: Stream) -> None:
        super().__init__(stream)
        self.writing = False
        self.receipt: Receipt | None = None
        self.command = ""

    @property
    def too_small(self) -> bool:
        """The window shows nothing of the wizard, so no key may change anything."""
        return self.size.width < LEAST_WIDTH or self.size.height < LEAST_HEIGHT

    async def on_event(self, event: Event) -> None:
        """Take keys, text and clicks only where one sees what they do."""
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
        await self.push_screen(self.framed(WelcomeScreen))
        self.look()

    def framed(self, kind: type[Framed]) -> Framed:
        """Return a new screen that draws the state as it is."""
        return kind(self.state, self.flow, str(self.stream.request.project))

    def screen_for(self, step: Step) -> Framed:
        """Return the screen of `step`; loaded only now, so that the first one is there at once."""
        from screens.places import SCREENS

        return self.framed(SCREENS[step])

    # --- moving ------------------------------------------------------------------------------

    async def go(self, flow: Flow) -> None:
        """Show the place of `flow`."""
        if flow == self.flow:
            return
        self.flow = flow
        await self.switch_screen(self.screen_for(flow.at))
        self.adopt(self.state)

    @on(GoOn)
    async def go_on(self) -> None:
        """Enter: the next step; at the review, the last question; at the end, leave."""
        from screens.writing import WritingScreen

        if self.receipt is not None:
            self.action_leave()
        elif isinstance(self.screen, WritingScreen):
            await self.switch_screen(self.screen_for(self.flow.at))
            self.look()
        elif self.flow.at is Step.REVIEW:
            await self.confirm()
        else:
            await self.go(self.flow.forward())

    @on(Leap)
    async def leap(self, event: Leap) -> None:
        await self.go(self.flow.leap(event.step))

    @on(GoBack)
    async def action_back(self) -> None:
        """Escape: where the user came from. While and after writing there is no way back."""
        from screens.writing import WritingScreen

        if self.writing or self.receipt is not None:
            return
        if isinstance(self.screen, WritingScreen):
            await self.go_on()
        else:
            await self.go(self.flow.back())

    async def action_help(self) -> None:
        """Show the help of the screen that is open."""
        from screens.sheet import HelpScreen

        if isinstance(self.screen, Framed):
            await self.push_screen(HelpScreen(self.screen.help_text, self.screen.help_keys()))

    def action_leave(self) -> None:
        """End the wizard; a transaction under way is not torn apart."""
        if self.writing:
            self.notify(str(msg("Writing: this takes a moment.")), markup=False)
        elif self.receipt is None:
            self.exit(int(ExitCode.INTERRUPTED), return_code=int(ExitCode.INTERRUPTED))
        else:
            self.exit(int(ExitCode.FORBIDDEN if self.receipt.staged else ExitCode.OK))

    @on(LookAgain)
    def action_look_again(self) -> None:
        """Start the detection anew; what is known stays until it is replaced."""
        if not self.writing and self.receipt is None:
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

    async def confirm(self) -> None:
        """Ask for the last yes to exactly what was shown."""
        from screens.sheet import ConfirmScreen, Consent
        from wizard.apply.types import Receipt

        preview = self.state.ready
        if preview is None or not isinstance(self.screen, Framed):
            return  # there is nothing to say yes to yet, or the question stands open already
        if preview.blocked:
            closed = {change.artifact for change in preview.blocked}
            self.adopt(replace(self.state, left_out=self.state.left_out | closed, preview=None))
            return
        if not preview.changes.changes:
            self.command = preview.command
            await self.finish(Receipt(id=None, changes=()))
            return

        def answered(consent: Consent | None) -> None:
            if consent is not None and preview is self.state.ready:
                self.writing = True
                self.write(preview, consent.restart)

        facts = self.state.facts
        engine = None if facts is None else facts.docker.engine.value
        await self.push_screen(
            ConfirmScreen(
                preview, containers=None if engine is None else engine.containers_running
            ),
            answered,
        )

    @work(exclusive=True, group="write")
    async def write(self, preview: Preview, restart: bool) -> None:
        """Write what was shown, as one transaction."""
        from screens.writing import WritingScreen

        screen = WritingScreen(self.state, self.flow, str(self.stream.request.project))
        await self.switch_screen(screen)

        def step_done(step: str) -> None:
            screen.post_message(WritingScreen.StepDone(step))

        try:
            receipt = await apart(
                lambda: self.stream.apply(preview.changes, restart=restart, on_step=step_done)
            )
        except WizardError as error:
            self.writing = False
            screen.fail(error, preview)
            return
        self.command = preview.command
        await self.finish(receipt)

    async def finish(self, receipt: Receipt) -> None:
        """Show what was done and what comes next."""
        from screens.done import DoneScreen

        self.writing = False
        self.receipt = receipt
        project = str(self.stream.request.project)
        await self.switch_screen(DoneScreen(self.state, self.flow, project, receipt, self.command))


def run_wizard(session: Session) -> int:
    """Run the wizard until the user leaves; returns the exit code of the contract.

    Raises what a mistake of the program raised, once the terminal is itself again.
    """
    app = WizardApp(session)
    code = app.run()
    failure = app._exception
    if failure is not None:
        print(after_a_mistake(app.receipt, writing=app.writing), file=sys.stderr)
    if isinstance(failure, WorkerFailed):
        raise failure.error
    if failure is not None:
        raise failure
    if not session.system.demo:  # of a played machine nothing is left to go on with
        words = farewell(app.receipt, app.command, app.state.answers)
        print(words, file=sys.stderr if app.receipt is None else sys.stdout)
    return int(ExitCode.INTERRUPTED) if code is None else code
