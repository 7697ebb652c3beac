"""The table: good mirrors in the order of their latency, each bad one with its own reason."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.detect.mirrors.conftest import Probe
from tests.servers import Authority, BlackHole, Mirror, Proxy, refused_url
from wizard.facts.mirrors import Failure, MirrorProbe, Origin
from wizard.facts.mirrors import Mirror as Entry


async def test_good_mirrors_rank_in_the_order_of_their_latency(
    authority: Authority, probe: Probe
) -> None:
    with ExitStack() as stack:
        delays = (0.24, 0.04, 0.32, 0.16, 0.10)
        mirrors = [stack.enter_context(Mirror(authority, delay_s=d)) for d in delays]
        table = await probe(*mirrors)
    wanted = [m.url for m in sorted(mirrors, key=lambda m: m.delay_s)]
    assert [p.mirror.url for p in table] == wanted
    assert [p.rank for p in table] == [1, 2, 3, 4, 5]


async def test_the_measured_latency_is_the_injected_one(authority: Authority, probe: Probe) -> None:
    with Mirror(authority, delay_s=0.2) as mirror:
        (row,) = await probe(mirror)
    assert row.latency.first_byte is not None
    assert 1.0 <= row.latency.first_byte / 200 < 1.5


REASONS = {
    "status-401": Failure.HTTP_4XX,
    "status-403": Failure.HTTP_403,
    "status-404": Failure.HTTP_404,
    "status-410": Failure.HTTP_410,
    "status-418": Failure.HTTP_4XX,
    "status-429": Failure.HTTP_429,
    "status-500": Failure.HTTP_5XX,
    "status-511": Failure.NOT_A_MODULE_PROXY,
    "login-page": Failure.NOT_A_MODULE_PROXY,
    "login-redirect": Failure.NOT_A_MODULE_PROXY,
    "wrong-json": Failure.NOT_A_MODULE_PROXY,
    "wrong-version": Failure.NOT_A_MODULE_PROXY,
    "endless": Failure.NOT_A_MODULE_PROXY,
    "endless-head": Failure.NOT_A_MODULE_PROXY,
    "redirect-loop": Failure.NOT_A_MODULE_PROXY,
    "not-http": Failure.NOT_A_MODULE_PROXY,
    "wrong-bytes": Failure.HASH_MISMATCH,
    "wrong-mod": Failure.HASH_MISMATCH,
    "zip-page": Failure.NOT_A_MODULE_PROXY,
    "zip-403": Failure.HTTP_403,
    "zip-endless": Failure.NOT_A_MODULE_PROXY,
    "only-info": Failure.HTTP_404,
    "truncated": Failure.TRUNCATED,
    "reset": Failure.RESET,
    "reset-hello": Failure.RESET,
}


@pytest.mark.parametrize(("behaviour", "reason"), REASONS.items())
async def test_a_bad_mirror_is_named_with_its_own_reason(
    authority: Authority, probe: Probe, behaviour: str, reason: Failure
) -> None:
    with Mirror(authority, behaviour) as mirror:
        (row,) = await probe(mirror)
    assert (row.ok, row.rank, row.reason) == (False, None, reason)
    assert str(row.detail)


@pytest.mark.parametrize(
    ("certificate", "reason"),
    [
        ("expired", Failure.TLS_EXPIRED),
        ("wrong-host", Failure.TLS_HOSTNAME),
        ("untrusted", Failure.TLS_UNTRUSTED),
        ("self-signed", Failure.TLS_UNTRUSTED),
    ],
)
async def test_faults_of_a_certificate_are_told_apart(
    authority: Authority, probe: Probe, certificate: str, reason: Failure
) -> None:
    with Mirror(authority, certificate=certificate) as mirror:
        (row,) = await probe(mirror)
    assert row.reason is reason


async def test_an_untrusted_certificate_is_shown_with_its_issuer(
    authority: Authority, probe: Probe
) -> None:
    with Mirror(authority, certificate="untrusted") as mirror:
        (row,) = await probe(mirror)
    assert row.issuer == "Example Corp Inspection CA"
    assert "Example Corp Inspection CA" in str(row.detail)


async def test_nothing_was_asked_over_an_untrusted_connection(
    authority: Authority, probe: Probe
) -> None:
    with Mirror(authority, certificate="untrusted") as mirror:
        await probe(mirror)
        assert mirror.requests == []


async def test_a_plain_server_behind_https_does_not_speak_tls(
    authority: Authority, probe: Probe
) -> None:
    with Mirror(authority, certificate="none") as mirror:
        (row,) = await probe(mirror.url.replace("http:", "https:"))
    assert row.reason is Failure.NOT_A_MODULE_PROXY


async def test_a_port_where_nobody_listens_refuses(probe: Probe) -> None:
    (row,) = await probe(refused_url())
    assert row.reason is Failure.REFUSED


@pytest.mark.parametrize("behaviour", ["silent", "silent-hello", "drip"])
async def test_a_mirror_that_never_ends_its_answer_is_a_timeout(
    authority: Authority, probe: Probe, behaviour: str
) -> None:
    with Mirror(authority, behaviour) as mirror:
        (row,) = await probe(mirror, timeout_s=0.8)
    assert row.reason is Failure.TIMEOUT


async def test_a_black_hole_never_connects(probe: Probe) -> None:
    with BlackHole() as hole:
        (row,) = await probe(hole, timeout_s=0.5)
    assert row.reason is Failure.CONNECT_TIMEOUT


async def test_a_login_page_shows_its_title_and_no_terminal_obeys_it(
    authority: Authority, probe: Probe
) -> None:
    with Mirror(authority, "login-page") as mirror:
        (row,) = await probe(mirror)
    assert "Sign in & accept" in str(row.detail)
    assert "\x1b" not in str(row.detail)


async def test_a_login_host_out_of_reach_is_still_a_login(
    authority: Authority, probe: Probe
) -> None:
    elsewhere = f"{refused_url()}/login"
    with Mirror(authority, "login-elsewhere", elsewhere=elsewhere) as mirror:
        (row,) = await probe(mirror)
    assert row.reason is Failure.NOT_A_MODULE_PROXY


async def test_a_redirect_from_https_to_http_is_refused_as_go_does(
    authority: Authority, probe: Probe
) -> None:
    with (
        Mirror(authority, certificate="none") as plain,
        Mirror(authority, "login-elsewhere", elsewhere=plain.url) as mirror,
    ):
        (row,) = await probe(mirror)
        assert (row.ok, plain.requests) == (False, [])


@pytest.mark.parametrize("behaviour", ["closing", "chunked", "no-sumdb"])
async def test_an_unusual_but_right_answer_counts(
    authority: Authority, probe: Probe, behaviour: str
) -> None:
    with Mirror(authority, behaviour) as mirror:
        (row,) = await probe(mirror)
    assert (row.ok, row.proved, row.samples) == (True, True, 3)


async def test_a_mirror_may_live_below_a_path(authority: Authority, probe: Probe) -> None:
    with Mirror(authority, base="/repository/go-proxy") as mirror:
        (row,) = await probe(mirror)
    assert row.proved


def entry(mirror: Mirror, origin: Origin) -> Entry:
    return Entry(url=mirror.url, name=origin.value, origin=origin)


async def test_the_mirror_in_use_keeps_its_place_against_a_little_faster_one(
    authority: Authority, probe: Probe
) -> None:
    with Mirror(authority, delay_s=0.20) as used, Mirror(authority, delay_s=0.16) as other:
        table = await probe(entry(other, Origin.CATALOGUE), entry(used, Origin.GOPROXY))
    assert table[0].mirror.url == used.url


async def test_the_mirror_in_use_gives_way_to_a_clearly_faster_one(
    authority: Authority, probe: Probe
) -> None:
    with Mirror(authority, delay_s=0.24) as used, Mirror(authority, delay_s=0.06) as other:
        table = await probe(entry(other, Origin.CATALOGUE), entry(used, Origin.GOPROXY))
    assert table[0].mirror.url == other.url


async def test_a_mirror_for_ones_own_choice_is_never_asked(
    authority: Authority, probe: Probe
) -> None:
    with Mirror(authority) as chosen, Mirror(authority) as other:
        quiet = Entry(url=other.url, name="other", automatic=False)
        table = await probe(chosen, quiet)
        assert ([p.mirror.url for p in table], other.requests) == ([chosen.url], [])


async def test_rows_are_told_as_they_come(authority: Authority, probe: Probe) -> None:
    heard: list[MirrorProbe] = []
    with Mirror(authority, delay_s=0.3) as slow, Mirror(authority, delay_s=0.01) as fast:
        table = await probe(slow, fast, listener=heard.append)
    assert heard[0].mirror.url == fast.url
    assert {p.mirror.url: p for p in heard} == {p.mirror.url: p for p in table}


@pytest.mark.parametrize("host", ["-", "a..b", "x" * 64, ".lead", "é" * 70])
async def test_a_redirect_to_a_name_that_is_none_is_a_row_like_any_other(
    authority: Authority, probe: Probe, host: str
) -> None:
    proxied = f"https://{host}.example.test/login"
    with (
        Proxy(forbidden=()) as proxy,
        Mirror(authority, "login-elsewhere", elsewhere=proxied) as mirror,
    ):
        (row,) = await probe(mirror, proxy=proxy.url)
    assert row.reason is Failure.NOT_A_MODULE_PROXY
