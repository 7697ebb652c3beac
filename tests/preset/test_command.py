"""`gomod-wizard preset`, and every other command under one."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from tests.cli.conftest import Command
from tests.ended import Ended
from tests.preset.documents import minisigner, small, ssh_signer
from tests.preset.server import Site
from tests.servers import Authority, Mirror, write_catalogue
from wizard.system import System

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"

COLLEAGUE = """
[answers]
goproxy = "https://goproxy.corp.example"
http_proxy = "http://proxy.corp.example:3128"
https_proxy = "http://proxy.corp.example:3128"
mtu = 1400

[private]
patterns = ["git.corp.example"]

[images]
registry = "registry.corp.example/hub"

[[rule]]
decision = "build_network"
forbidden = ["host"]
because = "audit 14"

[[self_test]]
host = "127.0.0.1:9"
because = "all code lives there"
"""

Invoke = Callable[..., Ended]


@pytest.fixture
def invoke(command: Command, trusting: System) -> Invoke:
    """Run a command on the machine that trusts the organisation's authority."""
    return lambda *argv, system=trusting: command(*argv, system=system)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "preset.toml"
    path.write_bytes(small(7, COLLEAGUE))
    return path


def _fits(name: str, ended: Ended) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(ended.json)


def test_each_word_prints_one_document_of_its_schema(invoke: Invoke, file: Path) -> None:
    for argv in (
        ("show",), ("check", str(file)), ("add", str(file)), ("show",), ("refresh",),
        ("remove",), ("refresh",), ("add", "ext::sh"),
    ):  # fmt: skip
        _fits("preset-command", invoke("preset", *argv, "--json"))


def test_add_puts_it_in_force_and_remove_takes_it_out(invoke: Invoke, file: Path) -> None:
    assert "No preset" in invoke("preset").out
    assert invoke("preset", "add", str(file)).code == 0
    shown = invoke("preset").out
    assert "Example Corp, version 7" in shown
    assert "build_network must not be host: audit 14" in shown
    assert invoke("preset", "remove").code == 0
    assert "No preset" in invoke("preset").out


def test_a_dry_run_adds_nothing(invoke: Invoke, file: Path) -> None:
    assert invoke("preset", "add", str(file), "--dry-run").code == 0
    assert "No preset" in invoke("preset").out


def test_a_remote_one_wants_a_key_and_says_so_each_time_without(
    invoke: Invoke, site: Site, tmp_path: Path
) -> None:
    signer, url = minisigner(), f"{site.url}/preset.toml"
    site.put(small(7), signer.sign(small(7), tmp_path))
    refused = invoke("preset", "add", url)
    assert refused.code == 4
    assert "--key" in refused.err
    assert invoke("preset", "add", url, "--key", minisigner().key).code == 4
    assert "No preset" in invoke("preset").out, "what is refused is not in force"
    assert invoke("preset", "add", url, "--key", signer.key).code == 0
    assert "not signed" not in invoke("plan").err
    assert invoke("preset", "add", url, "--unsigned").code == 0
    assert "not signed" in invoke("plan").err


def test_an_older_version_is_refused_with_its_line(
    invoke: Invoke, site: Site, tmp_path: Path
) -> None:
    signer, url = minisigner(), f"{site.url}/preset.toml"
    site.put(small(7), signer.sign(small(7), tmp_path))
    assert invoke("preset", "add", url, "--key", signer.key).code == 0
    site.put(small(6), signer.sign(small(6), tmp_path))
    ended = invoke("preset", "refresh", "--json")
    assert ended.code == 4
    assert ended.json["error"]["where"] == f"{url}:3"
    assert invoke("plan").code == 0, "the copy is there"


