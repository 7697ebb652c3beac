"""Killed in a second transaction, or in root's part: never more goes back than that."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.apply.faults import CountingDisk, KillingDisk, answer_of, in_child
from tests.apply.hosts import Host, daemon_json, furnish, in_memory, make_host, whole_plan
from wizard.apply import commit, commit_staged, plan_changes, undo
from wizard.apply.disk import Disk
from wizard.apply.types import Receipt
from wizard.errors import UsageError


@contextmanager
def furnished() -> Iterator[Host]:
    with in_memory() as folder:
        host = make_host(folder)
        furnish(host)
        yield host


async def apply_(host: Host, mtu: int, disk: Disk | None = None) -> Receipt:
    plan = (daemon_json({"mtu": mtu}),)
    changes = await plan_changes(host.system, host.project, plan)
    return await commit(host.system, host.project, changes, disk=disk)


def test_an_undo_after_a_killed_apply_leaves_the_one_before_it_alone() -> None:
    with furnished() as host:
        asyncio.run(apply_(host, 1400))
        counting = CountingDisk()
        asyncio.run(apply_(host, 1280, counting))
    # At the first step nothing at all was reached: no undo can know of that run.
    for number in range(2, len(counting.points) + 1):
        with furnished() as host:
            asyncio.run(apply_(host, 1400))
            first = host.files()
            disk = KillingDisk(number)
            assert in_child(lambda host=host, disk=disk: apply_(host, 1280, disk)) == (  # type: ignore[misc]
                -signal.SIGKILL
            )
            receipt = asyncio.run(undo(host.system))
            assert host.files() == first, number
            assert receipt.messages or receipt.changes


async def staged(user: Host) -> str:
    """Stage the plan as the user; return the record's folder, and open /etc for root."""
    (user.root / "etc/docker").chmod(0o555)
    changes = await plan_changes(user.system, user.project, whole_plan(user))
    receipt = await commit(user.system, user.project, changes)
    (user.root / "etc/docker").chmod(0o755)
    command = str(receipt.sudo_command).split()
    return command[command.index("--staged") + 1]


def faces(host: Host) -> tuple[Host, Host]:
    user = host.as_user(1234)
    return user, user.as_user(0, SUDO_UID="1234", HOME=str(host.root / "root"))


def daemon(host: Host) -> bytes:
    return (host.root / "etc/docker/daemon.json").read_bytes()


def test_a_user_who_is_killed_while_he_stages_finds_the_old_state_after_undo() -> None:
    def plan(user: Host, disk: Disk) -> int:
        return in_child(lambda: staged_with(user, disk))

    async def staged_with(user: Host, disk: Disk) -> None:
        changes = await plan_changes(user.system, user.project, whole_plan(user))
        await commit(user.system, user.project, changes, disk=disk)

    with furnished() as host:
        user, _ = faces(host)
        (host.root / "etc/docker").chmod(0o555)
        counting = CountingDisk()
        asyncio.run(staged_with(user, counting))
    for number in range(1, len(counting.points) + 1):
        with furnished() as host:
            user, _ = faces(host)
            (host.root / "etc/docker").chmod(0o555)
            old, folders = host.files(), host.folders()
            assert plan(user, KillingDisk(number)) == -signal.SIGKILL
            asyncio.run(undo(user.system))
            assert host.files() == old, number
            assert host.folders() == folders, number


def test_root_who_is_killed_runs_the_same_command_again_and_ends_in_the_new_state(
    say: Callable[[str], None],
) -> None:
    with furnished() as host:
        user, root = faces(host)
        folder = asyncio.run(staged(user))
        counting = CountingDisk()
        asyncio.run(commit_staged(root.system, folder, disk=counting))
        new = daemon(host)
    for number in range(1, len(counting.points) + 1):
        with furnished() as host:
            user, root = faces(host)
            old = host.files()
            folder = asyncio.run(staged(user))
            disk = KillingDisk(number)
            assert in_child(
                lambda root=root, folder=folder, disk=disk: commit_staged(  # type: ignore[misc]
                    root.system, folder, disk=disk
                )
            ) == (-signal.SIGKILL)
            with contextlib.suppress(UsageError):  # "does not wait any more": all was done
                asyncio.run(commit_staged(root.system, folder))
            assert daemon(host) == new, number
            asyncio.run(undo(root.system))
            asyncio.run(undo(user.system))
            assert host.files() == old, number
    say(f"sudo: killed at {len(counting.points)} points of root's part")


def test_no_effect_on_files_goes_past_the_points_that_are_killed(
    say: Callable[[str], None],
) -> None:
    """Python itself reports what it opens, renames and removes: each has had its point."""

    def watched() -> dict[str, int]:
        with furnished() as host:
            counting, seen = (
                CountingDisk(),
                dict.fromkeys(("create", "rename", "remove", "mkdir", "rmdir"), 0),
            )
            here = True

            def hook(event: str, args: tuple[object, ...]) -> None:
                if not here:
                    return
                if event == "open" and isinstance(args[2], int):
                    writes = args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
                    seen["create"] += bool(writes) and not str(args[0]).endswith("/lock")
                for name, kind in (("os.rename", "rename"), ("os.remove", "remove"),
                                   ("os.mkdir", "mkdir"), ("os.rmdir", "rmdir")):  # fmt: skip
                    seen[kind] += event == name

            changes = asyncio.run(plan_changes(host.system, host.project, whole_plan(host)))
            loop = asyncio.new_event_loop()
            loop.run_until_complete(asyncio.sleep(0))
            sys.addaudithook(hook)
            loop.run_until_complete(commit(host.system, host.project, changes, disk=counting))
            loop.run_until_complete(undo(host.system, disk=counting))
            here = False
            loop.close()
        return {f"{kind} seen": n for kind, n in seen.items()} | {
            f"{kind} counted": counting.points.count(kind) for kind in seen
        }

    counts = answer_of(watched)
    assert isinstance(counts, dict)
    for kind in ("create", "rename", "remove", "mkdir", "rmdir"):
        assert counts[f"{kind} seen"] <= counts[f"{kind} counted"], counts
    assert counts["create seen"] > 10
