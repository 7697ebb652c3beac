"""Whatever is sent, linked or written to it, the program ends in time and in bounded memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.detect.support import write
from tests.security.entrances import Place
from wizard.cli import run
from wizard.system import READ_LIMIT, Failed

ROOT = Path(__file__).parents[2]
DEEP = 100_000


def detect(place: Place, *argv: str, command: str = "detect") -> int:
    """Run a command on the place; returns its exit code."""
    words = [command, "--project", str(place.project), "--timeout", "1", "--json", *argv]
    return run(words, start_wizard=lambda session: 0, system=place.system)


def _fifo(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)


def _circle(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(path.name)


def _device(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to("/dev/zero")


def _folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir(parents=True)


def _huge(path: Path) -> None:
    """A hole of a terabyte: it takes no place on the disk, and all of the memory where read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(1 << 40)


def _line(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"a" * (READ_LIMIT - 1))


def _deep_json(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"a":' * DEEP + "1" + "}" * DEEP)


def _deep_toml(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mtu = " + "[" * DEEP + "]" * DEEP + "\nb = " + "9" * 5000 + "\n")


def _number(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("[answers]\nmtu = " + "9" * 5000 + "\n")


STRANGE: dict[str, Callable[[Path], None]] = {
    "fifo": _fifo, "circle of links": _circle, "device": _device, "folder": _folder,
    "terabyte": _huge, "line of 8 MB": _line, "deep JSON": _deep_json, "deep TOML": _deep_toml,
    "long number": _number,
}  # fmt: skip
PROJECT = ("go.mod", "go.sum", "go.work", "vendor/modules.txt", "Dockerfile", ".dockerignore",
           "gomod-wizard.toml", ".git/config", ".git", "main.go")  # fmt: skip
HOME = (".netrc", ".gitconfig", ".config/go/env", ".docker/config.json", ".ssh/config",
        ".ssh/known_hosts", ".config/gomod-wizard/mirrors.toml",
        ".config/gomod-wizard/config.toml", ".config/gomod-wizard/preferences.toml")  # fmt: skip
MACHINE = ("etc/docker/daemon.json", "etc/environment", "etc/hosts", "etc/resolv.conf",
           "etc/systemd/system/docker.service.d/x.conf", "etc/containers/registries.conf",
           )  # fmt: skip


@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("where", ["project", "home", "machine"])
def test_strange_things_in_the_place_of_files_are_facts(
    kind: str, where: str, place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    assert place.system.home is not None
    folder, names = {
        "project": (place.project, PROJECT),
        "home": (place.system.home, HOME),
        "machine": (place.system.root, MACHINE),
    }[where]
    for name in names:
        path = folder / name
        if not path.is_dir() and not any(one.is_file() for one in path.parents if one != folder):
            STRANGE[kind](path)
    for command in ("detect", "plan"):
        code = detect(place, command=command)
        document = json.loads(capfd.readouterr().out)
        # Named and refused where the user's own answers cannot be read; a fact everywhere else.
        assert code == 0 or document["error"]["where"]


def test_ten_thousand_modules_are_read(place: Place, capfd: pytest.CaptureFixture[str]) -> None:
    lines = [f"\ta.example/m{n} v1.{n}.0 // indirect" for n in range(10_000)]
    sums = [f"a.example/m{n} v1.{n}.0/go.mod h1:{'A' * 43}=" for n in range(10_000)]
    write(place.project, {
        "go.mod": "\n".join(("module a.example/app", "go 1.25", "require (", *lines, ")")),
        "go.sum": "\n".join(sums),
    })  # fmt: skip
    assert detect(place) == 0
    facts = json.loads(capfd.readouterr().out)["facts"]
    modules = next(fact for fact in facts if fact["key"] == "project.modules")
    assert len(modules["value"][0]["mod"]["requires"]) == 10_000


def test_ten_thousand_hosts_of_modules_do_not_hold_the_look(
    place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each with each, they would hold the event loop, and with it the deadline, for a minute."""
    lines = [f"\ta{n}.example/m v1.0.0" for n in range(10_000)]
    write(place.project, {"go.mod": "\n".join(("module a.example/app", "require (", *lines, ")"))})
    assert detect(place, "--timeout", "10") == 0
    facts = json.loads(capfd.readouterr().out)["facts"]
    hosts = next(fact for fact in facts if fact["key"] == "private.hosts")
    assert hosts["state"] == "known", hosts


def test_a_fifo_that_takes_the_place_of_a_file_does_not_hang(place: Place) -> None:
    """Between the look and the read a file may be swapped: the open itself must not wait."""

    class Swapped(type(Path())):  # type: ignore[misc]
        def is_file(self) -> bool:
            return True

    path = Swapped(place.project / "swapped")
    _fifo(path)
    assert isinstance(place.system.read(path), Failed)


_PEAK = """\
import resource, sys
sys.path.insert(0, sys.argv[1])
from wizard.__main__ import main
code = main(["diagnose", "--json", "-"])
print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def _peak(head: bytes, line: bytes, times: int, tail: bytes) -> int:
    """Return the most kilobytes that `diagnose` needed for a log that is never on the disk."""
    with subprocess.Popen(
        [sys.executable, "-I", "-c", _PEAK, str(ROOT)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(head)
        for _ in range(times):
            process.stdin.write(line)
        process.stdin.write(tail)
        process.stdin.close()
        code, peak = process.stderr.read().split()[-2:]
    assert code == b"1"
    return int(peak)


_TAIL = b"\n#5 0.3 go: a.example/b@v1: dial tcp: lookup a.example: no such host\n"


@pytest.mark.parametrize(
    "line", [b"#7 1.0 go: downloading a.example/b v1.0.0\n", b"x" * 64], ids=["lines", "one line"]
)
def test_a_log_of_two_gigabytes_takes_the_memory_of_a_small_one(line: bytes) -> None:
    block = line * ((1 << 20) // len(line))
    small = _peak(b"", block, 4, _TAIL)
    assert _peak(b"", block, 2048, _TAIL) < 1.5 * small


def test_a_line_without_an_end_does_not_end_the_build(
    place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    docker = Path(place.system.env["PATH"], "docker")
    docker.write_text(
        f"#!{sys.executable} -I\nimport os, sys, time\n"
        "if sys.argv[1] == 'build':\n"
        "    sys.stdout.write('x' * (8 << 20) + '\\nat last\\n')\n"
        "    sys.stdout.flush()\n"
        "    os.close(1), os.close(2)\n"
        "    time.sleep(0.3)\n"
    )
    assert detect(place, command="build") == 0
    err = capfd.readouterr().err
    assert "at last" in err
    assert len(err) < 1 << 20
