"""Which address every host of this plan has, as far as anything on this machine knows it."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from wizard.facts import Facts
from wizard.facts.network import Outcome


def addresses_of(facts: Facts, host: str) -> tuple[str, ...]:
    """Return the addresses of `host`: /etc/hosts first, then the resolvers' answers."""
    host = host.lower()
    if is_address(host):
        return (host,)
    found = [address for name, address in facts.network.hosts.or_else(()) if name.lower() == host]
    found += [
        address
        for answer in facts.network.answers.or_else(())
        if answer.outcome is Outcome.ANSWERED and answer.name.lower() == host
        for address in answer.addresses
    ]
    found += [
        address
        for one in facts.private.hosts.or_else(())
        if one.host.lower() == host
        for address in one.addresses
    ]
    found += [
        address
        for endpoint in facts.proxy.endpoints.or_else(())
        if endpoint.url.host.lower() == host and not endpoint.loopback
        for address in endpoint.addresses
    ]
    return tuple(dict.fromkeys(found))


def is_address(text: str) -> bool:
    """Return whether `text` is a literal IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_internal(address: str) -> bool:
    """Return whether an address belongs to a private range (RFC 1918, RFC 4193)."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return parsed.is_private and not parsed.is_loopback and not parsed.is_unspecified


def host_of(url: str) -> str:
    """Return the host of a mirror's URL; empty for one without (`file://`)."""
    return (urlsplit(url).hostname or "").lower()
