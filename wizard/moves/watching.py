"""Wait until the network changes: netlink on Linux, elsewhere by looking again and again."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress

from wizard.detect.deadline import in_thread, starting_now
from wizard.detect.network_links import interfaces, routes
from wizard.detect.resolvers import resolvers_of
from wizard.facts.base import known, not_applicable
from wizard.facts.network import NetworkFacts
from wizard.moves.fingerprint import Fingerprint, ways_out
from wizard.system import Failed, System
from wizard.text import msg

QUIET_S = 1.0
"""A change comes as a dozen messages (link, address, routes): wait until they end."""
LOOK_S = 10.0
"""Between two looks where nothing tells: resolv.conf is a file, and is rewritten silently."""
_GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400
"""RTMGRP_LINK, IPV4_IFADDR, IPV4_ROUTE, IPV6_IFADDR, IPV6_ROUTE (linux/rtnetlink.h)."""


async def ways_out_now(system: System) -> Fingerprint:
    """Return the part of the fingerprint that files and the kernel tell; nobody is asked."""
    deadline = starting_now(LOOK_S)
    links, table = await asyncio.gather(interfaces(system, deadline), routes(system, deadline))
    found = await in_thread(lambda: resolvers_of(system))
    servers, domains = ((), ()) if isinstance(found, Failed) else found
    nothing = not_applicable(msg("not looked"), "")
    return ways_out(
        NetworkFacts(
            interfaces=links,
            routes=table,
            resolvers=known(servers, ""),
            search_domains=known(domains, ""),
            answers=nothing,
            hosts=nothing,
            ip_forward=nothing,
        )
    )


async def moves(
    system: System, *, quiet_s: float = QUIET_S, look_s: float = LOOK_S
) -> AsyncGenerator[Fingerprint]:
    """Yield the network that is here, and then each other one, once it stands still."""
    last = await ways_out_now(system)
    yield last
    async with aclosing(_rumours(look_s)) as rumours:
        async for _ in rumours:
            await asyncio.sleep(quiet_s)
            now = await ways_out_now(system)
            if now != last:
                last = now
                yield now


async def _rumours(look_s: float) -> AsyncGenerator[None]:
    """Yield whenever something may have changed, at the latest after `look_s` seconds."""
    rung = asyncio.Event()
    hang_up = _listen(rung.set)
    try:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(rung.wait(), look_s)
            yield
            rung.clear()
    finally:
        hang_up()


def _listen(ring: Callable[[], None]) -> Callable[[], None]:
    """Ring at each message of the kernel about links, addresses and routes; return the end."""
    if sys.platform != "linux":
        return lambda: None
    try:
        line = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    except OSError:  # forbidden to this process: looking again and again has to do
        return lambda: None
    try:
        line.bind((0, _GROUPS))
        line.setblocking(False)
    except OSError:
        line.close()
        return lambda: None
    loop = asyncio.get_running_loop()

    def drain() -> None:
        with suppress(OSError):  # ENOBUFS: messages were lost, and something did change
            while line.recv(65536):
                pass
        ring()

    loop.add_reader(line.fileno(), drain)

    def hang_up() -> None:
        loop.remove_reader(line.fileno())
        line.close()

    return hang_up
