"""Docker's address ranges: bip, fixed-cidr and the pools, free of every route."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from wizard.errors import UsageError
from wizard.facts import Facts
from wizard.plan.addresses_seen import addresses_of, host_of
from wizard.plan.answering import Case
from wizard.plan.free_ranges import (
    BUILT_IN_POOLS,
    POOL_SIZE,
    FreeRanges,
    around,
    as_network,
    find_free,
    overlaps_any,
)
from wizard.plan.types import AddressPool, Alternative, Decision, Finding, Severity
from wizard.text import Text, msg

RESTS = (
    "network.routes",
    "network.interfaces",
    "network.resolvers",
    "network.answers",
    "docker.networks",
    "docker.engine",
    "docker.daemon_json",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """The decisions of this topic."""

    bip: Decision[str | None]
    fixed_cidr: Decision[str | None]
    address_pools: Decision[tuple[AddressPool, ...] | None]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A range of Docker's that covers something real."""

    docker: IPv4Network
    other: IPv4Network
    what: Text
    network: str
    """The Docker network's name; empty for a pool."""


def decide_ranges(case: Case) -> Ranges:
    """Decide bip, fixed-cidr and default-address-pools together: they must fit each other."""
    facts = case.facts
    clashes = find_clashes(facts)
    bridge = next((clash for clash in clashes if clash.network == "bridge"), None)
    movable = bridge or next((clash for clash in clashes if not clash.network), None)
    free = None if movable is None else find_free(_busy(facts), _kept_bridge(facts, bridge))
    bip = case.decided(_bip(bridge, free))
    fixed_cidr = case.decided(_fixed_cidr(facts, bip.value))
    pools = case.decided(_pools(movable, free))
    _check_fit(bip.value, fixed_cidr, pools)
    findings = tuple(_clash_finding(clash) for clash in clashes)
    if movable is not None and free is None:
        findings = (*findings, _nothing_free())
    return Ranges(bip=bip, fixed_cidr=fixed_cidr, address_pools=pools, findings=findings)


def _docker_interfaces(facts: Facts) -> set[str]:
    return {one.name for one in facts.network.interfaces.or_else(()) if one.docker} | {
        network.bridge
        for network in facts.docker.networks.or_else(())
        if network.bridge is not None
    }


def _routes(facts: Facts) -> tuple[tuple[IPv4Network, bool], ...]:
    """Return (range, on-link) of every route that is neither a default nor Docker's own."""
    own = _docker_interfaces(facts)
    found: list[tuple[IPv4Network, bool]] = []
    for route in facts.network.routes.or_else(()):
        network = as_network(route.destination)
        if network is None or network.prefixlen < 2 or route.interface in own:
            continue
        if network.is_loopback or network.is_multicast or network.is_link_local:
            continue
        found.append((network, route.gateway is None))
    return tuple(found)


def _hosts(facts: Facts) -> tuple[tuple[Text, str], ...]:
    """Return (what it is, address) of every host that a build must reach."""
    found: list[tuple[Text, str]] = [
        (msg("the resolver {address}", address=one.address), one.address)
        for one in facts.network.resolvers.or_else(())
        if not one.loopback
    ]
    for endpoint in facts.proxy.endpoints.or_else(()):
        if not endpoint.loopback:
            found += [(msg("the proxy {p}", p=endpoint.url), a) for a in endpoint.addresses]
    for probe in facts.mirrors.ranking.or_else(()):
        host = host_of(probe.mirror.url)
        found += [(msg("the mirror {h}", h=host), a) for a in addresses_of(facts, host)]
    for one in facts.private.hosts.or_else(()):
        found += [
            (msg("the private host {h}", h=one.host), a) for a in addresses_of(facts, one.host)
        ]
    found += [(msg("{h} in /etc/hosts", h=h), a) for h, a in facts.network.hosts.or_else(())]
    return tuple((what, address) for what, address in found if _is_remote(address))


def _is_remote(address: str) -> bool:
    network = as_network(address)
    return network is not None and not network.is_loopback and network.prefixlen == 32


def find_clashes(facts: Facts) -> tuple[Clash, ...]:
    """Return every range of Docker's that covers a route or a host that a build needs."""
    routes = _routes(facts)
    on_link = tuple(network for network, direct in routes if direct)
    own = _own_addresses(facts)
    clashes: list[Clash] = []
    for name, docker in _docker_ranges(facts):
        for network, direct in routes:
            # dockerd itself keeps new networks away from on-link routes (moby#42598).
            if docker.overlaps(network) and (name or not direct):
                route = msg("the route to {network}", network=network)
                clashes.append(Clash(docker=docker, other=network, what=route, network=name))
        for what, address in _hosts(facts):
            network = IPv4Network(address)
            if address in own or not docker.overlaps(network):
                continue
            if name or not overlaps_any(network, on_link):
                clashes.append(Clash(docker=docker, other=network, what=what, network=name))
    unique = {(clash.docker, clash.network): clash for clash in reversed(clashes)}
    return tuple(clash for clash in clashes if unique[clash.docker, clash.network] is clash)


def _own_addresses(facts: Facts) -> set[str]:
    return {
        address.partition("/")[0]
        for one in facts.network.interfaces.or_else(())
        for address in one.addresses
    }


def _docker_ranges(facts: Facts) -> tuple[tuple[str, IPv4Network], ...]:
    found: list[tuple[str, IPv4Network]] = []
    for network in facts.docker.networks.or_else(()):
        for text in network.subnets:
            if (subnet := as_network(text)) is not None:
                found.append((network.name, subnet))
    engine = facts.docker.engine.value
    if engine is not None:
        own = tuple(as_network(base) for base, _ in engine.default_address_pools)
        found += [("", pool) for pool in (own or BUILT_IN_POOLS) if pool is not None]
    return tuple(found)


