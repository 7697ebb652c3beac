"""The system scope without root: laid ready, and applied as root exactly as it was shown."""

from __future__ import annotations

import hashlib
import os
import shlex
from pathlib import Path

import pytest

from tests.apply.hosts import DAEMON_JSON, Host, daemon_json, furnish, whole_plan
from wizard.apply import commit, commit_staged, history, plan_changes, undo
from wizard.apply.types import Receipt
from wizard.errors import UnsafeError, UsageError

USER = 1234


def daemon(host: Host) -> Path:
    return host.root / "etc" / "docker" / "daemon.json"


def folder_of(receipt: Receipt) -> str:
    assert receipt.sudo_command is not None
    words = shlex.split(receipt.sudo_command)
    return words[words.index("--staged") + 1]


@pytest.fixture
def user(host: Host) -> Host:
    furnish(host)
    (host.root / "etc" / "docker").chmod(0o555)
    return host.as_user(USER)


@pytest.fixture
def root(user: Host) -> Host:
    """The same host under sudo, whose HOME is root's."""
    return user.as_user(0, SUDO_UID=str(USER), HOME=str(user.root / "root"))


async def stage(user: Host) -> Receipt:
    changes = await plan_changes(user.system, user.project, whole_plan(user))
    return await commit(user.system, user.project, changes)


async def as_root(root: Host, id_: str) -> Receipt:
    """Run the sudo command's part."""
    (root.root / "etc" / "docker").chmod(0o755)
    return await commit_staged(root.system, id_)


async def test_without_root_the_system_files_wait_and_the_others_are_written(user: Host) -> None:
    receipt = await stage(user)
    assert [Path(change.path).name for change in receipt.staged] == ["daemon.json"]
    assert len(receipt.changes) == 5
    assert daemon(user).read_bytes() == DAEMON_JSON


async def test_root_applies_what_was_staged(user: Host, root: Host) -> None:
    receipt = await stage(user)
    done = await as_root(root, folder_of(receipt))
    assert [change.path for change in done.changes] == [str(daemon(user))]
    assert b'"mtu": 1400' in daemon(user).read_bytes()
    assert [entry.state for entry in history(user.system)] == ["applied", "applied"]


async def test_root_undoes_what_root_applied(user: Host, root: Host) -> None:
    await as_root(root, folder_of(await stage(user)))
    await undo(root.system)
    assert daemon(user).read_bytes() == DAEMON_JSON


async def test_the_users_undo_stages_the_way_back_of_what_root_applied(
    user: Host, root: Host
) -> None:
    before = user.files()
    await as_root(root, folder_of(await stage(user)))
    receipt = await undo(user.system)
    await as_root(root, folder_of(receipt))
    assert user.files() == before


async def test_undo_before_root_came_cancels_what_waits(user: Host, root: Host) -> None:
    receipt = await stage(user)
    await undo(user.system)
    with pytest.raises(UsageError, match="does not wait any more"):
        await as_root(root, folder_of(receipt))


async def test_a_staged_file_that_was_swapped_is_refused(user: Host, root: Host) -> None:
    folder = Path(folder_of(receipt := await stage(user)))
    shown = hashlib.sha256(receipt.staged[0].after or b"").hexdigest()
    (folder / shown).write_bytes(b'{"insecure-registries": ["evil.example"]}')
    with pytest.raises(UnsafeError, match="not what was shown"):
        await as_root(root, str(folder))


async def test_a_staged_record_that_was_edited_is_refused(user: Host, root: Host) -> None:
    folder = Path(folder_of(await stage(user)))
    record = folder / "record.json"
    record.write_text(record.read_text().replace("daemon.json", "passwd"))
    with pytest.raises(UnsafeError, match="not what was shown"):
        await as_root(root, str(folder))


async def test_a_file_that_changed_after_staging_is_refused(user: Host, root: Host) -> None:
    receipt = await stage(user)
    daemon(user).write_bytes(b"{}")
    with pytest.raises(UnsafeError, match="changed since it was shown"):
        await as_root(root, folder_of(receipt))
    assert daemon(user).read_bytes() == b"{}"


async def test_a_second_apply_closes_what_still_waits(user: Host, root: Host) -> None:
    first = await stage(user)
    second = await stage(user)
    assert second.changes == ()
    with pytest.raises(UsageError, match="does not wait any more"):
        await as_root(root, folder_of(first))
    assert (await as_root(root, folder_of(second))).id is not None


