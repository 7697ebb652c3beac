"""Lines from a person, or from a pipe that stands for one."""

from __future__ import annotations

import signal
import sys
import threading
from typing import TextIO


def read_line(prompt: str, stream: TextIO) -> str:
    """Show `prompt` on `stream` and return the next line of stdin, stripped.

    Raises KeyboardInterrupt at its end and for Ctrl-C: a running event loop would only note the
    signal, and the person would have to answer all the same. Ctrl-C is obeyed before the prompt
    can be seen, so that nobody is faster.
    """
    if threading.current_thread() is not threading.main_thread():
        return _line(prompt, stream)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return _line(prompt, stream)
    finally:
        signal.signal(signal.SIGINT, before)


def said_yes(answer: str) -> bool:
    """Tell whether an answer means yes, in any language of the program."""
    return answer.lower() in {"y", "yes", "是"}


def _line(prompt: str, stream: TextIO) -> str:
    print(prompt, end="", file=stream, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.strip()
