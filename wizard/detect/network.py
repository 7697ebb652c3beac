"""The area `network`: interfaces, routes, resolvers, hosts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from wizard.detect.deadline import Deadline, in_thread, in_time, late
from wizard.detect.network_links import routes
from wizard.detect.resolvers import RESOLV_CONF, ask_all, resolvers_of
from wizard.facts.base import Fact, known, not_applicable, unknown
from wizard.facts.network import Interface, NetworkFacts, Resolver, ResolverAnswer
from wizard.rules.addresses import is_host_name, is_loopback, parse_address
from wizard.system import Failed, System
from wizard.text import msg

HOSTS = "/etc/hosts"
IP_FORWARD = "/proc/sys/net/ipv4/ip_forward"
_MAX_HOSTS = 500
_HAND_OVER_S = 0.05
"""Seconds before the deadline at which the answers so far are taken."""


async def detect_network(
    system: System,
    links: Awaitable[Fact[tuple[Interface, ...]]],
    names: Awaitable[tuple[str, ...]],
    deadline: Deadline,
    of_docker: tuple[str, ...] = (),
) -> NetworkFacts:
    """Look at this host's network; each resolver is asked for `names` once they are known.

    `of_docker`: resolvers that daemon.json gives to containers; they are asked as well.
    """
    found = await in_thread(lambda: resolvers_of(system))
    resolvers: Fact[tuple[Resolver, ...]]
    search: Fact[tuple[str, ...]]
    if isinstance(found, Failed):
        resolvers = search = _unreadable(found, RESOLV_CONF)
        servers: tuple[Resolver, ...] = ()
    else:
        servers, domains = found
        resolvers, search = known(servers, RESOLV_CONF), known(domains, RESOLV_CONF)
    interfaces, routing, answers = await asyncio.gather(
        in_time(deadline, links, "ip addr"),
        in_time(deadline, routes(system, deadline), "ip route show table all"),
        in_time(deadline, _answers((*_as_resolvers(of_docker), *servers), names, deadline), "DNS"),
    )
    return NetworkFacts(
        interfaces=interfaces,
        routes=routing,
        resolvers=resolvers,
        search_domains=search,
        answers=answers,
        hosts=await in_thread(lambda: _hosts(system)),
        ip_forward=await in_thread(lambda: _ip_forward(system)),
    )


def _as_resolvers(addresses: tuple[str, ...]) -> tuple[Resolver, ...]:
    return tuple(
        Resolver(address=one, loopback=is_loopback(one), source="daemon.json")
        for one in addresses
        if parse_address(one) is not None
    )


async def _answers(
    servers: tuple[Resolver, ...], names: Awaitable[tuple[str, ...]], deadline: Deadline
) -> Fact[tuple[ResolverAnswer, ...]]:
    wanted = tuple(name for name in await names if parse_address(name) is None)
    if not servers:
        return not_applicable(msg("there is no resolver to ask"), RESOLV_CONF)
    if not wanted:
        return not_applicable(msg("there is no name to ask for"), "DNS")
    # One that is silent must not cost what the others said: so all of it ends before the deadline.
    found = await ask_all(servers, wanted, within_s=max(0.0, deadline.left() - _HAND_OVER_S))
    return known(found, "DNS") if found else late(deadline, "DNS")


def _unreadable(failed: Failed, path: str) -> Fact[Any]:
    if failed.kind == "missing":
        return not_applicable(msg("there is no {path}", path=path), path)
    return unknown(
        msg("{path} cannot be read: {why}", path=path, why=failed.detail or failed.kind), path
    )


def _hosts(system: System) -> Fact[tuple[tuple[str, str], ...]]:
    text = system.read_text(system.path(HOSTS))
    if isinstance(text, Failed):
        return _unreadable(text, HOSTS)
    own = _own_names(system)
    return known(parse_hosts(text, own), HOSTS)


def _own_names(system: System) -> frozenset[str]:
    text = system.read_text(system.path("/etc/hostname"), limit=4096)
    name = "" if isinstance(text, Failed) else text.strip().lower()
    return frozenset(filter(None, (name, name.partition(".")[0])))


def parse_hosts(text: str, own: frozenset[str] = frozenset()) -> tuple[tuple[str, str], ...]:
    """Return (name, address) of a hosts file, without loopback, multicast and `own` names."""
    found: dict[tuple[str, str], None] = {}
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        address = parse_address(words[0]) if words else None
        if address is None or is_loopback(words[0]) or address.is_multicast:
            continue
        if address.is_unspecified or address.is_link_local:
            continue
        for name in words[1:]:
            if name.lower() not in own and is_host_name(name):
                found[name.lower(), str(address)] = None
    return tuple(found)[:_MAX_HOSTS]


def _ip_forward(system: System) -> Fact[bool]:
    text = system.read_text(system.path(IP_FORWARD), limit=16)
    if isinstance(text, Failed):
        return not_applicable(msg("this system has no such switch"), IP_FORWARD)
    return known(text.strip() == "1", IP_FORWARD)


def local_names(system: System) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the search domains and the names of the hosts file; blocks, reads files alone."""
    found = resolvers_of(system)
    hosts = _hosts(system).or_else(())
    domains = () if isinstance(found, Failed) else found[1]
    return domains, tuple(name for name, _ in hosts)
