"""The user's go/env file, written by the real go."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.apply.hosts import Host, go_env
from wizard.apply import commit, plan_changes, undo
from wizard.apply.types import ChangeSet
from wizard.system import Completed

pytestmark = pytest.mark.go

ENV = b"# mine\nGOFLAGS=-modcacherw\nGOPROXY=https://old.example\n"


@pytest.fixture
def with_go(host: Host, go: str) -> Host:
    """A host whose PATH has the real go, and an environment that would get in its way."""
    path = f"{Path(go).parent}:{os.environ['PATH']}"
    env = {**host.system.env, "PATH": path, "GOPROXY": "off", "GOFLAGS": "-bogus", "GOENV": "off"}
    return replace(host, system=replace(host.system, env=env))


def env_file(host: Host) -> Path:
    return host.home / ".config" / "go" / "env"


async def changes(host: Host, **variables: str | None) -> ChangeSet:
    return await plan_changes(host.system, host.project, (go_env(host, **variables),))


async def test_go_reads_back_what_was_written(with_go: Host, go: str) -> None:
    value = "https://m.example|https://n.example,direct"
    found = await changes(with_go, GOPROXY=value, GOPRIVATE="git.example/*")
    await commit(with_go.system, with_go.project, found)
    env = {"PATH": os.environ["PATH"], "HOME": str(with_go.home), "GOENV": str(env_file(with_go))}
    read = await with_go.system.run((go, "env", "GOPROXY", "GOPRIVATE"), timeout_s=60, env=env)
    assert isinstance(read, Completed)
    assert read.out.splitlines() == [value, "git.example/*"]


async def test_undo_brings_the_exact_bytes_back(with_go: Host) -> None:
    env_file(with_go).parent.mkdir(parents=True)
    env_file(with_go).write_bytes(ENV)
    found = await changes(with_go, GOPROXY=None, GOSUMDB="sum.example", GOTOOLCHAIN="local")
    await commit(with_go.system, with_go.project, found)
    assert b"GOPROXY" not in env_file(with_go).read_bytes()
    assert b"GOFLAGS=-modcacherw" in env_file(with_go).read_bytes()
    await undo(with_go.system)
    assert env_file(with_go).read_bytes() == ENV


async def test_a_second_plan_has_nothing_to_change(with_go: Host) -> None:
    found = await changes(with_go, GOPROXY="direct", GOSUMDB=None)
    await commit(with_go.system, with_go.project, found)
    assert (await changes(with_go, GOPROXY="direct", GOSUMDB=None)).changes == ()


async def test_nothing_but_the_compared_file_comes_into_being(with_go: Host) -> None:
    before = with_go.files()
    await changes(with_go, GOPROXY="direct")
    assert with_go.files() == before
    assert with_go.folders() == {"work", "work/app", "home", "home/dev", "bin", "etc", "etc/docker"}


async def test_what_go_refuses_is_refused_in_its_words(with_go: Host) -> None:
    found = await changes(with_go, HTTP_PROXY="http://p:1")
    assert "unknown go command variable HTTP_PROXY" in str(found.refusals[0].message)


async def test_without_a_go_the_script_is_offered_and_nothing_is_planned(host: Host) -> None:
    found = await changes(host, GOPROXY="direct")
    assert found.changes == ()
    assert "go-env.sh" in str(found.notes[0])


async def test_without_a_go_values_that_are_there_already_need_none(host: Host) -> None:
    env_file(host).parent.mkdir(parents=True)
    env_file(host).write_bytes(ENV)
    found = await changes(host, GOFLAGS="-modcacherw", GOSUMDB=None)
    assert found.unchanged == (str(env_file(host)),)
