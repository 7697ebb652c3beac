"""The real stream over the sample machine: only the detection stands still."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.screens import sample
from tests.screens.stand_in import StandIn
from wizard.apply.types import ChangeSet, Receipt
from wizard.detect.request import Listener, Request
from wizard.drafts import Draft
from wizard.facts import Facts
from wizard.flow import Step
from wizard.plan.types import Answers, Plan
from wizard.render.build_command import BuildCommand
from wizard.render.types import Artifact
from wizard.repairing import Proposal
from wizard.session import Session
from wizard.system import System
from wizard.verify.types import Outcome, Part
from wizard.verify.watching import Watching

FILES = {
    "go.mod": "module git.corp.example/platform/billing\n\ngo 1.27\n",
    "go.sum": "",
    ".dockerignore": "*.sum\n.git\n",
    "Dockerfile": (
        "FROM golang:1.27-bookworm AS build\nWORKDIR /src\nCOPY go.mod go.sum ./\n"
        "RUN go mod download\nCOPY . .\nRUN go build -o /billing ./cmd/billing\n\n"
        "FROM scratch\nCOPY --from=build /billing /billing\n"
    ),
}
DAEMON_JSON = '{\n  "log-driver": "journald"\n}\n'


@dataclass
class Real:
    """The real stream after a detection that stands still."""

    session: Session
    look: StandIn

    @property
    def system(self) -> System:
        return self.session.system

    @property
    def request(self) -> Request:
        return self.session.request

    @property
    def answers(self) -> Answers:
        return self.session.answers

    async def detect(self, listener: Listener) -> Facts:
        return await self.look.detect(listener)

    def decide(self, facts: Facts, answers: Answers) -> Plan:
        return self.session.decide(facts, answers)

    def render(self, plan: Plan) -> tuple[Artifact, ...]:
        return self.session.render(plan)

    def build_command(self, plan: Plan) -> BuildCommand:
        return self.session.build_command(plan)

    async def changes(self, artifacts: tuple[Artifact, ...]) -> ChangeSet:
        return await self.session.changes(artifacts)

    async def apply(
        self, changes: ChangeSet, *, restart: bool | None, on_step: Callable[[str], None]
    ) -> Receipt:
        return await self.session.apply(changes, restart=restart, on_step=on_step)

    async def prove(self, facts: Facts, plan: Plan, part: Part, watching: Watching) -> Outcome:
        return await self.session.prove(facts, plan, part, watching)

    async def propose(self, facts: Facts, answers: Answers, failed: Outcome) -> Proposal | None:
        return await self.session.propose(facts, answers, failed)

    async def undo(self, id_: str) -> Receipt:
        return await self.session.undo(id_)

    def draft(self) -> Draft | None:
        return self.session.draft()

    def remember(self, facts: Facts, plan: Plan, answers: Answers) -> None:
        self.session.remember(facts, plan, answers)

    def keep_draft(self, answers: Mapping[str, str], step: Step) -> None:
        self.session.keep_draft(answers, step)


def machine(home: Path) -> Real:
    """Return the sample machine with its files under `home`."""
    project = home / "src" / "billing"
    project.mkdir(parents=True)
    for name, text in FILES.items():
        (project / name).write_text(text, encoding="utf-8")
    (home / ".netrc").write_text("machine git.corp.example login dev password x\n")
    root = home / "root"
    (root / "etc" / "docker").mkdir(parents=True)
    (root / "etc" / "docker" / "daemon.json").write_text(DAEMON_JSON, encoding="utf-8")
    system = System(
        env={"HOME": str(home), "PATH": "/nowhere"}, home=home, uid=1000, root=root,
        platform="linux", clock=StandIn().system.clock,
    )  # fmt: skip
    here = sample.moved(sample.facts(), str(home))
    return Real(
        session=Session(system=system, request=Request(project=project)),
        look=StandIn(facts=here),
    )
