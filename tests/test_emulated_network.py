"""The bench's own network: what it injects is what the program sees, and names."""

from __future__ import annotations

import os

import pytest

from bench.mirrors import limit_ms
from bench.orders import kendall
from bench.wan.client import Raced, Ranked, races
from bench.wan.lab import Lab, missing
from bench.wan.sites import Site, sites

pytestmark = pytest.mark.root

GOOD = sites(4, seed=7, lowest_ms=20.0, highest_ms=160.0)
BAD = {
    kind: Site(number=100 + n, rtt_ms=30.0, kind=kind)
    for n, kind in enumerate(("silent", "hole", "refuse", "403", "captive"))
}


@pytest.fixture(scope="module")
def raced() -> Raced:
    """One race of everybody, waited for to the end."""
    if lack := missing():
        pytest.skip(f"needs {lack}: namespaces, and a forwarder compiled here")
    everybody = [*BAD.values(), *GOOD]
    with Lab(everybody) as lab:
        (found,) = races(lab, [everybody], whole_table=True, timeout_s=2.0)
    return found


def _row(raced: Raced, site: Site) -> Ranked:
    return next(found for found in raced.table if found.url == site.url)


def test_mirrors_rank_in_the_order_of_their_round_trips(raced: Raced) -> None:
    truth = {site.url: site.rtt_ms for site in GOOD}
    assert kendall([found.url for found in raced.table], truth) == 1.0


def test_no_mirror_is_complete_before_its_round_trips_are_over(raced: Raced) -> None:
    for number, site in enumerate(sorted(GOOD, key=lambda site: site.rtt_ms), start=1):
        assert raced.complete[site.url] * 1000 >= limit_ms(GOOD, number)


def test_every_leg_of_a_connection_takes_a_round_trip(raced: Raced) -> None:
    for site in GOOD:
        found = _row(raced, site)
        assert found.connect is not None
        assert found.first_byte is not None
        assert min(found.connect, found.first_byte) >= site.rtt_ms


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("silent", "timeout"),
        ("hole", "connect-timeout"),
        ("refuse", "refused"),
        ("403", "http-403"),
        ("captive", "not-a-module-proxy"),
    ],
)
def test_each_kind_of_bad_mirror_is_named(raced: Raced, kind: str, reason: str) -> None:
    assert _row(raced, BAD[kind]).reason == reason


def test_the_machine_has_no_device_of_the_emulated_network(raced: Raced) -> None:
    assert "wan0" not in os.listdir("/sys/class/net")
