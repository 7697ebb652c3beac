"""The report for a network team: what a build needs, what was seen, and the smaller alternative.

Pure: facts and a plan in, one document out; `report_markdown`, `report_html` and `report_csv`
write it down. Credentials are left out here already, not masked later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from wizard.facts import Facts
from wizard.facts.mirrors import Canary, Failure, Latency, MirrorProbe, Origin
from wizard.facts.private import PrivateHost
from wizard.plan.types import Plan, Severity
from wizard.render.quoting import posix
from wizard.rules.goproxy import GoProxyError, SumDb, parse_goproxy, parse_gosumdb
from wizard.rules.modpath import wire_path
from wizard.rules.proxy_url import ProxyUrl, parse_proxy_url
from wizard.text import Text, msg

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One host and port that must be reachable."""

    host: str
    port: int
    why: Text
    seen: bool | None
    """It was seen to work; None: not tried."""
    at: str | None = None
    """When, ISO 8601; None: it was not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one host answered, and a line that shows it again."""

    what: Text
    url: str
    ok: bool
    answer: Text
    """The failure as a sentence, with status and page title, or that it works."""
    reason: str | None
    issuer: str | None
    through: str | None
    redirects: tuple[str, ...]
    latency: Latency
    at: str | None
    """When, ISO 8601; None: it was not asked."""
    curl: str
    """One POSIX line; empty where curl cannot ask this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One mirror, and every host that has to be open for it."""

    url: str
    hosts: tuple[str, ...]
    ok: bool
    perhaps: str = ""
    """The checksum database, where it is not known whether the mirror relays it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole page."""

    observed_at: str
    needs: tuple[Need, ...]
    observations: tuple[Observation, ...]
    alternatives: tuple[Alternative, ...]
    """The fewest hosts first."""
    problems: tuple[Text, ...]
    """The plan's faults and warnings."""


def build_report(facts: Facts, plan: Plan, canary: Canary) -> Report:
    """Return the report of `facts`; `canary` is the module that the curl lines ask for."""
    probes = facts.mirrors.ranking.or_else(())
    return Report(
        observed_at=facts.observed_at,
        needs=tuple(_needs(facts, plan)),
        observations=tuple(_observations(facts, probes, canary)),
        alternatives=tuple(_alternatives(probes, plan)),
        problems=tuple(
            finding.message
            for severity in (Severity.FAULT, Severity.WARNING)
            for finding in plan.findings
            if finding.severity is severity
        ),
    )


def _needs(facts: Facts, plan: Plan) -> Iterator[Need]:
    found: dict[tuple[str, int], Need] = {}

    def add(host: str, port: int, why: Text, seen: bool | None, at: str | None) -> None:
        if host:
            when = None if seen is None else at
            need = Need(host=host, port=port, why=why, seen=seen, at=when)
            found.setdefault((host, port), need)

    probes = {probe.mirror.url: probe for probe in facts.mirrors.ranking.or_else(())}
    relayed = False
    for url in _mirrors_of(plan):
        probe = probes.get(url)
        relayed = relayed or bool(probe is not None and probe.checksum_database)
        why = msg("the module mirror of the build")
        if probe is None:
            add(*_place(url), why, None, None)
            continue
        add(*_place(url), why, probe.ok, probe.at)
        for target in probe.redirects:
            why = msg("{mirror} sends downloads there", mirror=_place(url)[0])
            blocked = probe.reason is Failure.REDIRECT_BLOCKED
            add(*_shown_place(target), why, not blocked, probe.at)
    database = parse_gosumdb(plan.gosumdb.value or "sum.golang.org")
    if not relayed and isinstance(database, SumDb):
        address = database.url or f"https://{database.name}"
        why = msg("the checksum database, unless the mirror relays it")
        add(*_place(address), why, None, None)
    for host in facts.private.hosts.or_else(()):
        add(host.host, _git_port(host), msg("private modules"), host.reachable, host.at)
    for registry in facts.docker.registries.or_else(()):
        add(*_place(registry.url), msg("container images"), registry.answers, registry.at)
    for endpoint in facts.proxy.endpoints.or_else(()):
        why = msg("the forward proxy")
        proxy = endpoint.url
        add(proxy.host, proxy.port, why, endpoint.reachable, facts.observed_at)
    yield from found.values()


