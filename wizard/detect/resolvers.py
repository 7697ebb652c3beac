"""The nameservers of this host, and what each one says when it is asked by itself."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from wizard.facts.network import Outcome, Resolver, ResolverAnswer
from wizard.rules.addresses import is_host_name, is_loopback, parse_address
from wizard.system import Failed, System
from wizard.untrusted import clean_line

RESOLV_CONF = "/etc/resolv.conf"
SYSTEMD_RESOLV_CONF = "/run/systemd/resolve/resolv.conf"
UPSTREAMS = (
    SYSTEMD_RESOLV_CONF,
    "/run/NetworkManager/no-stub-resolv.conf",
    "/run/dnsmasq/resolv.conf",
)
"""Where a stub's own upstreams stand: systemd-resolved, NetworkManager (since 1.32), resolvconf."""
ANSWER_S = 2.0
"""Seconds for one question to one resolver."""
SILENT_S = 1.0
"""Seconds without an answer after which a resolver is called silent; resolv.conf(5) allows 5."""
_MAX_RESOLVERS = 6
_MAX_NAMES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvConf:
    """What a resolv.conf says (resolv.conf(5)); the last `search` or `domain` wins."""

    servers: tuple[str, ...]
    search: tuple[str, ...]


def parse_resolv_conf(text: str) -> ResolvConf:
    """Return nameservers and search domains; what cannot be read is passed over."""
    servers: list[str] = []
    search: tuple[str, ...] = ()
    for line in text.splitlines():
        words = re.split(r"[#;]", line, maxsplit=1)[0].split()
        if len(words) < 2:
            continue
        if words[0] == "nameserver" and parse_address(words[1]) is not None:
            servers.append(words[1])
        elif words[0] in {"search", "domain"}:
            search = tuple(word.rstrip(".") for word in words[1:] if is_host_name(word))
    return ResolvConf(servers=tuple(dict.fromkeys(servers)), search=search)


def resolvers_of(system: System) -> tuple[tuple[Resolver, ...], tuple[str, ...]] | Failed:
    """Return the resolvers and search domains.

    Behind a stub stand the servers of the file of whoever set it up. systemd-resolved's is the
    one that Docker copies into containers, where the stub is the only nameserver.
    """
    text = system.read_text(system.path(RESOLV_CONF))
    if isinstance(text, Failed):
        return text
    conf = parse_resolv_conf(text)
    found = [_resolver(server, RESOLV_CONF) for server in conf.servers]
    search = conf.search
    if any(is_loopback(server) for server in conf.servers):
        for path in UPSTREAMS:
            behind = system.read_text(system.path(path))
            if isinstance(behind, Failed):
                continue
            real = parse_resolv_conf(behind)
            known = {one.address for one in found}
            found += [_resolver(server, path) for server in real.servers if server not in known]
            search = tuple(dict.fromkeys((*search, *real.search)))
    return tuple(found), search


def _resolver(server: str, source: str) -> Resolver:
    return Resolver(address=server, loopback=is_loopback(server), source=source)


async def ask_all(
    resolvers: Iterable[Resolver],
    names: Iterable[str],
    *,
    port: int = 53,
    within_s: float = math.inf,
) -> tuple[ResolverAnswer, ...]:
    """Ask each resolver for each name, all at once, and wait `within_s` seconds for all of them.

    What is silent for that long is left out where it had less than `SILENT_S`: it may be slow.
    """
    servers = tuple(dict.fromkeys(item.address for item in resolvers))[:_MAX_RESOLVERS]
    wanted = tuple(dict.fromkeys(names))[:_MAX_NAMES]
    asked = [(server, name) for name in wanted for server in servers]
    tasks = [asyncio.create_task(ask(server, name, port=port)) for server, name in asked]
    if not tasks:
        return ()
    try:
        await asyncio.wait(tasks, timeout=None if math.isinf(within_s) else within_s)
        return tuple(
            task.result() if task.done() else _silence(server, name)
            for task, (server, name) in zip(tasks, asked, strict=True)
            if task.done() or within_s >= SILENT_S
        )
    finally:
        for task in tasks:
            task.cancel()


def _silence(server: str, name: str) -> ResolverAnswer:
    return ResolverAnswer(
        resolver=server,
        name=clean_line(name, 253),
        outcome=Outcome.TIMEOUT,
        addresses=(),
        milliseconds=None,
    )


async def ask(server: str, name: str, *, port: int = 53) -> ResolverAnswer:
    """Ask one resolver for a name's addresses, A and then AAAA where there is no A."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    outcome, addresses = await _question(server, name, "A", port)
    if outcome is Outcome.NO_DATA:
        outcome, addresses = await _question(server, name, "AAAA", port)
    answered = outcome is not Outcome.TIMEOUT
    return ResolverAnswer(
        resolver=server,
        name=clean_line(name, 253),
        outcome=outcome,
        addresses=addresses,
        milliseconds=round((loop.time() - start) * 1000, 1) if answered else None,
    )


async def _question(
    server: str, name: str, kind: str, port: int
) -> tuple[Outcome, tuple[str, ...]]:
    import dns.asyncquery
    import dns.exception
    import dns.message
    import dns.rcode
    import dns.rdatatype

    try:
        query = dns.message.make_query(name, kind)
        # The name is whole: search domains are the host's affair, not the server's.
        reply, _ = await dns.asyncquery.udp_with_fallback(
            query, server, timeout=ANSWER_S, port=port
        )
    except dns.exception.Timeout:
        return Outcome.TIMEOUT, ()
    except (dns.exception.DNSException, OSError, EOFError, UnicodeError):
        return Outcome.ERROR, ()
    code = reply.rcode()
    if code == dns.rcode.NXDOMAIN:
        return Outcome.NXDOMAIN, ()
    if code == dns.rcode.REFUSED:
        return Outcome.REFUSED, ()
    if code != dns.rcode.NOERROR:
        return Outcome.ERROR, ()
    wanted = dns.rdatatype.from_text(kind)
    addresses = tuple(
        str(record.address) for rrset in reply.answer if rrset.rdtype == wanted for record in rrset
    )
    return (Outcome.ANSWERED if addresses else Outcome.NO_DATA), addresses[:16]
