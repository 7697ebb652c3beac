"""The address map: who uses which addresses, to scale, and where two of them overlap. Pure.

Each block of the IPv4 space that is in use has a scale of its own, from its lowest to its highest
used address, or a bridge would vanish beside a VPN's 10.0.0.0/8.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, ip_network

from screens.evidence import LOOKING
from screens.state import State
from wizard.facts import DockerFacts, NetworkFacts
from wizard.plan.free_ranges import BUILT_IN_POOLS
from wizard.text import Msg, Text, msg


class Use(StrEnum):
    """Who uses a range."""

    ROUTE = "route"
    DOCKER = "docker"
    POOL = "pool"
    PLANNED = "planned"


USES: dict[Use, Msg] = {
    Use.ROUTE: msg("route"),
    Use.DOCKER: msg("Docker"),
    Use.POOL: msg("pool"),
    Use.PLANNED: msg("planned"),
}
_BLOCKS = tuple(
    IPv4Network(text) for text in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One range of addresses and who uses it."""

    use: Use
    name: Text
    text: str
    """As people write it: `172.17.0.0/16`, or the first and last of several."""
    first: int
    last: int
    on_link: bool = False
    """A route without a gateway: dockerd itself keeps new networks away from it (moby#42598)."""

    def overlaps(self, other: Span) -> bool:
        """Tell whether both hold one address."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of the address space with its own scale."""

    first: int
    last: int
    spans: tuple[Span, ...]

    @property
    def ends(self) -> tuple[str, str]:
        """The lowest and the highest address, as text."""
        return str(IPv4Address(self.first)), str(IPv4Address(self.last))


def taken(state: State) -> tuple[Span, ...] | Text:
    """Return every IPv4 range that is in use or planned, by address; else why none is known."""
    network = state.area("network")
    docker = state.area("docker")
    if network is None or docker is None:
        return LOOKING
    spans = [*_routes(network, docker), *_docker(docker), *_planned(state)]
    if not spans:
        return msg("no routes are known")
    order = list(Use)
    return tuple(sorted(spans, key=lambda one: (one.first, -one.last, order.index(one.use))))


def _routes(network: NetworkFacts, docker: DockerFacts) -> Iterable[Span]:
    own = {one.name for one in network.interfaces.or_else(()) if one.docker}
    own |= {one.bridge for one in docker.networks.or_else(()) if one.bridge}
    seen: set[tuple[str, str]] = set()
    for route in network.routes.or_else(()):
        key = (route.destination, route.interface)
        if route.interface in own or key in seen:
            continue
        seen.add(key)
        net = ipv4(route.destination)
        if net is not None and net.prefixlen >= 2 and not _local(net):
            yield replace(span(Use.ROUTE, route.interface, net), on_link=route.gateway is None)


def _local(net: IPv4Network) -> bool:
    return net.is_loopback or net.is_link_local or net.is_multicast


def _docker(docker: DockerFacts) -> Iterable[Span]:
    for one in docker.networks.or_else(()):
        for text in one.subnets:
            if (net := ipv4(text)) is not None:
                yield span(Use.DOCKER, one.name, net)
    engine = docker.engine.value
    if engine is None:
        return
    own = [net for base, _ in engine.default_address_pools if (net := ipv4(base)) is not None]
    yield from _merged(own or BUILT_IN_POOLS, built_in=not own)


def _merged(pools: Iterable[IPv4Network], *, built_in: bool) -> Iterable[Span]:
    """Yield pools, those that follow each other as one."""
    name: Text = msg("new networks") if built_in else msg("new networks (daemon.json)")
    runs: list[list[IPv4Network]] = []
    for net in sorted(pools):
        if runs and int(runs[-1][-1].broadcast_address) + 1 == int(net.network_address):
            runs[-1].append(net)
        else:
            runs.append([net])
    for run in runs:
        first, last = run[0], run[-1]
        text = str(first) if first is last else _from_to(first, last)
        yield Span(
            use=Use.POOL,
            name=name,
            text=text,
            first=int(first.network_address),
            last=int(last.broadcast_address),
        )


def _from_to(first: IPv4Network, last: IPv4Network) -> str:
    """Return the ends of a run without the zeros and 255s that say nothing: `172.17–172.31`."""
    low, high = str(first.network_address).split("."), str(last.broadcast_address).split(".")
    while len(low) > 2 and (low[-1], high[-1]) == ("0", "255"):
        low, high = low[:-1], high[:-1]
    return f"{'.'.join(low)}–{'.'.join(high)}"


def _planned(state: State) -> Iterable[Span]:
    if state.plan is None:
        return
    if state.plan.bip.value is not None and (net := ipv4(state.plan.bip.value)) is not None:
        yield span(Use.PLANNED, msg("bridge (bip)"), net)
    for pool in state.plan.address_pools.value or ():
        if (net := ipv4(pool.base)) is not None:
            yield span(Use.PLANNED, msg("new networks"), net)


def ipv4(text: str) -> IPv4Network | None:
    """Return an IPv4 range, or None for anything else."""
    try:
        net = ip_network(text, strict=False)
    except ValueError:
        return None
    return net if isinstance(net, IPv4Network) else None


def span(use: Use, name: Text, net: IPv4Network) -> Span:
    """Return the range of one network."""
    return Span(
        use=use,
        name=name,
        text=str(net),
        first=int(net.network_address),
        last=int(net.broadcast_address),
    )


def blocks(spans: tuple[Span, ...]) -> tuple[Block, ...]:
    """Return the ranges by the block that they lie in, each block as large as what is in it."""
    groups: list[list[Span]] = []
    for one in spans:  # sorted by first address
        home = _home(one)
        last = groups[-1] if groups else []
        same = any(_home(other) == home for other in last) and home is not None
        if same or any(one.overlaps(other) for other in last):
            last.append(one)
        else:
            groups.append([one])
    return tuple(
        Block(
            first=min(one.first for one in group),
            last=max(one.last for one in group),
            spans=tuple(group),
        )
        for group in groups
    )


def _home(one: Span) -> IPv4Network | None:
    inside = IPv4Address(one.first)
    return next((block for block in _BLOCKS if inside in block), None)


def clashes(one: Span, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return what a range of Docker's covers or lies in: routes alone do harm."""
    if one.use is Use.ROUTE:
        return ()
    return tuple(
        other
        for other in spans
        if other.use is Use.ROUTE
        and one.overlaps(other)
        and not (one.use is Use.POOL and other.on_link)
    )


def gives_way(one: Span, spans: tuple[Span, ...]) -> bool:
    """Tell whether the plan takes the range away: a planned one stands in its place."""
    planned = {str(other.name) for other in spans if other.use is Use.PLANNED}
    if one.use is Use.POOL:
        return str(msg("new networks")) in planned
    return one.use is Use.DOCKER and one.name == "bridge" and str(msg("bridge (bip)")) in planned
