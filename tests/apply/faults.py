"""Disks that fail, or kill the process, at a chosen step."""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import signal
import subprocess
import warnings
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
    pid = _fork()
    if pid == 0:
        code = 99
        try:
            asyncio.run(_awaited(work))
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def _fork() -> int:
    with warnings.catch_warnings():
        # Python 3.12 warns where the test runner has threads; the child uses none of theirs.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


async def _awaited(work: Callable[[], Awaitable[object]]) -> None:
    await work()


def answer_of(work: Callable[[], object]) -> object:
    """Return what `work` returns (as JSON) in a forked process, which may change its own world."""
    reader, writer = os.pipe()
    pid = _fork()
    if pid == 0:
        code = 99
        try:
            os.close(reader)
            with os.fdopen(writer, "w") as pipe:
                json.dump(work(), pipe)
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, text
    return json.loads(text)


def own_mounts() -> None:
    """Give this process a mount namespace of its own. Needs root."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x00020000) != 0:  # CLONE_NEWNS
        raise OSError(ctypes.get_errno(), "unshare")
    mount("--make-rprivate", "/")


def mount(*words: str | Path) -> None:
    subprocess.run(["mount", *words], check=True)