def test_a_repository_serves_a_signed_preset_from_add_to_plan(
    invoke: Invoke, tmp_path: Path
) -> None:
    signer, folder = ssh_signer(tmp_path), tmp_path / "repository"
    folder.mkdir()

    def publish(version: int) -> None:
        (folder / "go.toml").write_bytes(document := small(version, "[answers]\nmtu = 1400\n"))
        (folder / "go.toml.sig").write_bytes(signer.sign(document, tmp_path))
        for words in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-q", "-m", "x")):
            subprocess.run(
                ["git", "-c", "user.name=it", "-c", "user.email=it@corp.example", *words],
                cwd=folder, check=True, capture_output=True,
            )  # fmt: skip

    publish(1)
    source = f"git+file://{folder}#main:go.toml"
    assert invoke("preset", "add", source, "--key", str(tmp_path / "id.pub")).code == 0
    assert f"({source}:5)" in invoke("plan").out
    publish(2)
    assert invoke("preset", "refresh", "--json").json["preset"]["version"] == 2


def test_check_names_every_mistake_with_its_line(invoke: Invoke, tmp_path: Path) -> None:
    path = tmp_path / "preset.toml"
    path.write_bytes(small(7, "[answers]\nmtu = 12\ngosumdb = 'off'\n"))
    ended = invoke("preset", "check", str(path), "--json")
    assert ended.code == 1
    assert [one["line"] for one in ended.json["problems"]] == [5, 6]
    assert f"{path}:5: answers.mtu" in invoke("preset", "check", str(path)).out


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("add",), 2),
        (("check",), 2),
        (("show", "x"), 2),
        (("refresh",), 2),
        (("add", "none.toml"), 2),
        (("add", "https://bob:Zq7hunter2@go.corp.example/p.toml"), 4),
        (("add", "x", "--key", "k", "--unsigned"), 2),
        (("fetch",), 2),
    ],
)
def test_a_mistake_has_its_exit_code(invoke: Invoke, argv: tuple[str, ...], code: int) -> None:
    ended = invoke("preset", *argv)
    assert ended.code == code
    assert "hunter2" not in ended.err + ended.out


def test_a_new_colleague_answers_nothing(
    command: Command, trusting: System, file: Path, project: Path
) -> None:
    fleet = replace(trusting, env={**trusting.env, "GOMOD_WIZARD_PRESET": str(file)})
    ended = command("plan", "--json", "--no-input", system=fleet)
    assert ended.code == 0, ended.err
    _fits("plan", ended)
    decided = {one["key"]: one for one in ended.json["decisions"]}
    lines = {one["key"]: one["source"] for one in decided.values() if one["origin"] == "preset"}
    assert lines == {
        "goproxy": f"{file}:6",
        "http_proxy": f"{file}:7",
        "https_proxy": f"{file}:8",
        "mtu": f"{file}:9",
        "goprivate": f"{file}:12",
        "base_image": f"{file}:15",
    }
    assert decided["goproxy"]["value"] == "https://goproxy.corp.example"
    applied = command("apply", "--yes", "--no-input", "--scope", "project,user", system=fleet)
    assert applied.code == 0, applied.err
    command_line = command("build-command", "--json", system=fleet).json["argv"]
    assert [one for one in command_line if "registry.corp.example/hub/golang:1.25" in one]
    assert not (project / "gomod-wizard.toml").exists(), "the preset's answers stay in the preset"


def test_check_notices_a_change_of_the_preset(
    command: Command, trusting: System, file: Path
) -> None:
    fleet = replace(trusting, env={**trusting.env, "GOMOD_WIZARD_PRESET": str(file)})
    assert command("apply", "--yes", "--scope", "project,user", system=fleet).code == 0
    assert command("check", system=fleet).code == 0
    file.write_bytes(small(8, COLLEAGUE.replace("goproxy.corp", "modules.corp")))
    ended = command("check", "--json", system=fleet)
    assert ended.code == 1
    (stale,) = ended.json["stale"]
    assert (stale["key"], stale["is"]) == ("goproxy", "https://modules.corp.example")
    assert f"{file}:6" in stale["because"]


def test_what_was_chosen_on_this_network_stays_stronger_than_the_preset(
    command: Command, trusting: System, file: Path
) -> None:
    fleet = replace(trusting, env={**trusting.env, "GOMOD_WIZARD_PRESET": str(file)})
    chosen = ("--set", "goproxy=https://own.corp.example")
    assert command("apply", "--yes", "--scope", "project,user", *chosen, system=fleet).code == 0
    assert command("refresh", "--dry-run", "--json", system=fleet).json["stale"] == []


