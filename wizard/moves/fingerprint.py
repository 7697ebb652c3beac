"""Which network this is: what a machine can tell without asking anybody. Pure."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from wizard.facts import Facts
from wizard.facts.network import NetworkFacts
from wizard.facts.proxy import ProxyFacts

_TUNNEL = re.compile(r"(?:tun|tap|wg|ppp|utun|ipsec|gpd|nordlynx|tailscale|zt)[\w-]*")
"""Names that VPN clients give their interfaces."""
_EVERYTHING = ("0.0.0.0/0", "::/0", "default")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What tells one network from another; nothing in it is a secret."""

    gateways: tuple[str, ...] = ()
    """Next hops of the default routes."""
    resolvers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    tunnels: tuple[str, ...] = ()
    """Interfaces of a VPN that are up."""
    proxies: tuple[str, ...] = ()
    """`host:port` of the proxies that Go would take."""
    authorities: tuple[str, ...] = ()
    """Who signs what is seen here, where no public authority does."""

    @property
    def place(self) -> str:
        """Return the network's id, 12 hex digits.

        A proxy or an authority that comes or goes is a change of the same place, and is told as
        one; so neither is part of it.
        """
        told = (self.gateways, self.resolvers, self.search, self.tunnels)
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]

    @property
    def name(self) -> str:
        """Return what a person may call it, until they give it a name of their own."""
        for words in (self.search[:1], self.tunnels[:1], self.gateways[:1]):
            if words:
                return words[0]
        return "offline"

    def differences(self, other: Fingerprint) -> tuple[tuple[str, str, str], ...]:
        """Return (what, here, there) for each part in which `other` differs."""
        here, there = asdict(self), asdict(other)
        return tuple(
            (part, ", ".join(here[part]), ", ".join(there[part]))
            for part in here
            if here[part] != there[part]
        )


def fingerprint_of(facts: Facts) -> Fingerprint:
    """Return the fingerprint of the network that `facts` were observed on."""
    authorities = facts.mirrors.authorities.or_else(())
    return replace(
        ways_out(facts.network),
        proxies=_proxies(facts.proxy),
        authorities=_sorted(one.subject for one in authorities),
    )


def ways_out(network: NetworkFacts) -> Fingerprint:
    """Return the part of the fingerprint that tells the place."""
    interfaces = network.interfaces.or_else(())
    docker = {one.name for one in interfaces if one.docker}
    return Fingerprint(
        gateways=_sorted(
            route.gateway or route.interface
            for route in network.routes.or_else(())
            if route.destination in _EVERYTHING and route.interface not in docker
        ),
        resolvers=tuple(one.address for one in network.resolvers.or_else(())),
        search=tuple(network.search_domains.or_else(())),
        tunnels=_sorted(one.name for one in interfaces if one.up and _TUNNEL.fullmatch(one.name)),
    )


def _proxies(proxy: ProxyFacts) -> tuple[str, ...]:
    effective = proxy.effective.value
    if effective is None:
        return ()
    found = (effective.http, effective.https)
    return _sorted(f"{one.host}:{one.port}" for one in found if one is not None)


def _sorted(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(texts), key=_by_address))


def _by_address(text: str) -> tuple[int, int, str]:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return 9, 0, text
    return address.version, int(address), text
