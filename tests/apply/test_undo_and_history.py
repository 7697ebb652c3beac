"""Undo of one of several transactions, of files that changed since, and the list of all."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.apply.hosts import (
    DOCKER_CONFIG,
    DOCKERFILE,
    Host,
    artifact,
    daemon_json,
    furnish,
    whole_plan,
)
from wizard.apply import commit, history, plan_changes, undo
from wizard.apply.disk import Disk
from wizard.apply.lock import locked
from wizard.apply.types import Action, Receipt
from wizard.errors import ForbiddenError, UnsafeError, UsageError, WizardError
from wizard.render.types import Artifact, Block, Scope


async def apply_(host: Host, *plan: Artifact) -> Receipt:
    found = await plan_changes(host.system, host.project, plan or whole_plan(host))
    return await commit(host.system, host.project, found)


def block(line: str) -> Artifact:
    return artifact(".dockerignore", Scope.PROJECT, ".dockerignore", Block(lines=(line,)))


async def test_history_lists_the_newest_first_with_state_and_project(host: Host) -> None:
    first = await apply_(host, block("!a"))
    second = await apply_(host, block("!b"))
    await undo(host.system)
    entries = [(entry.id, entry.state, entry.project) for entry in history(host.system)]
    project = str(host.project)
    assert entries == [(second.id, "undone", project), (first.id, "applied", project)]


async def test_undo_without_an_id_goes_back_step_by_step(host: Host) -> None:
    await apply_(host, block("!a"))
    after_first = host.files()
    await apply_(host, block("!b"))
    await undo(host.system)
    assert host.files() == after_first
    await undo(host.system)
    assert host.files() == {}


async def test_undo_with_nothing_done_says_so(host: Host) -> None:
    receipt = await undo(host.system)
    assert (receipt.id, receipt.changes) == (None, ())
    assert not (host.home / ".local").exists()


async def test_a_second_undo_of_one_transaction_says_so(host: Host) -> None:
    done = await apply_(host, block("!a"))
    await undo(host.system, done.id)
    assert (await undo(host.system, done.id)).id is None


async def test_an_earlier_transaction_under_a_later_one_is_refused(host: Host) -> None:
    first = await apply_(host, block("!a"))
    await apply_(host, block("!b"))
    with pytest.raises(UnsafeError, match="changed since"):
        await undo(host.system, first.id)


async def test_the_beginning_of_an_id_is_enough(host: Host) -> None:
    done = await apply_(host, block("!a"))
    assert done.id is not None
    assert (await undo(host.system, done.id[:20])).id == done.id


async def test_an_unknown_id_is_wrong_usage(host: Host) -> None:
    with pytest.raises(UsageError, match="no transaction"):
        await undo(host.system, "20200101-000000")


async def test_a_file_that_changed_since_is_named_and_nothing_is_undone(host: Host) -> None:
    furnish(host)
    await apply_(host)
    (host.project / "Dockerfile").write_text("FROM scratch\n")
    before = host.files()
    with pytest.raises(UnsafeError, match="Dockerfile"):
        await undo(host.system)
    assert host.files() == before


async def test_force_undoes_it_and_keeps_a_copy_beside_it(host: Host) -> None:
    furnish(host)
    done = await apply_(host)
    (host.project / "Dockerfile").write_text("FROM scratch\n")
    await undo(host.system, force=True)
    assert (host.project / "Dockerfile").read_bytes() == DOCKERFILE
    copy = host.project / f"Dockerfile.kept-{(done.id or '')[:15]}"
    assert copy.read_text() == "FROM scratch\n"


async def test_force_brings_a_file_back_that_somebody_removed(host: Host) -> None:
    furnish(host)
    before = host.files()
    await apply_(host)
    (host.project / "Dockerfile").unlink()
    await undo(host.system, force=True)
    assert host.files() == before


async def test_a_dry_run_shows_the_way_back_and_changes_nothing(host: Host) -> None:
    await apply_(host, block("!a"))
    before = host.files()
    receipt = await undo(host.system, dry_run=True)
    assert [change.action for change in receipt.changes] == [Action.REMOVE]
    assert host.files() == before


async def test_a_made_folder_with_something_new_in_it_stays(host: Host) -> None:
    await apply_(host)
    (host.home / ".docker" / "mine").write_text("x")
    await undo(host.system)
    assert [path.name for path in (host.home / ".docker").iterdir()] == ["mine"]


async def test_a_folder_that_is_made_again_has_the_rights_that_it_had(host: Host) -> None:
    furnish(host)
    folder = host.home / ".docker"
    folder.chmod(0o2710)
    await apply_(host)
    shutil.rmtree(folder)
    umask = os.umask(0o077)
    try:
        await undo(host.system, force=True)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2710
    assert (folder / "config.json").read_bytes() == DOCKER_CONFIG


async def test_a_file_with_a_second_name_is_shown_as_such_and_the_other_name_is_never_written(
    host: Host,
) -> None:
    furnish(host)
    other = host.home / "other"
    os.link(host.project / "Dockerfile", other)
    found = await plan_changes(host.system, host.project, whole_plan(host))
    (named,) = [str(note) for one in found.changes for note in one.notes if "names" in str(note)]
    assert named.startswith(f"{host.project / 'Dockerfile'} has 2 names (hard links)")
    await commit(host.system, host.project, found)
    assert (other.read_bytes(), other.stat().st_nlink) == (DOCKERFILE, 1)
    await undo(host.system)
    assert (host.project / "Dockerfile").read_bytes() == other.read_bytes() == DOCKERFILE


async def test_the_receipt_of_an_undo_says_what_each_file_became(host: Host) -> None:
    furnish(host)
    await apply_(host)
    actions = {change.artifact: change.action for change in (await undo(host.system)).changes}
    assert actions["ci.yml"] is Action.REMOVE
    assert actions["Dockerfile"] is Action.UPDATE


async def test_modes_are_kept_and_new_files_get_the_plans(host: Host) -> None:
    furnish(host)
    await apply_(host)
    modes = {name: mode for name, (_, mode) in host.files().items()}
    assert modes["etc/docker/daemon.json"] == 0o640
    assert modes["work/app/.dockerignore"] == 0o664
    assert modes["work/app/ci/new/ci.yml"] == 0o644


async def test_the_journal_is_private(host: Host) -> None:
    furnish(host)
    await apply_(host)
    state = host.home / ".local" / "state" / "gomod-wizard"
    for path in (state, *state.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


async def test_a_second_run_is_kept_out_while_the_first_writes(host: Host) -> None:
    state = host.home / ".local" / "state" / "gomod-wizard"
    found = await plan_changes(host.system, host.project, (daemon_json({"mtu": 1400}),))
    with locked(state, Disk()), pytest.raises(ForbiddenError, match="another gomod-wizard"):
        await commit(host.system, host.project, found)
    assert (await commit(host.system, host.project, found)).id is not None


async def test_a_damaged_journal_entry_is_listed_as_damaged_and_not_passed_over(
    host: Host,
) -> None:
    await apply_(host, block("!b"))
    files = host.files()
    done = await apply_(host, block("!a"))
    record = host.home / ".local/state/gomod-wizard/journal" / str(done.id) / "record.json"
    record.write_bytes(record.read_bytes().replace(b"project", b"PROJECT"))
    (newest, first) = history(host.system)
    assert (newest.id, newest.state, newest.changes) == (done.id, "damaged", ())
    assert newest.at[:19] == first.at[:17] + newest.at[17:19]
    now = host.files()
    with pytest.raises(ForbiddenError, match="damaged in the journal"):
        await undo(host.system)
    assert host.files() == now != files


STRANGE = (
    b"", b"\xff\x00", b"null", b"[]", b"[" * 100_000, b"{", b'{"sequence": 1e999}',
    b'{"sequence": {}, "carries": []}', b'{"state": [], "found": []}',
    b'{"state": "applied", "found": {"/x": "../../../x"}, "ran": 1}', b'{"state": "none such"}',
    b'{"state": "undone", "found": {"": null, "\\u0000": "\\u0000"}}', b"9" * 5000,
)  # fmt: skip


@pytest.mark.parametrize("strange", STRANGE, ids=lambda data: repr(data[:40]))
@pytest.mark.parametrize("name", ["record.json", "state"])
async def test_any_bytes_in_the_journals_files_are_a_state_or_a_refusal(
    host: Host, name: str, strange: bytes
) -> None:
    done = await apply_(host, block("!a"))
    written = host.files()
    (host.home / ".local/state/gomod-wizard/journal" / str(done.id) / name).write_bytes(strange)
    (entry,) = history(host.system)
    assert entry.id == done.id or entry.state == "damaged"
    with contextlib.suppress(WizardError):
        await undo(host.system)
        return
    assert host.files() == written


async def test_a_journal_that_cannot_be_read_is_forbidden(host: Host) -> None:
    state = host.home / ".local" / "state" / "gomod-wizard"
    state.mkdir(parents=True)
    (state / "journal").write_text("")
    with pytest.raises(ForbiddenError, match="journal cannot be read"):
        history(host.system)
    with pytest.raises(ForbiddenError):
        await apply_(host, block("!a"))
    assert host.files() == {}


async def test_a_clock_that_stands_or_goes_back_does_not_change_the_order(host: Host) -> None:
    def still() -> datetime:
        return datetime(2020, 1, 1, tzinfo=UTC)

    first = await apply_(host, block("!a"))
    past = replace(host, system=replace(host.system, clock=still))
    second = await apply_(past, block("!b"))
    third = await apply_(past, block("!c"))
    assert [entry.id for entry in history(host.system)] == [third.id, second.id, first.id]


async def test_without_a_home_root_keeps_the_journal_under_var_lib(host: Host) -> None:
    system = replace(host.as_user(0).system, home=None, env={"PATH": ""})
    found = await plan_changes(system, host.project, (block("!a"),))
    await commit(system, host.project, found)
    assert (host.root / "var/lib/gomod-wizard/journal").is_dir()


async def test_extended_attributes_survive_apply_and_undo(host: Host) -> None:
    furnish(host)
    path = Path(host.project / "Dockerfile")
    try:
        os.setxattr(path, "user.note", b"mine")
    except OSError:
        pytest.skip("this file system keeps no extended attributes")
    await apply_(host)
    assert os.getxattr(path, "user.note") == b"mine"
    await undo(host.system)
    assert os.getxattr(path, "user.note") == b"mine"
