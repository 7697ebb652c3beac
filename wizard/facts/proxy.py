"""Facts about forward proxies: who on this machine reads which value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wizard.facts.base import Fact, Problem
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import Text


class Reader(StrEnum):
    """The program or place that a proxy setting belongs to."""

    PROCESS = "process"
    GIT = "git"
    DOCKER_CLIENT = "docker-client"
    DAEMON_JSON = "daemon.json"
    SYSTEMD = "systemd"
    ETC_ENVIRONMENT = "etc-environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxySetting:
    """One proxy variable as one reader has it."""

    name: str
    """HTTP_PROXY, HTTPS_PROXY, NO_PROXY or ALL_PROXY."""
    spelled: str
    """As it stands there: `https_proxy`, `http.proxy`, `httpsProxy`."""
    reader: Reader
    url: ProxyUrl | None
    """The proxy; None for NO_PROXY and for a value that is no proxy URL."""
    text: str | None
    """NO_PROXY's value; None for the others."""
    problem: Problem | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Readers that disagree about one variable, and what follows."""

    name: str
    settings: tuple[ProxySetting, ...]
    meaning: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class GoProxyEnvironment:
    """What Go itself takes from the process environment (x/net/http/httpproxy's rules)."""

    http: ProxyUrl | None
    https: ProxyUrl | None
    no_proxy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyEndpoint:
    """One distinct proxy, looked at from this host."""

    url: ProxyUrl
    addresses: tuple[str, ...]
    loopback: bool | None
    """None: its name did not resolve."""
    reachable: bool | None
    """A TCP connection was made; None: not tried."""
    connect_status: int | None
    """The status of a CONNECT to a module mirror; None: not tried or no HTTP answer."""
    auth_schemes: tuple[str, ...]
    """From Proxy-Authenticate of a 407: Basic, NTLM, Negotiate …"""
    detail: Text
    on_bridge: bool | None = None
    """A loopback proxy also answers on the address of Docker's bridge; None: not tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyFacts:
    """The area `proxy`."""

    settings: Fact[tuple[ProxySetting, ...]]
    contradictions: Fact[tuple[Contradiction, ...]]
    effective: Fact[GoProxyEnvironment]
    endpoints: Fact[tuple[ProxyEndpoint, ...]]
