"""The engine's restart: when it is done, when not, and what happens when it does not come back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.apply.faults import CountingDisk, KillingDisk, in_child
from tests.apply.hosts import DAEMON_JSON, Host, artifact, daemon_json, furnish
from wizard.apply import commit, plan_changes, undo
from wizard.apply.engine import RESTARTED
from wizard.apply.types import Action, ChangeSet, Receipt
from wizard.errors import ForbiddenError, UnsafeError
from wizard.render.types import JsonKeys, Scope, Whole

PLAN = (daemon_json({"mtu": 1400}, restarts=("docker",)),)

SYSTEMCTL = """
log = os.path.join(os.path.dirname(__file__), "systemctl.log")
open(log, "a").write(" ".join(args) + "\\n")
daemon = os.path.join(os.path.dirname(__file__), "..", "etc", "docker", "daemon.json")
if "is-active" in args:
    print(open(os.path.join(os.path.dirname(__file__), "active")).read())
elif "restart" in args and "--user" not in args and '"mtu": 666' in open(daemon).read():
    sys.stderr.write("Job for docker.service failed.\\n")
    sys.exit(1)
"""
DOCKER = """
names = os.path.join(os.path.dirname(__file__), "containers")
if not os.path.exists(names):
    sys.exit("Cannot connect to the Docker daemon")
print(open(names).read())
"""


def daemon(host: Host) -> Path:
    return host.root / "etc" / "docker" / "daemon.json"


def restarts(host: Host) -> list[str]:
    log = host.programs / "systemctl.log"
    lines = log.read_text().splitlines() if log.exists() else []
    return [line for line in lines if "is-active" not in line]


@pytest.fixture
def root(host: Host) -> Host:
    """Root on a host with an engine, in which no container runs."""
    furnish(host)
    host.program("systemctl", SYSTEMCTL)
    host.program("docker", DOCKER)
    (host.programs / "containers").write_text("")
    return host.as_user(0)


async def changes(host: Host, mtu: int = 1400) -> ChangeSet:
    plan = (daemon_json({"mtu": mtu}, restarts=("docker",)),)
    return await plan_changes(host.system, host.project, plan)


async def apply_(host: Host, *, mtu: int = 1400, restart: bool | None = None) -> Receipt:
    return await commit(host.system, host.project, await changes(host, mtu), restart=restart)


async def test_the_restart_is_shown_as_a_change_of_its_own(root: Host) -> None:
    run = (await changes(root)).changes[-1]
    assert (run.action, run.path) == (Action.RUN, "systemctl restart docker")


@pytest.mark.parametrize(
    ("standing", "keys", "containers", "words"),
    [
        (b"{}", {"mtu": 1400}, "", "no container runs"),
        (b"{}", {"mtu": 1400}, "web\ndb\n", "it would stop 2 running containers (web, db)"),
        (b'{"live-restore": true}', {"mtu": 1400}, "web\n", "live-restore would keep them"),
        (b"{}", {"registry-mirrors": ["https://m.example"]}, "web\n", "a reload is enough"),
        (b"{}", {"mtu": 1400}, None, "does not say here whether containers run"),
    ],
)
async def test_what_it_does_to_containers_is_said_before_it_is_confirmed(
    root: Host, standing: bytes, keys: dict[str, object], containers: str | None, words: str
) -> None:
    daemon(root).write_bytes(standing)
    if containers is None:
        (root.programs / "containers").unlink()
    else:
        (root.programs / "containers").write_text(containers)
    plan = (daemon_json(keys, restarts=("docker",)),)
    run = (await plan_changes(root.system, root.project, plan)).changes[-1]
    assert run.action is Action.RUN
    assert [note for note in run.notes if words in str(note)]


async def test_the_engine_is_restarted_where_no_container_runs(root: Host) -> None:
    receipt = await apply_(root)
    assert restarts(root) == ["restart docker"]
    assert receipt.changes[-1].action is Action.RUN


async def test_the_engine_is_left_alone_where_a_container_runs(root: Host) -> None:
    (root.programs / "containers").write_text("web\n")
    receipt = await apply_(root)
    assert restarts(root) == []
    assert "1 containers run (web); live-restore keeps them" in str(receipt.messages[0])


async def test_without_live_restore_the_containers_that_would_stop_are_named(root: Host) -> None:
    daemon(root).write_bytes(b"{}")
    (root.programs / "containers").write_text("web\n")
    receipt = await apply_(root)
    assert "would stop 1 running containers (web)" in str(receipt.messages[0])
    assert "systemctl restart docker" in str(receipt.messages[0])


async def test_a_new_mirror_is_only_reloaded_while_a_container_runs(root: Host) -> None:
    (root.programs / "containers").write_text("web\n")
    plan = (daemon_json({"registry-mirrors": ["https://m.example"]}, restarts=("docker",)),)
    found = await plan_changes(root.system, root.project, plan)
    receipt = await commit(root.system, root.project, found)
    assert restarts(root) == ["reload docker"]
    assert "no container was stopped" in str(receipt.messages[0])


async def test_the_wish_to_restart_wins_over_running_containers(root: Host) -> None:
    (root.programs / "containers").write_text("web\n")
    await apply_(root, restart=True)
    assert restarts(root) == ["restart docker"]


async def test_the_wish_not_to_restart_is_kept_and_what_is_left_is_said(root: Host) -> None:
    receipt = await apply_(root, restart=False)
    assert restarts(root) == []
    assert "systemctl restart docker" in str(receipt.messages[0])


async def test_an_engine_that_failed_is_restarted(root: Host) -> None:
    """It answers once it was restarted, as the new settings are what it was waiting for."""
    (root.programs / "containers").unlink()
    (root.programs / "active").write_text("failed")
    heals = """
