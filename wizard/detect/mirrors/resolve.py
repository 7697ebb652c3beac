"""Name look-ups, each in a thread of its own, so that one dead name delays nobody.

`getaddrinfo` is what Go's and everybody's programs use here (/etc/hosts, search domains, NSS), so
the probe asks it too. Daemon threads, because a look-up that hangs for half a minute must not
keep the program from ending.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import dataclass

from wizard.detect.mirrors.verdict import from_exception

THREADS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to connect: a family and what `connect` takes."""

    family: int
    sockaddr: tuple[str, int] | tuple[str, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The addresses of one name, and how long the answer took."""

    addresses: tuple[Address, ...]
    seconds: float


class Names:
    """The names of one probing; each is asked once."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._places = asyncio.Semaphore(THREADS)
        self._asked: dict[tuple[str, int], asyncio.Task[Resolved]] = {}

    async def addresses(self, host: str, port: int) -> Resolved:
        """Return where `host` is. Raises ProbeError for a name without an address."""
        key = (host, port)
        if key not in self._asked:
            self._asked[key] = self._loop.create_task(self._look_up(host, port))
        return await asyncio.shield(self._asked[key])

    def close(self) -> None:
        """Forget the look-ups that are under way; their threads end by themselves."""
        for task in self._asked.values():
            task.cancel()

    async def _look_up(self, host: str, port: int) -> Resolved:
        async with self._places:
            start = self._loop.time()
            future: asyncio.Future[tuple[Address, ...]] = self._loop.create_future()
            threading.Thread(
                target=_ask, args=(self._loop, future, host, port), daemon=True
            ).start()
            try:
                addresses = await future
            except (OSError, UnicodeError) as error:
                raise from_exception(error, host, self._loop.time() - start) from None
            return Resolved(addresses=addresses, seconds=self._loop.time() - start)


def _ask(
    loop: asyncio.AbstractEventLoop,
    future: asyncio.Future[tuple[Address, ...]],
    host: str,
    port: int,
) -> None:
    answer: tuple[Address, ...] = ()
    error: OSError | UnicodeError | None = None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answer = tuple(
            Address(family=family, sockaddr=sockaddr)  # type: ignore[arg-type]
            for family, _, _, _, sockaddr in found
        )
    except (OSError, UnicodeError) as caught:
        error = caught

    def tell() -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(answer)

    try:
        loop.call_soon_threadsafe(tell)
    except RuntimeError:
        return  # the loop is closed: nobody waits for this name any more
