"""The build itself: what is asked of docker, how it is ended, what stays secret."""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.plan.facts_builder import (
    docker_facts,
    facts,
    mirror_facts,
    network_facts,
    private_facts,
    probe,
    proxy_facts,
)
from wizard.detect.in_build import InBuild, MirrorAsked, Target, ask_the_builder
from wizard.detect.in_build.builder import run_probe
from wizard.detect.in_build.dockerfile import probe_dockerfile
from wizard.facts import Facts, State
from wizard.facts.mirrors import Canary
from wizard.plan import decide
from wizard.plan.types import Answer, Origin
from wizard.render.probe_build import probe_build
from wizard.secret import Secret
from wizard.system import Failed, System

CANARY = Canary(
    path="example.test/quote", version="v1.5.2", zip_hash="h1:zip=", mod_hash="h1:mod=", source=""
)
IMAGES = docker_facts(images=("golang:1.24", "golang:1.24-bookworm"))
ASKED = InBuild(base_image="golang:1.27", canaries=(CANARY,))


def _request(seen: Facts, **answers: str) -> InBuild:
    given = {key: Answer(text=text, origin=Origin.FLAG) for key, text in answers.items()}
    made = probe_build(seen, decide(seen, given), (CANARY,))
    assert isinstance(made, InBuild)
    return made


def _system(tmp_path: Path, docker: str) -> System:
    """A machine whose docker is this shell script."""
    program = tmp_path / "bin/docker"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{docker}\n")
    program.chmod(0o755)
    path = f"{program.parent}:{os.environ['PATH']}"
    return System(env={"PATH": path, "OUT": str(tmp_path)}, home=tmp_path, uid=1000, root=tmp_path)


def test_the_probe_goes_the_way_of_the_plans_own_build_command() -> None:
    seen = facts(
        docker=IMAGES,
        mirrors=mirror_facts(probe("https://go.corp.example")),
        network=network_facts(hosts=(("go.corp.example", "10.1.2.3"),)),
    )
    asked = _request(
        seen, container_proxy="http://172.30.0.1:3128", build_network="host",
        hosts="go.corp.example=10.1.2.3", no_proxy="lan.example",
    )  # fmt: skip
    words = " ".join(asked.options)
    assert "--network host" in words
    assert "--add-host go.corp.example:10.1.2.3" in words
    assert "HTTPS_PROXY=http://172.30.0.1:3128" in words
    assert "-t" not in asked.options
    (mirror,) = asked.mirrors[:1]
    assert (mirror.url, mirror.through) == (
        "https://go.corp.example", Target(host="172.30.0.1", port=3128),
    )  # fmt: skip


def test_a_host_of_no_proxy_is_asked_directly() -> None:
    seen = facts(docker=IMAGES, mirrors=mirror_facts(probe("https://go.corp.example")))
    asked = _request(seen, container_proxy="http://172.30.0.1:3128", no_proxy="corp.example")
    assert asked.mirrors[0].through is None


def test_a_proxys_password_is_neither_in_the_words_nor_in_the_dockerfile() -> None:
    seen = facts(
        docker=IMAGES, proxy=proxy_facts(https="http://dev:hunter2-secret@proxy.corp.example:3128")
    )
    asked = _request(seen)
    assert asked.secret_env
    assert "hunter2-secret" not in " ".join(asked.options) + probe_dockerfile(asked) + repr(asked)


def test_the_image_is_one_that_the_engine_has_already() -> None:
    assert _request(facts(docker=IMAGES)).base_image in ("golang:1.24", "golang:1.24-bookworm")
    without = facts(docker=docker_facts(images=()))
    why = probe_build(without, decide(without, {}), (CANARY,))
    assert "docker pull" in str(why)


def test_without_docker_the_reason_is_the_facts_own() -> None:
    seen = facts(docker=docker_facts(here=False))
    assert str(probe_build(seen, decide(seen, {}), ())) == "docker is not on PATH"


def test_one_line_of_json_carries_script_and_arguments_through_a_dockerfile() -> None:
    text = probe_dockerfile(replace(ASKED, prelude="set -eu"))
    start, run = text.splitlines()
    assert start == "FROM golang:1.27"
    words = json.loads(run.removeprefix("RUN "))
    assert words[:2] == ["/bin/sh", "-c"]
    assert words[2].startswith("set -eu\n")
    assert words[3:] == [
        "probe", "4", "canary", "example.test/quote", "v1.5.2", "h1:zip=", "h1:mod=",
    ]  # fmt: skip
    assert len(run) < 64 * 1024


