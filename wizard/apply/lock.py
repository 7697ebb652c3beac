"""One run at a time: a lock that the system itself lets go when the process dies."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from wizard.apply.disk import Disk
from wizard.apply.failure import forbidden
from wizard.apply.journal import make_private
from wizard.errors import ForbiddenError
from wizard.text import msg


@contextlib.contextmanager
def locked(folder: Path, disk: Disk) -> Iterator[None]:
    """Hold the lock in `folder`. Raises ForbiddenError where another run holds it."""
    try:
        make_private(folder, disk)
        fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as error:
        raise forbidden(error, folder) from error
    try:
        if not _take(fd) or not _is_still(fd, folder / "lock"):
            raise ForbiddenError(
                msg("another gomod-wizard is writing at this moment"),
                where=str(folder / "lock"),
                hint=msg("wait until it is done, then run this again"),
            )
        yield
    finally:
        os.close(fd)


def _is_still(fd: int, path: Path) -> bool:
    """Whether the lock is the one that others meet: a purge removes it while it holds it."""
    try:
        return os.path.samestat(os.fstat(fd), os.stat(path))
    except FileNotFoundError:
        return False


def _take(fd: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
