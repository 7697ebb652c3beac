"""`apply --yes`, then `undo`: every touched file as it was, byte for byte."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command
from wizard.apply.disk import Disk
from wizard.apply.journal import Journal, state_folder
from wizard.system import System

SETS = ("--set", "goprivate=git.corp.example", "--set", "http_proxy=http://proxy.corp.example:3128",
        "--set", "https_proxy=http://proxy.corp.example:3128", "--set", "mtu=1400",
        "--set", "dns=10.0.0.53")  # fmt: skip


def _snapshot(*folders: Path) -> dict[str, bytes]:
    """Every file below `folders`, without the program's own state."""
    return {
        str(path): path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".local/state" not in str(path)
    }


def _folders(*roots: Path) -> set[str]:
    return {
        str(path)
        for root in roots
        for path in root.rglob("*")
        if path.is_dir() and ".local" not in path.parts
    }


def test_undo_restores_every_file_byte_for_byte_and_removes_the_new_ones(
    command: Command, project: Path, home: Path, machine: System
) -> None:
    daemon = machine.path("/etc/docker/daemon.json")
    daemon.parent.mkdir(parents=True)
    daemon.write_bytes(b'{\n\t"log-level":  "warn",\r\n\t"max-concurrent-downloads": 3e0\n}')
    (project / ".dockerignore").write_bytes(b"*.log\ngo.sum")
    before, folders = _snapshot(project, home, machine.root), _folders(project, home, machine.root)
    applied = command("apply", "--yes", "--json", *SETS)
    assert applied.code == 0, applied.err
    assert _snapshot(project, home, machine.root) != before
    undone = command("undo", "--json")
    assert undone.code == 0, undone.err
    assert _snapshot(project, home, machine.root) == before
    assert _folders(project, home, machine.root) == folders


def test_an_undo_that_waits_for_root_names_the_command_in_its_document(
    command: Command, machine: System
) -> None:
    daemon = machine.path("/etc/docker/daemon.json")
    daemon.parent.mkdir(parents=True)
    daemon.write_text("{}\n")
    daemon.parent.chmod(0o555)
    assert command("apply", "--yes", "--json", "--scope", "system", *SETS).code == 3
    journal = Journal(state_folder(machine), Disk())
    (staged,) = (journal.load(id_) for id_ in journal.ids())
    assert staged is not None
    assert staged.steps[0].change.after is not None
    daemon.write_bytes(staged.steps[0].change.after)  # as root would
    undone = command("undo", "--json")
    assert undone.code == 3
    assert undone.json["sudo"].startswith("sudo ")
    assert "--staged" in undone.json["sudo"]


def test_a_second_apply_finds_nothing_to_change(command: Command, project: Path) -> None:
    assert command("apply", "--yes", *SETS).code == 0
    again = command("apply", "--yes", "--json", *SETS)
    assert again.code == 0, again.err
    assert again.json["changes"] == []
    assert again.json["id"] is None


def test_a_file_changed_since_is_not_undone(command: Command, project: Path) -> None:
    assert command("apply", "--yes", *SETS).code == 0
    changed = project / "Dockerfile"
    changed.write_text(changed.read_text() + "# mine\n")
    mine = changed.read_bytes()
    refused = command("undo")
    assert refused.code == 4
    assert "Dockerfile" in refused.err
    assert changed.read_bytes() == mine


def test_a_forced_undo_shows_what_goes_and_keeps_a_copy(command: Command, project: Path) -> None:
    command("apply", "--yes", *SETS)
    changed = project / "Dockerfile"
    changed.write_text(changed.read_text() + "# mine\n")
    mine = changed.read_bytes()
    shown = command("undo", "--force", "--dry-run")
    assert shown.code == 0
    assert "-# mine" in shown.out.splitlines()
    assert changed.read_bytes() == mine
    done = command("undo", "--force")
    assert done.code == 0
    assert "-# mine" in done.out.splitlines()
    (copy,) = project.glob("Dockerfile.kept-*")
    assert str(copy) in done.out
    assert copy.read_bytes() == mine
    assert not changed.exists()


def test_diff_and_dry_run_write_nothing(command: Command, project: Path, home: Path) -> None:
    before = _snapshot(project, home)
    assert command("diff", *SETS).code == 0
    assert command("apply", "--dry-run", *SETS).code == 0
    assert _snapshot(project, home) == before


def test_history_lists_what_was_done_and_undone(command: Command) -> None:
    applied = command("apply", "--yes", "--json", *SETS).json["id"]
    command("undo")
    (first, *_) = command("history", "--json").json["transactions"]
    assert first["id"] == applied
    assert first["state"] == "undone"


def test_generate_refuses_a_file_that_it_did_not_write(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "Dockerfile").write_text("FROM scratch\n")
    refused = command("generate", "--out", str(out), *SETS)
    assert refused.code == 4
    assert "Dockerfile" in refused.err
    assert (out / "Dockerfile").read_text() == "FROM scratch\n"
    assert sorted(path.name for path in out.iterdir()) == ["Dockerfile"]


def test_generate_writes_the_contracts_files_and_may_do_so_again(
    command: Command, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert command("generate", "--out", str(out), *SETS).code == 0
    names = {path.name for path in out.iterdir()}
    assert {"Dockerfile", ".dockerignore", "daemon.json", "docker-config.json", "go-env.sh",
            "go-env.ps1"} <= names  # fmt: skip
    assert command("generate", "--out", str(out), *SETS).code == 0