async def test_docker_gets_an_own_folder_with_the_dockerfile_alone_and_it_is_gone_after(
    tmp_path: Path,
) -> None:
    system = _system(
        tmp_path,
        'for last; do :; done; printf "%s\\n" "$last" >"$OUT/where"; ls -A "$last" >"$OUT/files"\n'
        'printf "%s " "$@" >"$OUT/words"; cat "$last/../ca.pem" >"$OUT/ca"; exit 1',
    )
    ran = await run_probe(system, replace(ASKED, ca="PEM\n"), 30)
    assert not isinstance(ran, Failed)
    assert (tmp_path / "files").read_text() == "Dockerfile\n"
    assert (tmp_path / "ca").read_text() == "PEM\n"
    assert "--no-cache" in (tmp_path / "words").read_text()
    assert not _there((tmp_path / "where").read_text().strip())


async def test_a_builder_that_never_answers_is_ended_with_all_that_it_started(
    tmp_path: Path,
) -> None:
    system = _system(tmp_path, 'sleep 600 & echo $! >"$OUT/child"; trap "" TERM; wait; wait')
    build = await ask_the_builder(system, facts(docker=IMAGES), ASKED, limit_s=1.0)
    assert build.rows.state is State.UNKNOWN
    child = int((tmp_path / "child").read_text())
    assert await asyncio.to_thread(_ends, child)


def _there(path: str) -> bool:
    return Path(path).exists()


def _ends(process: int) -> bool:
    """Whether it is gone within a while: the kernel takes a moment."""
    until = time.monotonic() + 20
    while _runs(process) and time.monotonic() < until:
        os.sched_yield()
    return not _runs(process)


def _runs(process: int) -> bool:
    """Whether it is there and no zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_a_builder_that_fails_before_the_step_is_quoted(tmp_path: Path) -> None:
    system = _system(tmp_path, "echo 'ERROR: failed to resolve golang: no route' >&2; exit 1")
    build = await ask_the_builder(system, facts(docker=IMAGES), ASKED)
    assert build.rows.state is State.UNKNOWN
    assert "failed to resolve golang" in str(build.rows.reason)


async def test_a_secret_that_a_tool_prints_back_does_not_reach_the_facts(tmp_path: Path) -> None:
    system = _system(tmp_path, 'echo "@gomod-probe proxy HTTPS_PROXY $HTTPS_PROXY"; exit 1')
    asked = replace(ASKED, secret_env={"HTTPS_PROXY": Secret("dev:hunter2-secret@p:1")})
    build = await ask_the_builder(system, facts(docker=IMAGES), asked)
    assert build.rows.state is State.KNOWN
    assert "hunter2-secret" not in repr(build)


async def test_without_a_docker_it_is_not_applicable(tmp_path: Path) -> None:
    system = System(env={"PATH": str(tmp_path)}, home=tmp_path, uid=1000, root=tmp_path)
    build = await ask_the_builder(system, facts(docker=IMAGES), ASKED)
    assert build.rows.state is State.NOT_APPLICABLE


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://127.0.0.2:9"])
async def test_what_the_step_is_asked_for_is_tried_from_here_too(tmp_path: Path, url: str) -> None:
    host = url.removeprefix("http://").partition(":")[0]
    target = Target(host=host, port=9)
    system = _system(tmp_path, f"echo '@gomod-probe tcp {host} 9 0 '; exit 1")
    asked = replace(ASKED, mirrors=(MirrorAsked(url=url, target=target, tls=False, through=None),))
    build = await ask_the_builder(system, facts(docker=IMAGES, private=private_facts()), asked)
    (row,) = [row for row in build.rows.or_else(()) if row.kind == "tcp"]
    assert (str(row.host), str(row.build)) == ("refused", "connected")


async def test_the_users_builder_is_used_and_nothing_is_noted_in_the_users_folders(
    tmp_path: Path,
) -> None:
    current = tmp_path / ".docker/buildx/current"
    current.parent.mkdir(parents=True)
    current.write_text("corp-builder")
    (tmp_path / ".docker/buildx/refs").mkdir()
    system = _system(
        tmp_path,
        'cat "$BUILDX_CONFIG/current" >"$OUT/builder"; mkdir "$BUILDX_CONFIG/refs" && '
        'touch "$BUILDX_CONFIG/refs/build" "$OUT/.docker/.buildNodeID"; exit 1',
    )
    await run_probe(system, ASKED, 30)
    assert (tmp_path / "builder").read_text() == "corp-builder"
    assert _below(tmp_path / ".docker") == ["buildx", "current", "refs"]


def _below(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))