def _mirrors_of(plan: Plan) -> tuple[str, ...]:
    try:
        hops = parse_goproxy(plan.goproxy.value or "https://proxy.golang.org,direct")
    except GoProxyError:
        return ()
    return tuple(hop.url for hop in hops if hop.is_url and not hop.url.startswith("file:"))


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    return parts.hostname or "", port or _PORTS.get(parts.scheme, 443)


def _shown_place(shown: str) -> tuple[str, int]:
    """Read `host` or `host:port`, as a probe writes a redirect's target."""
    return _place(f"https://{shown}")


def _git_port(host: PrivateHost) -> int:
    return 22 if host.ssh else 443


def _observations(
    facts: Facts, probes: Iterable[MirrorProbe], canary: Canary
) -> Iterator[Observation]:
    for probe in probes:
        url = probe.mirror.url
        yield Observation(
            what=msg("module mirror"),
            url=url,
            ok=probe.ok and probe.proved is not False,
            answer=msg("it works") if probe.ok and not str(probe.detail) else probe.detail,
            reason=None if probe.reason is None else probe.reason.value,
            issuer=probe.issuer,
            through=_without_login(probe.through),
            redirects=probe.redirects,
            latency=probe.latency,
            at=probe.at,
            curl=_curl(url + wire_path(canary.path, canary.version, "zip"), probe.through),
        )
    for host in facts.private.hosts.or_else(()):
        port = _git_port(host)
        address = f"ssh://git@{host.host}" if host.ssh else f"https://{host.host}"
        ok = bool(host.resolvable and host.reachable)
        yield Observation(
            what=msg("private modules"),
            url=address,
            ok=ok,
            answer=_private_answer(host, port),
            reason=None if ok else "dns" if host.resolvable is False else "unreachable",
            issuer=None,
            through=None,
            redirects=(),
            latency=Latency(),
            at=host.at,
            curl="" if host.ssh else _curl(f"{address}/", None),
        )
    for registry in facts.docker.registries.or_else(()):
        yield Observation(
            what=msg("image registry"),
            url=registry.url,
            ok=bool(registry.answers),
            answer=registry.detail if str(registry.detail) else msg("it answers"),
            reason=None if registry.reason is None else str(registry.reason),
            issuer=None,
            through=_without_login(registry.through),
            redirects=(),
            latency=Latency(),
            at=registry.at,
            curl=_curl(f"{registry.url}/v2/", registry.through),
        )


def _private_answer(host: PrivateHost, port: int) -> Text:
    if host.resolvable is False:
        return msg("its name has no address here")
    if host.reachable is False:
        return host.detail if str(host.detail) else msg("port {port} cannot be reached", port=port)
    if host.reachable is None:
        return msg("not tried")
    return msg("port {port} is open", port=port)


def _curl(url: str, through: str | None) -> str:
    """Return a line that asks the same; a proxy's login is asked for by curl, never written."""
    words = ["curl", "-sSvL", "--max-time", "20", "-o", "/dev/null"]
    proxy = _without_login(through)
    if proxy is None:
        words += ["--noproxy", "*"]
    else:
        words += ["--proxy", proxy]
    return posix((*words, url))


def _without_login(through: str | None) -> str | None:
    if through is None:
        return None
    proxy = parse_proxy_url(through)
    return str(proxy.without_credentials()) if isinstance(proxy, ProxyUrl) else None


def _alternatives(probes: Iterable[MirrorProbe], plan: Plan) -> list[Alternative]:
    """Return what each public or own mirror needs to have open, the smallest need first."""
    database = parse_gosumdb(plan.gosumdb.value or "sum.golang.org")
    found = []
    for probe in probes:
        if not probe.mirror.automatic and probe.mirror.origin is Origin.CATALOGUE:
            continue
        host, port = _place(probe.mirror.url)
        hosts = [f"{host}:{port}"]
        hosts += ["{}:{}".format(*_shown_place(target)) for target in probe.redirects]
        sums = ""
        if isinstance(database, SumDb) and not probe.checksum_database:
            sums = "{}:{}".format(*_place(database.url or f"https://{database.name}"))
        by_url = isinstance(database, SumDb) and database.url is not None
        known = probe.checksum_database is not None or by_url
        found.append(
            Alternative(
                url=probe.mirror.url,
                hosts=tuple(dict.fromkeys([*hosts, *([sums] if sums and known else [])])),
                ok=probe.ok,
                perhaps="" if known else sums,
            )
        )
    return sorted(found, key=lambda one: (not one.ok, len(one.hosts)))
