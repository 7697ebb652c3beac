"""Access lists of real file systems: kept as they stand, and none is inherited by accident.

`setfacl` and `getfacl` are Debian's package `acl`. As root on Debian, which CI is, the fixture
installs it; elsewhere the tests say why they are skipped.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apply.faults import CountingDisk, KillingDisk, in_child
from tests.apply.hosts import Host, daemon_json, furnish, make_host
from tests.lab import store
from wizard.apply import commit, plan_changes, undo
from wizard.apply.disk import Disk

pytestmark = pytest.mark.root


@pytest.fixture(scope="session", autouse=True)
def acl_tools() -> None:
    if shutil.which("setfacl") and shutil.which("getfacl"):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        pytest.skip("setfacl is missing, and only root on Debian can install its package acl")
    with store.lock("packages"):
        for command in (("update", "-qq"), ("install", "-y", "-qq", "acl")):
            subprocess.run(["apt-get", *command], check=True, capture_output=True, timeout=300)


@pytest.fixture(params=["disk", "memory"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    """A host on the disk's own file system (ext4, as a rule), and one on tmpfs."""
    if request.param == "disk":
        yield make_host(tmp_path)
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield make_host(Path(folder))


def setfacl(*words: str | Path) -> None:
    subprocess.run(["setfacl", *words], check=True)


def acl(path: Path) -> str:
    """Return owner, mode and every entry."""
    done = subprocess.run(
        ["getfacl", "--absolute-names", "--numeric", path],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout


def daemon(host: Host) -> Path:
    return host.root / "etc" / "docker" / "daemon.json"


async def apply_(host: Host, disk: Disk | None = None) -> None:
    plan = (daemon_json({"mtu": 1400}),)
    changes = await plan_changes(host.system, host.project, plan)
    await commit(host.system, host.project, changes, disk=disk)


async def test_an_access_list_survives_apply_and_undo(host: Host) -> None:
    furnish(host)
    setfacl("-m", "user:12345:rw,group:23456:r,mask:rw", daemon(host))
    before = acl(daemon(host))
    assert "user:12345:rw" in before
    await apply_(host)
    assert b'"mtu": 1400' in daemon(host).read_bytes()
    assert acl(daemon(host)) == before
    await undo(host.system)
    assert acl(daemon(host)) == before


async def test_a_file_without_a_list_gets_none_from_its_folder(host: Host) -> None:
    furnish(host)
    daemon(host).chmod(0o660)
    setfacl("-d", "-m", "user:12345:rwx", daemon(host).parent)
    before = acl(daemon(host))
    assert "12345" not in before
    await apply_(host)
    assert acl(daemon(host)) == before
    await undo(host.system)
    assert acl(daemon(host)) == before


async def test_owner_and_group_are_kept_beside_the_list(host: Host) -> None:
    furnish(host)
    os.chown(daemon(host), 12345, 23456)
    setfacl("-m", "user:34567:r", daemon(host))
    before = acl(daemon(host))
    await apply_(host)
    assert acl(daemon(host)) == before
    await undo(host.system)
    assert acl(daemon(host)) == before


async def test_a_new_file_takes_what_its_folder_gives_to_all(host: Host) -> None:
    setfacl("-d", "-m", "user:12345:rw", daemon(host).parent)
    await apply_(host)
    assert "user:12345:rw" in acl(daemon(host))
    assert daemon(host).stat().st_mode & 0o777 == 0o644  # the mask is the plan's group bits


async def test_a_file_that_was_removed_since_gets_its_list_again(host: Host) -> None:
    furnish(host)
    setfacl("-m", "user:12345:rw", daemon(host))
    before = acl(daemon(host))
    await apply_(host)
    daemon(host).unlink()
    await undo(host.system, force=True)
    assert acl(daemon(host)) == before


def test_no_step_that_is_killed_loses_the_list(host: Host) -> None:
    furnish(host)
    setfacl("-m", "user:12345:rw", daemon(host))
    before = acl(daemon(host))
    asyncio.run(apply_(host))
    asyncio.run(undo(host.system))
    counting = CountingDisk()
    asyncio.run(apply_(host, counting))
    asyncio.run(undo(host.system))
    for number in range(1, len(counting.points) + 1):
        disk = KillingDisk(number)
        assert in_child(lambda disk=disk: apply_(host, disk)) == -signal.SIGKILL  # type: ignore[misc]
        assert acl(daemon(host)) == before, number
        asyncio.run(undo(host.system))
        assert acl(daemon(host)) == before, number