if "restart" in args:
    open(os.path.join(os.path.dirname(__file__), "containers"), "w").close()
"""
    root.program("systemctl", SYSTEMCTL + heals)
    await apply_(root)
    assert restarts(root) == ["reset-failed docker", "restart docker"]


async def test_an_engine_that_was_stopped_stays_stopped(root: Host) -> None:
    (root.programs / "containers").unlink()
    (root.programs / "active").write_text("inactive")
    receipt = await apply_(root)
    assert restarts(root) == []
    assert "not running" in str(receipt.messages[0])


async def test_an_engine_that_does_not_come_back_gets_its_old_file_again(root: Host) -> None:
    with pytest.raises(ForbiddenError, match="runs again with the old ones"):
        await apply_(root, mtu=666)
    assert daemon(root).read_bytes() == DAEMON_JSON
    assert restarts(root) == ["restart docker", "reset-failed docker", "restart docker"]


async def test_undo_restarts_the_engine_under_the_same_rule(root: Host) -> None:
    await apply_(root)
    (root.programs / "containers").write_text("web\n")
    receipt = await undo(root.system)
    assert daemon(root).read_bytes() == DAEMON_JSON
    assert restarts(root) == ["restart docker"]
    assert "not restarted" in str(receipt.messages[0])


async def test_an_engine_that_stays_down_after_an_undo_is_the_receipts_trouble(root: Host) -> None:
    broken = DAEMON_JSON.replace(b'"mtu": 9000', b'"mtu": 666')
    daemon(root).write_bytes(broken)
    await apply_(root)
    receipt = await undo(root.system)
    assert "Docker did not come back (systemctl restart docker: Job for docker.service failed" in (
        str(receipt.trouble)
    )
    assert "journalctl -u docker" in str(receipt.trouble)
    assert daemon(root).read_bytes() == broken


async def test_an_undo_that_finishes_a_killed_one_restarts_the_engine_too(root: Host) -> None:
    await apply_(root)
    done = CountingDisk()
    await apply_(root, mtu=1300)
    await undo(root.system, disk=done)
    await apply_(root, mtu=1300)
    before = restarts(root)

    def killed() -> None:
        assert in_child(lambda: undo(root.system, disk=KillingDisk(len(done.points)))) < 0

    await asyncio.to_thread(killed)
    receipt = await undo(root.system)
    assert RESTARTED in receipt.messages
    assert len(restarts(root)) == len(before) + 1


async def test_dockerd_reads_the_new_file_before_it_is_put_in_place(root: Host) -> None:
    root.program(
        "dockerd",
        "if '--version' in args: print('Docker version 29.1.3, build x'); sys.exit()\n"
        "sys.exit('unable to configure the Docker daemon with file ' + args[-1] + ': bad mtu')",
    )
    with pytest.raises(UnsafeError, match=r"etc/docker/daemon\.json: bad mtu"):
        await apply_(root)
    assert daemon(root).read_bytes() == DAEMON_JSON


@pytest.mark.parametrize("uid", [0, 1234])
async def test_without_an_engine_that_validates_dockerds_rules_are_asked(
    root: Host, uid: int
) -> None:
    """What stood there already is the user's own affair: only what is new can be refused."""
    daemon(root).write_bytes(b'{"bridge": "br0", "dns": "the user\'s own mistake"}')
    host = root.as_user(uid)
    before = host.files()
    plan = (daemon_json({"bip": "10.9.0.1/24"}, restarts=("docker",)),)
    found = await plan_changes(host.system, host.project, plan)
    with pytest.raises(UnsafeError, match="bip: dockerd takes no bip beside bridge"):
        await commit(host.system, host.project, found)
    assert host.files() == before
    assert (await apply_(root)).id is not None


async def test_an_old_dockerd_is_not_asked_to_validate(root: Host) -> None:
    root.program(
        "dockerd",
        "if '--version' in args: print('Docker version 20.10.24, build x'); sys.exit()\n"
        "sys.exit('unknown flag: --validate')",
    )
    assert (await apply_(root)).id is not None


async def test_a_drop_in_is_reloaded_before_the_restart(root: Host) -> None:
    plan = artifact(
        "http-proxy.conf",
        Scope.SYSTEM,
        "/etc/systemd/system/docker.service.d/http-proxy.conf",
        Whole(text="# gomod-wizard\n[Service]\n"),
        restarts=("docker",),
    )
    found = await plan_changes(root.system, root.project, (plan,))
    await commit(root.system, root.project, found)
    assert restarts(root) == ["daemon-reload", "restart docker"]


async def test_a_rootless_engine_is_restarted_as_the_user(root: Host) -> None:
    user = root.as_user(1234)
    path = user.home / ".config" / "docker" / "daemon.json"
    plan = artifact(
        "daemon.json", Scope.USER, path, JsonKeys(keys={"mtu": 1}), restarts=("docker",)
    )
    await commit(user.system, user.project, await plan_changes(user.system, user.project, (plan,)))
    assert restarts(user) == ["--user restart docker"]


async def test_docker_desktops_own_file_restarts_no_system_service(root: Host) -> None:
    path = root.home / ".docker" / "daemon.json"
    content = JsonKeys(keys={"mtu": 1})
    plan = artifact("daemon.json", Scope.SYSTEM, path, content, restarts=("docker",))
    found = await plan_changes(root.system, root.project, (plan,))
    receipt = await commit(root.system, root.project, found)
    assert restarts(root) == []
    assert "restart Docker" in str(receipt.messages[0])


async def test_on_a_mac_the_restart_is_left_to_the_person(root: Host) -> None:
    mac = replace(root, system=replace(root.system, platform="darwin"))
    receipt = await apply_(mac)
    assert "restart Docker" in str(receipt.messages[0])
