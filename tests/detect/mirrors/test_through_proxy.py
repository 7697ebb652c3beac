"""Through the proxy that Go would use: tunnels, passwords, refusals, NO_PROXY."""

from __future__ import annotations

import pytest

from tests.detect.mirrors.conftest import Probe
from tests.servers import Authority, BlackHole, Mirror, Proxy, SocksProxy, refused_url
from wizard.facts.mirrors import Failure

NAME = "mirror.example.test"
URL = f"https://{NAME}"


def proxy_to(mirror: Mirror, **kwargs: object) -> Proxy:
    """A proxy that knows where the name is; nobody else does."""
    where = {NAME: f"{mirror.host}:{mirror.port}"}
    return Proxy(names=where, **kwargs)  # type: ignore[arg-type]


@pytest.mark.parametrize("password", ["simple", "s3cr@t %", "a:b/c#d?é"])
async def test_a_mirror_is_proved_through_a_proxy_with_a_password(
    authority: Authority, probe: Probe, password: str
) -> None:
    with Mirror(authority) as mirror, proxy_to(mirror, login=("dev", password)) as proxy:
        (row,) = await probe(URL, proxy=proxy.url_with_login)
    assert row.proved


async def test_the_proxy_is_shown_without_its_password(authority: Authority, probe: Probe) -> None:
    with Mirror(authority) as mirror, proxy_to(mirror, login=("dev", "s3cr@t")) as proxy:
        (row,) = await probe(URL, proxy=proxy.url_with_login)
    assert row.through == f"http://dev:***@127.0.0.1:{proxy.port}"
    assert "s3cr" not in repr(row)


async def test_only_the_tunnel_is_timed(authority: Authority, probe: Probe) -> None:
    with Mirror(authority) as mirror, proxy_to(mirror) as proxy:
        (row,) = await probe(URL, proxy=proxy.url)
    assert (row.latency.dns, row.latency.connect) == (None, None)
    assert row.latency.first_byte is not None


async def test_a_missing_password_names_the_scheme(authority: Authority, probe: Probe) -> None:
    with Mirror(authority) as mirror, proxy_to(mirror, login=("dev", "x"), scheme="Basic") as proxy:
        (row,) = await probe(URL, proxy=proxy.url)
    assert row.reason is Failure.PROXY_AUTH
    assert "Basic" in str(row.detail)


async def test_a_proxy_that_wants_ntlm_is_named(authority: Authority, probe: Probe) -> None:
    with Mirror(authority) as mirror, proxy_to(mirror, scheme="NTLM") as proxy:
        (row,) = await probe(URL, proxy=proxy.url)
    assert row.reason is Failure.PROXY_AUTH
    assert "NTLM" in str(row.detail)


async def test_a_proxy_that_forbids_the_host_refuses(authority: Authority, probe: Probe) -> None:
    with Mirror(authority) as mirror, proxy_to(mirror, forbidden=(NAME,)) as proxy:
        (row,) = await probe(URL, proxy=proxy.url)
    assert row.reason is Failure.PROXY_REFUSED
    assert "Denied by proxy policy" in str(row.detail)


async def test_a_dead_proxy_is_what_refuses(probe: Probe) -> None:
    proxy = refused_url().replace("https:", "http:")
    (row,) = await probe(URL, proxy=proxy)
    assert row.reason is Failure.REFUSED
    assert proxy.removeprefix("http://") in str(row.detail)


async def test_a_download_host_that_the_proxy_forbids_is_named(
    authority: Authority, probe: Probe
) -> None:
    store = "store.example.test"
    with (
        Mirror(authority, "zip-elsewhere", elsewhere=f"https://{store}") as mirror,
        proxy_to(mirror, forbidden=(store,)) as proxy,
    ):
        (row,) = await probe(URL, proxy=proxy.url)
    assert (row.reason, row.redirects) == (Failure.REDIRECT_BLOCKED, (store,))


