"""What was found on this machine that could answer a question: offered while one types. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from textual.suggester import Suggester

from wizard.text import Text
from wizard.untrusted import clean_line

if TYPE_CHECKING:
    from wizard.facts import Facts

LISTS = "|,;"
"""What stands between the entries of a list."""
MOST = 40


def _proxies(facts: Facts) -> Iterable[str]:
    return (str(one.url.without_credentials()) for one in facts.proxy.endpoints.or_else(()))


def _mirrors(facts: Facts) -> Iterable[str]:
    good = [one.mirror.url for one in facts.mirrors.ranking.or_else(()) if one.ok]
    return (*good, "direct", "off")


def _hosts(facts: Facts) -> Iterable[str]:
    for one in facts.private.hosts.or_else(()):
        yield from one.patterns
        yield one.host


def _resolvers(facts: Facts) -> Iterable[str]:
    return (one.address for one in facts.network.resolvers.or_else(()) if not one.loopback)


def _mtus(facts: Facts) -> Iterable[str]:
    links = facts.network.interfaces.or_else(())
    return (str(one.mtu) for one in links if one.up and not one.docker and one.name != "lo")


def _no_proxy(facts: Facts) -> Iterable[str]:
    yield from ("localhost", "127.0.0.1", "::1")
    yield from facts.network.search_domains.or_else(())
    yield from (one.host for one in facts.private.hosts.or_else(()))


def _add_hosts(facts: Facts) -> Iterable[str]:
    return (f"{name}={address}" for name, address in facts.network.hosts.or_else(()))


def _secrets(facts: Facts) -> Iterable[str]:
    netrc = facts.private.netrc.value
    return () if netrc is None else (f"netrc={netrc.path}",)


def _authorities(facts: Facts) -> Iterable[str]:
    return (one.source for one in facts.mirrors.authorities.or_else(()))


_FINDERS: Mapping[str, Callable[[Facts], Iterable[str]]] = {
    "http_proxy": _proxies,
    "https_proxy": _proxies,
    "container_proxy": _proxies,
    "no_proxy": _no_proxy,
    "goproxy": _mirrors,
    "goprivate": _hosts,
    "gonoproxy": _hosts,
    "gonosumdb": _hosts,
    "goinsecure": _hosts,
    "dns": _resolvers,
    "dns_search": lambda facts: facts.network.search_domains.or_else(()),
    "mtu": _mtus,
    "hosts": _add_hosts,
    "secrets": _secrets,
    "ca": _authorities,
    "base_image": lambda facts: facts.docker.images.or_else(()),
}


def found_for(key: str, facts: Facts, words: Iterable[Text] = ()) -> tuple[str, ...]:
    """Return the values that this machine offers for a decision, each once; may be none."""
    finder = _FINDERS.get(key)
    seen = () if finder is None else finder(facts)
    every = dict.fromkeys(clean_line(str(one)) for one in (*seen, *words))
    return tuple(one for one in every if one)[:MOST]


class FoundSuggester(Suggester):
    """Completes what is typed, of a list its last entry, with what was found."""

    def __init__(self, found: tuple[str, ...]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.found = found

    async def get_suggestion(self, value: str) -> str | None:
        """Return `value` completed, or None."""
        cut = max(value.rfind(sign) for sign in LISTS) + 1
        head, last = value[:cut], value[cut:]
        start = last.lstrip()
        head += last[: len(last) - len(start)]
        taken = {part.strip() for sign in LISTS for part in head.split(sign)}
        for one in self.found:
            if start and one.startswith(start) and one != start and one not in taken:
                return head + one
        return None
