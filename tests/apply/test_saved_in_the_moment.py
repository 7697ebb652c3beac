"""Somebody saves a file in the moment of the swap, and the process is killed just then."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.apply.faults import in_child
from tests.apply.hosts import DOCKERFILE, Host, furnish, in_memory, make_host, whole_plan
from tests.apply.test_edits_meanwhile import MINE, by_rename, in_place
from wizard.apply import commit, plan_changes, purge, settle, undo
from wizard.apply.disk import Disk, Folder

Save = Callable[[Path], None]


def emptied(path: Path) -> None:
    """Save nothing at all: what a draft that was cut off looks like."""
    path.write_bytes(b"")


def linked(path: Path) -> None:
    """Put a link in the file's place."""
    path.unlink()
    path.symlink_to("elsewhere")


def closed(path: Path) -> None:
    """Take rights away, and no byte."""
    path.chmod(0o600)


def state_of(path: Path) -> tuple[object, ...]:
    """What a person would find there."""
    if path.is_symlink():
        return (os.readlink(path),)
    return path.read_bytes(), path.stat().st_mode


class SwappingDisk(Disk):
    """Lets somebody save `path` just before it is moved aside, and kills the process just after."""

    def __init__(self, path: Path, save: Save) -> None:
        self.path = path
        self.save = save

    def _around(self, name: str, folder: Folder, move: Callable[[], bool | None]) -> bool:
        if folder.path / name == self.path:
            self.save(self.path)
            move()
            os.kill(os.getpid(), signal.SIGKILL)
        return bool(move())

    def exchange(self, folder: Folder, one: str, other: str) -> bool:
        return self._around(
            other, folder, lambda: super(SwappingDisk, self).exchange(folder, one, other)
        )

    def rename(self, folder: Folder, old: str, new: str) -> None:
        move = super().rename
        self._around(old, folder, lambda: move(folder, old, new))


@contextmanager
def furnished() -> Iterator[Host]:
    with in_memory() as folder:
        host = make_host(folder)
        furnish(host)
        yield host


async def apply_(host: Host, disk: Disk | None = None) -> None:
    changes = await plan_changes(host.system, host.project, whole_plan(host))
    await commit(host.system, host.project, changes, disk=disk)


def leftovers(host: Host) -> list[str]:
    return [name for name in host.files() if ".gomod-wizard-" in name]


SAVES = pytest.mark.parametrize("save", [in_place, by_rename, emptied, linked, closed])


@SAVES
@pytest.mark.parametrize("name", ["Dockerfile", ".dockerignore"])
def test_it_stands_in_its_place_when_the_killed_apply_is_put_back(name: str, save: Save) -> None:
    with furnished() as host:
        path = host.project / name
        old = host.files()
        save(path)
        wanted = state_of(path)
        path.unlink()
        path.write_bytes(old[f"work/app/{name}"][0])
        path.chmod(old[f"work/app/{name}"][1])
        assert in_child(lambda: apply_(host, SwappingDisk(path, save))) == -signal.SIGKILL
        settle(host.system)
        assert state_of(path) == wanted
        assert leftovers(host) == []
        others = {
            other: file for other, file in host.files().items() if other != f"work/app/{name}"
        }
        assert others == {k: file for k, file in old.items() if k != f"work/app/{name}"}


@SAVES
@pytest.mark.parametrize("name", ["Dockerfile", "gomod-wizard.toml"])
def test_it_stands_in_its_place_when_the_killed_undo_is_finished(name: str, save: Save) -> None:
    with furnished() as host:
        asyncio.run(apply_(host))
        path = host.project / name
        data, mode = host.files()[f"work/app/{name}"]
        save(path)
        wanted = state_of(path)
        path.unlink()
        path.write_bytes(data)
        path.chmod(mode)
        assert in_child(lambda: undo(host.system, disk=SwappingDisk(path, save))) == -signal.SIGKILL
        said = asyncio.run(undo(host.system)).messages
        if save is closed:
            gone = name == "gomod-wizard.toml"  # its text was this program's own
            assert path.exists() is not gone
            assert gone or (path.read_bytes(), path.stat().st_mode & 0o777) == (DOCKERFILE, 0o600)
        else:
            assert state_of(path) == wanted
            assert f"changed by somebody else, left alone: {path}" in map(str, said)
        assert leftovers(host) == []


def test_of_two_that_were_saved_around_a_kill_the_later_stands_and_the_other_is_kept() -> None:
    with furnished() as host:
        path = host.project / "Dockerfile"
        in_child(lambda: apply_(host, SwappingDisk(path, in_place)))
        path.write_bytes(b"the later\n")
        said = " ".join(map(str, settle(host.system)))
        (copy,) = host.project.glob("Dockerfile.kept-*")
        assert (path.read_bytes(), copy.read_bytes()) == (b"the later\n", MINE)
        assert f"kept as it was: {copy}" in said


def test_what_a_killed_undo_leaves_is_found_where_an_earlier_file_had_nothing_to_undo() -> None:
    with furnished() as host:
        asyncio.run(apply_(host))
        (host.project / "Dockerfile").write_bytes(DOCKERFILE)
        path = host.project / ".dockerignore"
        in_child(lambda: undo(host.system, disk=SwappingDisk(path, in_place)))
        asyncio.run(undo(host.system))
        assert path.read_bytes() == MINE
        assert leftovers(host) == []


def test_a_forced_purge_after_the_kill_gives_it_back_and_keeps_no_trace() -> None:
    with furnished() as host:
        path = host.project / "Dockerfile"
        in_child(lambda: apply_(host, SwappingDisk(path, in_place)))
        purge(host.system, force=True)
        assert path.read_bytes() == MINE
        assert leftovers(host) == []
