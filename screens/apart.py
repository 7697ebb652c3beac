"""Work on another thread's event loop, so that the one that draws is never kept waiting.

Detection imports heavy packages and talks to a synchronous SDK; even parsing a large go.sum
would be felt as a key that does not answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


_to_be_ended: list[threading.Thread] = []
"""Threads whose work must clean up behind itself before the program may end."""


async def apart(make: Callable[[], Coroutine[Any, Any, T]], *, wait: bool = False) -> T:
    """Return the result of `make()`, run on a thread of its own.

    A caller that is cancelled cancels the work too, and does not wait for it. `wait`: what it
    leaves behind must be taken away, so `end_all` waits for it.
    """
    here = asyncio.get_running_loop()
    result: asyncio.Future[T] = here.create_future()
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = []

    async def started() -> T:
        task = asyncio.current_task()
        if task is not None:
            running.append((asyncio.get_running_loop(), task))
        return await make()

    def report(deliver: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop that waited is closed: nobody listens
            here.call_soon_threadsafe(lambda: None if result.done() else deliver())

    def work() -> None:
        try:
            value = asyncio.run(started())
        except asyncio.CancelledError:
            report(lambda: _cancel(result))
        except BaseException as error:
            failure = error
            report(lambda: result.set_exception(failure))
        else:
            report(lambda: result.set_result(value))

    thread = threading.Thread(target=work, name="apart", daemon=True)
    thread.start()
    if wait:
        _to_be_ended.append(thread)
    try:
        return await result
    except asyncio.CancelledError:
        for loop, task in running:
            with contextlib.suppress(RuntimeError):  # it ended in this very moment
                loop.call_soon_threadsafe(task.cancel)
        raise


def _cancel(result: asyncio.Future[T]) -> None:
    result.cancel()


def still_ending() -> bool:
    """Whether cancelled work is still cleaning up behind itself."""
    return any(thread.is_alive() for thread in _to_be_ended)


def end_all(limit_s: float) -> None:
    """Wait for cancelled work to clean up, `limit_s` seconds at most for each."""
    for thread in _to_be_ended:
        thread.join(limit_s)
    _to_be_ended.clear()
