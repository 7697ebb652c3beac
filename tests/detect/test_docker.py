"""The area `docker`: client, endpoint, flavour, files, and an engine that speaks over a socket."""

from __future__ import annotations

import hashlib
import http.server
import json
import socketserver
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.detect.support import only, program, soon, with_env, write
from wizard.apply.merge.json_keys import merge_json
from wizard.apply.merge.refused import CannotMerge
from wizard.detect.docker import detect_docker
from wizard.detect.docker_client import why_legacy
from wizard.detect.docker_endpoint import client_config, flavour_of, resolve_endpoint
from wizard.detect.docker_json import DAEMON_KEYS, parse_json_object, read_json, shown
from wizard.facts.base import State
from wizard.facts.docker import Flavour
from wizard.system import System

_VERSION = {
    "Version": "28.5.2", "ApiVersion": "1.51", "MinAPIVersion": "1.24", "Os": "linux",
    "Arch": "amd64", "Components": [{"Name": "Engine"}],
}  # fmt: skip
_INFO = {
    "OperatingSystem": "Debian", "Name": "dev", "Driver": "overlay2", "SecurityOptions": [],
    "ContainersRunning": 2, "LiveRestoreEnabled": True, "HttpProxy": "http://u:pw1@p:3128",
    "HttpsProxy": "", "NoProxy": "corp", "RegistryConfig": {"Mirrors": ["https://mirror/"]},
    "DefaultAddressPools": [{"Base": "10.9.0.0/16", "Size": 24}],
}  # fmt: skip
_NETWORKS = [
    {"Name": "bridge", "Driver": "bridge", "Id": "a" * 64, "IPAM": {"Config": [
        {"Subnet": "172.17.0.0/16"}]}, "Options": {
        "com.docker.network.driver.mtu": "1400",
        "com.docker.network.bridge.name": "docker0"}},
    {"Name": "host", "Driver": "host", "Id": "b" * 64, "IPAM": {"Config": None}, "Options": None},
    {"Name": "corp", "Driver": "bridge", "Id": "c" * 64, "IPAM": {"Config": []}, "Options": {}},
]  # fmt: skip
_IMAGES = [
    {"RepoTags": ["golang:1.25-bookworm", "other:1"]},
    {"RepoTags": None},
    {"RepoTags": ["mirror.corp:5000/library/golang:1.24", "golangci/golangci-lint:v2"]},
]


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    answers: Mapping[str, Any]

    def get_request(self) -> tuple[Any, Any]:
        request, _ = super().get_request()
        return request, ("engine", 0)


