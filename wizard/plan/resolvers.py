"""dns, dns-search and the names that only this host knows."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.facts import Facts
from wizard.facts.network import Outcome, Resolver
from wizard.plan.addresses_seen import addresses_of, host_of, is_address
from wizard.plan.answering import Case
from wizard.plan.types import Alternative, Decision, Finding, Severity
from wizard.rules.goproxy import GoProxyError, parse_goproxy
from wizard.rules.noproxy import parse_no_proxy
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import msg

RESTS = ("network.resolvers", "network.answers", "network.hosts", "network.search_domains")

SYSTEMD_STUB = "127.0.0.53"
"""Docker knows it: as the only nameserver, systemd's own upstream list is used instead."""

_SAID = (Outcome.ANSWERED, Outcome.NXDOMAIN, Outcome.NO_DATA)
"""A resolver that is there and answers, whatever it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolvers:
    """The decisions of this topic."""

    dns: Decision[tuple[str, ...] | None]
    dns_search: Decision[tuple[str, ...] | None]
    hosts: Decision[tuple[tuple[str, str], ...]]
    findings: tuple[Finding, ...]


def decide_resolvers(
    case: Case, goproxy: str | None, https_proxy: ProxyUrl | None, no_proxy: tuple[str, ...]
) -> Resolvers:
    """Decide what a container asks for names, and which names it is simply told."""
    facts = case.facts
    dns = case.decided(_dns(facts))
    search = case.decided(_dns_search(facts, dns.value))
    needed = needed_names(facts, goproxy, https_proxy, no_proxy)
    stranded = _is_stranded(facts) and dns.value is None and not _served_by_docker(facts)
    hosts = case.decided(_hosts(facts, needed, stranded=stranded))
    findings: tuple[Finding, ...] = ()
    if stranded:
        findings = (_stub(facts, hosts.value, needed),)
    return Resolvers(dns=dns, dns_search=search, hosts=hosts, findings=findings)


def needed_names(
    facts: Facts,
    goproxy: str | None,
    https_proxy: ProxyUrl | None,
    no_proxy: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """Return the names that the build itself must resolve; a proxy resolves the others.

    What NO_PROXY takes past the proxy is not among the others.
    """
    private = [one.host.lower() for one in facts.private.hosts.or_else(())]
    try:
        mirrors = [host_of(hop.url) for hop in parse_goproxy(goproxy or "off") if hop.is_url]
    except GoProxyError:
        mirrors = []
    redirects = [
        host
        for probe in facts.mirrors.ranking.or_else(())
        if host_of(probe.mirror.url) in mirrors
        for host in probe.redirects
    ]
    names = dict.fromkeys((*mirrors, *redirects, *private))
    if https_proxy is not None:
        direct = parse_no_proxy(",".join(no_proxy))
        past = (name for name in (*mirrors, *redirects) if direct.covers(name, "443"))
        names = dict.fromkeys((https_proxy.host, *past, *private))
    return tuple(name for name in names if name and not is_address(name))


def _routable(facts: Facts) -> tuple[Resolver, ...]:
    return tuple(one for one in facts.network.resolvers.or_else(()) if not one.loopback)


def _of_resolv_conf(facts: Facts) -> tuple[Resolver, ...]:
    found = facts.network.resolvers.or_else(())
    first = tuple(one for one in found if one.source.startswith("/etc/resolv.conf"))
    return first or found


def _only_loopback(facts: Facts) -> bool:
    """Return whether what docker would copy from the host names loopback addresses alone."""
    own = _of_resolv_conf(facts)
    return bool(own) and all(one.loopback for one in own)


def _docker_copes(facts: Facts) -> bool:
    """Docker takes systemd's upstreams where 127.0.0.53 is the one nameserver (moby resolvconf)."""
    own = _of_resolv_conf(facts)
    upstreams = any("/run/systemd/resolve/" in one.source for one in _routable(facts))
    return len(own) == 1 and own[0].address == SYSTEMD_STUB and upstreams


def _is_stranded(facts: Facts) -> bool:
    return _only_loopback(facts) and not _docker_copes(facts)


def _split(facts: Facts) -> tuple[str, ...]:
    """Return the resolvers that know every name, where others deny one; else nothing."""
    answers = facts.network.answers.or_else(())
    known: dict[str, set[str]] = {}
    denied: set[tuple[str, str]] = set()
    for answer in answers:
        if answer.outcome is Outcome.ANSWERED:
            known.setdefault(answer.name, set()).add(answer.resolver)
        elif answer.outcome in (Outcome.NXDOMAIN, Outcome.NO_DATA, Outcome.REFUSED):
            denied.add((answer.name, answer.resolver))
    addresses = [one.address for one in _routable(facts)]
    disputed = {name for name, _ in denied if name in known}
    if not disputed or not addresses:
        return ()
    best = [a for a in addresses if all(a in known[name] for name in known)]
    if not best or all((name, addresses[0]) not in denied for name in disputed):
        return ()
    return tuple(best)


def _answering(facts: Facts) -> tuple[str, ...]:
    """Return the routable resolvers without those that were asked and never said anything."""
    answers = facts.network.answers.or_else(())
    asked = {one.resolver for one in answers}
    heard = {one.resolver for one in answers if one.outcome in _SAID}
    found = dict.fromkeys(one.address for one in _routable(facts))
    return tuple(one for one in found if one in heard or one not in asked)


