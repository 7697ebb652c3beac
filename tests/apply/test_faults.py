"""A disk that refuses at any single step: everything is put back, and the error says what."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.apply.faults import CountingDisk, FailingDisk
from tests.apply.hosts import Host, furnish, in_memory, make_host, whole_plan
from wizard.apply import commit, history, plan_changes, undo
from wizard.apply.disk import Disk, Folder
from wizard.apply.types import ChangeSet
from wizard.errors import ForbiddenError, UnsafeError

CODES = (errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO)
Files = dict[str, tuple[bytes, int]]
EACH = pytest.mark.parametrize("code", CODES, ids=[errno.errorcode[code] for code in CODES])


@contextmanager
def fresh() -> Iterator[tuple[Host, ChangeSet]]:
    with in_memory() as folder:
        host = make_host(folder)
        furnish(host)
        yield host, asyncio.run(plan_changes(host.system, host.project, whole_plan(host)))


def without_drafts(files: Files) -> Files:
    """Return the user's files: a disk that stays broken keeps even our own drafts."""
    return {name: file for name, file in files.items() if ".gomod-wizard-" not in name}


def apply_(host: Host, changes: ChangeSet, disk: Disk) -> None:
    asyncio.run(commit(host.system, host.project, changes, disk=disk))


def points_of_apply() -> int:
    with fresh() as (host, changes):
        disk = CountingDisk()
        apply_(host, changes, disk)
        return len(disk.points)


@EACH
def test_an_apply_that_fails_at_any_step_puts_everything_back(code: int) -> None:
    for number in range(1, points_of_apply() + 1):
        with fresh() as (host, changes):
            old, folders = host.files(), host.folders()
            with pytest.raises(ForbiddenError) as caught:
                apply_(host, changes, FailingDisk(number, code))
            assert host.files() == old, number
            assert host.folders() == folders, number
            assert caught.value.where
            assert str(caught.value.hint)
            states = {entry.state for entry in history(host.system)}
            assert states <= {"failed", "interrupted"}


def test_a_disk_that_stays_broken_loses_nothing_and_the_next_undo_puts_it_back() -> None:
    for number in range(1, points_of_apply() + 1):
        with fresh() as (host, changes):
            old, folders = host.files(), host.folders()
            with pytest.raises(ForbiddenError) as caught:
                apply_(host, changes, FailingDisk(number, errno.EIO, stays=True))
            says_all = "everything is as it was" in str(caught.value.message)
            assert says_all is (without_drafts(host.files()) == old), (number, caught.value.message)
            asyncio.run(undo(host.system))
            assert host.files() == old, number
            assert host.folders() == folders, number


@EACH
@pytest.mark.parametrize("stays", [False, True], ids=["once", "for good"])
def test_an_undo_that_fails_at_any_step_leaves_files_whole_and_the_next_one_ends_it(
    code: int, stays: bool
) -> None:
    with fresh() as (host, changes):
        apply_(host, changes, Disk())
        disk = CountingDisk()
        asyncio.run(undo(host.system, disk=disk))
    for number in range(1, len(disk.points) + 1):
        with fresh() as (host, changes):
            old, folders = host.files(), host.folders()
            apply_(host, changes, Disk())
            new = host.files()
            with pytest.raises(ForbiddenError) as caught:
                asyncio.run(undo(host.system, disk=FailingDisk(number, code, stays=stays)))
            assert caught.value.where
            assert str(caught.value.hint)
            now = host.files()
            for name in old.keys() | new.keys():
                assert now.get(name) in (old.get(name), new.get(name)), (number, name)
            (entry,) = history(host.system)
            says_all = "everything is as it was" in str(caught.value.message)
            assert not says_all or without_drafts(now) == new, (number, caught.value.message)
            assert says_all or entry.state != "applied", (number, caught.value.message)
            if entry.state != "interrupted":
                assert now == {"applied": new, "undone": old}[entry.state], number
            again = asyncio.run(undo(host.system))
            assert again.id == (None if entry.state == "undone" else entry.id), number
            assert host.files() == old, number
            assert host.folders() == folders, number
            assert [entry.state for entry in history(host.system)] == ["undone"], number
            assert asyncio.run(undo(host.system)).changes == (), number


class UnreadableDisk(Disk):
    """Cannot read at its `number`th reading."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.readings = 0

    def read(self, folder: Folder, name: str, limit: int) -> bytes | None:
        self.readings += 1
        if self.readings == self.number:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(folder.path / name))
        return super().read(folder, name, limit)


def test_a_disk_that_cannot_read_at_one_step_leaves_the_old_state_or_the_new() -> None:
    with fresh() as (host, changes):
        counting = UnreadableDisk(0)
        apply_(host, changes, counting)
        new = host.files()
    for number in range(1, counting.readings + 1):
        with fresh() as (host, changes):
            old = host.files()
            done = False
            with contextlib.suppress(ForbiddenError, UnsafeError):
                apply_(host, changes, UnreadableDisk(number))
                done = True
            assert host.files() == (new if done else old), number
            asyncio.run(undo(host.system))
            assert host.files() == old, number


def test_an_undo_that_cannot_read_at_one_step_can_be_repeated() -> None:
    with fresh() as (host, changes):
        apply_(host, changes, Disk())
        counting = UnreadableDisk(0)
        asyncio.run(undo(host.system, disk=counting))
    for number in range(1, counting.readings + 1):
        with fresh() as (host, changes):
            old = host.files()
            apply_(host, changes, Disk())
            with contextlib.suppress(ForbiddenError, UnsafeError):
                asyncio.run(undo(host.system, disk=UnreadableDisk(number)))
            asyncio.run(undo(host.system))
            assert host.files() == old, number
