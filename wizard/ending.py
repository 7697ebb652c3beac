"""Ends a program with all that it started; asked first, so that docker ends its step too."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal


async def end_process(process: asyncio.subprocess.Process, grace_s: float) -> None:
    """End the session that `process` leads: SIGTERM, and KILL after `grace_s` seconds."""
    _signal(process.pid, signal.SIGTERM)
    try:
        async with asyncio.timeout(grace_s):
            await process.wait()
    except TimeoutError:
        pass
    finally:
        _signal(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        await process.wait()


async def kill_process(process: asyncio.subprocess.Process) -> None:
    """Kill at once the session that `process` leads, where anything of it is left that hangs."""
    if process.returncode is None:
        _signal(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        await process.wait()


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(group, number)
        else:
            os.kill(group, number)
