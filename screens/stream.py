"""The stream as the screens see it: `wizard.session.Session`, or a stand-in of a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from wizard.detect.request import Listener, Request
from wizard.plan.types import Answers, Plan
from wizard.render.types import Artifact
from wizard.system import System

if TYPE_CHECKING:
    from wizard.apply.types import ChangeSet, Receipt
    from wizard.drafts import Draft
    from wizard.facts import Facts
    from wizard.flow import Step
    from wizard.render.build_command import BuildCommand
    from wizard.repairing import Proposal
    from wizard.verify.types import Outcome, Part
    from wizard.verify.watching import Watching


class Stream(Protocol):
    """What a session does for the wizard; see `wizard.session.Session` for what each raises."""

    @property
    def system(self) -> System: ...

    @property
    def request(self) -> Request: ...

    @property
    def answers(self) -> Answers: ...

    async def detect(self, listener: Listener) -> Facts: ...

    def decide(self, facts: Facts, answers: Answers) -> Plan: ...

    def render(self, plan: Plan) -> tuple[Artifact, ...]: ...

    def build_command(self, plan: Plan) -> BuildCommand: ...

    async def changes(self, artifacts: tuple[Artifact, ...]) -> ChangeSet: ...

    async def apply(
        self, changes: ChangeSet, *, restart: bool | None, on_step: Callable[[str], None]
    ) -> Receipt: ...

    def remember(self, facts: Facts, plan: Plan, answers: Answers) -> None: ...

    async def prove(self, facts: Facts, plan: Plan, part: Part, watching: Watching) -> Outcome: ...

    async def propose(self, facts: Facts, answers: Answers, failed: Outcome) -> Proposal | None: ...

    async def undo(self, id_: str) -> Receipt: ...

    def draft(self) -> Draft | None: ...

    def keep_draft(self, answers: Mapping[str, str], step: Step) -> None: ...
