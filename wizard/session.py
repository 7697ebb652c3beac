"""The stream in one place: detect → decide → render → changes → apply → prove.

Both faces, the screens and the command line, go through here; neither decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wizard.detect.request import Listener, Request, ignore
from wizard.requested import Requested
from wizard.system import System
from wizard.text import Text

if TYPE_CHECKING:
    from wizard.apply.types import ChangeSet, Receipt
    from wizard.drafts import Draft
    from wizard.facts import Facts
    from wizard.flow import Step
    from wizard.plan.types import Answers, Plan
    from wizard.render.build_command import BuildCommand
    from wizard.render.types import Artifact, Scope
    from wizard.repairing import Proposal
    from wizard.verify.types import Outcome, Part
    from wizard.verify.watching import Watching


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One machine, one project, one person's answers."""

    system: System
    request: Request
    answers: Answers = field(default_factory=dict)
    requested: Requested = field(default_factory=Requested)

    def settle(self) -> tuple[Text, ...]:
        """Put back what an interrupted run left, before anything is looked at for a write.

        Returns what was put back. Raises ForbiddenError where it cannot be.
        """
        from wizard.apply import settle

        return settle(self.system)

    async def detect(self, listener: Listener = ignore) -> Facts:
        """Look at everything once, under the request's deadline. Never raises for the world."""
        from wizard.detect import detect

        return await detect(self.system, self.request, listener)

    def decide(self, facts: Facts, answers: Answers | None = None) -> Plan:
        """Return the plan for `facts`; `answers` replaces the session's where given.

        Raises UsageError for an answer that cannot be used, UnsafeError for an unsafe one.
        """
        from wizard.plan import decide

        return decide(facts, self.answers if answers is None else answers)

    def render(self, plan: Plan) -> tuple[Artifact, ...]:
        """Return every artifact of `plan`, project scope first, then what was asked for."""
        from wizard.render import render

        artifacts = render(plan)
        if not self.requested.names:
            return artifacts
        from wizard.render.targets import render_targets
        from wizard.render.targets.options import Options

        options = Options(self.requested.options)
        return (*artifacts, *render_targets(plan, self.requested.names, options))

    def build_command(self, plan: Plan) -> BuildCommand:
        """Return the build command of `plan`: argv and environment, no secret in them."""
        from wizard.render.build_command import build_command

        return build_command(plan)

    async def changes(
        self, artifacts: tuple[Artifact, ...], scopes: tuple[Scope, ...] | None = None
    ) -> ChangeSet:
        """Compare `artifacts` of `scopes`, or of all, with what stands on disk.

        Nothing is written.
        """
        from wizard.apply import plan_changes
        from wizard.render.types import Scope

        wanted = tuple(Scope) if scopes is None else scopes
        return await plan_changes(self.system, self.request.project, artifacts, wanted)

    async def apply(
        self,
        changes: ChangeSet,
        *,
        restart: bool | None = None,
        on_step: Callable[[str], None] = lambda step: None,
    ) -> Receipt:
        """Write `changes` as one transaction. `restart` None: only when no container runs.

        Raises ForbiddenError (permission, disk) with everything put back, UnsafeError where a
        file changed since it was compared.
        """
        from wizard.apply import commit

        return await commit(
            self.system, self.request.project, changes, restart=restart, on_step=on_step
        )

    async def prove(self, facts: Facts, plan: Plan, part: Part, watching: Watching) -> Outcome:
        """Run the real download of one part, and say how it ended.

        Raises UsageError for a Dockerfile that cannot be read.
        """
        from wizard.proof import prove

        return await prove(self, facts, plan, part, watching, missing_is_red=True)

    async def propose(self, facts: Facts, answers: Answers, failed: Outcome) -> Proposal | None:
        """Return the narrowest change that may cure `failed`; None where nothing would change.

        Raises ForbiddenError where no file could cure it.
        """
        from wizard.repairing import propose

        return await propose(replace(self, answers=answers), facts, failed)

    def remember(
        self,
        facts: Facts,
        plan: Plan,
        answers: Answers | None = None,
        left: frozenset[str] = frozenset(),
    ) -> None:
        """Keep what was written on this network, for `check` and `refresh`.

        `answers` replaces the session's where given; `left`: decisions whose files were left as
        they are. Raises ForbiddenError where the state folder cannot be written.
        """
        from wizard.moves.memory import remember

        given = self.answers if answers is None else answers
        remember(self.system, self.request.project, facts, plan, given, left)

    async def undo(self, id_: str) -> Receipt:
        """Take a transaction back. Raises UnsafeError where a file was changed since."""
        from wizard.apply import undo

        return await undo(self.system, id_)

    def draft(self) -> Draft | None:
        """Return what was chosen for this project and not written; None where there is nothing."""
        from wizard.drafts import draft_of

        return draft_of(self.system, self.request.project)

    def keep_draft(self, answers: Mapping[str, str], step: Step) -> None:
        """Keep what was chosen for the next start, without secrets; with nothing, forget it."""
        from wizard.drafts import keep_draft

        keep_draft(self.system, self.request.project, answers, step)
