"""Name look-ups, each in a thread of its own, so that one dead name delays nobody.

`getaddrinfo` is what Go's and everybody's programs use here (/etc/hosts, search domains, NSS), so
the probe asks it too. Bare threads, which nobody joins: a look-up that hangs for half a minute must
not keep the program from ending.
"""

from __future__ import annotations

import _thread
import asyncio
import contextlib
import socket
import time
from dataclasses import dataclass

from wizard.detect.mirrors.verdict import from_exception

THREADS = 128


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


Answer = Resolved | OSError | UnicodeError


class Names:
    """The names of one probing; each is asked once."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._places = asyncio.Semaphore(THREADS)
        self._asked: dict[tuple[str, int], asyncio.Task[Resolved]] = {}
        self._answers: list[tuple[asyncio.Future[Resolved], Answer]] = []
        self._lock = _thread.allocate_lock()

    async def addresses(self, host: str, port: int) -> Resolved:
        """Return where `host` is. Raises ProbeError for a name without an address."""
        key = (host, port)
        if key not in self._asked:
            self._asked[key] = self._loop.create_task(self._look_up(host, port))
        return await asyncio.shield(self._asked[key])

    def close(self) -> None:
        """Forget the look-ups that are under way; their threads end by themselves."""
        for task in self._asked.values():
            if not task.cancel() and not task.cancelled():
                task.exception()  # nobody may have waited for it; it is no news now

    async def _look_up(self, host: str, port: int) -> Resolved:
        if (literal := _literal(host, port)) is not None:
            return literal
        async with self._places:
            start = self._loop.time()
            future: asyncio.Future[Resolved] = self._loop.create_future()
            _thread.start_new_thread(self._ask, (future, host, port))
            try:
                return await future
            except (OSError, UnicodeError) as error:
                raise from_exception(error, host, self._loop.time() - start) from None

    def _ask(self, future: asyncio.Future[Resolved], host: str, port: int) -> None:
        """Look up one name; runs in a thread of its own."""
        start = time.monotonic()
        answer: Answer
        try:
            addresses = _look_up(host, port)
            # Timed here: the loop may be busy with a handshake when the answer comes.
            answer = Resolved(addresses=addresses, seconds=time.monotonic() - start)
        except (OSError, UnicodeError) as error:
            answer = error
        with self._lock:
            first = not self._answers
            self._answers.append((future, answer))
        # One call for all answers that wait. A closed loop: nobody waits for this name any more.
        if first:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        with self._lock:
            answers, self._answers = self._answers, []
        for future, answer in answers:
            if future.done():
                continue
            if isinstance(answer, Resolved):
                future.set_result(answer)
            else:
                future.set_exception(answer)


def _look_up(host: str, port: int, flags: int = 0) -> tuple[Address, ...]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return tuple(
        Address(family=family, sockaddr=sockaddr)  # type: ignore[arg-type]
        for family, _, _, _, sockaddr in found
    )


def _literal(host: str, port: int) -> Resolved | None:
    """Return the address that `host` is, or None for a name; asks nobody."""
    try:
        return Resolved(addresses=_look_up(host, port, socket.AI_NUMERICHOST), seconds=0.0)
    except (OSError, UnicodeError):
        return None
