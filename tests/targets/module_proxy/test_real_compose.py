"""The real `docker compose` (Debian's, out of a tree of the lab) reads what is written for it."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from tests.lab import trees
from tests.plan.facts_builder import facts, private_facts, private_host, proxy_facts
from tests.render.plans import plan
from wizard.plan.types import Plan
from wizard.render.targets import render_targets
from wizard.render.targets.module_proxy.values import athens_env, proxy_values
from wizard.render.targets.options import Options

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.getuid() != 0, reason="a program in a Debian tree needs chroot"),
]

DOLLAR = "git.corp.example,odd.corp.example/$HOME"
"""A pattern that Compose would replace a variable in."""


def read_by_compose(decided: Plan, name: str, *words: str, **env: str) -> Any:
    (text,) = [
        one.standalone
        for one in render_targets(decided, (f"{name}-compose",), Options({}))
        if one.name.endswith(f"compose.{name}.yaml")
    ]
    done = subprocess.run(
        ["chroot", trees.tree("podman-5"), "docker-compose", "-f", "-", "config", *words],
        input=text, env={"PATH": "/usr/bin:/bin:/usr/sbin", "HOME": "/", **env},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def company() -> Plan:
    return plan(
        facts(
            proxy=proxy_facts(https="http://proxy.corp.example:3128"),
            private=private_facts(private_host(), netrc=("git.corp.example",)),
        ),
        gonosumdb=DOLLAR,
    )


def test_athens_gets_every_variable_as_the_plan_has_it() -> None:
    decided = company()
    read = read_by_compose(decided, "athens", "--format", "json", GOMOD_NETRC="/n", GOMOD_UID="7")
    service = read["services"]["athens"]
    wanted = athens_env(proxy_values(decided))
    assert {name: service["environment"][name].replace("$$", "$") for name in wanted} == wanted
    assert DOLLAR.split(",")[1] in wanted["ATHENS_GONOSUM_PATTERNS"]
    assert service["user"] == "7:65534"
    assert read["secrets"]["netrc"]["file"] == "/n"
    assert [port["host_ip"] for port in service["ports"]] == ["127.0.0.1"]


def test_goproxy_is_read_too() -> None:
    read = read_by_compose(company(), "goproxy", "--format", "json", GOMOD_NETRC="/n")
    assert read["services"]["goproxy"]["entrypoint"] == ["sh", "/gomod/start.sh"]


def test_without_the_login_it_says_what_is_missing() -> None:
    with pytest.raises(AssertionError, match="the path of a netrc file"):
        read_by_compose(company(), "athens")
