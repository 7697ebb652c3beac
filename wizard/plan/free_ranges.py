"""Address ranges that nothing else on this network uses: pure arithmetic.

Rules: dockerd takes a bip that is a host address, pools with base prefix <= size, and never
checks that they lie free; the order of the candidates follows reference docker §6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

POOL_SIZE = 24
"""Prefix of each network cut from the pool: 253 containers in each, 256 networks in a /16."""

BUILT_IN_POOLS = tuple(
    IPv4Network(text)
    for text in (
        "172.17.0.0/16",
        "172.18.0.0/16",
        "172.19.0.0/16",
        "172.20.0.0/14",
        "172.24.0.0/14",
        "172.28.0.0/14",
        "192.168.0.0/16",
    )
)
"""What dockerd uses without default-address-pools, the same from 18.06 to 29 (moby ipamutils)."""

_TAKEN_BY_OTHERS = tuple(
    IPv4Network(text)
    for text in (
        "192.168.65.0/24",  # Docker Desktop's virtual machine
        "10.88.0.0/16",  # podman
        "10.10.0.0/16",  # buildkitd's own bridge
        "192.168.122.0/24",  # libvirt
        "10.96.0.0/12",  # Kubernetes services
        "10.244.0.0/16",  # flannel
        "10.42.0.0/15",  # k3s
        "192.168.0.0/23",  # home routers
    )
)
"""Avoided where there is a choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeRanges:
    """A bridge and one pool that overlap nothing known."""

    bip: str
    """The bridge's own address with its prefix."""
    bridge: IPv4Network
    pool: IPv4Network


def _within(base: str, prefix: int, *, from_top: bool = False) -> Iterator[IPv4Network]:
    found = IPv4Network(base).subnets(new_prefix=prefix)
    return reversed(list(found)) if from_top else iter(list(found))


def _candidates(within: Sequence[IPv4Network] = ()) -> Iterator[IPv4Network]:
    """Yield ranges for the pool, best first; the last is shared with carriers and Tailscale.

    `within`: take them out of these alone.
    """
    if within:
        for prefix in range(16, POOL_SIZE):
            for given in within:
                yield from given.subnets(new_prefix=prefix) if given.prefixlen <= prefix else ()
        return
    yield from _within("172.16.0.0/12", 16, from_top=True)
    yield from _within("192.168.0.0/16", 18, from_top=True)
    yield from _within("10.0.0.0/8", 16, from_top=True)
    yield from _within("198.18.0.0/15", 16)
    yield from _within("100.64.0.0/10", 16, from_top=True)


def overlaps_any(network: IPv4Network, others: Iterable[IPv4Network]) -> bool:
    """Return whether `network` shares an address with one of `others`."""
    return any(network.overlaps(other) for other in others)


def find_free(
    busy: Sequence[IPv4Network],
    bridge: IPv4Network | None = None,
    within: Sequence[IPv4Network] = (),
) -> FreeRanges | None:
    """Return ranges that overlap nothing in `busy`, or None where everything is taken.

    `bridge`: a range that the bridge keeps; the pool then avoids it. `within`: the only ranges
    that may be used, where somebody planned them.
    """
    for avoided in ((*busy, *_TAKEN_BY_OTHERS), tuple(busy)):
        taken = avoided if bridge is None else (*avoided, bridge)
        for pool in _candidates(within):
            if overlaps_any(pool, taken):
                continue
            own = bridge or _bridge_beside(pool, avoided, within)
            if own is None:
                if within:
                    continue  # the next one may leave room for a bridge beside it
                break
            return FreeRanges(
                bip=f"{own.network_address + 1}/{own.prefixlen}", bridge=own, pool=pool
            )
    return None


def _bridge_beside(
    pool: IPv4Network, avoided: Sequence[IPv4Network], within: Sequence[IPv4Network]
) -> IPv4Network | None:
    """Return a /24 for the bridge outside of the pool: the top of the next free candidate."""
    if within:
        taken = (*avoided, pool)
        return next((one for one in _from_top(within) if not overlaps_any(one, taken)), None)
    for candidate in _candidates():
        if candidate.overlaps(pool):
            continue
        top = IPv4Network((int(candidate.broadcast_address) & 0xFFFFFF00, 24))
        if not overlaps_any(top, avoided):
            return top
    return None


def _from_top(within: Sequence[IPv4Network]) -> Iterator[IPv4Network]:
    """Yield every /24 of the ranges, the last of each first."""
    for given in within:
        if given.prefixlen <= 24:
            first, last = int(given.network_address), int(given.broadcast_address)
            yield from (
                IPv4Network((base, 24)) for base in range(last & 0xFFFFFF00, first - 1, -256)
            )


def as_network(text: str) -> IPv4Network | None:
    """Return an IPv4 range or address as a network; None for anything else."""
    try:
        return IPv4Network(text, strict=False)
    except ValueError:
        return None


def around(address: str) -> IPv4Network | None:
    """Return the /24 around a host: its neighbours are mostly the same company's."""
    try:
        return IPv4Network((IPv4Address(address), 24), strict=False)
    except ValueError:
        return None
