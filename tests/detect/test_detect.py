"""The whole detection: every area, one deadline, no exception for the world's sake."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from dataclasses import fields
from pathlib import Path

import pytest

from tests.detect.support import only, program, serving, with_env, write
from wizard.detect import Request, detect
from wizard.detect.deadline import in_thread, in_time, starting_now
from wizard.detect.request import AreaKnown, Event
from wizard.errors import UsageError
from wizard.facts import Fact, Facts, State, known
from wizard.system import System

_AREAS = {"proxy", "mirrors", "docker", "network", "private", "project", "go"}
_NO_MIRROR = "http://127.0.0.1:9"
"""The port of `discard`, where nothing listens."""
_HANGS_S = 60
"""How long a program hangs; one alone would be longer than the whole detection may take."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "app"
    write(path, {"go.mod": "module example.com/app\n\ngo 1.24\n"})
    return path


@pytest.fixture
def bare(machine: System, tmp_path: Path) -> System:
    """A machine with no program on PATH: no go, no docker, no git, no ip."""
    return with_env(machine, **only(tmp_path / "bin"))


def _request(project: Path, timeout_s: float = 20.0, url: str = _NO_MIRROR) -> Request:
    return Request(project=project, timeout_s=timeout_s, mirror_urls=(url,))


async def test_every_fact_of_a_bare_machine_has_a_state_and_a_reason_or_a_value(
    bare: System, project: Path
) -> None:
    facts = await detect(bare, _request(project))

    for key, fact in facts.flat():
        assert (fact.value is not None) == (fact.state is State.KNOWN), key
        assert fact.state is State.KNOWN or str(fact.reason), key


async def test_every_area_is_told_of_once_it_is_known(bare: System, project: Path) -> None:
    events: list[Event] = []

    facts = await detect(bare, _request(project), events.append)

    told = {event.area: event.facts for event in events if isinstance(event, AreaKnown)}
    assert set(told) == _AREAS
    assert told["project"] == facts.project


async def test_without_a_home_and_an_environment_nothing_is_raised(
    machine: System, project: Path
) -> None:
    nobody = System(env={}, home=None, uid=-1, root=machine.root, platform="linux")

    facts = await detect(nobody, _request(project))

    assert facts.config_home == ""
    assert facts.project.modules.state is State.KNOWN


async def test_detection_changes_nothing_on_disk(
    machine: System, home: Path, project: Path
) -> None:
    before = _snapshot(home.parent)

    await detect(machine, _request(project))

    assert _snapshot(home.parent) == before


def _snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    found: dict[str, tuple[int, bytes]] = {}
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        found[str(path)] = (path.lstat().st_mode, content)
    return found


async def test_programs_that_hang_become_unknown_facts_at_the_deadline(
    bare: System, project: Path, tmp_path: Path
) -> None:
    for name in ("go", "docker", "git", "ip"):
        program(tmp_path / "bin", name, f"exec /bin/sleep {_HANGS_S}")
    loop = asyncio.get_running_loop()
    start = loop.time()

    facts = await detect(bare, _request(project, timeout_s=1.0))

    assert loop.time() - start < _HANGS_S
    assert facts.go.toolchain.state is State.UNKNOWN
    assert facts.project.modules.state is State.KNOWN


async def test_hosts_that_never_answer_end_with_the_deadline(bare: System, project: Path) -> None:
    silent = [_silent() for _ in range(4)]
    ports = [listener.getsockname()[1] for listener in silent]
    hostile = with_env(
        bare,
        HTTP_PROXY=f"http://127.0.0.1:{ports[0]}",
        HTTPS_PROXY=f"http://127.0.0.1:{ports[1]}",
        DOCKER_HOST=f"tcp://127.0.0.1:{ports[2]}",
    )

    facts = await detect(
        hostile, _request(project, timeout_s=1.0, url=f"http://127.0.0.1:{ports[3]}")
    )

    assert facts.docker.engine.state is State.UNKNOWN
    assert facts.proxy.settings.state is State.KNOWN
    for listener in silent:
        listener.close()


