"""The wizard line by line, to its end: written, proved, taken back; and resumed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from wizard.drafts import Draft, draft_of
from wizard.questions import QUESTIONS
from wizard.system import System

MTU = str([question.key for question in QUESTIONS].index("mtu") + 1)


@pytest.fixture
def say(command: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `--plain` with these lines as its input."""

    def run(*lines: str) -> object:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return command("--plain")

    return run  # type: ignore[return-value]


def names(folder: Path) -> list[str]:
    """Return what stands in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_at_the_end_everything_can_be_taken_back(say: Command, project: Path) -> None:
    before = names(project)
    ended = say("1", "1", "3")
    assert ended.code == 0, ended
    assert "take everything back" in ended.out
    assert names(project) == before


def test_the_end_of_the_input_after_a_write_keeps_what_was_written(
    say: Command, project: Path
) -> None:
    ended = say("1", "1")
    assert ended.code == 0, ended
    assert "Dockerfile" in names(project)


def test_the_proof_says_what_cannot_run_here(say: Command) -> None:
    ended = say("1", "1", "1", "1")
    assert ended.code == 0, ended
    assert "build: cannot run here" in ended.out


def kept(machine: System, project: Path) -> Draft | None:
    """Return what a run left for the next one."""
    return draft_of(machine, project)


def test_what_was_chosen_and_not_written_is_offered_again(
    say: Command, machine: System, project: Path
) -> None:
    ended = say("2", MTU, "2", "3")
    assert ended.code == 0, ended
    draft = kept(machine, project)
    assert draft is not None, ended
    assert draft.answers == {"mtu": "none"}
    again = say("1", "3")
    assert "Go on with what you chose" in again.out
    assert "mtu = none" in again.out


def test_afresh_forgets_it(say: Command, machine: System, project: Path) -> None:
    say("2", MTU, "2", "3")
    say("2", "3")
    assert kept(machine, project) is None
