"""The small internet, once for all tests here, and the command on a machine that trusts it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ended import Ended
from tests.route.world import World
from wizard.cli import run
from wizard.session import Session
from wizard.system import System

Command = Callable[..., Ended]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Every server."""
    with World(tmp_path_factory.mktemp("world")) as made:
        made.host.closed = "/closed.git"
        yield made
        assert made.strangers() <= {"127.0.0.1"}, "a test must not leave this machine"


def _never(session: Session) -> int:
    raise AssertionError("no wizard here")


@pytest.fixture
def command(world: World, home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Command:
    """Run one command in the folder `app`; keywords are its environment."""
    project = tmp_path / "app"
    project.mkdir()
    catalogue = home / ".config" / "gomod-wizard" / "mirrors.toml"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(
        'shipped = false\n\n[[mirror]]\nname = "closed"\nurl = "https://127.0.0.1:9"\n'
    )

    def invoke(*argv: str, **env: str) -> Ended:
        plain = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "SSL_CERT_FILE": str(world.authority.bundle),
            "GIT_SSL_CAINFO": str(world.authority.bundle),
            "GIT_SSH_COMMAND": "false",
            "HTTPS_PROXY": "{proxy}",
            "DOCKER_HOST": f"unix://{tmp_path}/no-engine.sock",
            "GOSUMDB": "off",
            **env,
        }
        filled = {name: world.filled(value) for name, value in plain.items()}
        machine = System(env=filled, home=home, uid=1000, root=tmp_path, platform="linux")
        where = ("--project", str(project))
        patience = () if "--timeout" in argv else ("--timeout", "20")
        capfd.readouterr()
        code = run([*argv, *where, *patience], start_wizard=_never, system=machine)
        out, err = capfd.readouterr()
        return Ended(code, out, err)

    return invoke


@pytest.fixture
def gomod(tmp_path: Path, command: Command) -> Callable[..., Path]:
    """Write the project's go.mod with these `path version` requirements."""

    def write(*requires: str, more: str = "") -> Path:
        lines = "".join(f"require {require}\n" for require in requires)
        path = tmp_path / "app" / "go.mod"
        path.write_text(f"module example.org/app\n\ngo 1.21\n\n{lines}{more}")
        return path

    return write
