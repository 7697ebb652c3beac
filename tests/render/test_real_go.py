"""A real Go reads what is rendered."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.plan.facts_builder import facts, private_facts, private_host
from tests.render.plans import plan
from wizard.plan.types import Plan
from wizard.render import render
from wizard.render.goenv_file import build_settings, host_settings

GO = Path(sys.executable).with_name("go")

pytestmark = [
    pytest.mark.go,
    pytest.mark.skipif(not GO.exists(), reason="there is no go beside this Python"),
]

OWN = "sum.corp.example+0a1b2c3d+AYmVhZGVkLWJlZWYtZGVhZGVkLWJlZWYtZGVhZGVkLWJl https://s.example"


def environment(home: Path, **more: str) -> Mapping[str, str]:
    return {
        "HOME": str(home),
        "PATH": f"{GO.parent}:/usr/bin:/bin",
        "GOENV": str(home / "go-env"),
        "GOTOOLCHAIN": "local",
        **more,
    }


def go_env(home: Path, **more: str) -> Mapping[str, str]:
    done = subprocess.run(
        [GO, "env", "-json"],
        env=environment(home, **more),
        cwd=home,
        capture_output=True,
        text=True,
        check=True,
    )
    found: Mapping[str, str] = json.loads(done.stdout)
    return found


def standalone(decided: Plan, name: str) -> str:
    return next(one.standalone for one in render(decided) if one.name == name)


def everything() -> Plan:
    return plan(
        facts(private=private_facts(private_host())),
        goproxy="https://a.example,https://b.example/api/go",
        gosumdb=OWN,
        gonosumdb="git.corp.example,*.corp.example",
        gonoproxy="nothing",
        goinsecure="git.lab.example",
        goauth="netrc",
        reason="the lab has no certificate",
        until="2026-12-31",
    )


def test_go_accepts_every_command_of_the_script(tmp_path: Path) -> None:
    script = tmp_path / "go-env.sh"
    script.write_text(standalone(everything(), "go-env.sh"))
    subprocess.run(["sh", script], env=environment(tmp_path), cwd=tmp_path, check=True)
    read = go_env(tmp_path)
    wanted = host_settings(everything())
    assert {name: read[name] for name in wanted} == wanted


def test_go_reads_the_settings_of_a_build_as_its_own_file(tmp_path: Path) -> None:
    file = tmp_path / "handed-over.env"
    file.write_text(standalone(everything(), "go.env"))
    read = go_env(tmp_path, GOENV=str(file))
    wanted = build_settings(everything())
    assert {name: read[name] for name in wanted} == wanted


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    hosts=st.lists(
        # No raw `@`: behind a `/` it may end a password, and so is refused (credentials.py).
        st.from_regex(r"[a-z]{1,6}\.example(/[a-zA-Z0-9~!$&'()*+;=_.-]{1,8})?", fullmatch=True),
        min_size=1,
        max_size=3,
        unique=True,
    )
)
def test_any_mirror_survives_the_script_and_the_file(tmp_path: Path, hosts: list[str]) -> None:
    decided = plan(goproxy=",".join(f"https://{host}" for host in hosts))
    script = tmp_path / "go-env.sh"
    script.write_text(standalone(decided, "go-env.sh"))
    subprocess.run(["sh", script], env=environment(tmp_path), cwd=tmp_path, check=True)
    file = tmp_path / "handed-over.env"
    file.write_text(standalone(decided, "go.env"))
    assert go_env(tmp_path)["GOPROXY"] == decided.goproxy.value
    assert go_env(tmp_path, GOENV=str(file))["GOPROXY"] == decided.goproxy.value
