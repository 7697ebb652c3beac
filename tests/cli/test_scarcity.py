"""Too little memory, threads or files: one sentence and exit code 3, no traceback and no hang."""

from __future__ import annotations

import errno
import json
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from wizard.cli import run
from wizard.session import Session
from wizard.system import System

ROOT = Path(__file__).parents[2]
LOOKING = (["detect"], ["plan"], ["diff"], ["apply", "--yes"], ["mirrors"], ["build-command"],
           ["route", "a.example/b"], ["verify", "--host"], ["report"])  # fmt: skip


def limited(megabytes: int, argv: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the real program in that much address space; a hang ends with the time-out, an error."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    return subprocess.run(
        [sys.executable, "-m", "wizard", *argv], cwd=folder, preexec_fn=limit, timeout=60,
        env={"PATH": "", "HOME": str(folder), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("argv", "megabytes"), [*((argv, 120) for argv in LOOKING), (["plan"], 300)], ids=str
)
def test_too_little_memory_is_said_with_what_is_needed(
    argv: list[str], megabytes: int, tmp_path: Path
) -> None:
    done = limited(megabytes, argv, tmp_path)
    assert done.returncode == 3, done.stderr
    assert done.stderr.splitlines() == [
        f"gomod-wizard: ulimit -v: only {megabytes} MB of memory are allowed here, "
        "and looking at a machine takes 640",
        "next: `ulimit -v unlimited`, or ask whoever set the limit",
    ]


def test_too_little_memory_is_a_document_too(tmp_path: Path) -> None:
    document = json.loads(limited(120, ["plan", "--json"], tmp_path).stdout)
    assert document["error"]["where"] == "ulimit -v"


@pytest.mark.parametrize("argv", [["history"], ["undo"], ["--help"]], ids=" ".join)
def test_what_looks_at_nothing_works_with_little_memory(argv: list[str], tmp_path: Path) -> None:
    done = limited(120, argv, tmp_path)
    assert "memory" not in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1)


NO_THREAD = RuntimeError("can't start new thread")
LACKS = {
    "memory": MemoryError(),
    "threads": NO_THREAD,
    "processes": BlockingIOError(errno.EAGAIN, "no fork"),
    "files": OSError(errno.EMFILE, "too many open files", "/some/file"),
    "several": ExceptionGroup("at once", [MemoryError(), ExceptionGroup("in it", [NO_THREAD])]),
}


def raised(error: Exception, machine: System) -> int:
    """Start the wizard (its face is the seam that may raise) with that failure in it."""

    def wizard(session: Session) -> int:
        raise error

    env = {**machine.env, "TEXTUAL_DRIVER": "none"}
    return run([], start_wizard=wizard, system=replace(machine, env=env))


@pytest.mark.parametrize("kind", LACKS)
def test_a_lack_in_the_middle_is_one_sentence(
    kind: str, machine: System, capfd: pytest.CaptureFixture[str]
) -> None:
    assert raised(LACKS[kind], machine) == 3
    said = capfd.readouterr().err
    assert said.startswith("gomod-wizard: this machine gives too little memory")


@pytest.mark.parametrize(
    "error", [RuntimeError("a mistake"), ExceptionGroup("x", [MemoryError(), ValueError()])]
)
def test_a_mistake_of_the_program_is_not_taken_for_a_lack(
    error: Exception, machine: System
) -> None:
    with pytest.raises(type(error)):
        raised(error, machine)
