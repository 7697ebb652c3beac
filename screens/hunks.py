"""A unified diff as data: hunks, numbered lines, pairs for a side-by-side view. Pure.

What is read is the text that `wizard.apply` made to be shown: secrets are masked in it already.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

_HEAD = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")

SAME, ADDED, REMOVED, NOTE = " ", "+", "-", "\\"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a hunk."""

    sign: str
    text: str
    old: int | None = None
    """Its number before; None: it was not there."""
    new: int | None = None


Pair = tuple[Line | None, Line | None]
"""What stood there, beside what stands there now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Lines that changed, with some that did not around them."""

    first: int
    """The first line of the new file that is shown; of the old one where the file goes."""
    lines: tuple[Line, ...] = field(default=())

    @property
    def last(self) -> int:
        """The last line that is shown, by the same count."""
        numbers = [line.new or line.old or 0 for line in self.lines]
        return max([self.first, *numbers])

    @property
    def changed(self) -> str:
        """The text of the lines that come or go, to look in."""
        return "\n".join(line.text for line in self.lines if line.sign in (ADDED, REMOVED))


def hunks(diff: str) -> tuple[Hunk, ...]:
    """Return the hunks of one file's unified diff; none: it says something else in plain words."""
    found: list[Hunk] = []
    lines: list[Line] = []
    head: re.Match[str] | None = None
    old = new = 0
    for text in diff.split("\n"):
        match = _HEAD.match(text)
        if match is not None:
            if head is not None:
                found.append(_hunk(head, lines))
            head, lines = match, []
            old, new = int(match[1]), int(match[3])
        elif head is not None and text:
            line = _line(text, old, new)
            lines.append(line)
            old += line.old is not None
            new += line.new is not None
    if head is not None:
        found.append(_hunk(head, lines))
    return tuple(found)


def _hunk(head: re.Match[str], lines: list[Line]) -> Hunk:
    gone = head[4] == "0"
    return Hunk(first=max(1, int(head[1] if gone else head[3])), lines=tuple(lines))


def _line(text: str, old: int, new: int) -> Line:
    sign, rest = text[0], text[1:]
    if sign == ADDED:
        return Line(sign, rest, None, new)
    if sign == REMOVED:
        return Line(sign, rest, old, None)
    if sign == NOTE:
        return Line(NOTE, text.lstrip("\\ "))
    return Line(SAME, rest, old, new)


def paired(lines: Iterable[Line]) -> Iterator[Pair]:
    """Yield each line beside its counterpart; lines that go stand beside those that come."""
    gone: list[Line] = []
    come: list[Line] = []
    for line in lines:
        if line.sign == REMOVED and not come:
            gone.append(line)
        elif line.sign == ADDED:
            come.append(line)
        else:
            yield from zip_longest(gone, come)
            gone, come = ([line], []) if line.sign == REMOVED else ([], [])
            if line.sign != REMOVED:
                yield (line, line)
    yield from zip_longest(gone, come)


def differences(old: str, new: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the parts of two lines that differ; none where they have little in common."""
    from difflib import SequenceMatcher

    if max(len(old), len(new)) > 300:
        return [], []
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    if matcher.ratio() < 0.5:
        return [], []
    changes = [one for one in matcher.get_opcodes() if one[0] != "equal"]
    return [(one[1], one[2]) for one in changes], [(one[3], one[4]) for one in changes]
