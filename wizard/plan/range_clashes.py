"""Where Docker's address ranges cover something real."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from wizard.facts import Facts
from wizard.plan.addresses_seen import addresses_of, host_of
from wizard.plan.answering import preset_of
from wizard.plan.free_ranges import BUILT_IN_POOLS, around, as_network, overlaps_any
from wizard.text import Text, msg


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A range of Docker's that covers something real."""

    docker: IPv4Network
    other: IPv4Network
    what: Text
    network: str
    """The Docker network's name; empty for a pool."""
    by_plan: bool = False
    """Nothing real is covered: it is the organisation's address plan that speaks against it."""


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
        if (why := against_the_plan(facts, docker)) is not None:
            clashes.append(Clash(docker=docker, other=docker, what=why, network=name, by_plan=True))
    unique = {(clash.docker, clash.network): clash for clash in reversed(clashes)}
    return tuple(clash for clash in clashes if unique[clash.docker, clash.network] is clash)


def against_the_plan(facts: Facts, docker: IPv4Network) -> Text | None:
    """Return why the organisation's address plan has no such range for Docker; None: it has."""
    preset = preset_of(facts)
    if preset is None:
        return None
    plan = preset.addresses
    over = next((one for one in plan.reserved if docker.overlaps(IPv4Network(one))), None)
    if over is None and (
        not plan.docker or any(docker.subnet_of(IPv4Network(one)) for one in plan.docker)
    ):
        return None
    told = {"organisation": preset.organisation, "where": plan.where}
    why: Text = msg("{organisation} gives Docker {ranges} ({where})",
                    ranges=", ".join(plan.docker), **told)  # fmt: skip
    if over is not None:
        why = msg("{organisation} reserves {range} ({where})", range=over, **told)
    return msg("{why}: {because}", why=why, because=plan.because) if plan.because else why


def planned_ranges(facts: Facts) -> tuple[IPv4Network, ...]:
    """Return the ranges that the organisation gives to Docker; empty: any."""
    preset = preset_of(facts)
    return () if preset is None else tuple(map(IPv4Network, preset.addresses.docker))


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


def busy_ranges(facts: Facts) -> tuple[IPv4Network, ...]:
    """Return everything that new ranges must avoid."""
    busy: list[IPv4Network] = [network for network, _ in _routes(facts)]
    docker = _docker_interfaces(facts)
    for one in facts.network.interfaces.or_else(()):
        if one.name not in docker:
            busy += [net for text in one.addresses if (net := as_network(text)) is not None]
    busy += [net for _, address in _hosts(facts) if (net := around(address)) is not None]
    busy += [net for name, net in _docker_ranges(facts) if name and name != "bridge"]
    if (preset := preset_of(facts)) is not None:
        busy += [IPv4Network(text) for text in preset.addresses.reserved]
    return tuple(dict.fromkeys(busy))


def kept_bridge(facts: Facts, clash: Clash | None) -> IPv4Network | None:
    """Return the bridge's range where it can stay."""
    if clash is not None:
        return None
    return next((net for name, net in _docker_ranges(facts) if name == "bridge"), None)


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
