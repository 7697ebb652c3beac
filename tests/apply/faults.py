"""Disks that fail, or kill the process, at a chosen step."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from wizard.apply.disk import Disk


class CountingDisk(Disk):
    """Counts the steps that can fail."""

    def __init__(self) -> None:
        self.points: list[str] = []

    def point(self, operation: str, path: Path) -> None:
        self.points.append(operation)


class FailingDisk(CountingDisk):
    """Raises at step `number`, once, or from there on."""

    def __init__(self, number: int, code: int, *, stays: bool = False) -> None:
        super().__init__()
        self.number = number
        self.code = code
        self.stays = stays

    def point(self, operation: str, path: Path) -> None:
        super().point(operation, path)
        count = len(self.points)
        if count == self.number or (self.stays and count > self.number):
            raise OSError(self.code, os.strerror(self.code), str(path))


class KillingDisk(CountingDisk):
    """Kills its own process before step `number`; a write gets half-way first."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def point(self, operation: str, path: Path) -> None:
        super().point(operation, path)
        if len(self.points) == self.number and operation != "write":
            os.kill(os.getpid(), signal.SIGKILL)

    def write(self, fd: int, data: memoryview) -> int:
        if len(self.points) == self.number:
            os.write(fd, data[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return super().write(fd, data)


def in_child(work: Callable[[], Awaitable[object]]) -> int:
    """Run `work` in a forked process and return how that ended: 0, or minus the signal."""
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            asyncio.run(_awaited(work))
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


async def _awaited(work: Callable[[], Awaitable[object]]) -> None:
    await work()
