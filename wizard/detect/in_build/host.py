"""The same names and connections, tried from this host while the build runs."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field

from wizard.detect.deadline import in_thread
from wizard.detect.in_build.request import InBuild, Target
from wizard.facts.mirrors import Failure

_LIMIT_S = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSeen:
    """What this host can do; what was not finished is missing."""

    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Empty addresses: it did not resolve."""
    connections: dict[Target, Failure | None] = field(default_factory=dict)


async def look_from_here(request: InBuild) -> HostSeen:
    """Look up and connect to what the step is asked for, all at once. Nothing is sent."""
    targets = set(request.targets())
    if request.proxy is not None and request.proxy.host is not None:
        targets.add(request.proxy.host)
    seen = HostSeen()
    async with asyncio.TaskGroup() as group:
        for name in {target.host for target in targets}:
            group.create_task(_look_up(name, seen))
        for target in targets:
            group.create_task(_connect(target, seen))
    return seen


async def _look_up(name: str, seen: HostSeen) -> None:
    def addresses() -> tuple[str, ...]:
        try:
            found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return ()
        return tuple(sorted({str(item[4][0]) for item in found}))

    try:
        async with asyncio.timeout(_LIMIT_S):
            seen.names[name] = await in_thread(addresses)
    except TimeoutError:
        seen.names[name] = ()


async def _connect(target: Target, seen: HostSeen) -> None:
    def connect() -> Failure | None:
        try:
            socket.create_connection((target.host, target.port), timeout=_LIMIT_S / 2).close()
        except TimeoutError:
            return Failure.CONNECT_TIMEOUT
        except socket.gaierror:
            return Failure.DNS
        except ConnectionRefusedError:
            return Failure.REFUSED
        except (OSError, UnicodeError):
            return Failure.CONNECT_TIMEOUT
        return None

    try:
        async with asyncio.timeout(_LIMIT_S):
            seen.connections[target] = await in_thread(connect)
    except TimeoutError:
        seen.connections[target] = Failure.CONNECT_TIMEOUT
