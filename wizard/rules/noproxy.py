"""NO_PROXY as Go reads it: golang.org/x/net/http/httpproxy, `config.init` and `useProxy`.

Its traps, all of them kept: `.foo.com` does not cover `foo.com`, `*.foo.com` is the same as
`.foo.com`, a CIDR matches literal addresses only (no look-up), entries are separated by commas
alone, `localhost` and loopback addresses are always direct.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Protocol
from urllib.parse import urlsplit

from wizard.rules.proxy_url import ProxyUrl

_PORTS = {"http": "80", "https": "443"}
Address = IPv4Address | IPv6Address


class ProxyEnvironment(Protocol):
    """The three values that Go takes from the environment: `wizard.facts.proxy` has the type."""

    @property
    def http(self) -> ProxyUrl | None:
        """HTTP_PROXY."""

    @property
    def https(self) -> ProxyUrl | None:
        """HTTPS_PROXY."""

    @property
    def no_proxy(self) -> str:
        """NO_PROXY."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Domain:
    suffix: str
    """With its leading dot."""
    itself: bool
    port: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoProxy:
    """A parsed NO_PROXY list."""

    everything: bool
    networks: tuple[str, ...]
    addresses: tuple[tuple[Address, str], ...]
    domains: tuple[_Domain, ...]

    def covers(self, host: str, port: str) -> bool:
        """Return whether `host` (a name, or an address without brackets) is reached directly."""
        if self.everything:
            return True
        host = host.strip().lower()
        address = _address(host)
        if address is None:
            return any(
                (host.endswith(d.suffix) or (d.itself and host == d.suffix[1:]))
                and d.port in ("", port)
                for d in self.domains
            )
        return any(
            address == _unmapped(known) and wanted in ("", port) for known, wanted in self.addresses
        ) or any(_inside(address, network) for network in self.networks)


def _unmapped(address: Address) -> Address:
    """Go's net.IP holds ::ffff:a.b.c.d and a.b.c.d as the same address."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


def _address(text: str) -> Address | None:
    try:
        return _unmapped(ip_address(text.partition("%")[0] if ":" in text else text))
    except ValueError:
        return None


def _inside(address: Address, cidr: str) -> bool:
    network = ip_network(cidr)
    if isinstance(network, IPv6Network) and isinstance(address, IPv4Address):
        # net.IPNet takes ::ffff:a.b.c.d/96+n for a.b.c.d/n.
        mapped = network.network_address.ipv4_mapped
        if mapped is None or network.prefixlen < 96:
            return False
        return address in ip_network(f"{mapped}/{network.prefixlen - 96}")
    return address in network


def _network(text: str) -> str | None:
    base, slash, bits = text.partition("/")
    if not slash or not bits.isascii() or not bits.isdigit() or "%" in base:
        return None
    try:
        return str(ip_network(f"{ip_address(base)}/{int(bits)}", strict=False))
    except ValueError:
        return None


def _split_port(entry: str) -> tuple[str, str] | None:
    """net.SplitHostPort: None where the entry has no port, or too many colons."""
    host, colon, port = entry.rpartition(":")
    if not colon:
        return None
    if host.startswith("["):
        if not host.endswith("]") or "[" in host[1:] or "]" in host[:-1]:
            return None
        return host[1:-1], port
    if any(c in host for c in ":[]") or any(c in port for c in "[]"):
        return None
    return host, port


def _ascii(name: str) -> str:
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def parse_no_proxy(value: str) -> NoProxy:
    """Return the entries of NO_PROXY that Go obeys; malformed ones are passed over, as in Go."""
    networks: list[str] = []
    addresses: list[tuple[Address, str]] = []
    domains: list[_Domain] = []
    for raw in value.split(","):
        entry = raw.strip().lower()
        if not entry:
            continue
        if entry == "*":
            return NoProxy(everything=True, networks=(), addresses=(), domains=())
        if network := _network(entry):
            networks.append(network)
            continue
        host, port = _split_port(entry) or (entry, "")
        if not host:
            continue
        if "%" not in host and (address := _address(host)) is not None:
            addresses.append((address, port))
            continue
        if host.startswith("*."):
            host = host[1:]
        itself = not host.startswith(".")
        domains.append(
            _Domain(suffix=_ascii(f".{host}" if itself else host), itself=itself, port=port)
        )
    return NoProxy(
        everything=False,
        networks=tuple(networks),
        addresses=tuple(addresses),
        domains=tuple(domains),
    )


def proxy_for(url: str, environment: ProxyEnvironment) -> ProxyUrl | None:
    """Return the proxy that Go would use for `url`, or None where it goes directly."""
    parts = urlsplit(url)
    proxy = {"http": environment.http, "https": environment.https}.get(parts.scheme)
    host = _ascii(parts.hostname or "")
    if proxy is None or not host or host == "localhost":
        return None
    address = _address(host)
    if address is not None and address.is_loopback:
        return None
    port = str(parts.port or _PORTS[parts.scheme])
    return None if parse_no_proxy(environment.no_proxy).covers(host, port) else proxy
