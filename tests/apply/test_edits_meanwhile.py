"""Somebody saves a file, or a second run starts, at any step: nothing of either is lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.apply.faults import CountingDisk, KillingDisk, in_child
from tests.apply.hosts import DOCKERFILE, Host, furnish, in_memory, make_host, whole_plan
from wizard.apply import commit, history, plan_changes, undo
from wizard.apply.disk import Disk
from wizard.apply.types import Receipt
from wizard.errors import ForbiddenError, UnsafeError, WizardError

MINE = b"what somebody saved\n"
Save = Callable[[Path], None]


def in_place(path: Path) -> None:
    """Save as `echo > file` does."""
    path.write_bytes(MINE)


def by_rename(path: Path) -> None:
    """Save as most editors do."""
    beside = path.with_name("editor.tmp")
    beside.write_bytes(MINE)
    beside.chmod(0o644)
    beside.replace(path)


class EditingDisk(CountingDisk):
    """Somebody saves a file at step `number`."""

    def __init__(self, number: int, save: Callable[[], None]) -> None:
        super().__init__()
        self.number = number
        self.save = save

    def point(self, operation: str, path: Path) -> None:
        super().point(operation, path)
        if len(self.points) == self.number:
            self.save()


@contextmanager
def furnished() -> Iterator[Host]:
    with in_memory() as folder:
        host = make_host(folder)
        furnish(host)
        yield host


async def apply_(host: Host, disk: Disk | None = None) -> Receipt:
    changes = await plan_changes(host.system, host.project, whole_plan(host))
    return await commit(host.system, host.project, changes, disk=disk)


def points(*, of_undo: bool) -> int:
    with furnished() as host:
        disk = CountingDisk()
        asyncio.run(apply_(host, None if of_undo else disk))
        if of_undo:
            asyncio.run(undo(host.system, disk=disk))
        return len(disk.points)


SAVES = pytest.mark.parametrize("save", [in_place, by_rename])
FILES = pytest.mark.parametrize(
    "name", ["work/app/Dockerfile", "etc/docker/daemon.json", "work/app/gomod-wizard.toml"]
)


@SAVES
@FILES
def test_a_file_saved_at_any_step_of_an_apply_keeps_what_was_saved(name: str, save: Save) -> None:
    for number in range(1, points(of_undo=False) + 1):
        with furnished() as host:
            old = host.files()
            disk = EditingDisk(number, lambda host=host: save(host.root / name))  # type: ignore[misc]
            with contextlib.suppress(UnsafeError):
                asyncio.run(apply_(host, disk))
            assert (host.root / name).read_bytes() == MINE, number
            others = {other: file for other, file in host.files().items() if other != name}
            applied = history(host.system) and history(host.system)[0].state == "applied"
            if not applied:
                assert others == {other: file for other, file in old.items() if other != name}
            assert not any(".gomod-wizard-" in other for other in others), number


@SAVES
@FILES
def test_a_file_saved_at_any_step_of_an_undo_keeps_what_was_saved(name: str, save: Save) -> None:
    for number in range(1, points(of_undo=True) + 1):
        with furnished() as host:
            old = host.files()
            asyncio.run(apply_(host))
            new = host.files()
            disk = EditingDisk(number, lambda host=host: save(host.root / name))  # type: ignore[misc]
            with contextlib.suppress(UnsafeError):
                asyncio.run(undo(host.system, disk=disk))
            assert (host.root / name).read_bytes() == MINE, number
            (entry,) = history(host.system)
            wanted = {"undone": old, "applied": new}[entry.state]
            others = {other: file for other, file in host.files().items() if other != name}
            assert others == {other: file for other, file in wanted.items() if other != name}


def test_rights_taken_away_at_any_step_of_an_apply_stay_taken_away() -> None:
    for number in range(1, points(of_undo=False) + 1):
        with furnished() as host:
            old = host.files()
            file = host.root / "etc/docker/daemon.json"
            disk = EditingDisk(number, lambda file=file: file.chmod(0o600))  # type: ignore[misc]
            with contextlib.suppress(UnsafeError):
                asyncio.run(apply_(host, disk))
            assert file.stat().st_mode & 0o777 == 0o600, number
            applied = history(host.system) and history(host.system)[0].state == "applied"
            assert applied or file.read_bytes() == old["etc/docker/daemon.json"][0], number


def test_rights_taken_away_at_any_step_of_an_undo_stay_taken_away() -> None:
    for number in range(1, points(of_undo=True) + 1):
        with furnished() as host:
            asyncio.run(apply_(host))
            file = host.root / "etc/docker/daemon.json"
            disk = EditingDisk(number, lambda file=file: file.chmod(0o600))  # type: ignore[misc]
            with contextlib.suppress(UnsafeError):
                asyncio.run(undo(host.system, disk=disk))
            assert file.stat().st_mode & 0o777 == 0o600, number


async def test_rights_given_after_the_apply_are_kept_by_its_undo_which_says_so(host: Host) -> None:
    furnish(host)
    await apply_(host)
    dockerfile = host.project / "Dockerfile"
    dockerfile.chmod(0o600)
    receipt = await undo(host.system)
    assert (dockerfile.read_bytes(), dockerfile.stat().st_mode & 0o777) == (DOCKERFILE, 0o600)
    said = f"its permissions were changed since, and stay as they are: {dockerfile}"
    assert said in map(str, receipt.messages)


def test_a_link_put_in_a_files_place_at_any_step_is_not_followed() -> None:
    for number in range(1, points(of_undo=False) + 1):
        with furnished() as host:
            secret = host.home / "secret"
            secret.write_bytes(MINE)

            def swap(host: Host = host, secret: Path = secret) -> None:
                file = host.project / "Dockerfile"
                file.unlink()
                file.symlink_to(secret)

            with contextlib.suppress(WizardError):
                asyncio.run(apply_(host, EditingDisk(number, swap)))
            assert secret.read_bytes() == MINE
            assert (host.project / "Dockerfile").is_symlink(), number


class WaitingDisk(Disk):
    """Stops once, before it puts the Dockerfile in place, until somebody lets it go on."""

    def __init__(self, there: int, go: int) -> None:
        self.there = there
        self.go = go
        self.stopped = False

    def point(self, operation: str, path: Path) -> None:
        if operation == "rename" and path.name == "Dockerfile" and not self.stopped:
            self.stopped = True
            os.write(self.there, b"x")
            os.read(self.go, 1)


def test_of_two_real_processes_that_apply_at_once_one_is_sent_away_and_the_other_is_whole() -> None:
    with furnished() as host:
        there_read, there = os.pipe()
        go, go_write = os.pipe()

        async def first() -> None:
            try:
                await apply_(host, WaitingDisk(there, go))
            finally:
                os.write(there, b"x")  # nobody waits for what did not come that far

        async def second() -> None:
            with pytest.raises(ForbiddenError, match="another gomod-wizard is writing"):
                await apply_(host)
            with pytest.raises(ForbiddenError, match="another gomod-wizard is writing"):
                await undo(host.system)

        async def both() -> None:
            loop = asyncio.get_running_loop()
            running = loop.run_in_executor(None, in_child, first)
            await loop.run_in_executor(None, os.read, there_read, 1)
            refused = await loop.run_in_executor(None, in_child, second)
            os.write(go_write, b"x")
            assert (refused, await running) == (0, 0)

        asyncio.run(both())
        (entry,) = history(host.system)
        assert entry.state == "applied"
        for end in (there_read, there, go, go_write):
            os.close(end)


def test_the_lock_of_a_killed_run_holds_nobody_up() -> None:
    with furnished() as host:
        assert in_child(lambda: apply_(host, KillingDisk(100))) == -signal.SIGKILL
        receipt = asyncio.run(apply_(host))
        assert receipt.id
        assert "its files were put back first" in " ".join(map(str, receipt.messages))
