"""`check`, `refresh`, `networks`: after the network moved."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from wizard.system import System

OFFICE = ("--set", "goprivate=git.corp.example", "--set", "mtu=1400")


@pytest.fixture
def moved(machine: System) -> System:
    """The same machine on another network: another resolver and search domain."""
    resolv = machine.path("/etc/resolv.conf")
    resolv.parent.mkdir(parents=True, exist_ok=True)
    resolv.write_text("nameserver 192.0.2.1\nsearch home.example\n")
    return _with_proxy(machine, "http://proxy.home.example:8080")


def _with_proxy(machine: System, url: str) -> System:
    """Return the machine with another proxy in its environment; nothing answers there."""
    env = {**machine.env, "GOPROXY": "https://127.0.0.1:9", "HTTPS_PROXY": url}
    return replace(machine, env=env)


@pytest.fixture
def office(machine: System) -> System:
    resolv = machine.path("/etc/resolv.conf")
    resolv.parent.mkdir(parents=True, exist_ok=True)
    resolv.write_text("nameserver 10.0.0.53\nsearch corp.example\n")
    return _with_proxy(machine, "http://proxy.corp.example:3128")


def _keys(ended_json: dict[str, object]) -> list[str]:
    rows = ended_json["stale"]
    assert isinstance(rows, list)
    return [row["key"] for row in rows]


def test_before_the_first_apply_the_files_do_not_fit(command: Command) -> None:
    ended = command("check", "--json")
    assert ended.code == 1
    assert "dockerfile" in _keys(ended.json)
    assert ended.json["network"]["known"] is False


def test_after_an_apply_everything_fits_and_the_answers_of_this_network_hold(
    command: Command, office: System
) -> None:
    assert command("apply", "--yes", *OFFICE, system=office).code == 0
    ended = command("check", "--json", system=office)
    assert ended.json["stale"] == []
    assert ended.code == 0
    assert ended.json["network"]["name"] == "corp.example"
    assert ended.json["network"]["known"] is True


def test_a_runner_that_has_the_repository_alone_is_asked_for_that_alone(
    command: Command, office: System
) -> None:
    assert command("apply", "--yes", "--scope", "project", *OFFICE, system=office).code == 0
    assert command("check", "--scope", "project", system=office).code == 0
    assert command("check", system=office).code == 1


def test_after_a_move_exactly_the_stale_decisions_are_named(
    command: Command, office: System, request: pytest.FixtureRequest
) -> None:
    assert command("apply", "--yes", *OFFICE, system=office).code == 0
    ended = command("check", "--json", system=request.getfixturevalue("moved"))
    assert ended.code == 1
    rows = {row["key"]: row for row in ended.json["stale"]}
    assert set(rows) == {"container_proxy", "mtu"}
    assert "proxy.corp.example" in rows["container_proxy"]["was"]
    assert "proxy.home.example" in rows["container_proxy"]["is"]
    assert "another network" in rows["mtu"]["because"]
    assert ended.json["moved_from"]["name"] == "corp.example"
    assert ended.json["network"]["name"] == "home.example"


def test_refresh_repairs_what_is_stale_and_leaves_the_dockerfile_as_it_is(
    command: Command, project: Path, office: System, request: pytest.FixtureRequest
) -> None:
    assert command("apply", "--yes", *OFFICE, system=office).code == 0
    dockerfile = (project / "Dockerfile").read_bytes()
    home = request.getfixturevalue("moved")
    refreshed = command("refresh", "--yes", "--json", system=home)
    assert refreshed.code == 0, refreshed.err
    assert refreshed.json["changes"]
    assert (project / "Dockerfile").read_bytes() == dockerfile
    assert command("check", system=home).code == 0


def test_a_file_that_was_changed_since_does_not_fit(command: Command, project: Path) -> None:
    assert command("apply", "--yes").code == 0
    (project / ".dockerignore").unlink(missing_ok=True)
    (project / "Dockerfile").unlink()
    ended = command("check", "--json")
    assert _keys(ended.json) == ["dockerfile"]
    assert "gone" in ended.json["stale"][0]["because"]


def test_after_an_undo_the_files_do_not_fit(command: Command) -> None:
    assert command("apply", "--yes").code == 0
    assert command("undo").code == 0
    assert command("check").code == 1


def test_an_unsafe_answer_past_its_last_day_does_not_hold(
    command: Command, project: Path, machine: System
) -> None:
    (project / "gomod-wizard.toml").write_text(
        '[answers]\ngosumdb = "off"\nreason = "the database is down"\nuntil = "2000-01-01"\n'
    )
    ended = command("check", "--json")
    assert ended.code == 1
    assert _keys(ended.json) == ["gosumdb"]
    assert ended.json["stale"][0]["is"] is None
    assert command("refresh", "--yes").code == 2


def test_a_dry_refresh_writes_nothing(command: Command, project: Path) -> None:
    before = sorted(path.name for path in project.iterdir())
    assert command("refresh", "--dry-run").code == 0
    assert sorted(path.name for path in project.iterdir()) == before


def test_a_dry_refresh_with_nothing_to_change_remembers_nothing(
    command: Command, office: System
) -> None:
    assert command("apply", "--yes", system=office).code == 0
    resolv = office.path("/etc/resolv.conf")
    resolv.write_text("nameserver 192.0.2.1\nsearch corp.example\n")
    assert command("refresh", "--dry-run", "--json", system=office).json["changes"] == []
    (one,) = command("networks", "--json", system=office).json["networks"]
    assert one["fingerprint"]["resolvers"] == ["10.0.0.53"]


def test_a_setting_that_leaves_the_builds_file_is_named_and_no_other(
    command: Command, office: System, request: pytest.FixtureRequest
) -> None:
    mirror = ("--set", "goproxy=https://goproxy.corp.example")
    assert command("apply", "--yes", *mirror, system=office).code == 0
    home = request.getfixturevalue("moved")
    ended = command("check", "--json", system=home)
    assert set(_keys(ended.json)) == {"container_proxy", "goproxy"}
    assert ended.json["unsure"] == []
    assert command("refresh", "--yes", system=home).code == 0
    assert command("check", system=home).code == 0


def test_networks_are_listed_and_can_be_named(
    command: Command, office: System, request: pytest.FixtureRequest
) -> None:
    command("apply", "--yes", *OFFICE, system=office)
    assert command("networks", "--name", "of\nfi\x1bce", system=office).code == 0
    assert command("networks", "--name", "office", system=office).code == 0
    home = request.getfixturevalue("moved")
    assert command("networks", "--name", "home", system=home).code == 2
    command("refresh", "--yes", system=home)
    listed = command("networks", "--json", system=home).json["networks"]
    assert [one["name"] for one in listed] == ["home.example", "office"]
    assert listed[1]["answers"] == {"goprivate": "git.corp.example", "mtu": "1400"}


def test_a_damaged_memory_is_none(command: Command, home: Path) -> None:
    assert command("apply", "--yes").code == 0
    (kept,) = (home / ".local" / "state" / "gomod-wizard" / "networks").iterdir()
    kept.write_text('{"schema": "gomod-wizard/networks/1", "networks": [{"name": 3}')
    assert command("check").code == 0
    assert command("networks", "--json").json["networks"] == []


@pytest.mark.parametrize(("key", "text"), [("mtu", "rubbish"), ("of_a_newer_program", "1")])
def test_an_answer_that_nobody_understands_any_more_holds_nobody_up(
    command: Command, home: Path, key: str, text: str
) -> None:
    assert command("apply", "--yes", "--set", "dns_search=corp.example").code == 0
    (kept,) = (home / ".local" / "state" / "gomod-wizard" / "networks").iterdir()
    document = json.loads(kept.read_text())
    document["networks"][0]["answers"][key] = text
    kept.write_text(json.dumps(document))
    ended = command("check", "--json")
    assert (ended.code, ended.json["stale"]) == (0, [])


def test_a_login_of_gos_is_not_called_a_change_of_the_dockerfile(command: Command) -> None:
    plain = ("--set", "dockerfile=create+plain")
    assert command("apply", "--yes", *plain).code == 0
    ended = command("check", "--json", *plain, "--set", "goauth=off")
    assert _keys(ended.json) == ["goauth"]


def test_what_is_kept_is_for_its_owner_alone_and_goes_with_a_purge(
    command: Command, home: Path
) -> None:
    assert command("apply", "--yes").code == 0
    folder = home / ".local" / "state" / "gomod-wizard" / "networks"
    (kept,) = folder.iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    command("undo")
    assert command("purge", "--yes").code == 0
    assert not folder.exists()
