"""The area `proxy`: who has which proxy, where they disagree, and what each proxy answers."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import pytest

from tests.detect.support import free_port, serving, soon, with_env, write
from wizard.detect.git_config import user_git_config
from wizard.detect.proxy import detect_proxy
from wizard.detect.proxy_endpoints import auth_schemes
from wizard.facts.base import Fact, State, known
from wizard.facts.network import Interface
from wizard.facts.proxy import ProxyEndpoint, ProxyFacts, ProxySetting, Reader
from wizard.system import Failed, System

_TARGET = "mirror.example:443"
_PASSWORD = "s3cr@t %"
_ENCODED = "s3cr%40t%20%25"


def _drop_in(proxy: str) -> str:
    return f"[Service]\nEnvironment=HTTP_PROXY={proxy}\n"


async def _no_links() -> Fact[tuple[Interface, ...]]:
    return known((), "ip addr")


async def _look(machine: System) -> ProxyFacts:
    git = await user_git_config(machine)
    return await detect_proxy(machine, git, _TARGET, _no_links(), soon())


async def _settings(machine: System, reader: Reader) -> tuple[ProxySetting, ...]:
    facts = await _look(machine)
    return tuple(item for item in facts.settings.or_else(()) if item.reader is reader)


async def _endpoint(machine: System) -> ProxyEndpoint:
    (endpoint,) = (await _look(machine)).endpoints.or_else(())
    return endpoint


async def test_a_machine_without_any_proxy_says_so(machine: System) -> None:
    facts = await _look(machine)

    assert facts.settings.value == ()
    assert facts.endpoints.state is State.NOT_APPLICABLE


async def test_the_process_is_read_in_both_cases(machine: System) -> None:
    system = with_env(machine, HTTPS_PROXY="http://127.1.0.1:1", https_proxy="http://127.1.0.2:2")

    settings = await _settings(system, Reader.PROCESS)

    assert [(s.spelled, str(s.url)) for s in settings] == [
        ("HTTPS_PROXY", "http://127.1.0.1:1"),
        ("https_proxy", "http://127.1.0.2:2"),
    ]


async def test_go_takes_the_upper_case_and_an_empty_one_falls_through(machine: System) -> None:
    system = with_env(
        machine,
        HTTPS_PROXY="",
        https_proxy="http://127.1.0.3:1",
        HTTP_PROXY="http://127.1.0.4:1",
        http_proxy="http://127.1.0.3:1",
    )

    effective = (await _look(system)).effective.value

    assert effective is not None
    assert str(effective.https) == "http://127.1.0.3:1"
    assert str(effective.http) == "http://127.1.0.4:1"


async def test_a_value_that_go_ignores_is_a_problem_and_no_proxy(machine: System) -> None:
    system = with_env(machine, HTTPS_PROXY=f"http://u:{_PASSWORD}@127.1.0.5:1")

    (setting,) = await _settings(system, Reader.PROCESS)

    assert setting.url is None
    assert setting.problem is not None


async def test_go_refuses_http_proxy_in_a_cgi_process(machine: System) -> None:
    system = with_env(machine, HTTP_PROXY="http://127.1.0.5:1", REQUEST_METHOD="GET")

    effective = (await _look(system)).effective.value

    assert effective is not None
    assert effective.http is None


async def test_git_proxies_are_read_from_the_users_configuration(
    machine: System, home: Path
) -> None:
    write(
        home,
        {
            ".gitconfig": "[http]\n\tproxy = http://127.1.0.6:8\n"
            '[http "https://corp.invalid/"]\n\tproxy = http://127.1.0.7:9\n'
        },
    )

    settings = await _settings(machine, Reader.GIT)

    assert [(s.name, s.spelled, str(s.url)) for s in settings] == [
        ("HTTP_PROXY", "http.proxy", "http://127.1.0.6:8"),
        ("HTTPS_PROXY", "http.proxy", "http://127.1.0.6:8"),
        ("HTTPS_PROXY", "http.https://corp.invalid/.proxy", "http://127.1.0.7:9"),
    ]


async def test_dockers_entry_for_the_engine_replaces_the_default_one(
    machine: System, home: Path
) -> None:
    config = {
        "proxies": {
            "default": {"httpProxy": "http://127.1.0.8:1", "noProxy": "x"},
            "unix:///var/run/docker.sock": {"httpsProxy": "http://127.1.0.9:2"},
        }
    }
    write(home, {".docker/config.json": json.dumps(config)})

    settings = await _settings(machine, Reader.DOCKER_CLIENT)

    assert [(s.spelled, str(s.url)) for s in settings] == [("httpsProxy", "http://127.1.0.9:2")]


async def test_daemon_json_proxies_are_read(machine: System) -> None:
    write(
        machine.root,
        {"etc/docker/daemon.json": '{"proxies": {"https-proxy": "http://127.1.1.0:3"}}'},
    )

    (setting,) = await _settings(machine, Reader.DAEMON_JSON)

    assert (setting.name, str(setting.url)) == ("HTTPS_PROXY", "http://127.1.1.0:3")


async def test_a_systemd_drop_in_is_read_with_its_escapes(machine: System) -> None:
    write(
        machine.root,
        {
            "etc/systemd/system/docker.service.d/proxy.conf": "[Service]\n"
            f'Environment="HTTPS_PROXY=http://u:{_ENCODED.replace("%", "%%")}@127.1.0.5:1"\n'
        },
    )

    (setting,) = await _settings(machine, Reader.SYSTEMD)

    assert setting.url is not None
    assert setting.url.password is not None
    assert setting.url.password.reveal() == _PASSWORD
    assert setting.source == "/etc/systemd/system/docker.service.d/proxy.conf:2"


async def test_a_drop_in_of_etc_hides_the_one_of_lib_with_its_name(machine: System) -> None:
    write(
        machine.root,
        {
            "lib/systemd/system/docker.service.d/p.conf": _drop_in("127.1.0.1:1"),
            "etc/systemd/system/docker.service.d/p.conf": _drop_in("127.1.0.2:2"),
        },
    )

    settings = await _settings(machine, Reader.SYSTEMD)

    assert [str(s.url) for s in settings] == ["http://127.1.0.2:2"]


async def test_an_environment_file_wins_over_the_units_own_lines(machine: System) -> None:
    write(
        machine.root,
        {
            "lib/systemd/system/docker.service": "[Service]\nEnvironmentFile=-/etc/default/docker\n"
            "Environment=HTTP_PROXY=127.1.0.1:1\n",
            "etc/default/docker": "HTTP_PROXY='http://127.1.0.2:2'\n",
        },
    )

    settings = await _settings(machine, Reader.SYSTEMD)

    assert [(str(s.url), s.source) for s in settings] == [
        ("http://127.1.0.2:2", "/etc/default/docker:1")
    ]


async def test_etc_environment_is_read(machine: System) -> None:
    write(machine.root, {"etc/environment": 'PATH="/bin"\nno_proxy="corp.example"\n'})

    (setting,) = await _settings(machine, Reader.ETC_ENVIRONMENT)

    assert (setting.name, setting.text) == ("NO_PROXY", "corp.example")


async def test_a_proxy_that_only_the_process_has_is_a_contradiction(machine: System) -> None:
    system = with_env(machine, HTTPS_PROXY="http://127.1.0.5:1", HTTP_PROXY="http://127.1.0.5:1")

    found = (await _look(system)).contradictions.or_else(())

    assert {item.name for item in found} == {"HTTP_PROXY", "HTTPS_PROXY"}
    assert all("RUN steps" in str(item.meaning) for item in found)


async def test_readers_that_agree_are_no_contradiction(machine: System, home: Path) -> None:
    proxy = "http://127.1.0.5:1"
    write(
        home,
        {
            ".docker/config.json": json.dumps(
                {"proxies": {"default": dict.fromkeys(("httpProxy", "httpsProxy"), proxy)}}
            )
        },
    )
    system = with_env(machine, HTTPS_PROXY=proxy, HTTP_PROXY=proxy, https_proxy=proxy)

    assert (await _look(system)).contradictions.value == ()


async def test_two_cases_with_two_values_are_a_contradiction(machine: System) -> None:
    system = with_env(machine, NO_PROXY="a,b", no_proxy="c")

    (found,) = (await _look(system)).contradictions.or_else(())

    assert found.name == "NO_PROXY"
    assert [item.text for item in found.settings] == ["a,b", "c"]


async def test_daemon_json_wins_over_the_service_and_that_is_said(machine: System) -> None:
    write(
        machine.root,
        {
            "etc/docker/daemon.json": '{"proxies": {"http-proxy": "http://127.1.0.1:1"}}',
            "etc/systemd/system/docker.service.d/p.conf": _drop_in("127.1.0.2:2"),
        },
    )

    (found,) = (await _look(machine)).contradictions.or_else(())

    assert [item.reader for item in found.settings] == [Reader.DAEMON_JSON, Reader.SYSTEMD]


async def test_a_proxy_that_opens_tunnels_answers_200(machine: System) -> None:
    async with serving(b"HTTP/1.1 200 Connection established\r\n\r\n") as (port, heads):
        endpoint = await _endpoint(with_env(machine, HTTPS_PROXY=f"http://127.0.0.1:{port}"))

    assert (endpoint.reachable, endpoint.connect_status) == (True, 200)
    assert heads[0].startswith(f"CONNECT {_TARGET} HTTP/1.1\r\n".encode())


async def test_credentials_are_sent_decoded_as_basic(machine: System) -> None:
    async with serving(b"HTTP/1.1 200 OK\r\n\r\n") as (port, heads):
        await _endpoint(with_env(machine, HTTPS_PROXY=f"http://dev:{_ENCODED}@127.0.0.1:{port}"))

    token = base64.b64encode(f"dev:{_PASSWORD}".encode())
    assert b"Proxy-Authorization: Basic " + token in heads[0]


async def test_a_407_names_the_schemes(machine: System) -> None:
    answer = (
        b"HTTP/1.1 407 Proxy Authentication Required\r\n"
        b"Proxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n"
    )
    async with serving(answer) as (port, _):
        endpoint = await _endpoint(with_env(machine, HTTPS_PROXY=f"127.0.0.1:{port}"))

    assert (endpoint.connect_status, endpoint.auth_schemes) == (407, ("Negotiate", "NTLM"))


async def test_a_proxy_is_loopback_by_its_address_not_by_its_name(machine: System) -> None:
    async with serving(b"HTTP/1.1 200 OK\r\n\r\n") as (port, _):
        endpoint = await _endpoint(with_env(machine, HTTPS_PROXY=f"http://localhost:{port}"))

    assert endpoint.loopback is True


async def test_a_port_where_nothing_listens_is_not_reachable(machine: System) -> None:
    endpoint = await _endpoint(with_env(machine, HTTPS_PROXY=f"http://127.0.0.1:{free_port()}"))

    assert (endpoint.reachable, endpoint.connect_status) == (False, None)
    assert "refuses" in str(endpoint.detail)


async def test_a_server_that_is_no_proxy_is_named_as_such(machine: System) -> None:
    async with serving(b"SSH-2.0-OpenSSH\r\n") as (port, _):
        endpoint = await _endpoint(with_env(machine, HTTPS_PROXY=f"http://127.0.0.1:{port}"))

    assert (endpoint.reachable, endpoint.connect_status) == (True, None)


async def test_a_loopback_proxy_is_tried_on_dockers_bridge_too(machine: System) -> None:
    async def links() -> Fact[tuple[Interface, ...]]:
        bridge = Interface(
            name="docker0", mtu=1500, up=True, addresses=("127.0.0.2/8",), docker=True
        )
        return known((bridge,), "ip addr")

    async with serving(b"HTTP/1.1 200 OK\r\n\r\n", "0.0.0.0") as (port, _):
        system = with_env(machine, HTTPS_PROXY=f"http://127.0.0.1:{port}")
        facts = await detect_proxy(system, (), _TARGET, links(), soon())

    assert [item.on_bridge for item in facts.endpoints.or_else(())] == [True]


async def test_no_password_is_in_what_the_facts_show(machine: System, home: Path) -> None:
    url = f"http://dev:{_ENCODED}@127.1.0.5:1"
    write(home, {".gitconfig": f"[http]\n\tproxy = {url}\n"})
    write(home, {".docker/config.json": json.dumps({"proxies": {"default": {"httpProxy": url}}})})
    write(machine.root, {"etc/environment": f"http_proxy={url}\n"})
    system = with_env(machine, HTTP_PROXY=url, https_proxy=url, NO_PROXY=url, ALL_PROXY=url + "%")

    shown = repr(await _look(system)) + str(await _look(system))

    assert _ENCODED not in shown
    assert _PASSWORD not in shown


@pytest.mark.parametrize(
    ("headers", "schemes"),
    [
        (['Proxy-Authenticate: Basic realm="a, NTLM b"'], ("Basic",)),
        (["proxy-authenticate: Negotiate, NTLM"], ("Negotiate", "NTLM")),
        (
            ['Proxy-Authenticate: Digest realm="x", nonce="y", Basic realm="z"'],
            ("Digest", "Basic"),
        ),
        (["Proxy-Authenticate: NTLM", "Proxy-Authenticate: ntlm"], ("NTLM",)),
        (["WWW-Authenticate: Basic"], ()),
    ],
)
def test_auth_schemes_are_read_out_of_one_or_many_headers(
    headers: list[str], schemes: tuple[str, ...]
) -> None:
    assert auth_schemes(headers) == schemes


async def test_a_dead_name_server_does_not_hold_the_answer_beyond_the_deadline(
    machine: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(host: str) -> tuple[str, ...]:
        await asyncio.Event().wait()
        return ()

    from wizard.detect import proxy_endpoints
    from wizard.detect.deadline import starting_now

    monkeypatch.setattr(proxy_endpoints, "addresses_of", never)
    system = with_env(machine, HTTPS_PROXY="http://127.1.0.5:1")

    facts = await detect_proxy(system, (), _TARGET, _no_links(), starting_now(0.05))

    assert facts.endpoints.state is State.UNKNOWN
    assert facts.settings.state is State.KNOWN


async def test_a_drop_in_that_only_root_may_read_is_named(machine: System) -> None:
    name = "etc/systemd/system/docker.service.d/proxy.conf"
    write(machine.root, {name: _drop_in("127.1.0.1:1")})
    denied = _Denied(
        env=machine.env, home=machine.home, uid=1000, root=machine.root, platform="linux"
    )

    settings = (await _look(denied)).settings

    assert settings.value == ()
    assert f"/{name}" in str(settings.reason)


class _Denied(System):
    """A machine whose drop-ins this user may not read; root, as in CI, may read everything."""

    def read_head(self, path: Path, size: int, *, inside: Path | None = None) -> bytes | Failed:
        if path.suffix == ".conf":
            return Failed(kind="denied")
        return super().read_head(path, size, inside=inside)
