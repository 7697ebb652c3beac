"""Whether the hosts answer that an organisation wants every machine to reach.

A connection alone, by the way that Go would take: directly, or by a tunnel of the proxy.
"""

from __future__ import annotations

import asyncio

from wizard.detect.proxy_endpoints import look_at
from wizard.detect.sockets import addresses_of, can_connect
from wizard.facts.base import Fact, known
from wizard.facts.preset import HostAnswer, SelfTest
from wizard.facts.proxy import GoProxyEnvironment
from wizard.rules.noproxy import proxy_for
from wizard.text import msg


async def self_test(
    hosts: tuple[SelfTest, ...], environment: GoProxyEnvironment
) -> Fact[tuple[HostAnswer, ...]]:
    """Return how each of `hosts` answered, in their order."""
    tested = await asyncio.gather(*(_test(host, environment) for host in hosts))
    return known(tuple(tested), "TCP connections")


async def _test(one: SelfTest, environment: GoProxyEnvironment) -> HostAnswer:
    proxy = proxy_for(f"https://{one.address}", environment)
    if proxy is None:
        reachable, detail = await can_connect(await addresses_of(one.host), one.port)
        through = None
    else:
        found = await look_at(proxy, one.address)
        status, detail = found.connect_status, found.detail
        reachable = bool(found.reachable) and (status is None or 200 <= status < 300)
        through = str(proxy.without_credentials())
        if not found.reachable:
            detail = msg("the proxy {proxy} does not answer", proxy=through)
    return HostAnswer(
        host=one.address,
        reachable=reachable,
        detail=detail,
        through=through,
        because=one.because,
        where=one.where,
    )
