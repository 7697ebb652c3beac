"""Real disks that are full or read-only, and a real user without rights."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.apply.faults import answer_of, mount, own_mounts
from tests.apply.hosts import Host, daemon_json, furnish, make_host, whole_plan
from wizard.apply import commit, plan_changes, undo
from wizard.errors import WizardError

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(
        not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounts and user ids need root"
    ),
]
NOBODY = 65534


def attempt(host: Host) -> dict[str, object]:
    """Apply the whole plan; return what came of it, and whether every file is as it was."""
    before, folders = host.files(), host.folders()
    error = hint = ""
    try:
        found = asyncio.run(plan_changes(host.system, host.project, whole_plan(host)))
        asyncio.run(commit(host.system, host.project, found))
    except WizardError as caught:
        error, hint = str(caught.message), str(caught.hint)
    same = host.files() == before and host.folders() == folders
    return {"error": error, "hint": hint, "same": same}


def on_mount(host: Host, prepare: Callable[[], None]) -> Any:
    def work() -> dict[str, object]:
        own_mounts()
        prepare()
        furnish_missing(host)
        return attempt(host)

    return answer_of(work)


def furnish_missing(host: Host) -> None:
    if not (host.root / "etc/docker/daemon.json").exists():
        furnish(host)


def fill(folder: Path) -> None:
    """Leave no byte free."""
    with (folder / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 512)
        except OSError:
            return


def test_a_full_disk_under_the_project_changes_nothing(host: Host) -> None:
    def prepare() -> None:
        mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", host.project)
        furnish(host)
        fill(host.project)

    answer = on_mount(host, prepare)
    assert "the disk is full; everything is as it was" in answer["error"]
    assert "free some space" in answer["hint"]
    assert answer["same"]


def test_a_full_disk_under_the_journal_changes_nothing(host: Host) -> None:
    state = host.home / ".local" / "state"
    state.mkdir(parents=True)

    def prepare() -> None:
        mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", state)
        (state / "gomod-wizard").mkdir(mode=0o700)
        fill(state)

    answer = on_mount(host, prepare)
    assert "the disk is full" in answer["error"]
    assert answer["same"]


@pytest.mark.parametrize("place", ["work/app", "home/dev/.local/state"])
def test_an_undo_on_a_full_disk_changes_nothing_and_goes_on_when_there_is_space(
    host: Host, place: str
) -> None:
    folder = host.root / place
    folder.mkdir(parents=True, exist_ok=True)

    def work() -> dict[str, object]:
        own_mounts()
        mount("-t", "tmpfs", "-o", "size=128k", "tmpfs", folder)
        furnish(host)
        old, folders = host.files(), host.folders()
        found = asyncio.run(plan_changes(host.system, host.project, whole_plan(host)))
        asyncio.run(commit(host.system, host.project, found))
        fill(folder)
        filler = str((folder / "filler").relative_to(host.root))
        new = host.files()
        error = ""
        try:
            asyncio.run(undo(host.system))
        except WizardError as caught:
            error = str(caught.message)
        same = host.files() == new
        (folder / "filler").unlink()
        asyncio.run(undo(host.system))
        back = host.files() == old and host.folders() == folders
        return {"error": error, "same": same, "back": back, "filled": filler in new}

    answer: Any = answer_of(work)
    assert "the disk is full; everything is as it was" in answer["error"]
    assert (answer["filled"], answer["same"], answer["back"]) == (True, True, True)


@pytest.mark.parametrize("place", ["etc", "work/app", "home/dev/.docker"])
def test_a_read_only_file_system_changes_nothing_anywhere(host: Host, place: str) -> None:
    furnish(host)
    folder = host.root / place

    def prepare() -> None:
        mount("--bind", folder, folder)
        mount("-o", "remount,bind,ro", folder)

    answer = on_mount(host, prepare)
    assert "the file system is read-only; everything is as it was" in answer["error"]
    assert answer["same"]


def test_a_file_that_is_a_mount_of_its_own_is_not_replaced(host: Host) -> None:
    furnish(host)
    file = host.root / "etc/docker/daemon.json"

    def prepare() -> None:
        mount("--bind", file, file)

    answer = on_mount(host, prepare)
    assert "mount point of its own" in answer["error"]
    assert answer["same"]


@pytest.fixture
def nobodys() -> Iterator[Host]:
    """A host whose project and home belong to nobody; its /etc is root's."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        host = make_host(Path(name))
        furnish(host)
        (host.root / "etc/docker/daemon.json").chmod(0o644)
        for top in (host.root / "work", host.root / "home"):
            for path in (top, *top.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        yield replace(host, system=replace(host.system, uid=NOBODY))


def as_nobody(work: Callable[[], object]) -> Any:
    def child() -> object:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        return work()

    return answer_of(child)


def test_a_user_writes_what_is_his_and_stages_the_rest(nobodys: Host) -> None:
    host = nobodys

    def work() -> object:
        found = asyncio.run(plan_changes(host.system, host.project, whole_plan(host)))
        receipt = asyncio.run(commit(host.system, host.project, found))
        return [len(receipt.changes), [change.path for change in receipt.staged]]

    assert as_nobody(work) == [5, [str(host.root / "etc/docker/daemon.json")]]


def test_a_project_of_somebody_else_is_forbidden_and_nothing_is_written(nobodys: Host) -> None:
    os.chown(nobodys.project, 0, 0)
    answer = as_nobody(lambda: attempt(nobodys))
    assert "permission denied; nothing was written" in answer["error"]
    assert answer["same"]


def test_a_file_that_the_user_may_not_read_is_refused(nobodys: Host) -> None:
    (nobodys.root / "etc/docker/daemon.json").chmod(0o600)
    host = nobodys

    def work() -> object:
        plan = (daemon_json({"mtu": 1400}),)
        found = asyncio.run(plan_changes(host.system, host.project, plan))
        return [str(refusal.message) for refusal in found.refusals]

    assert "cannot be read: Permission denied" in as_nobody(work)[0]


def test_what_root_makes_in_a_users_folder_belongs_to_the_user(nobodys: Host) -> None:
    root = nobodys.as_user(0)
    found = asyncio.run(plan_changes(root.system, root.project, whole_plan(root)))
    asyncio.run(commit(root.system, root.project, found))
    for name in ("ci", "ci/new", "ci/new/ci.yml", "Dockerfile", "gomod-wizard.toml"):
        assert (root.project / name).stat().st_uid == NOBODY, name
    asyncio.run(undo(root.system))
    assert (root.project / "Dockerfile").stat().st_uid == NOBODY
