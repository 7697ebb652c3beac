"""Follows a build through its output, BuildKit's plain one or the legacy builder's."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wizard.diagnose.peel import peel
from wizard.diagnose.steps import LEGACY
from wizard.untrusted import clean_line
from wizard.verify.trace import SLOW_S, DownloadTrace
from wizard.verify.types import Progress, Slow

_STEP = re.compile(r"\[((?:[^\]]{1,200} )?\d{1,4}/\d{1,4})\] ([A-Z]{3,12} .+)")
_QUIET = re.compile(r"\[(internal|auth)\] (.+)|(resolve image config for .+)")
_ENDED = re.compile(r"(?:DONE|CACHED|CANCELED|ERROR)\b")
_SIZE = r"([0-9.]{1,12})(B|kB|MB|GB)"
_LAYER = re.compile(rf"sha256:([0-9a-f]{{12,64}}) {_SIZE} / {_SIZE}")
_CONTEXT = re.compile(rf"transferring context: {_SIZE}")
_UNITS = {"B": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3}
_OPTIONS = re.compile(r"--[a-z]+=\S+ +")
_SHOWN = 80


class BuildLog:
    """The steps of one build and the modules that its download asks for."""

    def __init__(self, expected: Iterable[str], began: float) -> None:
        names = tuple(expected)
        self.trace = DownloadTrace(names)
        self._total = len(names) or None
        self._began = self._heard = began
        self._running: dict[str, str] = {}
        self._last = ""
        self._sizes: dict[str, tuple[int, int]] = {}

    def read(self, line: str, at: float) -> bool:
        """Take in one line, read at `at` seconds; return whether it is of Go's own trace."""
        self._heard = at
        peeled = peel(line)
        if peeled.timed or peeled.vertex is None:
            if match := LEGACY.match(peeled.text):
                self._enter("legacy", f"{match[1]} {match[2]}")
                return False
            return self.trace.read(peeled.text.strip(), at)
        self._state(peeled.vertex, peeled.text)
        return False

    def _state(self, vertex: str, text: str) -> None:
        if match := _STEP.match(text):
            self._enter(vertex, f"{match[1]} {match[2]}")
        elif match := _QUIET.match(text):
            self._enter(vertex, match[2] or match[3])
        elif _ENDED.match(text):
            self._running.pop(vertex, None)
        elif match := _LAYER.match(text):
            done, total = _size(match[2], match[3]), _size(match[4], match[5])
            self._sizes[match[1]] = (done, total)
        elif match := _CONTEXT.match(text):
            size = _size(match[1], match[2])
            self._sizes["context"] = (size, size)

    def _enter(self, vertex: str, name: str) -> None:
        self._last = self._running[vertex] = clean_line(_OPTIONS.sub("", name), _SHOWN)

    def progress(self, at: float) -> Progress:
        """Return how far the build has come at `at` seconds."""
        running = list(self._running.values())
        step = running[-1] if running else ""
        slow = self.trace.waiting(at)
        silent = at - self._heard
        if not slow and silent >= SLOW_S:
            slow = (Slow(what=step or self._last, seconds=round(silent, 1)),)
        sizes = self._sizes.values()
        return Progress(
            step=step,
            module=self.trace.module,
            done=self.trace.counted(),
            total=self._total,
            bytes=sum(done for done, _ in sizes) if sizes else None,
            bytes_total=sum(total for _, total in sizes) if sizes else None,
            elapsed=round(at - self._began, 1),
            slow=slow,
        )

    def silence(self, at: float) -> float:
        """Return for how many seconds nothing was printed."""
        return at - self._heard


def _size(number: str, unit: str) -> int:
    try:
        return round(float(number) * _UNITS[unit])
    except ValueError:
        return 0
