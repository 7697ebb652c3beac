"""Bad input is a normal case: what, where, what next; a documented exit code; nothing changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.ended import Ended
from wizard.system import System


def _said_clearly(ended: Ended, code: int, *words: str) -> None:
    assert ended.code == code, ended
    assert "Traceback" not in ended.err + ended.out
    for word in words:
        assert word in ended.err, ended.err


def test_no_command_and_no_terminal_names_the_headless_commands(command: Command) -> None:
    _said_clearly(command(), 2, "needs a terminal", "gomod-wizard plan")


def test_an_unknown_command_is_wrong_usage(command: Command) -> None:
    _said_clearly(command("plam"), 2, "plam", "--help")


def test_an_unknown_decision_is_answered_with_the_nearest(command: Command) -> None:
    _said_clearly(command("plan", "--set", "gopoxy=x"), 2, "gopoxy", "goproxy")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("mtu=big", "mtu"),
        ("bip=999.1.1.1/24", "bip"),
        ("http_proxy=ftp://x", "http_proxy"),
        ("module_source=floppy", "module_source"),
        ("dns=ns.corp.example", "dns"),
    ],
)
def test_a_value_that_cannot_be_used_names_its_key(
    command: Command, answer: str, words: str
) -> None:
    _said_clearly(command("plan", "--set", answer), 2, words)


@pytest.mark.parametrize("answer", ["gosumdb=off", "gonosumdb=*", "goinsecure=*"])
def test_an_unsafe_value_without_reason_and_date_is_refused(command: Command, answer: str) -> None:
    _said_clearly(command("plan", "--set", answer), 4, "--reason", "--until")


def test_an_unsafe_value_with_reason_and_date_is_a_dated_warning(command: Command) -> None:
    ended = command("plan", "--json", "--set", "gosumdb=off", "--reason", "audit in progress",
                    "--until", "2026-09-30")  # fmt: skip
    assert ended.code == 0, ended.err
    warnings = [f for f in ended.json["findings"] if f["severity"] == "warning"]
    assert any("2026-09-30" in finding["message"] for finding in warnings)


def test_a_project_folder_that_is_not_there(command: Command, tmp_path: Path) -> None:
    _said_clearly(command("plan", "--project", str(tmp_path / "none")), 2, "none", "--project")


def test_a_project_that_is_a_file(command: Command, project: Path) -> None:
    _said_clearly(command("plan", "--project", str(project / "go.mod")), 2, "folder")


def test_a_folder_without_go_is_said_and_the_machine_is_planned_all_the_same(
    command: Command, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    ended = command("plan", where=empty)
    assert ended.code == 0, ended.err
    assert "go.mod" in ended.out


def test_there_is_no_build_command_without_a_go_project(command: Command, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    _said_clearly(command("build-command", where=empty), 2, "go.mod", "--project")


def test_a_broken_go_mod_is_named_with_its_line(command: Command, project: Path) -> None:
    (project / "go.mod").write_text("module example.org/app\n\n<<<<<<< HEAD\ngo 1.25\n")
    ended = command("plan")
    assert ended.code == 0, ended.err
    assert "go.mod" in ended.out
    assert "3" in ended.out


def test_a_broken_catalogue_is_named_with_its_line(
    command: Command, offline_catalogue: Path
) -> None:
    offline_catalogue.write_text('[[mirror]]\nname = "x"\nurl = 3\n')
    _said_clearly(command("mirrors"), 2, "mirrors.toml", "3")


def test_a_broken_profile_is_named_with_its_line(command: Command, project: Path) -> None:
    (project / "gomod-wizard.toml").write_text("[answers]\nmtu = = 3\n")
    _said_clearly(command("plan"), 2, "gomod-wizard.toml", "line 2")


@pytest.mark.parametrize("name", ["/etc/docker/daemon.json", "config.json"])
def test_a_broken_json_file_is_reported_and_left_alone(
    command: Command, machine: System, home: Path, name: str
) -> None:
    path = machine.path(name) if name.startswith("/") else home / ".docker" / name
    path.parent.mkdir(parents=True)
    broken = b'{\n  "mtu": 1400,\n}\n'
    path.write_bytes(broken)
    ended = command("detect")
    assert ended.code == 0, ended.err
    assert "line 3" in ended.out
    assert path.read_bytes() == broken


def test_a_machine_without_a_home_still_has_a_plan(command: Command, machine: System) -> None:
    env = {k: v for k, v in machine.env.items() if k != "HOME"} | {"GOPROXY": "https://127.0.0.1:9"}
    homeless = replace(machine, env=env, home=None)
    ended = command("plan", "--json", system=homeless)
    assert ended.code == 0, ended.err
    assert ended.json["decisions"]


def test_a_proxy_that_is_no_url_is_a_finding(command: Command, machine: System) -> None:
    loud = replace(machine, env={**machine.env, "GOPROXY": "https://127.0.0.1:9",
                                 "HTTPS_PROXY": "http://u:p%w@proxy:3128"})  # fmt: skip
    ended = command("plan", system=loud)
    assert ended.code == 0, ended.err
    assert "HTTPS_PROXY" in ended.out


def test_no_good_mirror_is_exit_one_and_names_why(command: Command) -> None:
    ended = command("mirrors")
    assert ended.code == 1, ended.err
    assert "refused" in ended.out


def test_apply_without_terminal_and_without_yes_changes_nothing(
    command: Command, project: Path
) -> None:
    before = sorted(path.name for path in project.iterdir())
    _said_clearly(command("apply"), 2, "--yes")
    assert sorted(path.name for path in project.iterdir()) == before


def test_an_unknown_scope_is_wrong_usage(command: Command) -> None:
    _said_clearly(command("diff", "--scope", "galaxy"), 2, "galaxy", "project")


def test_undo_of_an_unknown_transaction_is_wrong_usage(command: Command) -> None:
    _said_clearly(command("undo", "20200101-000000-beef"), 2, "20200101-000000-beef", "history")


def test_the_plain_questions_end_with_their_input(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    ended = command("--plain")
    assert ended.code == 130, ended
    assert "Traceback" not in ended.err
