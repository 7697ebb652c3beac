"""Take the README's pictures: the real plan, files and differences over the sample machine.

    python -m tests.screens.take_pictures [FOLDER]        (default: docs/pictures)

Detection is the one thing that stands still; everything after it is the program itself, run by
keys. The project stands in a folder whose path is as long as the one that is shown.
"""

from __future__ import annotations

import asyncio
import html
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from screens.app import WizardApp
from tests.screens import sample
from tests.screens.driving import press, settle
from tests.screens.stand_in import StandIn
from wizard.apply.types import ChangeSet, Receipt
from wizard.detect.request import Listener, Request
from wizard.facts import Facts
from wizard.plan.types import Answers, Plan
from wizard.render.build_command import BuildCommand
from wizard.render.types import Artifact
from wizard.session import Session
from wizard.system import System

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


STEP_BY_STEP = ("down", "enter")
PICTURES: dict[str, tuple[tuple[int, int], tuple[str, ...]]] = {
    "welcome": ((100, 28), ()),
    "proxy": ((100, 34), STEP_BY_STEP),
    "mirrors": ((100, 28), (*STEP_BY_STEP, "enter")),
    "docker": ((110, 40), (*STEP_BY_STEP, "enter", "enter", "enter")),
    "question": ((100, 28), (*STEP_BY_STEP, "enter", "down", "enter")),
    "review": ((110, 36), ("enter",)),
    "difference": ((110, 40), ("enter", "right")),
    "done": ((100, 28), ("enter", "enter", "enter")),
}


async def picture(app: WizardApp, size: tuple[int, int], keys: tuple[str, ...]) -> str:
    """Return what stands on the screen after `keys`, as SVG."""
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        return app.export_screenshot()


def take(size: tuple[int, int], keys: tuple[str, ...]) -> str:
    """Return one picture as SVG, of a machine of its own."""
    STAGE.mkdir()
    try:
        shown = asyncio.run(picture(WizardApp(machine(STAGE)), size, keys))
    finally:
        shutil.rmtree(STAGE)
    shown = _TEXT.sub(_without_root, shown).replace(str(STAGE), sample.HOME)
    return _UNDO_ID.sub("20260823-101500-1f0c93b7a2d45e6870913bca", shown)


STAGE = Path("/tmp/dev0")
_UNDO_ID = re.compile(r"20260823-101500-[0-9a-f]{24}")
_TEXT = re.compile(r'(textLength=")([0-9.]+)("[^>]*>)([^<]*)')


def _without_root(match: re.Match[str]) -> str:
    """Return a text without the folder that stands for `/`, and its length as it is then."""
    before, length, middle, text = match.groups()
    short = text.replace(f"{STAGE}/root/", "/")
    cells, left = len(html.unescape(text)), len(html.unescape(short))
    return f"{before}{float(length) * left / max(1, cells):g}{middle}{short}"


def main(folder: str = "docs/pictures") -> None:
    """Write every picture into `folder`."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name, (size, keys) in PICTURES.items():
        path = target / f"{name}.svg"
        path.write_text(take(size, keys) + "\n", encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