def _busy(facts: Facts) -> tuple[IPv4Network, ...]:
    """Return everything that new ranges must avoid."""
    busy: list[IPv4Network] = [network for network, _ in _routes(facts)]
    docker = _docker_interfaces(facts)
    for one in facts.network.interfaces.or_else(()):
        if one.name not in docker:
            busy += [net for text in one.addresses if (net := as_network(text)) is not None]
    busy += [net for _, address in _hosts(facts) if (net := around(address)) is not None]
    busy += [net for name, net in _docker_ranges(facts) if name and name != "bridge"]
    return tuple(dict.fromkeys(busy))


def _kept_bridge(facts: Facts, clash: Clash | None) -> IPv4Network | None:
    """Return the bridge's range where it can stay."""
    if clash is not None:
        return None
    return next((net for name, net in _docker_ranges(facts) if name == "bridge"), None)


def _bip(clash: Clash | None, free: FreeRanges | None) -> Decision[str | None]:
    if clash is None:
        because = msg("Docker's bridge covers no route, resolver, proxy or mirror")
        return Decision(key="bip", value=None, because=because, facts=RESTS)
    value = None if free is None else free.bip
    return Decision(
        key="bip",
        value=value,
        because=msg(
            "Docker's bridge {docker} covers {what}; containers would look for it on the bridge",
            docker=clash.docker,
            what=clash.what,
        ),
        facts=RESTS,
        alternatives=(Alternative(value=None, because=msg("the clash would stay")),),
    )


def _fixed_cidr(facts: Facts, bip: str | None) -> Decision[str | None]:
    daemon = facts.docker.daemon_json.value
    standing = None if daemon is None else daemon.values.get("fixed-cidr")
    if bip is not None and isinstance(standing, str):
        bridge, part = IPv4Network(bip, strict=False), as_network(standing)
        if part is None or not part.subnet_of(bridge):
            return Decision(
                key="fixed_cidr",
                value=str(bridge),
                because=msg(
                    "the fixed-cidr {old} lies outside of the new bip; dockerd would start, and"
                    " every container fail",
                    old=standing,
                ),
                facts=RESTS,
            )
    return Decision(
        key="fixed_cidr",
        value=None,
        because=msg("containers may have the whole of the bridge's range"),
        facts=RESTS,
    )


def _pools(
    clash: Clash | None, free: FreeRanges | None
) -> Decision[tuple[AddressPool, ...] | None]:
    if clash is None or free is None:
        return Decision(
            key="address_pools",
            value=None,
            because=msg("Docker's pools cover nothing that this machine reaches by a route")
            if clash is None
            else msg("no private range is free here"),
            facts=RESTS,
        )
    return Decision(
        key="address_pools",
        value=(AddressPool(base=str(free.pool), size=POOL_SIZE),),
        because=msg(
            "{docker} covers {what}; {pool} is used by nothing that is known here",
            docker=clash.docker,
            what=clash.what,
            pool=free.pool,
        ),
        facts=RESTS,
        alternatives=(Alternative(value=None, because=msg("a new network could land on it")),),
    )


def _check_fit(
    bip: str | None,
    fixed_cidr: Decision[str | None],
    pools: Decision[tuple[AddressPool, ...] | None],
) -> None:
    """Refuse answers that dockerd accepts and that fail later (moby: no check at start)."""
    ranges = [IPv4Network(pool.base) for pool in pools.value or ()]
    for index, network in enumerate(ranges):
        if overlaps_any(network, ranges[:index]):
            raise UsageError(
                msg("address_pools: {network} overlaps another pool", network=network),
                where="address_pools",
            )
    if bip is None:
        return
    bridge = IPv4Network(bip, strict=False)
    if overlaps_any(bridge, ranges):
        raise UsageError(
            msg("bip {bip} lies in one of the address pools", bip=bip),
            where="bip",
            hint=msg("choose a bip outside of every pool"),
        )
    if fixed_cidr.value is not None and not IPv4Network(fixed_cidr.value).subnet_of(bridge):
        raise UsageError(
            msg("fixed_cidr {part} lies outside of bip {bip}", part=fixed_cidr.value, bip=bip),
            where="fixed_cidr",
            hint=msg("choose a part of {bridge}", bridge=bridge),
        )


def _clash_finding(clash: Clash) -> Finding:
    moves = clash.network in ("", "bridge")
    return Finding(
        id="docker.range-clash",
        severity=Severity.FAULT if clash.network else Severity.WARNING,
        message=msg(
            "Docker's {network} {docker} covers {what}",
            network=clash.network or "pool",
            docker=clash.docker,
            what=clash.what,
        ),
        cure=msg("move Docker's ranges")
        if moves
        else msg(
            "daemon.json cannot move it: docker network rm {network}, then create it again",
            network=clash.network,
        ),
        decision="bip" if clash.network == "bridge" else "address_pools",
        facts=RESTS,
    )


def _nothing_free() -> Finding:
    return Finding(
        id="docker.no-free-range",
        severity=Severity.FAULT,
        message=msg("no private range is free of this machine's routes"),
        cure=msg("ask the network team for a range, and give it as bip and address_pools"),
        decision="bip",
        facts=RESTS,
    )


def bridge_address(facts: Facts, bip: str | None) -> str | None:
    """Return the host's address on Docker's bridge, as the plan leaves it."""
    if bip is not None:
        return bip.partition("/")[0]
    for one in facts.network.interfaces.or_else(()):
        if one.name == "docker0" and one.docker:
            for address in one.addresses:
                if as_network(address) is not None:
                    return address.partition("/")[0]
    for name, network in _docker_ranges(facts):
        if name == "bridge":
            return str(IPv4Address(int(network.network_address) + 1))
    return None
