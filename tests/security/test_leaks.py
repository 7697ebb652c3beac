"""No secret leaves by any command: entrances by commands, and everything that comes out.

What comes out: both streams (plain, verbose, JSON), every file that was written, and the process
list: each program that can be started here writes its arguments into a file, which is looked at
like any other. Images are looked at by the lab (`tests/lab/leaks.py`).
"""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.security.disguises import HALVES, PASSWORD, USER, WORD, forms, found_in
from tests.security.entrances import ENTRANCES, LOGIN, Place
from wizard.cli import run
from wizard.cli.parser import COMMAND_NAMES
from wizard.redactor import Redactor

FACES = ((), ("-v",), ("--json",))

APPLY = ("apply", "--yes")


def _with_every_face(*words: str) -> tuple[tuple[str, ...], ...]:
    return tuple((*words, *face) for face in FACES)


COMMANDS = {
    **{name: _with_every_face(name) for name in sorted(COMMAND_NAMES)},
    "detect": (*_with_every_face("detect"), *_with_every_face("detect", "--explain")),
    "generate": _with_every_face("generate", "--out", "{out}"),
    "apply": _with_every_face(*APPLY, "--no-restart"),
    "undo": tuple(step for face in FACES for step in ((*APPLY, *face), ("undo", *face))),
    "history": (APPLY, *_with_every_face("history")),
    "build": (APPLY, *_with_every_face("build")),
    "diagnose": _with_every_face("diagnose", "{log}"),
    "route": (
        *_with_every_face("route", "git.corp.example/lib"),
        *_with_every_face("route", "--all"),
        *_with_every_face("route", "--in", "build", "git.corp.example/lib"),
    ),
    "report": (
        *_with_every_face("report"),
        *_with_every_face("report", "--full"),
        *_with_every_face("report", "--html", "{out}.html", "--csv", "{out}.csv"),
    ),
    "purge": (APPLY, *_with_every_face("purge", "--yes")),
    "verify": _with_every_face("verify", "--host"),
    "proxy-export": _with_every_face("proxy-export", "--out", "{out}", "--private"),
}
"""What is run in turn on one machine, each in plain words, in many, and as JSON."""

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
    place: Place,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    a_watch_that_ends: None,
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
            argv += [*at.flags, *at.own.get(step[0], ())]
            argv += ["--project", str(at.project), "--timeout", "1"]
            # A process of its own knows nothing of what an earlier one read.
            system = replace(at.system, redactor=Redactor())
            run(argv, start_wizard=_no_wizard, system=system)
            for stream, text in zip(("stdout", "stderr"), capfd.readouterr(), strict=True):
                found += [f"{step}: {stream}: {form}" for form in found_in(text.encode())]
            after = holding(everything(tmp_path))
            # A daemon.json of the user's keeps what it holds where a key is merged in, and
            # the journal keeps 0600 copies of it.
            copies |= {data for path, (data, _) in after.items() if path in own}
            found += [
                f"{step}: {path}"
                for path, (data, mode) in after.items()
                if path not in own and not (_is_journal(path) and mode == 0o600 and data in copies)
            ]
            found += [
                f"{step}: {path} holds it more often"
                for path, (data, _) in after.items()
                if path in own and _times(data) > _times(own[path][0])
            ]
        return found

    return search


def _is_journal(path: Path) -> bool:
    """Whether it lies in the program's own folder, which nobody else may enter."""
    return "gomod-wizard" in path.parts and path.parent.stat().st_mode & 0o077 == 0


def _times(data: bytes) -> int:
    return sum(data.count(half.encode()) for half in HALVES)


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
