"""From exec to the first frame of a full-screen program, in a pseudo terminal of its own.

Started as a small process of its own, asked by JSON on stdin: a child's peak of memory counts what
the process had that it was forked from.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

COLUMNS, ROWS = 100, 30
LONGEST_S = 20.0

MINIMAL = """
from textual.app import App, ComposeResult
from textual.widgets import Static


class Minimal(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("painted")


Minimal().run()
"""
"""The smallest Textual program that shows something: the yardstick."""

_SEQUENCE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]P_^X].*?(?:\x07|\x1b\\)|\x1b[()*+].|\x1b.", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """One start of a program."""

    first_s: float
    """Seconds until a cell of the screen shows something."""
    peak_mb: float
    """Most memory that the process had, in mebibytes."""


def first_paint(argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> Painted:
    """Start `argv` on a terminal, and end it once it painted.

    Raises SystemExit where nothing was painted in `LONGEST_S`.
    """
    asked = json.dumps({"argv": argv, "env": dict(env), "cwd": str(cwd)})
    here = [sys.executable, "-I", "-S", __file__]
    done = subprocess.run(here, input=asked, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return Painted(**json.loads(done.stdout))


def _paint(argv: Sequence[str], env: Mapping[str, str], cwd: str) -> Painted:
    start = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        seen_as = {**env, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        os.execve(argv[0], list(argv), seen_as)  # noqa: S606 - no shell is wanted
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    seen, first = b"", None
    try:
        while time.perf_counter() - start < LONGEST_S:
            if not select.select([terminal], [], [], 0.5)[0]:
                continue
            try:
                data = os.read(terminal, 1 << 16)
            except OSError:
                break
            now = time.perf_counter() - start
            seen += data
            if _SEQUENCE.sub(b"", seen).strip():
                first = now
                break
    finally:
        os.kill(pid, signal.SIGKILL)
        usage = os.wait4(pid, 0)[2]
        os.close(terminal)
    if first is None:
        raise SystemExit(f"{argv} painted nothing: {seen[-500:]!r}")
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    return Painted(first_s=first, peak_mb=usage.ru_maxrss / unit)


if __name__ == "__main__":
    painted = _paint(**json.load(sys.stdin))
    print(json.dumps({name: getattr(painted, name) for name in Painted.__slots__}))
