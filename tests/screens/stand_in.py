"""A stream for the screens' tests: the sample machine, answers on demand, nothing touched."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from tests.screens import sample
from wizard.apply.types import Action, Change, ChangeSet, Receipt
from wizard.detect.request import AreaKnown, Listener, MirrorAnswered, Request
from wizard.errors import WizardError
from wizard.facts import Facts
from wizard.plan.types import Answers, Finding, Plan
from wizard.render.build_command import BuildCommand
from wizard.render.types import Artifact, Scope, Whole
from wizard.system import System


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
        "secrets",
    ),
    artifact(
        ".dockerignore",
        Scope.PROJECT,
        f"{sample.PROJECT}/.dockerignore",
        "*.sum\n.git\n# >>> gomod-wizard\n!go.sum\n# <<< gomod-wizard\n",
        "*.sum hides go.sum from the build",
    ),
    artifact(
        "docker-config.json",
        Scope.USER,
        f"{sample.HOME}/.docker/config.json",
        '{\n  "proxies": {\n    "default": {\n'
        '      "httpsProxy": "http://192.168.200.1:3128"\n    }\n  }\n}\n',
        "RUN steps find the proxy at the address of Docker's bridge",
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
        mine = tuple(change for change in changes.changes if not change.needs_root)
        for change in mine:
            on_step(change.path)
        staged = tuple(change for change in changes.changes if change.needs_root)
        return Receipt(
            id="20260823-101500",
            changes=mine,
            staged=staged,
            sudo_command="sudo gomod-wizard apply --staged 20260823-101500" if staged else None,
        )
