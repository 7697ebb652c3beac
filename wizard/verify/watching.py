"""What a verification tells while it runs, and how long it bears silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wizard.verify.types import Progress

PATIENCE_S = 180.0
"""Seconds without a word after which a download is given up: Go waits for ever for an answer
that does not come, and a step that only compiles may be silent for a minute or two."""


def _nothing(_: object) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """The ear of whoever started it."""

    on_line: Callable[[str], None] = _nothing
    """Each line of the tool's own output, the trace of what Go asks for left out."""
    on_progress: Callable[[Progress], None] = _nothing
    """About once a second."""
    patience_s: float = PATIENCE_S


LOG_LINES = 20_000
"""Lines kept of a log for its diagnosis: the head and the tail of a longer one."""


class KeptLog:
    """The lines of a run for its diagnosis, in bounded memory."""

    def __init__(self) -> None:
        self._head: list[str] = []
        self._tail: list[str] = []

    def add(self, line: str) -> None:
        """Keep one line."""
        if len(self._head) < LOG_LINES // 2:
            self._head.append(line)
            return
        self._tail.append(line)
        if len(self._tail) > LOG_LINES:
            del self._tail[: LOG_LINES // 2]

    def lines(self) -> list[str]:
        """Return what was kept, in order."""
        return [*self._head, *self._tail[-LOG_LINES // 2 :]]
