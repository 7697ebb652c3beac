"""No secret leaves by any command: entrances by commands, and everything that comes out.

What comes out: both streams (plain, verbose, JSON), every file that was written, and the process
list: each program that can be started here writes its arguments into a file, which is looked at
like any other. Images are looked at by the lab (`tests/lab/leaks.py`).
"""

from __future__ import annotations

import base64
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.detect.support import program
from tests.security.disguises import HALVES, PASSWORD, USER, WORD, forms, found_in
from tests.security.entrances import ENTRANCES, LOGIN, Place
from tests.servers.proxy import Proxy
from wizard.cli import run
from wizard.system import System

FACES = ((), ("-v",), ("--json",))

APPLY = ("apply", "--yes")
COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "detect": tuple(("detect", *face) for face in FACES),
    "detect --explain": tuple(("detect", "--explain", *face) for face in FACES),
    "mirrors": tuple(("mirrors", *face) for face in FACES),
    "plan": tuple(("plan", *face) for face in FACES),
    "generate": tuple(("generate", "--out", "{out}", *face) for face in FACES),
    "diff": tuple(("diff", *face) for face in FACES),
    "apply, undo": tuple(step for face in FACES for step in ((*APPLY, *face), ("undo", *face))),
    "history": (APPLY, *(("history", *face) for face in FACES)),
    "build-command": tuple(("build-command", *face) for face in FACES),
    "build": (APPLY, *(("build", *face) for face in FACES)),
    "diagnose": tuple(("diagnose", "{log}", *face) for face in FACES),
}
"""What is run in turn on one machine, each in plain words, in many, and as JSON."""

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

_LOG = f"""\
#5 [deps 4/4] RUN go mod download
#5 0.3 go: git.corp.example/lib@v1.0.0: Get "https://{LOGIN}@127.0.0.1:9/lib/@v/v1.0.0.info": \
proxyconnect tcp: dial tcp 127.0.0.1:9: connect: connection refused
#5 0.4 fatal: unable to access 'https://{WORD}@git.corp.example/lib.git/': Could not resolve host
#5 0.5 Proxy-Authorization: Basic {{basic}}
#5 0.6 password: {WORD}
#5 0.7 fatal: Authentication failed for 'https://{USER}:{PASSWORD}@git.corp.example/lib.git/'
#5 0.8 proxyconnect tcp: dial tcp: lookup {LOGIN}@proxy.corp: no such host
#5 0.9 go: https://127.0.0.1:9/x?token={WORD}: 407 Proxy Authentication Required
#5 1.0 {LOGIN}@127.0.0.1:9/go: tls: x509: certificate signed by unknown authority
#5 1.1 export HTTPS_PROXY=http://{LOGIN}@127.0.0.1:9 && go mod download: i/o timeout
#5 ERROR: process "/bin/sh -c go mod download" did not complete successfully: exit code: 1
"""


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


Files = dict[Path, tuple[bytes, int]]


def everything(root: Path) -> Files:
    """Return every regular file below `root`: its bytes and its mode."""
    return {
        path: (path.read_bytes(), path.stat().st_mode & 0o777)
        for path in root.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def holding(files: Files) -> Files:
    """Return those of `files` in which the secret stands."""
    return {path: file for path, file in files.items() if found_in(file[0])}


@pytest.fixture
def leaks(
    place: Place, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> Callable[[str, str], list[str]]:
    """Let a secret in at an entrance, run a command with every face, and return what leaked."""

    def search(entrance: str, name: str) -> list[str]:
        at = ENTRANCES[entrance](place)
        log = tmp_path / "build.log"
        basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        log.write_text(_LOG.format(basic=basic))
        own = holding(everything(tmp_path))
        copies = {data for data, _ in own.values()}
        found: list[str] = []
        for step in COMMANDS[name]:
            argv = [word.format(out=tmp_path / "out", log=log) for word in step]
            argv += [*at.flags, "--project", str(at.project), "--timeout", "1"]
            run(argv, start_wizard=_no_wizard, system=at.system)
            for stream, text in zip(("stdout", "stderr"), capfd.readouterr(), strict=True):
                found += [f"{step}: {stream}: {form}" for form in found_in(text.encode())]
            after = holding(everything(tmp_path))
            # A daemon.json of the user's keeps what it holds where a key is merged in, and
            # the journal keeps 0600 copies of it.
            copies |= {data for path, (data, _) in after.items() if path in own}
            found += [
                f"{step}: {path}"
                for path, (data, mode) in after.items()
                if path not in own
                and not ("gomod-wizard" in path.parts and mode == 0o600 and data in copies)
            ]
        return found

    return search


def _no_wizard(session: object) -> int:
    raise AssertionError("no screen was asked for")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("entrance", ENTRANCES)
def test_no_secret_leaves(
    entrance: str, command: str, leaks: Callable[[str, str], list[str]]
) -> None:
    assert leaks(entrance, command) == []


def test_the_stand_in_prints_back_what_it_was_handed(place: Place) -> None:
    assert place.system.home is not None
    docker = Path(place.system.env["PATH"], "docker")
    env = {"HTTPS_PROXY": f"http://{LOGIN}@127.0.0.1:9"}
    done = subprocess.run([docker, "build", "."], env=env, capture_output=True, check=True)
    assert forms(PASSWORD) & set(found_in(done.stdout))
    assert {form for form in found_in(done.stdout) if form in set(map(base64_of, HALVES))}


def base64_of(half: str) -> str:
    """Return a half as it stands in the header that the stand-in prints."""
    header = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    return next(form for form in sorted(forms(half), key=len) if form in header)