def test_plan_shows_what_an_answer_overrides(invoke: Invoke, file: Path) -> None:
    invoke("preset", "add", str(file))
    shown = invoke("plan", "--set", "mtu=1300").out
    assert f"mtu = 1300\n      you chose it (--set)\n      overrides 1400 ({file}:9)" in shown


def test_a_forbidden_answer_is_refused_by_the_presets_line(invoke: Invoke, file: Path) -> None:
    invoke("preset", "add", str(file))
    ended = invoke("plan", "--set", "build_network=host", "--json")
    assert ended.code == 4
    assert ended.json["error"]["where"] == f"{file}:19"
    assert "audit 14" in ended.json["error"]["message"]


def test_detect_lists_and_tests_the_hosts_of_the_organisation(
    invoke: Invoke, tmp_path: Path, site: Site
) -> None:
    path = tmp_path / "preset.toml"
    path.write_bytes(
        small(7, f"[[self_test]]\nhost = '127.0.0.1:{site.port}'\n"
                 "[[self_test]]\nhost = '127.0.0.1:9'\n"
                 "[[mirror]]\nurl = 'https://127.0.0.1:9/own'\n")
    )  # fmt: skip
    invoke("preset", "add", str(path))
    contacts = invoke("detect", "--explain", "--json").json["contacts"]
    assert {f"127.0.0.1:{site.port}", "127.0.0.1:9", "https://127.0.0.1:9/own"} <= set(contacts)
    rows = {one["key"]: one["value"] for one in invoke("detect", "--json").json["facts"]}
    assert [one["reachable"] for one in rows["preset.self_test"]] == [True, False]
    assert rows["preset.document"]["version"] == 7


def test_a_broken_preset_stops_what_decides_and_nothing_else(
    invoke: Invoke, tmp_path: Path
) -> None:
    path = tmp_path / "preset.toml"
    path.write_bytes(small(7))
    invoke("preset", "add", str(path))
    path.write_bytes(small(7, "nonsense = 1\n"))
    ended = invoke("plan")
    assert ended.code == 2
    assert f"{path}:4" in ended.err
    looked = invoke("detect")
    assert looked.code == 0
    assert f"{path}:4" in looked.err
    assert invoke("history").code == 0


def test_a_purge_takes_the_copy_and_its_settings_with_it(
    invoke: Invoke, home: Path, site: Site, tmp_path: Path
) -> None:
    signer = minisigner()
    site.put(small(7), signer.sign(small(7), tmp_path))
    invoke("preset", "add", f"{site.url}/preset.toml", "--key", signer.key)
    assert invoke("purge", "--yes", "--settings").code == 0
    assert not (home / ".local/state/gomod-wizard").exists()
    assert not (home / ".config/gomod-wizard").exists()


def test_the_organisations_mirror_is_proved_and_chosen_though_others_are_faster(
    command: Command, trusting: System, authority: Authority, home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "preset.toml"
    with contextlib.ExitStack() as stack:
        fast = [stack.enter_context(Mirror(authority)) for _ in range(4)]
        own = stack.enter_context(Mirror(authority, delay_s=0.1))
        write_catalogue(home / ".config/gomod-wizard/mirrors.toml", fast)
        path.write_bytes(small(7, f"[[mirror]]\nurl = '{own.url}'\n"))
        env = {**trusting.env, "GOMOD_WIZARD_PRESET": str(path)}
        del env["GOPROXY"]
        plan = command("plan", "--json", "--timeout", "20", system=replace(trusting, env=env))
    decided = {one["key"]: one for one in plan.json["decisions"]}
    assert decided["goproxy"]["value"] == own.url.rstrip("/")
    assert decided["goproxy"]["source"] == f"{path}:5"


def test_mirrors_asks_the_organisations_first(invoke: Invoke, tmp_path: Path) -> None:
    path = tmp_path / "preset.toml"
    path.write_bytes(small(7, "[[mirror]]\nurl = 'https://127.0.0.1:9/own'\nname = 'ours'\n"))
    invoke("preset", "add", str(path))
    ended = invoke("mirrors", "--json")
    _fits("mirrors", ended)
    assert ended.json["mirrors"][0]["name"] == "ours"
