"""Host and build side by side, in the order in which a download needs them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.detect.in_build.host import HostSeen
from wizard.detect.in_build.log import Seen
from wizard.detect.in_build.request import InBuild, MirrorAsked, Target
from wizard.facts import Facts
from wizard.facts.build import MirrorSeen, Row, RowKind
from wizard.facts.mirrors import Failure, MirrorProbe
from wizard.text import Text, msg

CLOCK_TOLERANCE_S = 300.0
"""Certificates are often valid from a few minutes before they were signed on."""
DISK_NEEDED = 256 * 1024 * 1024
"""Bytes below which a module cache of a common program does not fit."""
_TLS = (Failure.TLS_UNTRUSTED, Failure.TLS_HOSTNAME, Failure.TLS_EXPIRED)
_STALLED = (Failure.TIMEOUT, Failure.TRUNCATED, Failure.RESET)
_BY_PROXY = (Failure.PROXY_AUTH, Failure.PROXY_REFUSED)


def cause_of(rows: tuple[Row, ...]) -> Row | None:
    """Return the first row that differs; what comes after it follows from it."""
    return next((row for row in rows if row.differs), None)


def compare(
    facts: Facts, request: InBuild, here: HostSeen, seen: Seen, skew: float | None
) -> tuple[Row, ...]:
    """Return the rows, the deepest layer first. `skew` is the builder's clock minus the host's."""
    rows = (
        *_names(facts, here, seen),
        *_mtu(facts, request, here, seen),
        *_connections(request, here, seen),
        *_proxies(facts, request, seen),
        *_clock(skew),
        *_disk(seen),
        *_certificates(facts, request, seen),
        *_modules(facts, request, seen),
    )
    order = list(RowKind)
    return tuple(sorted(rows, key=lambda row: order.index(row.kind)))


def _joined(words: tuple[str, ...]) -> Text:
    return ", ".join(words) or msg("none")


def _names(facts: Facts, here: HostSeen, seen: Seen) -> Iterator[Row]:
    resolvers = facts.network.resolvers.or_else(())
    hosts_own = tuple(resolver.address for resolver in resolvers)
    lost = [name for name in seen.names if name.reason and here.names.get(name.name)]
    yield Row(
        kind=RowKind.RESOLVER,
        what=msg("nameservers"),
        host=_joined(hosts_own),
        build=_joined(seen.resolvers),
        differs=bool(lost) and set(hosts_own) != set(seen.resolvers),
    )
    for name in seen.names:
        addresses = here.names.get(name.name, ())
        yield Row(
            kind=RowKind.NAME,
            what=msg("name {name}", name=name.name),
            host=_joined(addresses) if addresses else msg("does not resolve"),
            build=_joined(name.addresses) if name.addresses else
            msg("no answer of a nameserver") if name.reason is Failure.DNS_TIMEOUT else
            msg("does not resolve"),
            differs=bool(addresses) and not name.addresses,
        )  # fmt: skip


def _mtu(facts: Facts, request: InBuild, here: HostSeen, seen: Seen) -> Iterator[Row]:
    """A larger MTU explains a silence after the connection; else it only is a number."""
    if seen.mtu is None:
        return
    path = _path_mtu(facts)
    stalled = any(
        mirror.reason in _STALLED and _connects(seen, asked.through or asked.target)
        for asked, mirror in _asked(request, seen)
    )
    yield Row(
        kind=RowKind.MTU,
        what=msg("MTU"),
        host=msg("unknown") if path is None else str(path),
        build=str(seen.mtu),
        differs=stalled and path is not None and seen.mtu > path,
    )


def _path_mtu(facts: Facts) -> int | None:
    """Return the smallest MTU of the interfaces that a packet may leave this host by."""
    carriers = {route.interface for route in facts.network.routes.or_else(())}
    mtus = [
        interface.mtu
        for interface in facts.network.interfaces.or_else(())
        if interface.up and not interface.docker and interface.name in carriers
        and interface.name != "lo"
    ]  # fmt: skip
    return min(mtus, default=None)


def _connects(seen: Seen, target: Target) -> bool:
    return any(
        (c.host, c.port) == (target.host, target.port) and c.reason is None
        for c in seen.connections
    )


def _connections(request: InBuild, here: HostSeen, seen: Seen) -> Iterator[Row]:
    proxy = request.proxy
    for connection in seen.connections:
        target = Target(host=connection.host, port=connection.port)
        of_proxy = proxy is not None and target == proxy.build
        there = proxy.host or target if proxy is not None and of_proxy else target
        result = here.connections.get(there, Failure.TIMEOUT)
        name = f"{target.host}:{target.port}"
        yield Row(
            kind=RowKind.PROXY_TCP if of_proxy else RowKind.TCP,
            what=msg("TCP to the proxy {name}", name=name) if of_proxy
            else msg("TCP to {name}", name=name),
            host=_outcome(result, there if there != target else None),
            build=_outcome(connection.reason, None),
            differs=result is None and connection.reason is not None,
        )  # fmt: skip


def _outcome(reason: Failure | None, other: Target | None) -> Text:
    words = msg("connected") if reason is None else reason.value
    if other is None:
        return words
    return msg("{words} ({name})", words=words, name=f"{other.host}:{other.port}")


def _proxies(facts: Facts, request: InBuild, seen: Seen) -> Iterator[Row]:
    through = [(asked, mirror) for asked, mirror in _asked(request, seen) if asked.through]
    if not through or request.proxy is None:
        return
    asked, mirror = through[0]
    probe = _probe(facts, asked)
    host_fails = probe is not None and probe.reason in _BY_PROXY
    passed = msg("lets it pass")
    yield Row(
        kind=RowKind.PROXY,
        what=msg("the proxy, asked for {name}", name=asked.target.host),
        host=msg("unknown") if probe is None
        else str(probe.reason) if host_fails else passed,
        build=str(mirror.reason) if mirror.reason in _BY_PROXY else
        passed if _got_through(mirror) else msg("unknown"),
        differs=mirror.reason in _BY_PROXY and probe is not None and not host_fails,
    )  # fmt: skip


def _got_through(mirror: MirrorSeen) -> bool:
    return mirror.info or mirror.reason in (*_TLS, Failure.NOT_A_MODULE_PROXY) or str(
        mirror.reason
    ).startswith("http-")  # fmt: skip


def _clock(skew: float | None) -> Iterator[Row]:
    if skew is None:
        return
    yield Row(
        kind=RowKind.CLOCK,
        what=msg("clock"),
        host=msg("now"),
        build=msg("the same") if skew == 0 else msg("{seconds} s off", seconds=f"{skew:+.0f}"),
        differs=abs(skew) > CLOCK_TOLERANCE_S,
    )


def _disk(seen: Seen) -> Iterator[Row]:
    if seen.free_disk is not None:
        yield Row(
            kind=RowKind.DISK,
            what=msg("free disk"),
            host=msg("enough is {n} MB", n=DISK_NEEDED // 1024**2),
            build=msg("{n} MB", n=seen.free_disk // 1024**2),
            differs=seen.free_disk < DISK_NEEDED,
        )


def _asked(request: InBuild, seen: Seen) -> Iterator[tuple[MirrorAsked, MirrorSeen]]:
    found = {mirror.url: mirror for mirror in seen.mirrors}
    for asked in request.mirrors:
        if asked.url in found:
            yield asked, found[asked.url]


def _probe(facts: Facts, asked: MirrorAsked) -> MirrorProbe | None:
    ranking = facts.mirrors.ranking.or_else(())
    return next((probe for probe in ranking if probe.mirror.url == asked.url), None)


def _certificates(facts: Facts, request: InBuild, seen: Seen) -> Iterator[Row]:
    for asked, mirror in _asked(request, seen):
        if not asked.tls:
            continue
        probe = _probe(facts, asked)
        issuer = None if probe is None else probe.issuer
        refused = mirror.reason in _TLS
        if not refused and mirror.issuer is None and not mirror.info:
            continue
        if refused:
            build: Text = msg("{reason}, by {issuer}", reason=str(mirror.reason),
                              issuer=mirror.issuer or msg("unknown"))  # fmt: skip
        else:
            build = _trusted(mirror.issuer)
        fails_here = probe is not None and probe.reason in _TLS
        yield Row(
            kind=RowKind.TLS,
            what=msg("certificate of {name}", name=asked.target.host),
            host=msg("unknown") if probe is None
            else str(probe.reason) if fails_here
            else _trusted(issuer),
            build=build,
            differs=refused and probe is not None and not fails_here,
        )  # fmt: skip


def _trusted(issuer: str | None) -> Text:
    return msg("trusted") if issuer is None else msg("trusted, by {issuer}", issuer=issuer)


def _modules(facts: Facts, request: InBuild, seen: Seen) -> Iterator[Row]:
    for asked, mirror in _asked(request, seen):
        probe = _probe(facts, asked)
        works = probe is not None and probe.ok
        yield Row(
            kind=RowKind.MODULE,
            what=msg("a module from {url}", url=asked.url),
            host=msg("unknown") if probe is None
            else msg("ok") if works else str(probe.reason),
            build=_module(mirror),
            differs=works and mirror.reason is not None,
        )  # fmt: skip


def _module(mirror: MirrorSeen) -> Text:
    if mirror.reason is None:
        return msg("ok, bytes as known")
    got = tuple(name for name, there in ((".info", mirror.info), (".mod", mirror.mod)) if there)
    if got:
        return msg("{reason} after {got}", reason=mirror.reason.value, got=", ".join(got))
    return mirror.reason.value
