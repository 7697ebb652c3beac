"""Facts about this host's network: interfaces, routes, resolvers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wizard.facts.base import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One network interface."""

    name: str
    mtu: int
    up: bool
    addresses: tuple[str, ...]
    """With prefix: `192.168.1.7/24`."""
    docker: bool
    """It belongs to Docker: docker0, br-<id>, veth…"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route of any table; `0.0.0.0/0` and `::/0` are default routes."""

    destination: str
    gateway: str | None
    interface: str
    table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolver:
    """A nameserver of this host."""

    address: str
    loopback: bool
    """On 127/8 or ::1: no container can reach it."""
    source: str


class Outcome(StrEnum):
    """What a resolver said about a name."""

    ANSWERED = "answered"
    NXDOMAIN = "nxdomain"
    NO_DATA = "no-data"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverAnswer:
    """One resolver asked by itself for one name."""

    resolver: str
    name: str
    outcome: Outcome
    addresses: tuple[str, ...]
    milliseconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFacts:
    """The area `network`."""

    interfaces: Fact[tuple[Interface, ...]]
    routes: Fact[tuple[Route, ...]]
    resolvers: Fact[tuple[Resolver, ...]]
    search_domains: Fact[tuple[str, ...]]
    answers: Fact[tuple[ResolverAnswer, ...]]
    hosts: Fact[tuple[tuple[str, str], ...]]
    """(name, address) of /etc/hosts, without loopback and the machine's own name."""
    ip_forward: Fact[bool]