class _Engine(http.server.BaseHTTPRequestHandler):
    """Docker's HTTP interface, as far as detection asks: the last part of the path decides."""

    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        last = self.path.partition("?")[0].rsplit("/", 1)[-1]
        key = "images" if "/images/" in self.path else last
        answer = self.server.answers.get(key)
        shown = {"message": "not told"} if answer is None else answer
        body = shown if isinstance(shown, bytes) else json.dumps(shown).encode()
        self.send_response(500 if answer is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output clean."""


@contextmanager
def _engine(**changes: Any) -> Iterator[str]:
    """Run an engine on a unix socket; yields DOCKER_HOST."""
    answers = {
        "version": _VERSION, "info": _INFO, "networks": _NETWORKS, "images": _IMAGES, **changes,
    }  # fmt: skip
    # A socket's path is limited to about 100 bytes, so it cannot lie in pytest's folder.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "engine.sock")
        with _Server(str(path), _Engine) as server:
            server.answers = answers
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            try:
                yield f"unix://{path}"
            finally:
                server.shutdown()
                thread.join()


@pytest.fixture
def bare(machine: System, tmp_path: Path) -> System:
    """A machine with no program on PATH."""
    return with_env(machine, **only(tmp_path / "bin"))


async def test_a_machine_without_docker_is_a_normal_answer(bare: System) -> None:
    facts = await detect_docker(bare, soon())

    states = {facts.client.state, facts.engine.state, facts.networks.state, facts.images.state}
    assert states == {State.NOT_APPLICABLE}
    assert facts.daemon_json.state is State.NOT_APPLICABLE


async def test_the_engine_tells_about_itself(bare: System) -> None:
    with _engine() as host:
        engine = (await detect_docker(with_env(bare, DOCKER_HOST=host), soon())).engine.value

    assert engine is not None
    assert (engine.version, engine.storage_driver) == ("28.5.2", "overlay2")
    assert (engine.containers_running, engine.live_restore) == (2, True)
    assert engine.default_address_pools == (("10.9.0.0/16", 24),)


async def test_an_engines_proxy_password_is_masked(bare: System) -> None:
    with _engine() as host:
        facts = await detect_docker(with_env(bare, DOCKER_HOST=host), soon())

    assert "pw1" not in repr(facts)


async def test_networks_have_subnets_mtu_and_bridge(bare: System) -> None:
    with _engine() as host:
        facts = await detect_docker(with_env(bare, DOCKER_HOST=host), soon())

    bridge, host_network, corp = facts.networks.or_else(())
    assert (bridge.subnets, bridge.mtu, bridge.bridge) == (("172.17.0.0/16",), 1400, "docker0")
    assert (host_network.subnets, host_network.bridge) == ((), None)
    assert corp.bridge == "br-" + "c" * 12


async def test_golang_images_are_listed_by_tag_and_others_are_not(bare: System) -> None:
    with _engine() as host:
        facts = await detect_docker(with_env(bare, DOCKER_HOST=host), soon())

    assert facts.images.value == (
        "golang:1.25-bookworm",
        "mirror.corp:5000/library/golang:1.24",
    )


async def test_an_engine_that_keeps_its_networks_to_itself_is_still_an_engine(
    bare: System,
) -> None:
    with _engine(networks=None) as host:
        facts = await detect_docker(with_env(bare, DOCKER_HOST=host), soon())

    assert facts.engine.state is State.KNOWN
    assert facts.networks.state is State.UNKNOWN


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'"x"', b"null"])
async def test_what_answers_and_is_no_engine_is_an_unknown_fact(
    bare: System, answer: bytes
) -> None:
    with _engine(version=answer, info=answer) as host:
        facts = await detect_docker(with_env(bare, DOCKER_HOST=host), soon())

    assert facts.engine.state is State.UNKNOWN


@pytest.mark.parametrize(
    "info", [{"SecurityOptions": 3}, {"RegistryConfig": "x"}, {"DefaultAddressPools": [None]}, []]
)
async def test_an_engine_that_describes_itself_in_another_shape_is_an_unknown_fact(
    bare: System, info: object
) -> None:
    with _engine(info=info) as host:
        facts = await detect_docker(with_env(bare, DOCKER_HOST=host), soon())

    assert facts.engine.state is State.UNKNOWN


def test_a_file_that_is_nested_without_end_is_shown_to_a_depth(machine: System) -> None:
    deep = json.loads("[" * 400 + "]" * 400)
    write(machine.root, {"etc/docker/daemon.json": json.dumps({"proxies": {"x": deep}})})
    raw = read_json(machine, machine.root / "etc/docker/daemon.json")

    assert "…" in repr(shown(machine, raw, DAEMON_KEYS).values)


async def test_a_socket_where_nothing_listens_any_more_is_told_from_an_absent_one(
    bare: System,
) -> None:
    import socket

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "dead.sock")
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
        facts = await detect_docker(with_env(bare, DOCKER_HOST=f"unix://{path}"), soon())

    assert facts.engine.state is State.UNKNOWN


async def test_a_regular_file_in_the_place_of_the_socket_is_not_asked(bare: System) -> None:
    write(bare.root, {"var/run/docker.sock": ""})

    assert (await detect_docker(bare, soon())).engine.state is State.NOT_APPLICABLE


async def test_the_client_is_known_with_its_versions(bare: System, tmp_path: Path) -> None:
    program(
        tmp_path / "bin",
        "docker",
        'case "$1" in --version) echo "Docker version 28.5.2, build e6534b4";; '
        'buildx) echo "github.com/docker/buildx v0.29.1 abc";; esac',
    )

    client = (await detect_docker(bare, soon())).client.value

    assert client is not None
    assert (client.version, client.buildx, client.legacy_builder) == ("28.5.2", "0.29.1", False)


async def test_a_client_without_buildx_falls_back_to_the_legacy_builder(
    bare: System, tmp_path: Path
) -> None:
    program(
        tmp_path / "bin",
        "docker",
        'case "$1" in --version) echo "Docker version 28.5.2, build e6534b4";; *) exit 1;; esac',
    )

    client = (await detect_docker(bare, soon())).client.value

    assert client is not None
    assert (client.buildx, client.legacy_builder) == (None, True)


@pytest.mark.parametrize(
    ("buildkit", "version", "buildx", "features", "legacy"),
    [
        ("", "28.0", True, None, False),
        ("", "28.0", False, None, True),
        ("0", "28.0", True, None, True),
        ("false", "28.0", True, None, True),
        ("1", "28.0", False, None, True),
        ("", "20.10.24", False, None, True),
        ("1", "20.10.24", False, None, False),
        ("", "20.10.24", False, True, False),
        ("0", "20.10.24", False, True, True),
    ],
)
def test_the_builder_is_chosen_as_the_client_chooses_it(
    buildkit: str, version: str, buildx: bool, features: bool | None, legacy: bool
) -> None:
    why = why_legacy(buildkit=buildkit, version=version, buildx=buildx, daemon_buildkit=features)

    assert bool(why) is legacy


async def test_a_broken_daemon_json_is_named_with_line_and_column(machine: System) -> None:
    write(machine.root, {"etc/docker/daemon.json": '{\n  "mtu": 1400,\n}\n'})

    config = (await detect_docker(machine, soon())).daemon_json.value

    assert config is not None
    assert config.problem is not None
    assert (config.problem.line, config.exists, dict(config.values)) == (2, True, {})


async def test_daemon_json_keys_that_matter_are_shown_without_credentials(
    machine: System,
) -> None:
    text = {"mtu": 1400, "log-level": "x", "proxies": {"http-proxy": "http://u:pw1@p:1"}}
    write(machine.root, {"etc/docker/daemon.json": json.dumps(text)})

    config = (await detect_docker(machine, soon())).daemon_json.value

    assert config is not None
    assert config.values["mtu"] == 1400
    assert "log-level" not in config.values
    assert "pw1" not in repr(config)


async def test_the_clients_logins_are_shown_by_host_alone(machine: System, home: Path) -> None:
    auths = {"auths": {"registry.corp": {"auth": "c2VjcmV0"}}}
    write(home, {".docker/config.json": json.dumps(auths)})

    config = (await detect_docker(machine, soon())).client_config.value

    assert config is not None
    assert config.values["auths"] == ("registry.corp",)
    assert "c2VjcmV0" not in repr(config)


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"{", 1, 2),
        (b'{"a": 1,\n "b": }', 2, 7),
        (b"[]", 1, 1),
        (b'{"a": NaN}', 1, 7),
        (b'{"a": "\xff"}', 1, 8),
        (b'{"a": 1}\n{"b": 2}', 2, 1),
        (b'{"mtu": 1,\n"mtu": 2}', 2, 1),
        (b'\xef\xbb\xbf{"a": 1}', 1, 1),
        (b"[" * 100_000, 1, 202),
    ],
)
def test_json_is_read_as_strictly_as_docker_reads_it(data: bytes, line: int, column: int) -> None:
    _, problem = parse_json_object(data)

    assert problem is not None
    assert (problem.line, problem.column) == (line, column)


@pytest.mark.parametrize("data", [b"", b" \n", b"{}"])
def test_an_empty_file_is_an_empty_object(data: bytes) -> None:
    assert parse_json_object(data) == ({}, None)


def test_of_a_key_that_stands_twice_the_last_one_counts() -> None:
    assert parse_json_object(b'{"mtu": 1, "mtu": 2}')[0] == {"mtu": 2}


def _context(home: Path, name: str, host: str) -> None:
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = {"Name": name, "Endpoints": {"docker": {"Host": host}}}
    write(home, {f".docker/contexts/meta/{digest}/meta.json": json.dumps(meta)})


def test_docker_host_wins_over_docker_context(machine: System, home: Path) -> None:
    _context(home, "colima", "unix:///x/.colima/default/docker.sock")
    system = with_env(machine, DOCKER_HOST="tcp://build.corp:2376", DOCKER_CONTEXT="colima")

    assert resolve_endpoint(system, None).host == "tcp://build.corp:2376"


def test_the_current_context_is_taken_from_the_clients_configuration(
    machine: System, home: Path
) -> None:
    _context(home, "rootless", "unix:///run/user/1000/docker.sock")
    write(home, {".docker/config.json": '{"currentContext": "rootless"}'})

    endpoint = resolve_endpoint(machine, client_config(machine))

    assert (endpoint.context, endpoint.host) == ("rootless", "unix:///run/user/1000/docker.sock")


async def test_a_context_that_is_not_there_names_no_engine(machine: System) -> None:
    facts = await detect_docker(with_env(machine, DOCKER_CONTEXT="gone"), soon())

    assert facts.engine.state is State.NOT_APPLICABLE
    assert "gone" in str(facts.engine.reason)


@pytest.mark.parametrize(
    ("host", "info", "flavour"),
    [
        ("unix:///var/run/docker.sock", {}, Flavour.ROOTFUL),
        ("unix:///run/user/1000/docker.sock", None, Flavour.ROOTLESS),
        ("unix:///x.sock", {"SecurityOptions": ["name=rootless"]}, Flavour.ROOTLESS),
        ("unix:///home/u/.docker/desktop/docker.sock", None, Flavour.DESKTOP),
        ("unix:///var/run/docker.sock", {"OperatingSystem": "Docker Desktop"}, Flavour.DESKTOP),
        ("unix:///home/u/.colima/default/docker.sock", None, Flavour.COLIMA),
        ("unix:///home/u/.orbstack/run/docker.sock", None, Flavour.ORBSTACK),
        ("unix:///home/u/.rd/docker.sock", None, Flavour.RANCHER),
        ("unix:///run/user/1000/podman/podman.sock", None, Flavour.PODMAN),
        ("unix:///var/run/docker.sock", {"Components": ("Podman Engine",)}, Flavour.PODMAN),
        ("tcp://10.0.0.5:2376", None, Flavour.REMOTE),
        ("ssh://build.corp", None, Flavour.REMOTE),
        ("tcp://127.0.0.1:2375", None, Flavour.UNKNOWN),
    ],
)
def test_the_product_is_told_by_its_endpoint_and_by_what_it_says(
    machine: System, host: str, info: dict[str, Any] | None, flavour: Flavour
) -> None:
    endpoint = resolve_endpoint(with_env(machine, DOCKER_HOST=host), None)

    assert flavour_of(machine, endpoint, info) is flavour


async def test_the_daemon_json_of_another_machine_is_not_ours(machine: System) -> None:
    write(machine.root, {"etc/docker/daemon.json": '{"mtu": 1400}'})

    facts = await detect_docker(with_env(machine, DOCKER_HOST="ssh://build.corp"), soon())

    assert facts.daemon_json.state is State.NOT_APPLICABLE


async def test_a_rootless_engine_keeps_its_file_in_the_users_configuration(
    bare: System, home: Path
) -> None:
    write(home, {".config/docker/daemon.json": '{"mtu": 1380}'})

    with _engine(info={**_INFO, "SecurityOptions": ["name=rootless"]}) as host:
        facts = await detect_docker(with_env(bare, DOCKER_HOST=host), soon())

    assert facts.daemon_json.value is not None
    assert facts.daemon_json.value.values == {"mtu": 1380}


_NO_STRICT_OBJECTS = (
    '{"a": 1,}', '{"a": [1,]}', '{"a": "x\ny"}', '{"a": "\\q"}', '{"a": "\t"}', '{"mtu": NaN}',
    '{"a": ' + "9" * 6000 + "}", '{"a": 1, "a": 2}', '{"b": {"a": 1}, "a": 2, "a": 3}',
    '{"a\\u0062": 1, "ab": 2}', '{"a": ' + "[" * 300 + "]" * 300 + "}", "123 4", "[1]", "\ufeff{}",
    '{"a": 1} // why', "{'a': 1}", '{"a": "', '{"\u00e9\u4e03": ,}', '{"a": 1}\n\n}', "nul", '"x',
    '{"a":' * 20_000,
)  # fmt: skip


@pytest.mark.parametrize("text", _NO_STRICT_OBJECTS, ids=lambda text: repr(text[:20]))
def test_the_finding_and_the_refusal_name_one_place_and_one_reason(text: str) -> None:
    _, problem = parse_json_object(text.encode())
    with pytest.raises(CannotMerge) as refused:
        merge_json(text, {"mtu": 1400})
    assert problem is not None
    assert (problem.line, problem.column) == (refused.value.line, refused.value.column)
    assert str(problem.message) == str(refused.value.message)
    assert "int_max_str" not in str(problem.message)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ('{"a": "x\ny"}', 7, "not closed"),
        ('{"a": "', 7, "not closed"),
        ('{"a": "xy\\', 7, "not closed"),
        ('{"a": "\t"}', 8, "control character"),
        ('{"a": "x\\q"}', 9, "escape"),
    ],
)
def test_a_string_that_is_none_says_what_it_lacks(text: str, column: int, words: str) -> None:
    _, problem = parse_json_object(text.encode())
    assert problem is not None
    assert problem.column == column
    assert words in str(problem.message)
