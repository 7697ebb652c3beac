"""A stream for the screens' tests: the sample machine, answers on demand, nothing touched."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from tests.screens import sample
from wizard.apply.types import Action, Change, ChangeSet, Receipt
from wizard.detect.request import AreaKnown, Listener, MirrorAnswered, Request
from wizard.diagnose import Cure, Diagnosis, Evidence, Fault, FaultClass, RuledOut, Step
from wizard.drafts import Draft
from wizard.errors import WizardError
from wizard.facts import Facts
from wizard.flow import Step as Place
from wizard.plan.types import Answers, Finding, Plan
from wizard.render.build_command import BuildCommand
from wizard.render.types import Artifact, Scope, Whole
from wizard.repairing import Proposal
from wizard.system import System
from wizard.verify.types import Outcome, Part, Progress
from wizard.verify.watching import Watching


def artifact(
    name: str, scope: Scope, path: str, text: str, because: str, *decisions: str
) -> Artifact:
    """Return one artifact of the sample set."""
    return Artifact(
        name=name,
        scope=scope,
        path=path,
        content=Whole(text=text),
        standalone=text,
        because=(because,),
        restarts=("docker",) if name == "daemon.json" else (),
        decisions=decisions,
    )


STANDING = {
    "Dockerfile": (
        "FROM golang:1.27-bookworm AS build\nWORKDIR /src\nCOPY go.mod go.sum ./\n"
        "RUN go mod download\nCOPY . .\nRUN go build -o /billing ./cmd/billing\n"
    ),
    "daemon.json": '{\n  "log-driver": "journald"\n}\n',
    ".dockerignore": "*.sum\n.git\n",
}

ARTIFACTS = (
    artifact(
        "Dockerfile",
        Scope.PROJECT,
        f"{sample.PROJECT}/Dockerfile",
        "FROM golang:1.27-bookworm AS build\nWORKDIR /src\nCOPY go.mod go.sum ./\n"
        "# >>> gomod-wizard\n"
        "RUN --mount=type=cache,target=/go/pkg/mod \\\n"
        "    --mount=type=secret,id=netrc,target=/root/.netrc \\\n"
        "    go mod download\n"
        "# <<< gomod-wizard\n"
        "# gomod-wizard: RUN go mod download\n"
        "COPY . .\nRUN go build -o /billing ./cmd/billing\n",
        "modules stay in a cache mount, credentials in a secret mount",
        "dockerfile",
        "base_image",
        "goproxy",
        "secrets",
    ),
    artifact(
        ".dockerignore",
        Scope.PROJECT,
        f"{sample.PROJECT}/.dockerignore",
        "*.sum\n.git\n# >>> gomod-wizard\n!go.sum\n# <<< gomod-wizard\n",
        "*.sum hides go.sum from the build",
        "dockerfile",
    ),
    artifact(
        "docker-config.json",
        Scope.USER,
        f"{sample.HOME}/.docker/config.json",
        '{\n  "proxies": {\n    "default": {\n'
        '      "httpsProxy": "http://192.168.200.1:3128"\n    }\n  }\n}\n',
        "RUN steps find the proxy at the address of Docker's bridge",
        "container_proxy",
        "no_proxy",
    ),
    artifact(
        "daemon.json",
        Scope.SYSTEM,
        "/etc/docker/daemon.json",
        '{\n  "log-driver": "journald",\n  "bip": "192.168.200.1/24",\n  "mtu": 1400,\n'
        '  "dns": ["10.20.0.53"]\n}\n',
        "the VPN routes 172.16.0.0/12, where Docker's bridge lies now",
        "bip",
        "mtu",
        "dns",
    ),
)

COMMAND = (
    "docker",
    "build",
    "--secret",
    f"id=netrc,src={sample.HOME}/.netrc",
    "--build-arg",
    "HTTPS_PROXY",
    "-t",
    "billing",
    ".",
)


def compared(artifacts: tuple[Artifact, ...], *, unchanged: bool = False) -> ChangeSet:
    """Return what would change where `STANDING` stands."""
    if unchanged:
        return ChangeSet(changes=(), refusals=(), unchanged=tuple(one.path for one in artifacts))
    changes = []
    for one in artifacts:
        before = STANDING.get(one.name)
        changes.append(
            Change(
                path=one.path,
                scope=one.scope,
                action=Action.CREATE if before is None else Action.UPDATE,
                artifact=one.name,
                before=None if before is None else before.encode(),
                after=one.standalone.encode(),
                mode=0o644,
                needs_root=one.scope is Scope.SYSTEM,
                restarts=one.restarts,
                because=one.because,
                notes=("the old download step is commented out",)
                if one.name == "Dockerfile"
                else (),
            )
        )
    return ChangeSet(changes=tuple(changes), refusals=())


@dataclass
class StandIn:
    """A stream whose world stands still. `gate` holds the detection back until it is set."""

    system: System = field(
        default_factory=lambda: System(
            env={},
            home=Path(sample.HOME),
            uid=1000,
            root=Path("/nowhere"),
            clock=lambda: datetime(2026, 8, 23, 10, 15, tzinfo=UTC),
        )
    )
    request: Request = field(default_factory=lambda: Request(project=Path(sample.PROJECT)))
    answers: Answers = field(default_factory=dict)
    facts: Facts = field(default_factory=sample.facts)
    gate: threading.Event | None = None
    unchanged: bool = False
    refusal: WizardError | None = None
    """What `apply` raises."""
    findings: tuple[Finding, ...] | None = None
    """The plan's findings, in place of the sample's."""
    outcomes: dict[Part, Outcome | list[Outcome]] = field(default_factory=dict)
    """How a part of the proof ends, in place of green; a list: one run after the other."""
    progress: dict[Part, tuple[Progress, ...]] = field(default_factory=dict)
    """What a part of the proof tells first."""
    proof_gate: threading.Event | None = None
    """Holds the proof back until it is set."""
    repair: tuple[str, ...] | WizardError | None = ()
    """Answers that a repair drops; None: nothing is left to change; an error: it is refused."""
    root: bool = False
    """The writer is root, for whom nothing waits."""
    write_gate: threading.Event | None = None
    """Holds the write back before its end until it is set."""
    undo_refusal: WizardError | None = None
    """What `undo` raises."""
    kept: Draft | None = None
    remembered: Plan | None = None
    """What an earlier run left."""
    proved: list[Part] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    looks: int = 0
    compared: int = 0
    applied: list[tuple[ChangeSet, bool | None]] = field(default_factory=list)

    async def detect(self, listener: Listener) -> Facts:
        self.looks += 1
        for area in ("project", "go", "network", "proxy"):
            listener(AreaKnown(area=area, facts=getattr(self.facts, area)))
        for probe in self.facts.mirrors.ranking.or_else(())[1:3]:
            listener(MirrorAnswered(probe=probe))
        if self.gate is not None:
            while not self.gate.is_set():  # noqa: ASYNC110 - it is set from another thread
                await asyncio.sleep(0.005)
        for area in ("private", "docker", "mirrors"):
            listener(AreaKnown(area=area, facts=getattr(self.facts, area)))
        return self.facts

    def decide(self, facts: Facts, answers: Answers) -> Plan:
        plan = sample.plan(answers)
        return plan if self.findings is None else replace(plan, findings=self.findings)

    def render(self, plan: Plan) -> tuple[Artifact, ...]:
        return ARTIFACTS

    def build_command(self, plan: Plan) -> BuildCommand:
        return BuildCommand(argv=COMMAND)

    async def changes(self, artifacts: tuple[Artifact, ...]) -> ChangeSet:
        self.compared += 1
        return compared(artifacts, unchanged=self.unchanged)

    async def apply(
        self, changes: ChangeSet, *, restart: bool | None, on_step: Callable[[str], None]
    ) -> Receipt:
        self.applied.append((changes, restart))
        if self.refusal is not None:
            raise self.refusal
        mine = tuple(one for one in changes.changes if self.root or not one.needs_root)
        for change in mine:
            on_step(change.path)
        if self.write_gate is not None:
            while not self.write_gate.is_set():  # noqa: ASYNC110 - set from another thread
                await asyncio.sleep(0.005)
        staged = tuple(one for one in changes.changes if one not in mine)
        return Receipt(
            id="20260823-101500",
            changes=mine,
            staged=staged,
            sudo_command="sudo gomod-wizard apply --staged 20260823-101500" if staged else None,
        )

    async def prove(self, facts: Facts, plan: Plan, part: Part, watching: Watching) -> Outcome:
        self.proved.append(part)
        for progress in self.progress.get(part, ()):
            watching.on_progress(progress)
        if self.proof_gate is not None:
            while not self.proof_gate.is_set():  # noqa: ASYNC110 - set from another thread
                await asyncio.sleep(0.005)
        found = self.outcomes.get(part, sample_outcome(part))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found

    async def propose(self, facts: Facts, answers: Answers, failed: Outcome) -> Proposal | None:
        if isinstance(self.repair, WizardError):
            raise self.repair
        if self.repair is None:
            return None
        left = {key: one for key, one in answers.items() if key not in self.repair}
        dropped = tuple(key for key in self.repair if key in answers)
        return Proposal(
            facts=facts, plan=self.decide(facts, left), answers=left, dropped=dropped,
            artifacts=ARTIFACTS[:1], changes=compared(ARTIFACTS[:1]),
        )  # fmt: skip

    async def undo(self, id_: str) -> Receipt:
        self.undone.append(id_)
        if self.undo_refusal is not None:
            raise self.undo_refusal
        changes = [one for one in compared(ARTIFACTS).changes if not one.needs_root]
        back = tuple(
            replace(one, action=Action.REMOVE if one.before is None else Action.UPDATE)
            for one in changes
        )
        return Receipt(id=id_, changes=back)

    def draft(self) -> Draft | None:
        return self.kept

    def remember(self, facts: Facts, plan: Plan, answers: Answers) -> None:
        self.remembered = plan

    def keep_draft(self, answers: Mapping[str, str], step: Place) -> None:
        at = self.system.clock()
        self.kept = Draft(at=at, answers=dict(answers), step=step) if answers else None


def sample_outcome(part: Part) -> Outcome:
    """Return a part that ended green."""
    return Outcome(part=part, ok=True, seconds=3.2, modules=7, expected=7, bytes=1_830_000)


def red(decision: str) -> Outcome:
    """Return a build that failed, with a fault that revisiting `decision` cures."""
    line = "go: example.com/x@v1.0.0: net/http: TLS handshake timeout"
    fault = Fault(
        cause="mtu-blackhole",
        fault_class=FaultClass.NETWORK,
        detail="tls-handshake-timeout",
        title="Large packets vanish on the way",
        reason=None,
        confidence=0.9,
        evidence=(Evidence(line=41, text=line),),
        ruled_out=(RuledOut(cause="dns-failure", because="the name was resolved"),),
        cure=Cure(
            summary="set the MTU of Docker's bridge to the smallest on the way",
            command=None,
            decision=decision,
        ),
        link="https://example.com/mtu-blackhole",
        live=("tun0 carries 1400 bytes",),
    )
    step = Step(number="4/6", instruction="RUN go mod download", stage="build")
    diagnosis = Diagnosis(step=step, faults=(fault,), lines=60)
    return Outcome(
        part=Part.BUILD, ok=False, seconds=31.4, modules=1, expected=7, diagnosis=diagnosis
    )
