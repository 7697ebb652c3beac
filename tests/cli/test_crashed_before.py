"""After a run that was killed: whoever writes settles first, whoever looks says what waits."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.apply.faults import in_child
from tests.cli.conftest import Command
from tests.cli.test_apply_undo import SETS, _snapshot
from wizard.apply.journal import Journal, State

APPLY = ("apply", "--yes", "--scope", "project,user", *SETS)


@pytest.fixture
def crashed(command: Command, project: Path, home: Path) -> dict[str, bytes]:
    """A run that was killed between its last write and its note; return what a whole one writes."""
    (project / ".dockerignore").write_bytes(b"*.log\ngo.sum")
    (project / "Dockerfile").write_bytes(
        b"FROM golang:1.25 AS build\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\n"
    )
    before = _snapshot(project, home)
    assert command(*APPLY).code == 0
    wanted = _snapshot(project, home)
    assert command("undo").code == 0
    assert _snapshot(project, home) == before != wanted

    async def killed() -> None:
        known = Journal.set_state

        def set_state(journal: Journal, id_: str, state: str, **more: object) -> None:
            if state == State.APPLIED:
                os.kill(os.getpid(), signal.SIGKILL)
            known(journal, id_, state)

        Journal.set_state = set_state  # type: ignore[method-assign,assignment]
        await_apply(command)

    assert in_child(killed) == -signal.SIGKILL
    assert _snapshot(project, home) == wanted
    return wanted


def await_apply(command: Command) -> None:
    """Run the apply on a thread of its own: a loop runs on this one."""
    import threading

    thread = threading.Thread(target=lambda: command(*APPLY))
    thread.start()
    thread.join()


def test_the_next_apply_says_what_it_puts_back_and_ends_in_the_bytes_of_a_whole_one(
    command: Command, crashed: dict[str, bytes], project: Path, home: Path
) -> None:
    again = command(*APPLY)
    assert again.code == 0, again.err
    assert _snapshot(project, home) == crashed
    assert "an earlier run was interrupted" in again.err
    assert f"put back: {project / 'Dockerfile'}" in again.err
    assert command("undo").code == 0
    assert (project / ".dockerignore").read_bytes() == b"*.log\ngo.sum"


@pytest.mark.parametrize("words", [("plan",), ("detect",), ("diff",), ("apply", "--dry-run")])
def test_what_only_looks_says_that_a_run_waits_and_writes_nothing(
    command: Command, crashed: dict[str, bytes], project: Path, home: Path, words: tuple[str, ...]
) -> None:
    seen = command(*words)
    assert seen.code == 0, seen.err
    assert "a run was begun and is not finished" in seen.err
    assert _snapshot(project, home) == crashed
    assert "interrupted" in command("history").out


def test_a_repair_settles_before_it_looks(
    command: Command, crashed: dict[str, bytes], project: Path, home: Path
) -> None:
    assert "its files were put back first" in command("verify", "--host", "--repair", "--yes").err
