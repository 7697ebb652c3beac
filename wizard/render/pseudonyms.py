"""Internal names replaced by stable stand-ins, so that a report can leave the house."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from wizard.facts import Facts
from wizard.facts.mirrors import Origin
from wizard.rules.addresses import has_internal_suffix, is_internal, is_loopback, parse_address
from wizard.rules.public_hosts import is_public_host

_ADDRESS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
_INTERNAL_NAME = re.compile(r"(?<![\w.-])(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?![\w-])")


class Pseudonyms:
    """The same name gets the same stand-in in every report: four digits of its hash."""

    def __init__(self, hosts: Iterable[str], people: Iterable[str] = ()) -> None:
        self._names = {host.lower(): _stand_in("host", host, ".internal.example") for host in hosts}
        self._names |= {who.lower(): _stand_in("name", who, "") for who in people if len(who) > 2}
        words = sorted(self._names, key=len, reverse=True)
        listed = "|".join(re.escape(word) for word in words)
        self._listed = re.compile(rf"(?<![\w-])(?:{listed})(?![\w-])", re.I) if listed else None

    def hide(self, text: str) -> str:
        """Return `text` without internal names, private addresses and people."""
        if self._listed is not None:
            text = self._listed.sub(lambda found: self._names[found[0].lower()], text)
        text = _INTERNAL_NAME.sub(_hidden_name, text)
        return _ADDRESS.sub(_hidden_address, text)


def _stand_in(kind: str, name: str, end: str) -> str:
    digest = hashlib.sha256(f"gomod-wizard report {name.lower()}".encode()).hexdigest()
    return f"{kind}-{digest[:4]}{end}"


def _hidden_name(found: re.Match[str]) -> str:
    name = found[0]
    if not has_internal_suffix(name) or name.endswith(".internal.example"):
        return name
    return _stand_in("host", name, ".internal.example")


def _hidden_address(found: re.Match[str]) -> str:
    address = found[0]
    if parse_address(address) is None or not is_internal(address) or is_loopback(address):
        return address
    return _stand_in("address", address, "")


def internal_names(facts: Facts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the hosts and the people or organisations of `facts` that are nobody else's matter."""
    hosts = {host for host in _hosts(facts) if host and not is_public_host(host)}
    names = {host for host in hosts if parse_address(host) is None}
    people = {authority.subject for authority in facts.mirrors.authorities.or_else(())}
    for probe in facts.mirrors.ranking.or_else(()):
        if probe.issuer and (not probe.ok or probe.mirror.origin is not Origin.CATALOGUE):
            people.add(probe.issuer)
    for endpoint in facts.proxy.endpoints.or_else(()):
        if endpoint.url.username:
            people.add(endpoint.url.username)
    preset = None if facts.preset is None else facts.preset.document.value
    if preset is not None:
        people |= {preset.organisation, *(one.name for one in preset.authorities)}
    return tuple(sorted(names)), tuple(sorted(people))


def _hosts(facts: Facts) -> Iterator[str]:
    for private in facts.private.hosts.or_else(()):
        yield private.host
    for endpoint in facts.proxy.endpoints.or_else(()):
        yield endpoint.url.host
    for probe in facts.mirrors.ranking.or_else(()):
        if probe.mirror.origin is not Origin.CATALOGUE:
            yield probe.mirror.url.partition("://")[2].partition("/")[0].partition(":")[0]
            yield from (target.partition(":")[0] for target in probe.redirects)
    for registry in facts.docker.registries.or_else(()):
        if registry.mirror or registry.registry not in ("docker.io",):
            yield registry.url.partition("://")[2].partition("/")[0].partition(":")[0]
    yield from facts.network.search_domains.or_else(())
    preset = None if facts.preset is None else facts.preset.document.value
    if preset is not None:
        yield from (one.host for one in preset.self_test)
        urls = (preset.source, preset.contact, *(one.url for one in preset.mirrors))
        yield from (_host_of(url) for url in urls if "://" in url)
        yield preset.registry.partition("/")[0].partition(":")[0]


def _host_of(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
