"""Put a file in another's place and get the other one in return, in one step.

A plain rename throws away what stood there, also what somebody saved an instant ago. Rules:
renameat2(2), Linux 3.15; a file system that cannot do it answers EINVAL.
"""

from __future__ import annotations

import errno
import os
import sys

_EXCHANGE = 2
_NOT_HERE = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}


def exchange(fd: int | None, one: str, other: str) -> bool:
    """Swap two names in an open folder; False where this system cannot. Raises OSError."""
    if fd is None or not sys.platform.startswith("linux"):
        return False
    import ctypes

    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    rename.argtypes = (
        ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint,
    )  # fmt: skip
    if rename(fd, os.fsencode(one), fd, os.fsencode(other), _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NOT_HERE:
        return False
    raise OSError(code, os.strerror(code), other)
