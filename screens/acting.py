"""What the wizard does: it writes what was confirmed, proves it, mends it, and takes it back.

Nothing is written but by `write`, which follows the last yes to exactly what was shown.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work

from screens.apart import apart
from screens.frame import Framed
from screens.knowing import KnowingApp
from screens.messages import (
    Afresh,
    Finish,
    Mend,
    ProofEnded,
    Prove,
    RepairAccepted,
    RepairRefused,
    Undo,
    UndoEnded,
)
from screens.run import Run
from wizard.errors import ForbiddenError, WizardError
from wizard.flow import Flow, Step
from wizard.text import msg

if TYPE_CHECKING:
    from screens.sheet import Consent
    from screens.state import Preview
    from screens.stream import Stream
    from wizard.apply.types import Receipt


class ActingApp(KnowingApp):
    """The half of the wizard that changes something, and that runs the user's own tools."""

    def __init__(self, stream: Stream) -> None:
        super().__init__(stream)
        self.writing = False
        self.done = Run()
        self.before_writing = Flow()
        """Where a refused write leads back to."""

    @property
    def receipt(self) -> Receipt | None:
        """What was written in this run; None: nothing yet."""
        return self.done.receipt

    @property
    def place(self) -> str:
        """The project's folder, as every screen shows it."""
        return str(self.stream.request.project)

    def came_by_itself(self) -> None:
        """Let no key take what has just come up without one."""

    async def when_seen(self) -> None:
        """Wait until no help and no palette is open: what is typed there is for no other screen."""
        while not isinstance(self.screen, Framed):  # noqa: ASYNC110 - any of them may close
            await asyncio.sleep(0.05)

    def screen_for(self, step: Step) -> Framed:
        """Return the screen of `step`; loaded only now, so that the first one is there at once."""
        from screens.places import SCREENS

        if step is Step.PROOF:
            return self.last_screen()
        return SCREENS[step](self.state, self.flow, self.place)

    def last_screen(self) -> Framed:
        """Return the diagnosis where the proof failed, else the end."""
        from screens.diagnosis import DiagnosisScreen
        from screens.done import DoneScreen

        failed = self.done.failed is not None or self.done.trouble is not None
        kind = DiagnosisScreen if failed else DoneScreen
        return kind(self.state, self.flow, self.place, self.done)

    # --- writing -----------------------------------------------------------------------------

    async def confirm(self) -> None:
        """Ask for the last yes to exactly what was shown."""
        from screens.sheet import ConfirmScreen
        from wizard.apply.types import Receipt

        preview = self.state.ready
        if preview is None or not isinstance(self.screen, Framed):
            return  # there is nothing to say yes to yet, or the question stands open already
        if preview.blocked:
            await self.leave_out_what_is_closed(preview)
            return
        if not preview.changes.changes:
            self.remember(preview, Receipt(id=None, changes=()))
            self.flow = self.flow.leap(Step.PROOF)
            await self.prove()
            return

        def answered(consent: Consent | None) -> None:
            if consent is not None and preview is self.state.ready:
                self.writing = True
                self.write(preview, consent.restart)

        facts = self.state.facts
        engine = None if facts is None else facts.docker.engine.value
        containers = None if engine is None else engine.containers_running
        await self.push_screen(ConfirmScreen(preview, containers=containers), answered)

    async def leave_out_what_is_closed(self, preview: Preview) -> None:
        """Take the files that this user may not write out of what is proposed."""
        if self.flow.at is Step.PROOF:
            path = preview.blocked[0].path
            words = msg("{path} cannot be written: you have no permission", path=path)
            self.notify(str(words), markup=False)
            return
        closed = {change.artifact for change in preview.blocked}
        self.adopt(replace(self.state, left_out=self.state.left_out | closed, preview=None))

    @work(exclusive=True, group="write")
    async def write(self, preview: Preview, restart: bool) -> None:
        """Write what was shown, as one transaction, then prove it."""
        from screens.writing import WritingScreen

        mends = self.flow.at is Step.PROOF
        self.before_writing, self.flow = self.flow, self.flow.leap(Step.PROOF)
        screen = WritingScreen(self.state, self.flow, self.place)
        await self.switch_screen(screen)

        def step_begins(step: str) -> None:
            screen.post_message(WritingScreen.StepBegins(step))

        known = self.state

        async def write_and_remember() -> Receipt:
            changes = preview.changes
            receipt = await self.stream.apply(changes, restart=restart, on_step=step_begins)
            if known.facts is not None and known.plan is not None:
                with suppress(ForbiddenError):  # `check` then knows less; what is written stands
                    self.stream.remember(known.facts, known.plan, known.answers)
            return receipt

        try:
            receipt = await apart(write_and_remember)
        except WizardError as error:
            self.writing = False
            self.flow = self.before_writing
            screen.fail(error, preview)
            return
        await self.when_seen()
        self.writing = False
        self.remember(preview, receipt, mends=mends)
        if receipt.staged:
            await self.switch_screen(self.last_screen())
            self.came_by_itself()
        else:
            await self.prove()

    def remember(self, preview: Preview, receipt: Receipt, *, mends: bool = False) -> None:
        """Keep what was written, for the last screen and for taking it back."""
        self.done = replace(
            self.done,
            receipts=(*self.done.receipts, receipt),
            command=preview.command,
            staged=receipt.staged,
            rounds=self.done.rounds + mends,
            outcomes=(),
            trouble=None,
        )
        self.stream.keep_draft({}, self.flow.at)  # what was chosen stands in the profile now

    # --- proving -----------------------------------------------------------------------------

    @on(Prove)
    async def prove(self) -> None:
        """Prove by a real build what stands there."""
        from screens.proving import ProofScreen

        facts, plan = self.state.facts, self.state.plan
        if facts is None or plan is None:
            return
        self.done = replace(self.done, outcomes=(), trouble=None, stopped=False)
        await self.switch_screen(
            ProofScreen(self.state, self.flow, self.place, self.stream, facts, plan)
        )
        self.came_by_itself()

    @on(ProofEnded)
    def proof_ended(self, event: ProofEnded) -> None:
        self.done = replace(
            self.done, outcomes=event.outcomes, trouble=event.trouble, stopped=event.stopped
        )
        self.conclude()

    @work(exclusive=True, group="conclude")
    async def conclude(self) -> None:
        """Show what came of the proof; what root wrote meanwhile waits no more."""
        if self.done.staged and self.state.preview is not None:
            wanted = tuple(
                one for one in self.state.preview.artifacts if one.name not in self.state.left_out
            )
            try:
                changes = await apart(lambda: self.stream.changes(wanted))
            except WizardError:
                pass  # it waits as far as anybody knows
            else:
                still = {change.path for change in changes.changes}
                left = tuple(one for one in self.done.staged if one.path in still)
                self.done = replace(self.done, staged=left)
        await self.when_seen()
        await self.switch_screen(self.last_screen())
        self.came_by_itself()

    @on(Mend)
    async def mend(self) -> None:
        """Look again, and show what would cure the failure."""
        from screens.mending import MendingScreen

        await self.switch_screen(
            MendingScreen(self.state, self.flow, self.place, self.stream, self.done)
        )

    @on(RepairRefused)
    async def back_to_faults(self) -> None:
        await self.switch_screen(self.last_screen())

    @on(RepairAccepted)
    async def accept_repair(self, event: RepairAccepted) -> None:
        """Ask for the last yes to a repair, as to any other write."""
        proposal = event.proposal
        self.state = replace(
            self.state, facts=proposal.facts, plan=proposal.plan, answers=dict(proposal.answers),
            preview=event.preview, left_out=frozenset(), trouble=None,
        )  # fmt: skip
        await self.confirm()

    # --- the end -----------------------------------------------------------------------------

    @on(Undo)
    async def undo(self) -> None:
        """Take back everything that this run wrote."""
        from screens.undone import UndoneScreen

        self.writing = True
        await self.switch_screen(
            UndoneScreen(self.state, self.flow, self.place, self.stream, self.done)
        )

    @on(UndoEnded)
    def undo_ended(self, event: UndoEnded) -> None:
        self.writing = False
        self.done = replace(self.done, undone=event.undone)

    @on(Finish)
    async def finish(self) -> None:
        """Leave from the last screen; from the faults, go there."""
        from screens.diagnosis import DiagnosisScreen
        from screens.done import DoneScreen
        from screens.mending import MendingScreen

        if isinstance(self.screen, DiagnosisScreen | MendingScreen):
            await self.switch_screen(DoneScreen(self.state, self.flow, self.place, self.done))
        else:
            self.action_leave()

    @on(Afresh)
    async def afresh(self) -> None:
        """Start again, as if the program had just been started."""
        self.done, self.flow = Run(), Flow()
        await self.switch_screen(self.screen_for(Step.WELCOME))
        self.look()

    def action_leave(self) -> None:
        """End the wizard; a transaction under way is not torn apart."""
        if self.writing:
            self.notify(str(msg("Writing: this takes a moment.")), markup=False)
        else:
            self.exit(int(self.done.code), return_code=int(self.done.code))