def _given_by_docker(facts: Facts) -> tuple[str, ...]:
    """Return the resolvers that daemon.json gives to containers, in place of the host's."""
    config = facts.docker.daemon_json.value
    listed = None if config is None else config.values.get("dns")
    return tuple(str(one) for one in listed) if isinstance(listed, list | tuple) else ()


def _served_by_docker(facts: Facts) -> bool:
    """Return whether daemon.json gives resolvers to containers that were not seen to be silent."""
    given = _given_by_docker(facts)
    said = [one.outcome for one in facts.network.answers.or_else(()) if one.resolver in given]
    return bool(given) and (not said or any(one in _SAID for one in said))


def _is_wrong(facts: Facts, given: tuple[str, ...], routable: tuple[str, ...]) -> bool:
    """Return whether the given ones were seen to answer worse than those that the host asks."""
    answers = facts.network.answers.or_else(())
    outcomes = {(one.resolver, one.name): one.outcome for one in answers}
    names = {name for (resolver, name) in outcomes if resolver in given}
    known = {
        name
        for name in names
        if any(outcomes.get((one, name)) is Outcome.ANSWERED for one in routable)
    }
    return any(
        all(outcomes.get((one, name)) not in (Outcome.ANSWERED, None) for one in given)
        for name in known
    )


def _dns(facts: Facts) -> Decision[tuple[str, ...] | None]:
    routable = _answering(facts)
    if given := _given_by_docker(facts):
        if not _is_wrong(facts, given, routable):
            return Decision(
                key="dns",
                value=None,
                because=msg("daemon.json names {given} already", given=", ".join(given)),
                facts=(*RESTS, "docker.daemon_json"),
            )
        return Decision(
            key="dns",
            value=_split(facts) or routable,
            because=msg(
                "daemon.json gives {given} to containers, which does not know what {own} knows",
                given=", ".join(given),
                own=routable[0],
            ),
            facts=(*RESTS, "docker.daemon_json"),
            alternatives=(
                Alternative(value=given, because=msg("it was asked from here, and had no answer")),
            ),
        )
    if _is_stranded(facts) and routable:
        return Decision(
            key="dns",
            value=_split(facts) or routable,
            because=msg(
                "this host asks a stub on its own loopback, which no container reaches; docker"
                " would fall back to 8.8.8.8"
            ),
            facts=RESTS,
            alternatives=(
                Alternative(value=None, because=msg("builds would ask a public resolver")),
            ),
        )
    if split := _split(facts):
        return Decision(
            key="dns",
            value=split,
            because=msg("the first resolver denies internal names that {r} knows", r=split[0]),
            facts=RESTS,
            alternatives=(
                Alternative(value=None, because=msg("a denial ends the search: first one wins")),
            ),
        )
    because = (
        msg("the resolvers of this host are on loopback, and no other is known")
        if _is_stranded(facts)
        else msg("containers can ask the resolvers of this host")
    )
    return Decision(key="dns", value=None, because=because, facts=RESTS)


def _dns_search(facts: Facts, dns: tuple[str, ...] | None) -> Decision[tuple[str, ...] | None]:
    domains = facts.network.search_domains.or_else(())
    if dns is not None and domains:
        return Decision(
            key="dns_search",
            value=domains,
            because=msg("they go with the resolvers, which are written out"),
            facts=RESTS,
        )
    return Decision(
        key="dns_search",
        value=None,
        because=msg("containers take the search domains of this host"),
        facts=RESTS,
    )


def _hosts(
    facts: Facts, needed: tuple[str, ...], *, stranded: bool
) -> Decision[tuple[tuple[str, str], ...]]:
    local = {name.lower(): address for name, address in facts.network.hosts.or_else(())}
    resolved = {
        answer.name.lower()
        for answer in facts.network.answers.or_else(())
        if answer.outcome is Outcome.ANSWERED
    }
    told = {name: local[name] for name in needed if name in local and name not in resolved}
    if stranded:
        pinned = {name: a[0] for name in needed if (a := addresses_of(facts, name))}
        if set(pinned) - set(told):
            return Decision(
                key="hosts",
                value=tuple((pinned | told).items()),
                because=msg("containers cannot ask this host's resolver, so they are told"),
                facts=(*RESTS, "proxy.endpoints", "private.hosts"),
            )
    if told:
        return Decision(
            key="hosts",
            value=tuple(told.items()),
            because=msg("only /etc/hosts of this machine knows them, and a build never sees it"),
            facts=RESTS,
        )
    return Decision(
        key="hosts",
        value=(),
        because=msg("the build needs no name that only /etc/hosts knows"),
        facts=RESTS,
    )


def _stub(facts: Facts, hosts: tuple[tuple[str, str], ...], needed: tuple[str, ...]) -> Finding:
    told = {name for name, _ in hosts}
    missing = tuple(name for name in needed if name not in told)
    return Finding(
        id="dns.loopback-stub",
        severity=Severity.FAULT if missing else Severity.WARNING,
        message=msg(
            "the resolvers here are on loopback ({resolvers}); a build falls back to 8.8.8.8",
            resolvers=", ".join(one.address for one in _of_resolv_conf(facts)),
        ),
        cure=msg("name a resolver that containers reach: --set dns=ADDRESS"),
        decision="dns",
        facts=RESTS,
    )
