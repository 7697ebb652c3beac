"""The files are back and the engine is not: that is no success."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from tests.cli.conftest import Command
from wizard.system import System

SETS = ("--scope", "system", "--set", "mtu=1400")


def _program(folder: Path, name: str, code: int) -> None:
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport sys\nsys.exit({code})\n")
    path.chmod(0o755)


def test_an_undo_after_which_the_engine_stays_down_exits_3_and_says_what_to_do(
    command: Command, machine: System, tmp_path: Path
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    _program(programs, "systemctl", 0)
    _program(programs, "docker", 0)
    path = f"{programs}:/usr/bin:/bin"
    root = replace(machine, uid=0, env={**machine.env, "PATH": path})
    daemon = machine.path("/etc/docker/daemon.json")
    daemon.parent.mkdir(parents=True)
    daemon.write_bytes(b"{}\n")
    applied = command("apply", "--yes", *SETS, system=root)
    assert applied.code == 0, applied.err
    _program(programs, "systemctl", 1)
    undone = command("undo", system=root)
    assert undone.code == 3
    assert "every file is as before, but Docker did not come back" in undone.err
    assert "journalctl -u docker" in undone.err
    assert daemon.read_bytes() == b"{}\n"
