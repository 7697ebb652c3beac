"""Runs a program whose lines are read as they come, and ends it with all that it started."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from wizard.ending import end_process
from wizard.system import Failed

GRACE_S = 5.0
"""Seconds for docker to cancel the build, so that the engine ends the step as well."""

_TICK_S = 1.0
_BLOCK = 64 * 1024
_LINE = 64 * 1024
"""Bytes kept of one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A program that ended."""

    code: int
    seconds: float
    cut: bool
    """It was ended because `give_up` said so."""


async def run_lines(
    argv: tuple[str, ...],
    *,
    env: Mapping[str, str],
    cwd: Path,
    on_line: Callable[[str], None],
    on_out: Callable[[bytes], None] | None = None,
    on_tick: Callable[[], None] = lambda: None,
    give_up: Callable[[], bool] = lambda: False,
) -> Ran | Failed:
    """Run `argv` to its end; `on_line` gets each line of its output without the line end.

    With `on_out` that gets stdout as it comes, and `on_line` the lines of stderr alone. About
    once a second `on_tick` is called and `give_up` asked. The program is ended, with all that it
    started, when the caller is cancelled.
    """
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            env=dict(env),
            cwd=cwd,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE if on_out else asyncio.subprocess.STDOUT,
            # docker starts a plugin of its own: both are ended together, and Ctrl-C is ours.
            start_new_session=True,
        )
    except OSError as error:
        return Failed(kind="denied", detail=error.strerror or str(error))
    readers = [asyncio.create_task(_lines(process.stderr if on_out else process.stdout, on_line))]
    if on_out is not None:
        readers.append(asyncio.create_task(_bytes(process.stdout, on_out)))
    reading = asyncio.gather(*readers)
    cut = False
    try:
        while not reading.done():
            await asyncio.wait([reading], timeout=_TICK_S)
            on_tick()
            if not reading.done() and give_up():
                cut = True
                await end_process(process, GRACE_S)
                break
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S if cut else None):
                await reading
        code = await process.wait()
    finally:
        if process.returncode is None:
            await end_process(process, GRACE_S)
        reading.cancel()
    return Ran(code=code, seconds=loop.time() - started, cut=cut)


async def _bytes(stream: asyncio.StreamReader | None, take: Callable[[bytes], None]) -> None:
    while stream is not None and (block := await stream.read(_BLOCK)):
        take(block)


async def _lines(stream: asyncio.StreamReader | None, take: Callable[[str], None]) -> None:
    """Hand over whole lines; of an endless one only its first bytes."""
    rest = b""
    while stream is not None and (block := await stream.read(_BLOCK)):
        *whole, tail = block.split(b"\n")
        if whole:
            whole[0] = rest + whole[0]
            rest = b""
            for line in whole:
                take(line[:_LINE].rstrip(b"\r").decode("utf-8", "replace"))
        rest = (rest + tail)[:_LINE]
    if rest:
        take(rest.decode("utf-8", "replace"))