def _silent() -> socket.socket:
    """A socket that takes connections and never says a word."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(16)
    return listener


async def test_files_that_never_end_or_cannot_be_read_are_facts(
    bare: System, home: Path, project: Path
) -> None:
    for path in (home / ".netrc", home / ".gitconfig", home / ".ssh" / "known_hosts"):
        path.parent.mkdir(exist_ok=True)
        os.mkfifo(path)
    (home / ".docker").mkdir()
    (home / ".docker/config.json").symlink_to("/dev/zero")
    write(bare.root, {"etc/resolv.conf": b"\xff\x00" * 1000, "etc/docker/daemon.json": b"\xff"})

    facts = await detect(bare, _request(project))

    assert facts.private.netrc.value is not None
    assert facts.docker.daemon_json.value is not None
    assert facts.docker.daemon_json.value.problem is not None


async def test_a_mirror_url_that_is_none_is_refused_before_anything_is_asked(
    bare: System, project: Path
) -> None:
    with pytest.raises(UsageError):
        await detect(bare, _request(project, url="nonsense"))


async def test_a_broken_catalogue_of_the_users_is_refused(
    bare: System, home: Path, project: Path
) -> None:
    write(home, {".config/gomod-wizard/mirrors.toml": "[[mirror"})

    with pytest.raises(UsageError):
        await detect(bare, Request(project=project, timeout_s=5.0))


async def test_a_proxy_is_asked_to_connect_to_the_mirror_in_question(
    bare: System, project: Path
) -> None:
    async with serving(b"HTTP/1.1 403 Forbidden\r\n\r\n") as (port, heads):
        system = with_env(bare, HTTPS_PROXY=f"http://127.0.0.1:{port}")
        facts = await detect(system, _request(project, url="https://mirror.corp.example/go"))

    (endpoint,) = facts.proxy.endpoints.or_else(())
    assert endpoint.connect_status == 403
    assert any(head.startswith(b"CONNECT mirror.corp.example:443 ") for head in heads)


async def test_a_mirror_that_is_reached_directly_is_not_asked_for_through_the_proxy(
    bare: System, project: Path
) -> None:
    async with serving(b"HTTP/1.1 200 OK\r\n\r\n") as (port, heads):
        system = with_env(
            bare, HTTPS_PROXY=f"http://127.0.0.1:{port}", NO_PROXY="127.0.0.1,mirror.corp.example"
        )
        request = Request(
            project=project,
            timeout_s=20.0,
            mirror_urls=("https://127.0.0.1:9", "https://other.example"),
        )
        await detect(system, request)

    assert {head.split()[1] for head in heads} == {b"other.example:443"}


async def test_no_secret_of_any_file_is_in_the_facts(
    machine: System, home: Path, project: Path
) -> None:
    secret = "hunter2hunter2"
    url = f"http://dev:{secret}@127.0.0.1:9"
    write(
        home,
        {
            ".netrc": f"machine 127.0.0.9 login dev password {secret}\n",
            ".gitconfig": f'[http]\n\tproxy = {url}\n[url "https://x:{secret}@h/"]\n'
            "\tinsteadOf = https://h/\n",
            ".docker/config.json": json.dumps(
                {"auths": {"r": {"auth": secret}}, "proxies": {"default": {"httpProxy": url}}}
            ),
            ".config/go/env": f"GOPROXY=https://dev:{secret}@nexus.corp/go\n",
        },
    )
    write(
        machine.root,
        {
            "etc/environment": f"http_proxy={url}\n",
            "etc/docker/daemon.json": json.dumps({"proxies": {"http-proxy": url}}),
            "etc/systemd/system/docker.service.d/p.conf": "[Service]\n"
            f"Environment=HTTP_PROXY={url}\n",
        },
    )
    write(
        project,
        {
            ".git/config": f'[remote "origin"]\n\turl = https://x:{secret}@127.0.0.9/a\n',
            "Dockerfile": f"FROM golang\nENV GOPROXY=https://x:{secret}@nexus.corp/go\n",
        },
    )
    system = with_env(machine, HTTPS_PROXY=url, GOPROXY=f"https://dev:{secret}@127.0.0.1:9")

    facts = await detect(system, _request(project))

    assert secret not in repr(facts)
    assert secret not in "".join(str(fact) for _, fact in facts.flat())


async def test_a_fact_that_is_late_is_unknown_with_the_seconds_that_were_allowed() -> None:
    async def never() -> Fact[int]:
        await asyncio.Event().wait()
        return known(1, "never")

    fact = await in_time(starting_now(0.01), never(), "somewhere")

    assert fact.state is State.UNKNOWN
    assert "0.01" in str(fact.reason)


async def test_a_blocking_call_gives_its_value_or_its_error() -> None:
    assert await in_thread(lambda: 1) == 1

    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)


def test_the_areas_of_the_facts_are_those_that_are_told_of() -> None:
    named = {field.name for field in fields(Facts)} - {"observed_at", "platform", "config_home"}

    # The builder is asked by `--in-build` alone, and not everybody has an organisation's preset.
    assert named - {"build", "preset"} == _AREAS
    assert known(1, "here").value == 1
