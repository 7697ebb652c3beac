"""History and undo say what is so, of what waits for root, was withdrawn, or is half undone."""

from __future__ import annotations

import shlex
import stat
from pathlib import Path

import pytest

from tests.apply.hosts import DAEMON_JSON, Host, daemon_json, furnish, whole_plan
from tests.apply.test_engine_restart import DOCKER, SYSTEMCTL
from wizard.apply import commit, commit_staged, history, plan_changes, undo
from wizard.apply.types import Action, Receipt
from wizard.errors import UsageError
from wizard.render.types import Artifact

USER = 1234


@pytest.fixture
def user(host: Host) -> Host:
    furnish(host)
    return host.as_user(USER)


@pytest.fixture
def sudo(user: Host) -> Host:
    return user.as_user(0, SUDO_UID=str(USER), HOME=str(user.root / "root"))


async def stage(user: Host, *plan: Artifact) -> Receipt:
    (user.root / "etc" / "docker").chmod(0o555)
    found = await plan_changes(user.system, user.project, plan or whole_plan(user))
    return await commit(user.system, user.project, found)


async def carry_out(sudo: Host, receipt: Receipt, *, restart: bool | None = None) -> Receipt:
    """Run the sudo command that the receipt names."""
    (sudo.root / "etc" / "docker").chmod(0o755)
    words = shlex.split(receipt.sudo_command or "")
    done = await commit_staged(sudo.system, words[words.index("--staged") + 1], restart=restart)
    (sudo.root / "etc" / "docker").chmod(0o555)
    return done


def states(host: Host) -> list[str]:
    return [entry.state for entry in history(host.system)]


def daemon(host: Host) -> bytes:
    return (host.root / "etc" / "docker" / "daemon.json").read_bytes()


async def test_the_id_of_what_root_carried_out_is_undone_by_the_user(
    user: Host, sudo: Host
) -> None:
    done = await carry_out(sudo, await stage(user, daemon_json({"mtu": 1400})))
    back = await undo(user.system, done.id)
    await carry_out(sudo, back)
    assert daemon(user) == DAEMON_JSON
    assert states(user) == ["undone"]


async def test_the_same_id_is_undone_by_root_under_sudo(user: Host, sudo: Host) -> None:
    receipt = await stage(user, daemon_json({"mtu": 1400}))
    await carry_out(sudo, receipt)
    assert (await undo(sudo.system, receipt.id)).id == receipt.id
    assert daemon(user) == DAEMON_JSON
    assert (states(user), states(sudo)) == (["undone"], ["undone"])


async def test_the_same_id_is_undone_by_root_in_a_shell_of_its_own(user: Host, sudo: Host) -> None:
    receipt = await stage(user, daemon_json({"mtu": 1400}))
    await carry_out(sudo, receipt)
    shell = user.as_user(0)
    shell = shell.as_user(0, XDG_STATE_HOME=str(user.root / "root" / "state"))
    assert [entry.id for entry in history(shell.system)] == [receipt.id]
    await undo(shell.system, receipt.id)
    assert daemon(user) == DAEMON_JSON


async def test_both_journals_know_it_by_one_id(user: Host, sudo: Host) -> None:
    done = await carry_out(sudo, await stage(user, daemon_json({"mtu": 1400})))
    (own,), (roots,) = history(user.system), history(sudo.system)
    assert own.id == roots.id == done.id


async def test_the_id_of_an_apply_is_undone_part_by_part_and_the_history_says_so(
    user: Host, sudo: Host
) -> None:
    receipt = await stage(user)
    await carry_out(sudo, receipt)
    back = await undo(user.system, receipt.id)
    assert states(user) == ["partly undone", "undo staged"]
    assert daemon(user) != DAEMON_JSON
    await carry_out(sudo, back)
    assert states(user) == ["undone", "undone"]
    assert states(sudo) == ["undone"]


async def test_undo_gives_the_command_again_while_its_way_back_waits(
    user: Host, sudo: Host
) -> None:
    receipt = await stage(user)
    await carry_out(sudo, receipt)
    first = await undo(user.system, receipt.id)
    again = await undo(user.system, receipt.id)
    assert again.sudo_command == first.sudo_command
    assert [change.artifact for change in again.staged] == ["daemon.json"]


async def test_what_was_never_applied_is_withdrawn_by_undo(user: Host) -> None:
    receipt = await stage(user, daemon_json({"mtu": 1400}))
    back = await undo(user.system, receipt.id)
    assert back.changes == ()
    assert "was not applied" in str(back.messages[0])
    assert states(user) == ["withdrawn"]


