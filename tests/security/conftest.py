"""A machine into which a secret may enter: every program on its PATH writes its arguments down."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from tests.detect.support import program
from tests.security.disguises import PASSWORD, USER
from tests.security.entrances import Place
from tests.servers.proxy import Proxy
from wizard.moves.fingerprint import Fingerprint
from wizard.moves.watching import ways_out_now
from wizard.system import System

_ECHO = """\
import base64, json, os, shlex, sys, urllib.parse
# Whatever a build may print back of what it was handed: variables, secrets, headers.
handed = list(os.environ.values())
for word in sys.argv:
    for field in word.split(","):
        if field.startswith("src=") and os.path.exists(field[4:]):
            handed += open(field[4:], encoding="utf-8").read().split()
for value in handed:
    login = urllib.parse.unquote(value).partition("://")[2].rpartition("@")[0] or value
    encoded = base64.b64encode(login.encode()).decode()
    print("> Proxy-Authorization: Basic", encoded)
    for shown in (value, login.partition(":")[2] or login, encoded):
        print("plain", shown)
        print("url", urllib.parse.quote(shown, safe=""))
        print("json", json.dumps({"value": shown}))
        print("shell", shlex.quote(shown))
        print("systemd", shown.replace("%", "%%"))
"""

_DOCKER = f"""\
case "$*" in
  --version) echo "Docker version 28.5.2, build 1" ;;
  "buildx version") echo "github.com/docker/buildx v0.29.1 1" ;;
  build*) exec "{sys.executable}" -I "$0.echo.py" "$@" ;;
  *) exit 1 ;;
esac"""

_RECORD = 'printf "%s " "$0" "$@" >>"{trace}"; echo >>"{trace}"\n'


@pytest.fixture
def place(machine: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A machine with docker, go and git, whose arguments are written down."""
    programs = tmp_path / "programs"
    record = _RECORD.format(trace=tmp_path / "trace")
    beside = Path(sys.executable).with_name("go")
    program(programs, "docker", record + _DOCKER)
    (programs / "docker.echo.py").write_text(_ECHO)
    for name, real in (("git", "/usr/bin/git"), ("go", beside), ("ip", "/usr/sbin/ip")):
        program(programs, name, f'{record}exec "{real}" "$@"')
    project = tmp_path / "project"
    project.mkdir()
    (project / "go.mod").write_text(
        "module git.corp.example/team/app\n\ngo 1.25\n\nrequire git.corp.example/lib v1.0.0\n"
    )
    (project / "go.sum").write_text("")
    (project / "main.go").write_text("package main\n\nfunc main() {}\n")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    assert machine.home is not None
    catalogue = machine.home / ".config" / "gomod-wizard" / "mirrors.toml"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(
        'shipped = false\n\n[[mirror]]\nname = "closed"\nurl = "https://127.0.0.1:9"\n'
    )
    env = {
        **machine.env,
        "PATH": str(programs),
        "GOPROXY": "https://127.0.0.1:9",
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    with Proxy(login=(USER, PASSWORD)) as proxy:
        yield Place(
            system=replace(machine, env=env),
            project=project,
            proxy=f"{proxy.host}:{proxy.port}",
        )


async def _one_network(system: System) -> AsyncGenerator[Fingerprint]:
    """Yield one network as `watch` meets it, and end where the real one waits for the next."""
    yield replace(await ways_out_now(system), gateways=("192.0.2.1",))


@pytest.fixture
def a_watch_that_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `watch` see one network and end, in tests that run every command."""
    # The package has a function of that name too, which a dotted path would find.
    monkeypatch.setattr(import_module("wizard.cli.commands.watch"), "moves", _one_network)
