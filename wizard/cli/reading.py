"""Lines from a person, or from a pipe that stands for one."""

from __future__ import annotations

import signal
import sys
import threading


def read_line() -> str:
    """Return the next line of stdin, stripped.

    Raises KeyboardInterrupt at its end and for Ctrl-C: a running event loop would only note the
    signal, and the person would have to answer all the same.
    """
    if threading.current_thread() is not threading.main_thread():
        return _line()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return _line()
    finally:
        signal.signal(signal.SIGINT, before)


def _line() -> str:
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.strip()