async def test_what_a_later_apply_replaced_is_withdrawn(user: Host) -> None:
    await stage(user, daemon_json({"mtu": 1400}))
    await stage(user, daemon_json({"mtu": 1300}))
    assert states(user) == ["staged", "withdrawn"]


async def test_what_waits_for_a_file_that_changed_is_withdrawn_by_a_later_apply(
    user: Host,
) -> None:
    await stage(user, daemon_json({"mtu": 1400}))
    (user.root / "etc/docker/daemon.json").write_bytes(b"{}")
    await stage(user, daemon_json({"mtu": 1400}))
    assert states(user) == ["staged", "withdrawn"]


async def test_an_apply_over_a_waiting_undo_leaves_the_first_in_force(
    user: Host, sudo: Host
) -> None:
    receipt = await stage(user, daemon_json({"mtu": 1400}))
    await carry_out(sudo, receipt)
    await undo(user.system)
    await stage(user, daemon_json({"mtu": 1300}))
    assert states(user) == ["staged", "applied"]


async def test_what_root_applied_stays_applied_when_the_file_changes_later(
    user: Host, sudo: Host
) -> None:
    await carry_out(sudo, await stage(user, daemon_json({"mtu": 1400})))
    (user.root / "etc/docker/daemon.json").write_bytes(b"{}")
    assert states(user) == ["applied"]


async def test_roots_word_in_the_users_journal_stays_private(user: Host, sudo: Host) -> None:
    receipt = await stage(user, daemon_json({"mtu": 1400}))
    await carry_out(sudo, receipt)
    folder = user.home / ".local/state/gomod-wizard/journal" / str(receipt.id)
    status = (folder / "state").stat()
    assert (stat.S_IMODE(status.st_mode), status.st_uid) == (0o600, folder.stat().st_uid)


async def test_a_user_whose_journal_root_cannot_write_sees_what_the_files_say(
    user: Host, sudo: Host
) -> None:
    receipt = await stage(user, daemon_json({"mtu": 1400}))
    folder = user.home / ".local/state/gomod-wizard/journal" / str(receipt.id)
    before = (folder / "state").read_bytes()
    await carry_out(sudo, receipt)
    (folder / "state").write_bytes(before)
    assert states(user) == ["applied"]
    await carry_out(sudo, await undo(user.system, receipt.id))
    assert daemon(user) == DAEMON_JSON


async def test_a_users_own_id_under_sudo_is_unknown_with_the_way_to_go(
    user: Host, sudo: Host
) -> None:
    receipt = await stage(user)
    with pytest.raises(UsageError) as caught:
        await undo(sudo.system, receipt.id)
    assert "without sudo" in str(caught.value.hint)


def with_engine(host: Host, containers: str) -> Path:
    host.program("systemctl", SYSTEMCTL)
    host.program("docker", DOCKER)
    (host.programs / "containers").write_text(containers)
    return host.programs / "systemctl.log"


def runs(host: Host) -> list[str]:
    (entry,) = history(host.system)
    return [change.path for change in entry.changes if change.action is Action.RUN]


@pytest.mark.parametrize(("containers", "ran"), [("", ["systemctl restart docker"]), ("web\n", [])])
async def test_the_history_lists_a_restart_only_where_it_was_done(
    host: Host, containers: str, ran: list[str]
) -> None:
    furnish(host)
    with_engine(host, containers)
    root = host.as_user(0)
    plan = (daemon_json({"mtu": 1400}, restarts=("docker",)),)
    await commit(root.system, root.project, await plan_changes(root.system, root.project, plan))
    assert runs(root) == ran


@pytest.mark.parametrize(("restart", "ran"), [(None, ["systemctl restart docker"]), (False, [])])
async def test_the_users_history_lists_roots_restart_only_where_it_was_done(
    user: Host, sudo: Host, restart: bool | None, ran: list[str]
) -> None:
    with_engine(user, "")
    receipt = await stage(user, daemon_json({"mtu": 1400}, restarts=("docker",)))
    assert runs(user) == ["systemctl restart docker"]
    await carry_out(sudo, receipt, restart=restart)
    assert (runs(user), runs(sudo)) == (ran, ran)


async def test_an_undo_that_one_part_refuses_takes_no_part_back(user: Host, sudo: Host) -> None:
    receipt = await stage(user)
    await carry_out(sudo, receipt)
    (user.project / "Dockerfile").write_text("FROM scratch\n")
    before = states(user)
    with pytest.raises(Exception, match="changed since"):
        await undo(user.system, receipt.id)
    assert states(user) == before == ["applied", "applied"]
