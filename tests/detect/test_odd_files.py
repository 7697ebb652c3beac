"""What stands in a file's place and is no file is named as what it is, and nothing else is lost."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.detect.support import soon, write
from wizard.detect.docker_json import read_json
from wizard.detect.go import detect_go
from wizard.detect.netrc import netrc_fact
from wizard.detect.project import read_project
from wizard.facts.base import Fact, State
from wizard.facts.project import ProjectFacts
from wizard.system import System

_MOD = "module a.example/app\n\ngo 1.25\n"


def _socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # a socket's whole path may be 108 bytes long
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.chdir(here)


ODD: dict[str, tuple[Callable[[Path], None], str]] = {
    "fifo": (lambda path: os.mkfifo(path), "a FIFO, not a file"),
    "socket": (_socket, "a socket, not a file"),
    "folder": (lambda path: path.mkdir(), "a folder, not a file"),
    "circle": (lambda path: path.symlink_to(path.name), "links"),
}


def _project(machine: System, tmp_path: Path, **files: str) -> tuple[Path, ProjectFacts]:
    root = tmp_path / "app"
    write(root, files)
    return root, read_project(machine, root, "").facts


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", ["go.mod", "go.work", "Dockerfile", ".dockerignore"])
def test_what_stands_in_the_place_of_a_project_file_is_named(
    kind: str, name: str, machine: System, tmp_path: Path
) -> None:
    make, said = ODD[kind]
    root = tmp_path / "app"
    root.mkdir()
    make(root / name)
    facts = read_project(machine, root, "").facts
    by_name: dict[str, Fact[Any]] = {
        "go.mod": facts.modules,
        "go.work": facts.workspace,
        "Dockerfile": facts.dockerfile,
        ".dockerignore": facts.dockerignore,
    }
    fact = by_name[name]
    assert fact.state is State.UNKNOWN
    assert said in str(fact.reason)


def test_a_device_in_the_place_of_a_file_is_named(machine: System, tmp_path: Path) -> None:
    (tmp_path / "daemon.json").symlink_to("/dev/zero")
    problem = read_json(machine, tmp_path / "daemon.json").problem
    assert problem is not None
    assert "a device, not a file" in str(problem.message)


@pytest.mark.parametrize("name", ["Dockerfile", "anything", "sub.go", ".dockerignore"])
def test_a_link_to_itself_hides_nothing_else(name: str, machine: System, tmp_path: Path) -> None:
    root = tmp_path / "app"
    write(root, {"go.mod": _MOD, "main.go": "package main\n", "cmd/x/main.go": "package main\n"})
    (root / name).symlink_to(name)
    facts = read_project(machine, root, "").facts
    assert [module.mod.module for module in facts.modules.or_else(())] == ["a.example/app"]
    assert facts.main_packages.value == (".", "cmd/x")


def test_a_link_to_itself_is_noted(machine: System, tmp_path: Path) -> None:
    root = tmp_path / "app"
    write(root, {"go.mod": _MOD})
    (root / "round").symlink_to("round")
    facts = read_project(machine, root, "").facts
    assert [one.path for one in facts.passed_over.or_else(())] == ["round"]


def test_a_folder_that_may_not_be_read_is_noted_and_the_rest_is_read(
    machine: System, tmp_path: Path, as_nobody: Callable[[], None]
) -> None:
    root = tmp_path / "app"
    write(root, {"go.mod": _MOD, "a/main.go": "package main\n", "b/main.go": "package main\n"})
    (root / "a").chmod(0)
    as_nobody()
    facts = read_project(machine, root, "").facts
    assert facts.main_packages.value == ("b",)
    assert [one.path for one in facts.passed_over.or_else(())] == ["a"]


@pytest.fixture
def as_nobody(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Give up root's rights over files until the test ends."""
    changed: dict[Path, int] = {}

    def give_up() -> None:
        if os.geteuid() != 0:
            return
        for path in tmp_path.parents:
            mode = path.stat().st_mode
            if mode & 0o011 != 0o011:
                changed[path] = mode
                path.chmod(mode | 0o011)
        for path in (tmp_path, *tmp_path.rglob("*")):
            os.lchown(path, 65534, 65534)
        os.seteuid(65534)

    yield give_up
    if os.getuid() == 0:
        os.seteuid(0)
        for path, mode in changed.items():
            path.chmod(mode)


def test_a_link_that_leads_nowhere_is_told_from_nothing(machine: System, tmp_path: Path) -> None:
    root = tmp_path / "app"
    root.mkdir()
    for name in ("go.mod", "Dockerfile", ".dockerignore"):
        (root / name).symlink_to("gone")
    facts = read_project(machine, root, "").facts
    for fact in (facts.modules, facts.dockerfile, facts.dockerignore):
        assert fact.state is State.NOT_APPLICABLE
        assert "leads nowhere" in str(fact.reason)


def test_a_broken_go_mod_in_a_folder_does_not_hide_the_module(
    machine: System, tmp_path: Path
) -> None:
    root = tmp_path / "app"
    write(root, {"go.mod": _MOD, "sub/x.go": "package x\n"})
    os.mkfifo(root / "sub" / "go.mod")
    facts = read_project(machine, root, "").facts
    assert len(facts.modules.or_else(())) == 1
    assert [one.path for one in facts.passed_over.or_else(())] == ["sub/go.mod"]


@pytest.mark.parametrize("kind", ODD)
def test_what_stands_in_the_place_of_netrc_is_named(kind: str, machine: System) -> None:
    make, said = ODD[kind]
    assert machine.home is not None
    make(machine.home / ".netrc")
    value = netrc_fact(machine).value
    assert value is not None
    assert said in str(value.problem)


@pytest.mark.parametrize("kind", ["fifo", "socket", "folder"])
async def test_what_stands_in_the_place_of_gos_settings_is_named_and_go_not_held_up(
    kind: str, machine: System
) -> None:
    make, said = ODD[kind]
    assert machine.home is not None
    path = machine.home / ".config" / "go" / "env"
    path.parent.mkdir(parents=True)
    make(path)
    facts = await detect_go(machine, soon())
    assert facts.env_file.state is State.UNKNOWN
    assert said in str(facts.env_file.reason)
