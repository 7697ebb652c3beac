"""Addresses and host names as values: what is loopback, what is private, what is a host."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_PRIVATE = tuple(
    ip_network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")

INTERNAL_SUFFIXES = (
    "corp",
    "home",
    "home.arpa",
    "internal",
    "intra",
    "intranet",
    "lan",
    "local",
    "localdomain",
    "private",
)
"""Top levels that no public name ends in (RFC 6762 appendix G, RFC 8375, ICANN's .internal)."""


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that `text` writes, brackets and zone removed, or None."""
    bare = text.strip().removeprefix("[").removesuffix("]").partition("%")[0]
    try:
        return ip_address(bare)
    except ValueError:
        return None


def is_loopback(text: str) -> bool:
    """Whether the address is of this host alone: 127/8, ::1, and their mapped form."""
    address = parse_address(text)
    if address is None:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def means_this_machine(host: str) -> bool:
    """Whether the name or address means the machine that says it, or its engine's bridge."""
    names = ("localhost", "host.docker.internal", "gateway.docker.internal")
    return host.lower() in names or is_loopback(host)


def is_unspecified(text: str) -> bool:
    """Whether the address is 0.0.0.0 or ::, which a client takes for this host."""
    address = parse_address(text)
    return address is not None and address.is_unspecified


def is_internal(text: str) -> bool:
    """Whether an address is of a private network (RFC 1918, RFC 4193).

    198.18/15 is none: proxies that answer DNS themselves hand it out for every name.
    """
    address = parse_address(text)
    return address is not None and any(address in block for block in _PRIVATE)


def is_host_name(text: str) -> bool:
    """Whether `text` is a DNS name of at least one label (RFC 1123, underscores allowed)."""
    name = text.rstrip(".")
    return 0 < len(name) <= 253 and all(_LABEL.fullmatch(label) for label in name.split("."))


def has_internal_suffix(host: str) -> bool:
    """Whether a name ends in a top level that is never public, or has no dot at all."""
    name = host.rstrip(".").lower()
    if parse_address(name) is not None:
        return False
    return "." not in name or any(name.endswith(f".{suffix}") for suffix in INTERNAL_SUFFIXES)


def is_below(host: str, domain: str) -> bool:
    """Whether `host` is `domain` or a name below it."""
    name, parent = host.rstrip(".").lower(), domain.strip(".").lower()
    return bool(parent) and (name == parent or name.endswith(f".{parent}"))