async def test_a_plain_mirror_is_asked_by_the_whole_url(authority: Authority, probe: Probe) -> None:
    with (
        Mirror(authority, certificate="none") as mirror,
        proxy_to(mirror, login=("dev", "s3cr@t")) as proxy,
    ):
        (row,) = await probe(f"http://{NAME}", proxy=proxy.url_with_login)
    assert row.proved


async def test_loopback_goes_directly(authority: Authority, probe: Probe) -> None:
    with Mirror(authority) as mirror, Proxy() as proxy:
        (row,) = await probe(mirror, proxy=proxy.url)
        assert (row.ok, row.through, proxy.tunnels) == (True, None, [])


@pytest.mark.parametrize(("no_proxy", "asked"), [("", True), ("10.0.0.0/8,0.0.0.0", False)])
async def test_no_proxy_is_obeyed(
    authority: Authority, probe: Probe, no_proxy: str, asked: bool
) -> None:
    # 0.0.0.0 is no loopback address, so a proxy is used for it, and yet it is this machine.
    with Mirror(authority) as mirror, Proxy() as proxy:
        url = f"https://0.0.0.0:{mirror.port}"
        (row,) = await probe(url, proxy=proxy.url, no_proxy=no_proxy)
        assert (row.ok, bool(proxy.tunnels)) == (True, asked)


@pytest.mark.parametrize("login", [None, ("dev", "s3cr@t")])
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_a_mirror_is_proved_through_socks(
    authority: Authority, probe: Probe, scheme: str, login: tuple[str, str] | None
) -> None:
    user = "dev:s3cr%40t@" if login else ""
    with (
        Mirror(authority) as mirror,
        SocksProxy(login=login, names={NAME: f"127.0.0.1:{mirror.port}"}) as proxy,
    ):
        (row,) = await probe(URL, proxy=f"{scheme}://{user}{proxy.address}")
    assert row.proved


async def test_a_socks_proxy_that_wants_a_login_is_named(
    authority: Authority, probe: Probe
) -> None:
    with SocksProxy(login=("dev", "x")) as proxy:
        (row,) = await probe(URL, proxy=f"socks5://{proxy.address}")
    assert row.reason is Failure.PROXY_AUTH


async def test_a_socks_proxy_without_a_way_there_refuses(probe: Probe) -> None:
    with SocksProxy(names={NAME: refused_url().removeprefix("https://")}) as proxy:
        (row,) = await probe(URL, proxy=f"socks5://{proxy.address}")
    assert row.reason is Failure.PROXY_REFUSED


async def test_a_mirror_is_proved_through_a_proxy_that_speaks_tls_itself(
    authority: Authority, probe: Probe
) -> None:
    with (
        Mirror(authority) as mirror,
        proxy_to(mirror, authority=authority, login=("dev", "s3cr@t")) as proxy,
    ):
        (row,) = await probe(URL, proxy=proxy.url_with_login)
    assert row.proved


async def test_a_proxy_that_drops_packets_never_connects(probe: Probe) -> None:
    with BlackHole() as hole:
        (row,) = await probe(URL, proxy=f"http://127.0.0.1:{hole.port}", timeout_s=0.5)
    assert row.reason is Failure.CONNECT_TIMEOUT
    assert str(hole.port) in str(row.detail)


async def test_a_proxy_that_stays_silent_is_a_timeout(authority: Authority, probe: Probe) -> None:
    with Mirror(authority, "silent", certificate="none") as silent:
        (row,) = await probe(URL, proxy=silent.url, timeout_s=0.5)
    assert row.reason is Failure.TIMEOUT
    assert "proxy" in str(row.detail)


async def test_a_proxy_without_a_way_there_says_so(probe: Probe) -> None:
    with Proxy(names={NAME: refused_url().removeprefix("https://")}) as proxy:
        (row,) = await probe(URL, proxy=proxy.url)
    assert row.reason is Failure.PROXY_REFUSED
    assert "502" in str(row.detail)
