"""The forward proxies as this host names them, and the hosts that go past them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wizard.facts import Facts
from wizard.facts.mirrors import Failure
from wizard.facts.mirrors import Origin as MirrorOrigin
from wizard.facts.proxy import ProxyEndpoint, Reader
from wizard.plan.addresses_seen import addresses_of, host_of, is_internal
from wizard.plan.answering import Case
from wizard.plan.no_proxy_list import LOOPBACK, normalise
from wizard.plan.types import Alternative, Decision
from wizard.rules.noproxy import parse_no_proxy
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import Text, msg

_ELSEWHERE = (Reader.ETC_ENVIRONMENT, Reader.GIT, Reader.SYSTEMD, Reader.DAEMON_JSON)
"""Where a proxy may stand that the shell does not know, most general first."""

_REFUSALS = {Failure.PROXY_REFUSED, Failure.HTTP_403, Failure.HTTP_5XX}
"""What a proxy answers for an internal host that it must not or cannot reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """The decisions of this topic."""

    http: Decision[ProxyUrl | None]
    https: Decision[ProxyUrl | None]
    no_proxy: Decision[tuple[str, ...]]


def decide_proxies(case: Case) -> Proxies:
    """Decide the proxies of this host."""
    facts = case.facts
    http = _with_credentials(facts, case.decided(_detected(facts, "http")))
    https = _with_credentials(facts, case.decided(_https(facts, http.value)))
    no_proxy = case.decided(_no_proxy(facts, http.value, https.value))
    return Proxies(http=http, https=https, no_proxy=no_proxy)


def endpoint_of(facts: Facts, proxy: ProxyUrl) -> ProxyEndpoint | None:
    """Return what was seen of `proxy`."""
    for endpoint in facts.proxy.endpoints.or_else(()):
        if endpoint.url.address == proxy.address:
            return endpoint
    return None


def _answers_directly(facts: Facts) -> bool:
    ranking = facts.mirrors.ranking.or_else(())
    return any(probe.ok and probe.through is None for probe in ranking)


def is_gone(facts: Facts, proxy: ProxyUrl) -> bool:
    """Return whether `proxy` is dead and mirrors answer without one: it belongs elsewhere."""
    endpoint = endpoint_of(facts, proxy)
    return endpoint is not None and endpoint.reachable is False and _answers_directly(facts)


def _detected(facts: Facts, scheme: str) -> Decision[ProxyUrl | None]:
    key, name = f"{scheme}_proxy", f"{scheme.upper()}_PROXY"
    rests = ("proxy.effective", "proxy.settings", "proxy.endpoints")
    environment = facts.proxy.effective.value
    own = None if environment is None else getattr(environment, scheme)
    if own is not None:
        if is_gone(facts, own):
            return Decision(
                key=key,
                value=None,
                because=msg("{proxy} does not answer, and mirrors do without it", proxy=own),
                facts=(*rests, "mirrors.ranking"),
                alternatives=(
                    Alternative(value=own, because=msg("no connection to it could be made")),
                ),
            )
        return Decision(key=key, value=own, because=msg("this shell sets {n}", n=name), facts=rests)
    for reader in _ELSEWHERE:
        for setting in facts.proxy.settings.or_else(()):
            if setting.reader is not reader or setting.name != name or setting.url is None:
                continue
            if is_gone(facts, setting.url) or _answers_directly(facts):
                continue
            return Decision(
                key=key,
                value=setting.url,
                because=msg(
                    "this shell sets no {name}, but {source} does, and no mirror answers directly",
                    name=name,
                    source=setting.source,
                ),
                facts=(*rests, "mirrors.ranking"),
            )
    return Decision(
        key=key, value=None, because=msg("nothing on this machine sets {n}", n=name), facts=rests
    )


def _https(facts: Facts, http: ProxyUrl | None) -> Decision[ProxyUrl | None]:
    found = _detected(facts, "https")
    if found.value is not None or _answers_directly(facts):
        return found
    if http is not None:
        return replace(
            found,
            value=http,
            because=msg(
                "only HTTP_PROXY is set; Go asks mirrors through HTTPS_PROXY and never falls back,"
                " and none answers directly"
            ),
            facts=(*found.facts, "mirrors.ranking"),
            alternatives=(Alternative(value=None, because=msg("mirrors do not answer directly")),),
        )
    for setting in facts.proxy.settings.or_else(()):
        if setting.name == "ALL_PROXY" and setting.url is not None:
            return replace(
                found,
                value=setting.url,
                because=msg("only ALL_PROXY is set, which Go ignores; no mirror answers directly"),
                facts=(*found.facts, "mirrors.ranking"),
            )
    return found


def _with_credentials(
    facts: Facts, decision: Decision[ProxyUrl | None]
) -> Decision[ProxyUrl | None]:
    """Give an answered proxy the password that its own setting on this machine has."""
    value = decision.value
    if value is None or value.password is not None:
        return decision
    for setting in facts.proxy.settings.or_else(()):
        known = setting.url
        if known is None or known.username is None or known.address != value.address:
            continue
        if value.username in (None, known.username):
            return replace(
                decision,
                value=replace(value, username=known.username, password=known.password),
            )
    return decision


def no_proxy_texts(facts: Facts) -> tuple[str, ...]:
    """Return NO_PROXY as the shell has it, else as the first other reader has it."""
    environment = facts.proxy.effective.value
    if environment is not None and environment.no_proxy:
        return (environment.no_proxy,)
    return tuple(
        setting.text
        for setting in facts.proxy.settings.or_else(())
        if setting.name == "NO_PROXY" and setting.text
    )[:1]


def bypassed_hosts(facts: Facts) -> tuple[str, ...]:
    """Return internal hosts that answer directly, or that the proxy refuses, in a fixed order."""
    hosts: list[str] = []
    for probe in facts.mirrors.ranking.or_else(()):
        host = host_of(probe.mirror.url)
        own = probe.mirror.origin is not MirrorOrigin.CATALOGUE
        refused = probe.through is not None and probe.reason in _REFUSALS
        if own and refused and any(map(is_internal, addresses_of(facts, host))):
            hosts.append(host)
    for one in facts.private.hosts.or_else(()):
        if one.reachable and any(is_internal(address) for address in one.addresses):
            hosts.append(one.host.lower())
    return tuple(dict.fromkeys(hosts))


def _no_proxy(
    facts: Facts, http: ProxyUrl | None, https: ProxyUrl | None
) -> Decision[tuple[str, ...]]:
    rests = ("proxy.effective", "proxy.settings", "mirrors.ranking", "private.hosts")
    if http is None and https is None:
        return Decision(
            key="no_proxy",
            value=(),
            because=msg("there is no proxy to go past"),
            facts=rests,
        )
    entries = [entry for text in no_proxy_texts(facts) for entry in normalise(text).entries]
    if entries == ["*"]:
        return Decision(
            key="no_proxy", value=("*",), because=msg("NO_PROXY=* is set: all direct"), facts=rests
        )
    added: list[str] = []
    for host in bypassed_hosts(facts):
        if not parse_no_proxy(",".join(entries)).covers(host, "443"):
            entries.append(host)
            added.append(host)
    entries += [name for name in LOOPBACK if name not in entries]
    because: Text = msg("loopback must be named, because git and curl send even that to a proxy")
    if added:
        because = msg(
            "{hosts} are internal: they answer directly, or the proxy refuses them",
            hosts=", ".join(added),
        )
    return Decision(key="no_proxy", value=tuple(entries), because=because, facts=rests)
