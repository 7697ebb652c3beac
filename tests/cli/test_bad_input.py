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
    _said_clearly(command("plam"), 2, "plam", "did you mean plan?")


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
    assert "line 2" in ended.out
    assert path.read_bytes() == broken


def test_a_machine_without_a_home_still_has_a_plan(command: Command, machine: System) -> None:
    env = {k: v for k, v in machine.env.items() if k != "HOME"} | {"GOPROXY": "https://127.0.0.1:9"}
    homeless = replace(machine, env=env, home=None)
    ended = command("plan", "--json", system=homeless)
    assert ended.code == 0, ended.err
    assert ended.json["decisions"]


@pytest.mark.parametrize("argv", [("history",), ("undo",), ("apply", "--yes")], ids=" ".join)
def test_an_account_that_the_machine_does_not_know_is_told_to_set_a_home(
    command: Command,
    machine: System,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    argv: tuple[str, ...],
) -> None:
    """As in a container that runs as any number: no HOME, and no line in /etc/passwd."""
    import pwd

    def nobody(uid: int) -> pwd.struct_passwd:
        raise KeyError(uid)

    monkeypatch.setattr("pwd.getpwuid", nobody)
    monkeypatch.delenv("HOME")
    env = {"PATH": machine.env["PATH"], "GOPROXY": "off", "DOCKER_HOST": f"unix://{project}/none"}
    homeless = replace(machine, env=env, home=None, root=Path("/"))
    before = sorted(project.iterdir())
    ended = command(*argv, "--json", system=homeless)
    _said_clearly(ended, 3, "HOME", "XDG_STATE_HOME")
    assert ended.json["error"]["where"] == "HOME"
    assert sorted(project.iterdir()) == before


def test_a_broken_go_work_is_named_with_its_line(command: Command, project: Path) -> None:
    (project / "go.work").write_text("go 1.25\n\nuse (((\n")
    ended = command("plan")
    assert ended.code == 0, ended.err
    assert "go.work:3" in ended.out


def test_a_profile_that_is_not_there_is_named(command: Command) -> None:
    _said_clearly(command("plan", "--profile", "nowhere.toml"), 2, "nowhere.toml", "no such")


@pytest.mark.parametrize("flags", [(), ("--json",)], ids=["said", "json"])
def test_a_build_without_an_engine_is_forbidden_by_this_machine(
    command: Command, machine: System, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n")
    docker.chmod(0o755)
    env = {**machine.env, "PATH": f"{tmp_path}:{machine.env['PATH']}", "GOPROXY": "off"}
    ended = command("build", *flags, system=replace(machine, env=env))
    _said_clearly(ended, 3, "no engine", "generate --out")
    if flags:
        assert "no engine" in ended.json["error"]["message"]


def test_the_plain_questions_end_with_the_exit_code_of_apply(
    command: Command, machine: System, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    broken = home / ".docker" / "config.json"
    broken.parent.mkdir()
    broken.write_text("{")
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n1\n"))
    proxy = {"HTTPS_PROXY": "http://127.0.0.1:9", "GOPROXY": "off"}
    ended = command("--plain", system=replace(machine, env={**machine.env, **proxy}))
    _said_clearly(ended, 2, "config.json")
    assert "gomod-wizard undo" in ended.out
    assert broken.read_text() == "{"


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


def test_apply_without_a_go_project_changes_nothing(command: Command, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    _said_clearly(command("apply", "--yes", where=empty), 2, "go.mod", "--scope user,system")
    assert not list(empty.iterdir())


def test_a_secret_in_a_flag_never_becomes_a_schemas_name(command: Command) -> None:
    ended = command("--set", "https_proxy=http://u:hunter2@p:3128", "plan", "--json")
    assert ended.json["schema"] == "gomod-wizard/plan/1"
    assert "hunter2" not in ended.out + ended.err


def test_answers_before_and_after_the_command_both_count(command: Command) -> None:
    ended = command("--set", "mtu=1400", "plan", "--json", "--set", "dns=10.0.0.53")
    values = {d["key"]: d["value"] for d in ended.json["decisions"]}
    assert (values["mtu"], values["dns"]) == (1400, ["10.0.0.53"])


def test_generate_into_a_folder_without_a_name_is_wrong_usage(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    _said_clearly(command("generate", "--out", ""), 2, "--out")
    assert sorted(tmp_path.iterdir()) == before


def test_an_answer_outside_of_its_table_is_named(command: Command, project: Path) -> None:
    (project / "gomod-wizard.toml").write_text("mtu = 1400\n")
    _said_clearly(command("plan"), 2, "gomod-wizard.toml:1", "[answers]")


def test_a_profile_nested_without_end_is_named(command: Command, project: Path) -> None:
    (project / "gomod-wizard.toml").write_text("x = " + "[" * 5000 + "\n")
    _said_clearly(command("plan"), 2, "gomod-wizard.toml")


def test_a_broken_profile_does_not_stop_what_decides_nothing(
    command: Command, project: Path
) -> None:
    (project / "gomod-wizard.toml").write_text("[answers\n")
    assert command("detect").code == 0
    assert command("history").code == 0


def test_plain_questions_are_not_asked_where_asking_is_forbidden(command: Command) -> None:
    _said_clearly(command("--plain", "--no-input"), 2)
    assert command("--plain", "--json").json["error"]


def test_what_the_terminals_encoding_lacks_is_written_as_an_escape(
    project: Path, tmp_path: Path
) -> None:
    import os
    import subprocess
    import sys

    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONIOENCODING": "ascii",
           "GOPROXY": "off", "DOCKER_HOST": f"unix://{tmp_path}/none",
           "PYTHONPATH": str(Path(__file__).parents[2])}  # fmt: skip
    catalogue = tmp_path / ".config" / "gomod-wizard" / "mirrors.toml"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text('shipped = false\n[[mirror]]\nname = "x"\nurl = "https://127.0.0.1:9"\n')
    done = subprocess.run(
        [sys.executable, "-m", "wizard", "plan", "--timeout", "2", "--project", str(project)],
        env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_an_answer_that_cannot_be_written_is_said(project: Path, tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path),
           "PYTHONPATH": str(Path(__file__).parents[2])}  # fmt: skip
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "wizard", "history", "--json"],
            env=env, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=project,
        )  # fmt: skip
    assert done.returncode == 3
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
