"""Every trace of the program goes, and nothing of the user's; never what is still needed."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.apply.faults import CountingDisk, FailingDisk, KillingDisk, in_child
from tests.apply.hosts import Host, daemon_json, furnish, in_memory, make_host, whole_plan
from wizard.apply import commit, commit_staged, find_traces, plan_changes, purge, undo
from wizard.apply.disk import Disk
from wizard.apply.types import Receipt
from wizard.errors import ForbiddenError, UnsafeError


def tree(host: Host) -> dict[str, bytes | None]:
    """Everything on the host: files with their bytes, folders with None."""
    return {
        str(path.relative_to(host.root)): path.read_bytes() if path.is_file() else None
        for path in host.root.rglob("*")
    }


async def apply_(host: Host, disk: Disk | None = None) -> Receipt:
    changes = await plan_changes(host.system, host.project, whole_plan(host))
    return await commit(host.system, host.project, changes, disk=disk)


async def test_after_apply_undo_and_purge_the_machine_is_as_it_was(host: Host) -> None:
    furnish(host)
    before = tree(host)
    await apply_(host)
    await undo(host.system)
    purge(host.system)
    assert tree(host) == before


async def test_looking_writes_nothing(host: Host) -> None:
    await apply_(host)
    before = tree(host)
    find_traces(host.system)
    assert tree(host) == before


def test_where_nothing_is_nothing_is_made(host: Host) -> None:
    before = tree(host)
    assert purge(host.system).removable == ()
    assert tree(host) == before


async def test_what_is_applied_refuses_the_purge(host: Host) -> None:
    furnish(host)
    receipt = await apply_(host)
    before = tree(host)
    with pytest.raises(UnsafeError, match=f"{receipt.id} is applied"):
        purge(host.system)
    assert tree(host) == before


async def test_force_keeps_what_is_written_and_removes_the_rest(host: Host) -> None:
    furnish(host)
    await apply_(host)
    written = host.files()
    purge(host.system, force=True)
    assert host.files() == written
    assert not (host.home / ".local").exists()


async def test_what_the_user_put_back_by_hand_needs_no_undo(host: Host) -> None:
    daemon = host.root / "etc/docker/daemon.json"
    plan = (daemon_json({"mtu": 1400}),)
    await commit(host.system, host.project, await plan_changes(host.system, host.project, plan))
    daemon.unlink()
    purge(host.system)
    assert find_traces(host.system).removable == ()


async def test_a_damaged_entry_that_was_applied_refuses_the_purge(host: Host) -> None:
    receipt = await apply_(host)
    (host.home / ".local/state/gomod-wizard/journal" / str(receipt.id) / "record.json").unlink()
    with pytest.raises(UnsafeError, match="is damaged, and was applied"):
        purge(host.system)


@pytest.mark.parametrize("left", [None, b"", b"[[[", b'{"state": "appl"}', b'{"state": []}'])
async def test_a_transaction_whose_state_is_lost_is_kept_and_can_be_undone(
    host: Host, left: bytes | None
) -> None:
    furnish(host)
    before = tree(host)
    receipt = await apply_(host)
    state = host.home / ".local/state/gomod-wizard/journal" / str(receipt.id) / "state"
    state.unlink() if left is None else state.write_bytes(left)
    with pytest.raises(UnsafeError, match="is applied"):
        purge(host.system)
    await undo(host.system)
    purge(host.system)
    assert tree(host) == before


async def test_a_lost_state_of_what_was_undone_keeps_nobody_from_a_purge(host: Host) -> None:
    furnish(host)
    before = tree(host)
    receipt = await apply_(host)
    await undo(host.system)
    (host.home / ".local/state/gomod-wizard/journal" / str(receipt.id) / "state").unlink()
    purge(host.system)
    assert tree(host) == before


def killed_half_way(host: Host) -> None:
    """Kill an apply between its two last renames."""
    counting = CountingDisk()
    with in_memory() as folder:
        other = make_host(folder)
        furnish(other)
        asyncio.run(apply_(other, counting))
    last = max(n for n, point in enumerate(counting.points, 1) if point == "rename")
    before = max(n for n, point in enumerate(counting.points[: last - 1], 1) if point == "rename")
    assert in_child(lambda: apply_(host, KillingDisk(before))) == -signal.SIGKILL


def test_what_is_half_done_refuses_the_purge_and_is_undone_first(host: Host) -> None:
    furnish(host)
    before = tree(host)
    killed_half_way(host)
    with pytest.raises(UnsafeError, match="interrupted half-way"):
        purge(host.system)
    asyncio.run(undo(host.system))
    purge(host.system)
    assert tree(host) == before


def test_force_removes_also_what_a_crash_left_beside_the_files(host: Host) -> None:
    furnish(host)
    killed_half_way(host)
    assert any(".gomod-wizard-" in name for name in tree(host))
    purge(host.system, force=True)
    assert not any(".gomod-wizard-" in name for name in tree(host))


async def test_what_waits_for_root_goes_and_what_root_applied_refuses(host: Host) -> None:
    furnish(host)
    (host.root / "etc/docker").chmod(0o555)
    user = host.as_user(1234)
    root = user.as_user(0, SUDO_UID="1234", HOME=str(host.root / "root"))
    plan = (daemon_json({"mtu": 1400}),)

    async def stage() -> str:
        changes = await plan_changes(user.system, user.project, plan)
        return str((await commit(user.system, user.project, changes)).id)

    await stage()
    purge(user.system)
    assert not (host.home / ".local").exists()

    folder = host.home / ".local/state/gomod-wizard/journal" / await stage()
    (host.root / "etc/docker").chmod(0o755)
    await commit_staged(root.system, str(folder))
    with pytest.raises(UnsafeError, match="is applied"):
        purge(user.system)
    with pytest.raises(UnsafeError, match="is applied"):
        purge(root.system)
    await undo(root.system)
    purge(user.system)
    left = find_traces(user.system)
    assert (left.removable, left.of_root) == ((), str(host.root / "var/lib/gomod-wizard"))
    purge(root.system)
    assert find_traces(user.system).of_root is None


async def test_the_users_settings_go_only_when_asked(host: Host) -> None:
    catalogue = host.home / ".config/gomod-wizard/mirrors.toml"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text("[[mirror]]\n")
    assert find_traces(host.system).settings == str(catalogue.parent)
    purge(host.system)
    assert catalogue.exists()
    purge(host.system, settings=True)
    assert not catalogue.parent.exists()
    assert catalogue.parent.parent.exists()


async def test_a_link_among_the_traces_is_removed_and_not_followed(host: Host) -> None:
    dotfiles = host.home / "dotfiles"
    dotfiles.mkdir()
    (dotfiles / "mirrors.toml").write_text("mine\n")
    (host.home / ".config").mkdir()
    (host.home / ".config/gomod-wizard").symlink_to(dotfiles)
    await apply_(host)
    await undo(host.system)
    (host.home / ".local/state/gomod-wizard/journal/link").symlink_to(dotfiles)
    purge(host.system, settings=True)
    assert (dotfiles / "mirrors.toml").read_text() == "mine\n"
    assert not (host.home / ".config/gomod-wizard").is_symlink()
    assert not (host.home / ".local").exists()


def done_with(folder: Path) -> tuple[Host, dict[str, bytes | None]]:
    host = make_host(folder)
    furnish(host)
    before = tree(host)
    asyncio.run(apply_(host))
    asyncio.run(undo(host.system))
    return host, before


def points_of_purge() -> int:
    disk = CountingDisk()
    with in_memory() as folder:
        purge(done_with(folder)[0].system, disk=disk)
    return len(disk.points)


def test_a_purge_that_is_killed_at_any_step_is_finished_by_the_next(
    say: Callable[[str], None],
) -> None:
    total = points_of_purge()
    for number in range(1, total + 1):
        with in_memory() as folder:
            host, before = done_with(folder)

            async def work(host: Host = host, number: int = number) -> None:
                purge(host.system, disk=KillingDisk(number))

            assert in_child(work) == -signal.SIGKILL
            purge(host.system)
            assert tree(host) == before, number
    say(f"purge: killed at {total} points")


def test_a_purge_that_the_disk_refuses_says_so_and_goes_on_later() -> None:
    for number in range(1, points_of_purge() + 1):
        with in_memory() as folder:
            host, before = done_with(folder)
            with pytest.raises(ForbiddenError, match="removed"):
                purge(host.system, disk=FailingDisk(number, 30))
            purge(host.system)
            assert tree(host) == before, number
