"""The proof: bytes against known hashes, and what a download host in between says."""

from __future__ import annotations

from contextlib import ExitStack

from tests.detect.mirrors.conftest import Probe
from tests.servers import QUOTE, SHOUT, Authority, BlackHole, Mirror, Module, refused_url
from wizard.facts.mirrors import Failure, Origin
from wizard.facts.mirrors import Mirror as Entry

ABSENT = Module("example.test/absent", "v1.0.0")


async def test_only_the_best_three_are_proved(authority: Authority, probe: Probe) -> None:
    with ExitStack() as stack:
        mirrors = [
            stack.enter_context(Mirror(authority, delay_s=d)) for d in (0.0, 0.06, 0.12, 0.18)
        ]
        table = await probe(*mirrors, prove_all=False, whole_table=True)
        asked_for_bytes = [any(r.endswith(".zip") for r in m.requests) for m in mirrors]
    assert [p.proved for p in table] == [True, True, True, None]
    assert asked_for_bytes == [True, True, True, False]


async def test_the_next_one_takes_the_place_of_a_tampered_one(
    authority: Authority, probe: Probe
) -> None:
    with ExitStack() as stack:
        tampered = stack.enter_context(Mirror(authority, "wrong-bytes"))
        good = [stack.enter_context(Mirror(authority, delay_s=d)) for d in (0.03, 0.06, 0.09)]
        table = await probe(tampered, *good, prove_all=False)
    assert [p.proved for p in table] == [True, True, True, False]
    assert (table[3].mirror.url, table[3].reason) == (tampered.url, Failure.HASH_MISMATCH)


async def test_a_zip_is_followed_to_its_download_host(authority: Authority, probe: Probe) -> None:
    with (
        Mirror(authority, host="127.0.0.2") as store,
        Mirror(authority, "zip-elsewhere", elsewhere=store.url) as mirror,
    ):
        (row,) = await probe(mirror)
        host = f"127.0.0.2:{store.port}"
    assert (row.proved, row.redirects) == (True, (host,))


async def test_a_blocked_download_host_is_named(authority: Authority, probe: Probe) -> None:
    blocked = refused_url()
    with Mirror(authority, "zip-elsewhere", elsewhere=blocked) as mirror:
        (row,) = await probe(mirror)
    assert (row.ok, row.reason) == (False, Failure.REDIRECT_BLOCKED)
    assert blocked.removeprefix("https://") in str(row.detail)


async def test_a_download_host_that_answers_with_a_page_is_blocked(
    authority: Authority, probe: Probe
) -> None:
    with (
        Mirror(authority, "login-page") as portal,
        Mirror(authority, "zip-elsewhere", elsewhere=portal.url) as mirror,
    ):
        (row,) = await probe(mirror)
    assert row.reason is Failure.REDIRECT_BLOCKED


async def test_a_canary_that_a_mirror_filters_is_replaced_by_the_next(
    authority: Authority, probe: Probe
) -> None:
    with Mirror(authority) as mirror:
        (row,) = await probe(mirror, canaries=(ABSENT.canary, QUOTE.canary))
    assert row.proved


async def test_a_mirror_that_has_none_of_the_canaries_answers_404(
    authority: Authority, probe: Probe
) -> None:
    with Mirror(authority) as mirror:
        (row,) = await probe(mirror, canaries=(ABSENT.canary,))
    assert row.reason is Failure.HTTP_404


async def test_a_mirror_without_upper_case_is_good_with_a_note(
    authority: Authority, probe: Probe
) -> None:
    with Mirror(authority, "no-percent-21") as mirror:
        (row,) = await probe(mirror, canaries=(QUOTE.canary, SHOUT.canary))
    assert row.proved
    assert "%21" in str(row.detail)


async def test_upper_case_is_asked_for_as_go_asks(authority: Authority, probe: Probe) -> None:
    with Mirror(authority) as mirror:
        await probe(mirror)
        assert "/example.test/%21loud/%21shout/@v/v0.3.1.mod" in mirror.requests


async def test_a_relayed_checksum_database_is_seen(authority: Authority, probe: Probe) -> None:
    with Mirror(authority) as relays, Mirror(authority, "no-sumdb") as does_not:
        table = await probe(relays, does_not)
    seen = {p.mirror.url: p.checksum_database for p in table}
    assert seen == {relays.url: True, does_not.url: False}


async def test_a_forbidden_checksum_database_is_a_note(authority: Authority, probe: Probe) -> None:
    with Mirror(authority, "sumdb-403") as mirror:
        (row,) = await probe(mirror)
    assert (row.proved, row.checksum_database) == (True, False)
    assert "403" in str(row.detail)


async def test_the_mirror_in_use_is_proved_even_where_it_is_slow(
    authority: Authority, probe: Probe
) -> None:
    with ExitStack() as stack:
        fast = [stack.enter_context(Mirror(authority)) for _ in range(3)]
        used = stack.enter_context(Mirror(authority, delay_s=0.15))
        entry = Entry(url=used.url, name="used", origin=Origin.GOPROXY)
        table = await probe(*fast, entry, prove_all=False)
    assert [p.proved for p in table] == [True] * 4


async def test_a_download_host_that_drops_packets_is_named_before_the_deadline(
    authority: Authority, probe: Probe
) -> None:
    with BlackHole() as hole, Mirror(authority, "zip-elsewhere", elsewhere=hole.url) as mirror:
        (row,) = await probe(mirror, timeout_s=2.0)
    assert (row.ok, row.reason) == (False, Failure.REDIRECT_BLOCKED)
