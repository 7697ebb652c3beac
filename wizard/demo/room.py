"""The folder of a demo, and the keeper that removes it however the demo ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from wizard.errors import ForbiddenError
from wizard.text import msg

# The keeper makes the folder itself, so there is no instant in which one stands that nobody
# keeps. It removes it when the pipe from the demo closes, which the system does for a killed
# process too.
_KEEPER = """\
import os, shutil, signal, sys, tempfile
for name in ("SIGINT", "SIGTERM", "SIGHUP"):
    if hasattr(signal, name):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
parent = os.path.realpath(tempfile.gettempdir())
if len(os.fsencode(parent)) > int(sys.argv[1]) and os.access("/tmp", os.W_OK):
    parent = os.path.realpath("/tmp")
folder = tempfile.mkdtemp(prefix="gomod-demo-", dir=parent)
try:
    sys.stdout.write(folder)
    sys.stdout.flush()
    sys.stdout.close()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.stdin.buffer.read()
finally:
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):
            break
"""

_LONGEST = 60
"""Bytes of the temporary folder's name: with a socket below it, 104 are all that macOS takes."""


class Room:
    """An empty folder, mode 0700, from entering to leaving; gone after a kill as well."""

    def __init__(self) -> None:
        self.folder = Path()
        self._keeper: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        keeper = subprocess.Popen(
            (sys.executable, "-I", "-S", "-c", _KEEPER, str(_LONGEST)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C is for the demo; the keeper ends after it
        )
        self._keeper = keeper
        out = keeper.stdout
        path = b"" if out is None else out.read()
        if not path:
            raise ForbiddenError(
                msg("there is no place for a temporary folder"),
                where="demo",
                hint=msg("set TMPDIR to a folder that you may write"),
            )
        self.folder = Path(path.decode(sys.getfilesystemencoding(), "surrogateescape")).resolve()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._keeper is not None and self._keeper.stdin is not None:
            self._keeper.stdin.close()
            self._keeper.wait()
