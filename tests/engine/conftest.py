"""Real engines of the lab, with this checkout's program inside the developer's machine."""

from __future__ import annotations

import json
import os
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lab import store
from tests.lab.engine import Engine, lone_engine
from tests.lab.machine import Bind
from tests.lab.shell import Done

PRODUCT = "/opt/gomod-wizard"
PACKAGES = "/opt/packages"


@dataclass(frozen=True)
class Developer:
    """A developer's machine with an engine and the program."""

    engine: Engine

    def wizard(self, *argv: str, cwd: str = "/root/app") -> Done:
        """Run `gomod-wizard ARGV` there."""
        return self.engine.machine.run(
            ["python3", "-m", "wizard", *argv],
            cwd=cwd,
            env={"PYTHONPATH": f"{PRODUCT}:{PACKAGES}", "HOME": "/root"},
            timeout=120,
        )

    def answer(self, *argv: str) -> dict[str, Any]:
        """Run a command with `--json` and return its document."""
        done = self.wizard(*argv, "--json")
        document: dict[str, Any] = json.loads(done.stdout)
        assert "error" not in document, done.output
        return document

    def build(self, *more: str) -> Done:
        """Run exactly the printed build command, with nothing cached."""
        command = self.answer("build-command")
        program, build, *rest = command["argv"]
        assert (program, build) == ("docker", "build")
        namespace = os.urandom(4).hex()
        return self.engine.docker(
            "build", "--no-cache", f"--build-arg=BUILDKIT_CACHE_MOUNT_NS={namespace}", *more,
            *rest, cwd="/root/app", env=command["env"], timeout=180,
        )  # fmt: skip


Machines = Callable[..., AbstractContextManager[Developer]]


@pytest.fixture
def developer() -> Machines:
    """Return what makes a developer's machine; `version` names the engine."""
    if os.getuid() != 0:
        pytest.skip("a real dockerd in its own namespaces needs root")

    @contextmanager
    def make(version: str = "28.5", daemon_json: str | None = None) -> Iterator[Developer]:
        binds = [
            Bind(store.REPOSITORY, PRODUCT),
            Bind(Path(sysconfig.get_path("purelib")), PACKAGES),
        ]
        with lone_engine(version, daemon_json=daemon_json, binds=binds) as engine:
            yield Developer(engine)

    return make
