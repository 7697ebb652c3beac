"""The whole program as a process of its own, on a home of its own, against real servers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.ended import Ended
from tests.servers import Authority

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Person:
    """A person with a home, an environment and a project."""

    home: Path
    project: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def catalogue(self) -> Path:
        """Where the person's own mirror catalogue stands."""
        return self.home / ".config" / "gomod-wizard" / "mirrors.toml"

    def run(self, *argv: str, **env: str) -> Ended:
        """Run a program in the project."""
        done = subprocess.run(
            argv, cwd=self.project, env={**self.env, **env}, capture_output=True, text=True,
            check=False, timeout=120, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return Ended(done.returncode, done.stdout, done.stderr)

    def wizard(self, *argv: str, **env: str) -> Ended:
        """Run `gomod-wizard ARGV` in the project, with patience for a busy machine."""
        patience = () if "--timeout" in argv else ("--timeout", "20")
        return self.run(sys.executable, "-m", "wizard", *patience, *argv, **env)


@pytest.fixture(scope="session")
def authority() -> Iterator[Authority]:
    """The authority that the person's machine trusts."""
    with Authority() as made:
        yield made


@pytest.fixture
def person(tmp_path: Path, authority: Authority) -> Person:
    """A person on a machine that trusts the tests' authority; GOPROXY is off until set."""
    home, project = tmp_path / "home", tmp_path / "app"
    home.mkdir()
    project.mkdir()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {
        "PATH": path,
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "SSL_CERT_FILE": str(authority.bundle),
        "DOCKER_HOST": f"unix://{tmp_path}/no-engine.sock",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-modcacherw",
        "GIT_TERMINAL_PROMPT": "0",
    }
    return Person(home=home, project=project, env=env)
