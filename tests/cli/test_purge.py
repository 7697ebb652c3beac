"""`purge` from the command line: shown, asked, and refused while the journal is needed."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command

SETS = ("--set", "mtu=1400", "--scope", "project,user")


def state(home: Path) -> Path:
    return home / ".local" / "state" / "gomod-wizard"


def test_while_something_stands_it_is_refused_and_undo_is_named(
    command: Command, home: Path
) -> None:
    applied = command("apply", "--yes", "--json", *SETS).json["id"]
    refused = command("purge", "--yes")
    assert refused.code == 4
    assert applied in refused.err
    assert "gomod-wizard undo" in refused.err
    assert state(home).exists()


def test_after_an_undo_everything_goes_but_the_users_settings(command: Command, home: Path) -> None:
    command("apply", "--yes", *SETS)
    command("undo")
    done = command("purge", "--yes", "--json")
    assert (done.code, done.json["removed"]) == (0, True)
    assert done.json["kept"] == str(home / ".config" / "gomod-wizard")
    assert not state(home).exists()
    assert command("purge", "--yes", "--settings").code == 0
    assert not (home / ".config" / "gomod-wizard").exists()


def test_a_dry_run_names_what_it_would_remove_and_removes_nothing(
    command: Command, home: Path
) -> None:
    command("apply", "--yes", *SETS)
    command("undo")
    shown = command("purge", "--dry-run")
    assert shown.code == 0
    assert str(state(home)) in shown.out
    assert "journal of 1 transactions" in shown.out
    assert state(home).exists()


def test_without_a_terminal_and_a_yes_nothing_is_removed(command: Command, home: Path) -> None:
    command("apply", "--yes", *SETS)
    command("undo")
    refused = command("purge")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert state(home).exists()


def test_force_says_what_can_not_be_undone_any_more(
    command: Command, home: Path, project: Path
) -> None:
    applied = command("apply", "--yes", "--json", *SETS).json["id"]
    written = (project / "Dockerfile").read_bytes()
    done = command("purge", "--yes", "--force", "--json")
    assert done.code == 0
    assert done.json["standing"] == [f"{applied} is applied"]
    assert (project / "Dockerfile").read_bytes() == written
    assert not state(home).exists()


def test_a_second_time_there_is_nothing(command: Command) -> None:
    ended = command("purge", "--yes")
    assert ended.code == 0
    assert "nothing of this program" in ended.out
