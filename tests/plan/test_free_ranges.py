"""The arithmetic of free ranges, for any set of busy ones."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from wizard.plan.free_ranges import POOL_SIZE, FreeRanges, find_free, overlaps_any

_networks = st.builds(
    lambda address, prefix: IPv4Network((int(address), prefix), strict=False),
    st.one_of(
        st.ip_addresses(v=4),
        st.ip_addresses(v=4, network="172.16.0.0/12"),
        st.ip_addresses(v=4, network="192.168.0.0/16"),
        st.ip_addresses(v=4, network="10.0.0.0/8"),
    ),
    st.integers(2, 32),
)
_busy = st.lists(_networks, max_size=12).map(tuple)


def _found(busy: tuple[IPv4Network, ...], bridge: IPv4Network | None = None) -> FreeRanges | None:
    return find_free(busy, bridge)


@given(busy=_busy)
def test_nothing_that_is_found_overlaps_anything_busy(busy: tuple[IPv4Network, ...]) -> None:
    free = _found(busy)
    assert free is None or not overlaps_any(free.pool, busy)
    assert free is None or not overlaps_any(free.bridge, busy)


@given(busy=_busy)
def test_the_bridge_lies_in_no_pool(busy: tuple[IPv4Network, ...]) -> None:
    free = _found(busy)
    assert free is None or not free.bridge.overlaps(free.pool)


@given(busy=_busy)
def test_the_bip_is_a_host_of_its_own_range(busy: tuple[IPv4Network, ...]) -> None:
    free = _found(busy)
    if free is None:
        return
    bip = IPv4Interface(free.bip)
    assert bip.network == free.bridge
    assert bip.ip not in (free.bridge.network_address, free.bridge.broadcast_address)


@given(busy=_busy)
def test_the_pool_is_large_enough_for_its_networks(busy: tuple[IPv4Network, ...]) -> None:
    free = _found(busy)
    assert free is None or free.pool.prefixlen <= POOL_SIZE <= 30


@given(busy=_busy)
def test_only_private_or_reserved_ranges_are_taken(busy: tuple[IPv4Network, ...]) -> None:
    free = _found(busy)
    shared = IPv4Network("100.64.0.0/10")
    assert free is None or free.pool.is_private or free.pool.subnet_of(shared)


@given(busy=_busy, host=st.ip_addresses(v=4, network="172.17.0.0/16"))
def test_a_bridge_that_stays_keeps_its_range(
    busy: tuple[IPv4Network, ...], host: IPv4Address
) -> None:
    bridge = IPv4Network((int(host), 24), strict=False)
    free = _found(busy, bridge)
    assert free is None or (free.bridge == bridge and not free.pool.overlaps(bridge))


def test_where_everything_is_taken_nothing_is_found() -> None:
    assert find_free((IPv4Network("0.0.0.0/1"), IPv4Network("128.0.0.0/1"))) is None


def test_a_free_machine_gets_the_top_of_the_usual_range() -> None:
    free = find_free(())
    assert free is not None
    assert (free.bip, str(free.pool)) == ("172.30.255.1/24", "172.31.0.0/16")


def test_the_top_of_the_ten_range_follows_when_the_usual_ones_are_taken() -> None:
    busy = (IPv4Network("172.16.0.0/12"), IPv4Network("192.168.0.0/16"))
    free = find_free(busy)
    assert free is not None
    assert str(free.pool) == "10.255.0.0/16"
