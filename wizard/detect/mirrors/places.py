"""Places for TLS handshakes: a few at a time, the nearest server first.

A handshake costs this processor more than everything else of a probe, so that two hundred at once
would distort each other's times. What a place is not needed for is waiting for the network: who
waits longer than a fair while gives it back.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

HOLD_S = 0.05


class _Lent:
    """One place in somebody's hands; it is given back once."""

    def __init__(self, give: Callable[[], None]) -> None:
        self._give: Callable[[], None] | None = give

    def back(self) -> None:
        give, self._give = self._give, None
        if give is not None:
            give()


class Places:
    """The places of one probing."""

    def __init__(self, number: int, hold_s: float = HOLD_S) -> None:
        """Make `number` places, each lent for `hold_s` seconds at most."""
        self._free = number
        self._hold_s = hold_s
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._turn = count()
        self._loop = asyncio.get_running_loop()

    @asynccontextmanager
    async def held(self, distance_ms: float) -> AsyncIterator[None]:
        """Hold a place for the block; of those who wait, the smallest distance comes first."""
        if self._free:
            self._free -= 1
        else:
            mine: asyncio.Future[None] = self._loop.create_future()
            heapq.heappush(self._waiting, (distance_ms, next(self._turn), mine))
            try:
                await mine
            except BaseException:
                if mine.done() and not mine.cancelled():
                    self._give()
                raise
        lent = _Lent(self._give)
        timer = self._loop.call_later(self._hold_s, lent.back)
        try:
            yield
        finally:
            timer.cancel()
            lent.back()

    def _give(self) -> None:
        """Hand a place to the next who waits, or put it back."""
        while self._waiting:
            mine = heapq.heappop(self._waiting)[2]
            if not mine.done():
                mine.set_result(None)
                return
        self._free += 1
