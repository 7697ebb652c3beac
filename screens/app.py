"""The wizard on a whole screen: it holds the state, looks, decides anew, and switches screens.

Screens draw a `State` and ask by messages; only the app acts. Nothing is written but by the
`Write` that follows the review.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import Monochrome
from textual.message import Message
from textual.worker import WorkerFailed

from screens.apart import apart
from screens.deciding import answered, asking, decided, nothing_to_ask, previewed
from screens.farewell import farewell
from screens.frame import LEAST_HEIGHT, LEAST_WIDTH, Framed
from screens.looks import CALM, PLAIN, no_colour
from screens.messages import Change, GoBack, GoOn, Leap, LeaveOut, LookAgain
from screens.state import Preview, State
from screens.welcome import WelcomeScreen
from wizard.detect.request import Event
from wizard.errors import ExitCode, WizardError
from wizard.flow import Flow, Step
from wizard.resources import asset
from wizard.text import msg

if TYPE_CHECKING:
    from screens.stream import Stream
    from wizard.apply.types import Receipt
    from wizard.session import Session


class WizardApp(App[int]):
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
        Binding("ctrl+q,ctrl+c", "leave", show=False, priority=True),
        Binding("question_mark,f1", "help", show=False),
        Binding("r", "look_again", show=False),
        Binding("escape", "back", show=False),
    ]

    @dataclass
    class Reported(Message):
        """One report of the detection that was started as number `look`."""

        look: int
        event: Event

    def __init__(self, stream: Stream) -> None:
        plain = no_colour(stream.system.env)
        super().__init__(ansi_color=plain or None)
        if not plain:  # Textual takes an empty NO_COLOR for a set one
            self.no_color = False
            self._filters = [one for one in self._filters if not isinstance(one, Monochrome)]
        self.stream = stream
        self.state = State(answers=dict(stream.answers), looking=True)
        self.flow = Flow()
        self.looks = 0
        self.writing = False
        self.receipt: Receipt | None = None
        self.command = ""
        self.register_theme(CALM)
        self.theme = PLAIN if plain else CALM.name

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

    # --- the state, and what follows from it -------------------------------------------------

    def take(self, state: State) -> None:
        """Make `state` the one that is drawn, on every screen that is open."""
        self.state = state
        if not self.is_running:
            return  # the screens are being taken down
        for screen in self.screen_stack:
            if isinstance(screen, Framed):
                screen.show(state, self.flow)

    def adopt(self, state: State) -> None:
        """Take a state whose plan may be new, and compare it with the disk where it is shown."""
        self.take(state)
        if self.flow.at is Step.REVIEW and state.plan is not None and state.preview is None:
            self.compare()

    def try_answers(self, changes: Mapping[str, str | None]) -> WizardError | None:
        """Take answers where a plan can be decided with them; else return why not."""
        state = answered(self.stream, self.state, changes)
        if state.trouble is None:
            self.adopt(state)
        return state.trouble

    # --- looking -----------------------------------------------------------------------------

    @work(exclusive=True, group="look")
    async def look(self) -> None:
        """Look at everything, on a thread of its own, and decide when it is complete."""
        self.looks += 1
        number = self.looks

        def listen(event: Event) -> None:
            self.post_message(self.Reported(number, event))

        self.take(self.state.begin())
        try:
            facts = await apart(lambda: self.stream.detect(listen))
        except WizardError as error:
            self.take(replace(self.state, looking=False, trouble=error))
            return
        self.flow = self.flow.skipping(nothing_to_ask(facts))
        self.adopt(decided(self.stream, self.state.complete(facts)))

    @on(Reported)
    def report(self, event: Reported) -> None:
        if self.state.looking and event.look == self.looks:
            self.take(self.state.see(event.event))

    @on(LookAgain)
    def action_look_again(self) -> None:
        """Start the detection anew; what is known stays until it is replaced."""
        if not self.writing and self.receipt is None:
            self.look()

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
            self.adopt(replace(self.state, preview=None))
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
            await self.push_screen(HelpScreen(self.screen.help_text))

    def action_leave(self) -> None:
        """End the wizard; a transaction under way is not torn apart."""
        if self.writing:
            self.notify(str(msg("Writing: this takes a moment.")), markup=False)
        elif self.receipt is None:
            self.exit(int(ExitCode.INTERRUPTED), return_code=int(ExitCode.INTERRUPTED))
        else:
            self.exit(int(ExitCode.FORBIDDEN if self.receipt.staged else ExitCode.OK))

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

    @work(exclusive=True, group="compare")
    async def compare(self) -> None:
        """Compare what would be written with what stands on disk."""
        state = self.state
        try:
            preview = await previewed(self.stream, state)
        except WizardError as error:
            self.take(replace(self.state, trouble=error))
            return
        if (self.state.plan, self.state.left_out) == (state.plan, state.left_out):
            self.take(replace(self.state, preview=preview))

    async def confirm(self) -> None:
        """Ask for the last yes to exactly what was shown."""
        from screens.sheet import ConfirmScreen, Consent
        from wizard.apply.types import Receipt

        preview = self.state.preview
        if preview is None or not isinstance(self.screen, Framed):
            return  # it is not compared yet, or the question stands open already
        if not preview.changes.changes:
            self.command = preview.command
            await self.finish(Receipt(id=None, changes=()))
            return

        def answered(consent: Consent | None) -> None:
            if consent is not None:
                self.write(preview, consent.restart)

        facts = self.state.facts
        engine = None if facts is None else facts.docker.engine.value
        await self.push_screen(
            ConfirmScreen(
                preview,
                containers=None if engine is None else engine.containers_running,
                root=self.stream.system.uid == 0,
            ),
            answered,
        )

    @work(exclusive=True, group="write")
    async def write(self, preview: Preview, restart: bool) -> None:
        """Write what was shown, as one transaction."""
        from screens.writing import WritingScreen

        self.writing = True
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
            screen.fail(error)
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
    if isinstance(failure, WorkerFailed):
        raise failure.error
    if failure is not None:
        raise failure
    words = farewell(app.receipt, app.command, app.state.answers)
    print(words, file=sys.stderr if app.receipt is None else sys.stdout)
    return int(ExitCode.INTERRUPTED) if code is None else code
