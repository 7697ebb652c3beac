"""Whole processes against an empty Python of the same round: start-up, `check`, paint, memory.

One mirror near, on loopback, in a process of its own; a project that was applied to, so that
`check` finds nothing changed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.paint import MINIMAL, first_paint
from bench.rows import Row, row
from tests.servers import Authority, Mirror, write_catalogue

NOTHING = (sys.executable, "-c", "pass")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """One process: how long it took and the most memory that it had."""

    seconds: float
    peak_mb: float
    code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the commands run: a project, and an environment in which one mirror answers."""

    project: Path
    env: Mapping[str, str]


_LAUNCHER = """
import json, os, sys, time
start = time.perf_counter()
pid = os.fork()
if pid == 0:
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.execv(sys.argv[1], sys.argv[1:])
status, usage = os.wait4(pid, 0)[1:]
taken = time.perf_counter() - start
print(json.dumps([taken, usage.ru_maxrss, os.waitstatus_to_exitcode(status)]))
"""
"""A small process between: a child's peak of memory counts what the forking process had."""


def run(argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> Ended:
    """Run one process to its end, its output thrown away."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, *argv],
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, peak, code = json.loads(done.stdout)
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    return Ended(seconds=seconds, peak_mb=peak / unit, code=code)


def command(*words: str) -> tuple[str, ...]:
    """Return the installed command as it is started by its user."""
    installed = Path(sys.executable).with_name("gomod-wizard")
    start = (str(installed),) if installed.exists() else (sys.executable, "-m", "wizard")
    return (*start, *words)


def clean_environment() -> dict[str, str]:
    """Return this environment without Python's own settings and without a proxy."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTHON") and not name.lower().endswith("_proxy")
    }


def serve() -> None:
    """Serve one mirror until stdin ends; its authority and URL as JSON on stdout."""
    with ExitStack() as stack:
        authority = stack.enter_context(Authority())
        mirror = stack.enter_context(Mirror(authority))
        catalogue = Path(tempfile.mkdtemp()) / "mirrors.toml"
        write_catalogue(catalogue, [mirror])
        told = {"bundle": str(authority.bundle), "catalogue": catalogue.read_text()}
        print(json.dumps(told), flush=True)
        sys.stdin.read()


@contextmanager
def place() -> Iterator[Place]:
    """A project that was applied to, its mirror in a process of its own."""
    argv = [sys.executable, "-m", "bench.starting"]
    with (
        subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other,
        tempfile.TemporaryDirectory() as name,
    ):
        if other.stdin is None or other.stdout is None:
            raise SystemExit("the mirror has no streams")
        told = json.loads(other.stdout.readline())
        home, project = Path(name) / "home", Path(name) / "project"
        own = home / ".config" / "gomod-wizard"
        own.mkdir(parents=True)
        (own / "mirrors.toml").write_text(told["catalogue"], encoding="utf-8")
        project.mkdir()
        (project / "go.mod").write_text("module example.org/app\n\ngo 1.25\n", encoding="utf-8")
        (project / "main.go").write_text("package main\n\nfunc main() {}\n", encoding="utf-8")
        profile = '[answers]\ngoprivate = ["git.corp.example"]\nmtu = 1400\n'
        (project / "gomod-wizard.toml").write_text(profile, encoding="utf-8")
        env = clean_environment() | {
            "HOME": str(home),
            "SSL_CERT_FILE": told["bundle"],
            "DOCKER_HOST": f"unix://{name}/none.sock",
            "GOFLAGS": "",
        }
        done = run(command("apply", "--yes", "--scope", "project,user"), env, project)
        if done.code != 0:
            raise SystemExit(f"apply ended with {done.code}")
        try:
            yield Place(project=project, env=env)
        finally:
            other.stdin.close()


def start_up(rounds: int) -> list[Row]:
    """Return start-up, `check`, `plan` and the peaks of memory."""
    with place() as here:
        profile = str(here.project / "gomod-wizard.toml")
        tasks: dict[str, tuple[str, ...]] = {
            "version": command("--version"),
            "help": command("--help"),
            "plan": command("plan", "--profile", profile),
            "check": command("check"),
            "mirrors": command("mirrors"),
        }
        found: dict[str, list[Ended]] = {name: [] for name in tasks}
        bases: list[float] = []
        for number in range(rounds + 1):
            base = run(NOTHING, here.env, here.project).seconds
            ended = {name: run(argv, here.env, here.project) for name, argv in tasks.items()}
            if number:  # the first round warms the caches
                bases.append(base)
                for name, one in ended.items():
                    found[name].append(one)
    wrong = [name for name, ended in found.items() if any(one.code > 1 for one in ended)]
    if wrong:
        raise SystemExit(f"not answered: {', '.join(wrong)}")

    def ratios(name: str) -> list[float]:
        return [one.seconds / base for one, base in zip(found[name], bases, strict=True)]

    def peaks(name: str) -> list[float]:
        return [one.peak_mb for one in found[name]]

    empty = "python -c pass"
    return [
        row("start.version", "gomod-wizard --version", ratios("version"), 2.5, against=empty),
        row("start.help", "gomod-wizard --help", ratios("help"), 2.5, against=empty),
        row("start.plan", "plan from a profile", ratios("plan"), 3.5, against=empty),
        row("start.check", "check, nothing changed", ratios("check"), 6, against=empty),
        row("memory.help", "peak memory of --help", peaks("help"), 13, unit="MB"),
        row("memory.mirrors", "peak memory of mirrors", peaks("mirrors"), 30, unit="MB"),
    ]


def paint(rounds: int) -> list[Row]:
    """Return the wizard's first frame and memory against the smallest Textual program's."""
    first: list[float] = []
    memory: list[float] = []
    with place() as here:
        minimal = here.project.parent / "minimal.py"
        minimal.write_text(MINIMAL, encoding="utf-8")
        for number in range(rounds + 1):
            base = first_paint((sys.executable, str(minimal)), here.env, here.project)
            ours = first_paint(command(), here.env, here.project)
            if number:  # the first round warms the caches
                first.append(ours.first_s / base.first_s)
                memory.append(ours.peak_mb / base.peak_mb)
    return [
        row("paint.first", "first paint of the wizard", first, 1.3, against="minimal Textual app"),
        row("memory.wizard", "its memory by then", memory, 1.4, against="minimal Textual app"),
    ]


if __name__ == "__main__":
    serve()
