"""One deadline for everything: what is late becomes an unknown fact, what blocks is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from wizard.facts.base import Fact, unknown
from wizard.text import Msg, msg

T = TypeVar("T")

PATIENCE = 2.0
"""How much longer again a slow mirror may take to prove itself, where no other one could."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The moment at which a detection ends."""

    at: float
    """On the event loop's own clock."""
    seconds: float
    """What the caller allowed, for sentences."""

    def left(self) -> float:
        """Return the seconds that remain, never less than zero."""
        return max(0.0, self.at - asyncio.get_running_loop().time())


def starting_now(seconds: float) -> Deadline:
    """Return the deadline that ends `seconds` from now. Needs a running event loop."""
    return Deadline(at=asyncio.get_running_loop().time() + seconds, seconds=seconds)


async def in_time(deadline: Deadline, look: Awaitable[Fact[T]], source: str) -> Fact[T]:
    """Return the fact of `look`, or an unknown one where it is not there in time."""
    try:
        async with asyncio.timeout_at(deadline.at):
            return await look
    except TimeoutError:
        return late(deadline, source)


def late(deadline: Deadline, source: str) -> Fact[Any]:
    """Return the fact of what was not there in time."""
    return unknown(msg("not finished in {seconds} s", seconds=f"{deadline.seconds:g}"), source)


_LATE = msg("not finished in {seconds} s", seconds="").template


def is_late(fact: Fact[Any]) -> bool:
    """Whether the fact is unknown for no other reason than the deadline."""
    return isinstance(fact.reason, Msg) and fact.reason.template == _LATE


async def in_thread(function: Callable[[], T]) -> T:
    """Run a blocking call in a daemon thread; a caller who gives up leaves it behind.

    asyncio's own pool is joined at the end of the program, and a name look-up against a dead
    resolver would hold the user's prompt for half a minute.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(value)  # type: ignore[arg-type]

    def run() -> None:
        value: T | None = None
        failure: BaseException | None = None
        try:
            value = function()
        except BaseException as error:  # carried to the caller's side, not swallowed
            failure = error
        # The loop is closed where the caller has already gone.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, value, failure)

    threading.Thread(target=run, name="detect", daemon=True).start()
    return await done