async def test_an_id_that_names_nothing_is_refused(root: Host) -> None:
    with pytest.raises(UsageError, match="nothing is staged"):
        await as_root(root, "20260823-101502-" + "0" * 24)


async def test_only_system_changes_give_a_receipt_with_the_staged_id(user: Host) -> None:
    changes = await plan_changes(user.system, user.project, (daemon_json({"mtu": 1280}),))
    receipt = await commit(user.system, user.project, changes)
    assert receipt.changes == ()
    assert receipt.id is not None
    assert [entry.state for entry in history(user.system)] == ["staged"]


@pytest.mark.parametrize("found", ["relative", "in the project"])
async def test_root_runs_no_program_that_the_project_laid_on_the_path(
    user: Host, root: Host, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = user.root / "ran"
    tools = user.project / "tools"
    tools.mkdir()
    program = tools / "dockerd"
    program.write_text(f"#!/bin/sh\necho ran >> '{mark}'\necho 'Docker version 29.1.3'\n")
    program.chmod(0o755)
    monkeypatch.chdir(user.project)
    path = "tools" if found == "relative" else str(tools)
    id_ = folder_of(await stage(user))
    await as_root(root.as_user(0, PATH=path), id_)
    assert not mark.exists()


@pytest.mark.parametrize("kind", ["pipe", "endless", "link"])
async def test_root_reads_no_pipe_and_follows_no_link_that_a_user_laid_in_the_journal(
    user: Host, root: Host, kind: str
) -> None:
    folder = Path(folder_of(await stage(user)))
    (folder / "state").unlink()
    if kind == "pipe":
        os.mkfifo(folder / "state")
    elif kind == "link":
        (folder / "elsewhere").write_text('{"state": "staged"}')
        (folder / "state").symlink_to("elsewhere")
    else:
        (folder / "state").symlink_to("/dev/zero")
    with pytest.raises(UsageError, match="does not wait any more"):
        await as_root(root, str(folder))
    assert daemon(user).read_bytes() == DAEMON_JSON


@pytest.mark.parametrize("level", ["the record", "the journal", "a folder above"])
async def test_root_follows_no_link_to_another_staged_record(
    user: Host, root: Host, level: str
) -> None:
    folder = Path(folder_of(await stage(user)))
    place = {"the record": folder, "the journal": folder.parent}.get(level, folder.parents[2])
    place.rename(place.with_name("moved"))
    place.symlink_to("moved")
    with pytest.raises(UnsafeError, match="symbolic link") as caught:
        await as_root(root, str(folder))
    assert caught.value.where == str(place)
    assert daemon(user).read_bytes() == DAEMON_JSON


async def test_a_mode_that_changed_after_staging_is_not_given_back(user: Host, root: Host) -> None:
    receipt = await stage(user)
    daemon(user).chmod(0o600)
    with pytest.raises(UnsafeError, match="changed since it was shown"):
        await as_root(root, folder_of(receipt))
    assert (daemon(user).read_bytes(), daemon(user).stat().st_mode & 0o777) == (DAEMON_JSON, 0o600)


async def test_the_way_back_that_root_goes_keeps_rights_that_were_taken_away_since(
    user: Host, root: Host
) -> None:
    await as_root(root, folder_of(await stage(user)))
    await undo(user.system)
    daemon(user).chmod(0o600)
    back = await undo(user.system)
    await as_root(root, folder_of(back))
    assert (daemon(user).read_bytes(), daemon(user).stat().st_mode & 0o777) == (DAEMON_JSON, 0o600)


async def test_root_asks_the_engine_by_no_setting_of_the_users(user: Host, root: Host) -> None:
    """`~/.docker/config.json` names plugins, which docker would run as root."""
    seen = user.root / "seen"
    user.program("docker", f"open({str(seen)!r}, 'a').write(repr(dict(os.environ)) + chr(10))")
    user.program("systemctl", "")
    plan = (daemon_json({"mtu": 1400}, restarts=("docker",)),)
    changes = await plan_changes(user.system, user.project, plan)
    receipt = await commit(user.system, user.project, changes)
    seen.unlink()
    kept = root.as_user(0, HOME=str(user.home), DOCKER_HOST="tcp://evil.example:2375",
                        DOCKER_CONFIG=str(user.home / ".docker"))  # fmt: skip
    await as_root(kept, folder_of(receipt))
    assert seen.read_text().count("no-docker-config") >= 1
    assert "evil.example" not in seen.read_text()
    assert f"{user.home}/.docker" not in seen.read_text()
