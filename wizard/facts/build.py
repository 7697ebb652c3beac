"""Facts seen from inside a RUN step of the user's own builder, beside those of this host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from wizard.facts.base import Fact
from wizard.facts.mirrors import Failure
from wizard.text import Text


class RowKind(StrEnum):
    """What a row compares; the order is the one in which a download needs them."""

    RESOLVER = "resolver"
    NAME = "name"
    MTU = "mtu"
    PROXY_TCP = "proxy-tcp"
    """TCP to the proxy; `tcp` is to a mirror or a private host."""
    TCP = "tcp"
    PROXY = "proxy"
    CLOCK = "clock"
    DISK = "disk"
    TLS = "tls"
    MODULE = "module"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing as this host has it and as a RUN step has it."""

    kind: RowKind
    what: Text
    host: Text
    build: Text
    differs: bool
    """The host can do it and the build cannot, or the difference explains what it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSeen:
    """A name that a RUN step looked up."""

    name: str
    addresses: tuple[str, ...]
    reason: Failure | None
    """`dns`, `dns-timeout`; None: it resolved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSeen:
    """A TCP connection that a RUN step tried."""

    host: str
    port: int
    reason: Failure | None
    """None: it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorSeen:
    """What Go's own client in a RUN step got from one mirror."""

    url: str
    info: bool
    mod: bool
    zip: bool
    """All three: the bytes match known hashes."""
    reason: Failure | None
    detail: str
    """Go's own words, bounded, without credentials; empty where all was well."""
    milliseconds: float
    issuer: str | None
    """Issuer of the TLS certificate, as the step saw it; None: not seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFacts:
    """The area `build`."""

    base_image: Fact[str]
    go: Fact[str]
    user: Fact[int]
    resolvers: Fact[tuple[str, ...]]
    search_domains: Fact[tuple[str, ...]]
    names: Fact[tuple[NameSeen, ...]]
    connections: Fact[tuple[ConnectionSeen, ...]]
    proxies: Fact[Mapping[str, str]]
    """Proxy variables that the step had; credentials masked."""
    mirrors: Fact[tuple[MirrorSeen, ...]]
    mtu: Fact[int]
    clock_skew_seconds: Fact[float]
    """The builder's clock minus this host's; 0 where no difference can be seen."""
    free_disk: Fact[int]
    """Bytes."""
    took_seconds: Fact[float]
    rows: Fact[tuple[Row, ...]]
    cause: Fact[Row]
    """The first row that differs; not applicable where none does."""
