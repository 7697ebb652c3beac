"""Which files of a build context .dockerignore hides, by Docker's own rules.

Rules: moby/patternmatcher (reader and `MatchesUsingParentResults`) as BuildKit's context
walk uses them. Patterns are anchored at the context's root, the last match wins, and a
directory's match counts for everything below it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wizard.text import Text, msg


class DockerignoreError(ValueError):
    """Docker refuses the file: a line number and what is wrong there."""

    def __init__(self, line: int, message: Text) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """One character."""

    char: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """`[a-z]`, `[^a-z]`."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool

    def accepts(self, char: str) -> bool:
        """Whether the class takes `char`; a slash may be taken, as in Docker."""
        return any(low <= char <= high for low, high in self.ranges) != self.negated


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyChar:
    """`?`: one character but a slash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyRun:
    """`*`: any run without a slash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyDirs:
    """`**/`: any number of whole directories, none included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anything:
    """`**` at the end, or glued to a name: any run, slashes included."""


Token = Literal | OneOf | AnyChar | AnyRun | AnyDirs | Anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One line of a .dockerignore."""

    text: str
    """As written, white space trimmed."""
    line: int
    negated: bool
    """It starts with `!`: it brings files back."""
    tokens: tuple[Token, ...]

    def matches(self, path: str) -> bool:
        """Whether the pattern matches `path` itself (POSIX, relative), parents aside.

        Takes time linear in pattern times path: a hostile pattern cannot make it hang.
        """
        states = _closure({0}, self.tokens)
        for char in path:
            states = _closure(_step(states, char, self.tokens), self.tokens)
            if not states:
                return False
        return len(self.tokens) in states


_INSIDE = 1 << 20
"""Added to the index of an `AnyDirs` that has begun: it may no longer match nothing."""


def _closure(states: set[int], tokens: tuple[Token, ...]) -> set[int]:
    reached = set(states)
    waiting = list(states)
    while waiting:
        index = waiting.pop()
        if index >= len(tokens):
            continue
        if isinstance(tokens[index], AnyRun | AnyDirs | Anything) and index + 1 not in reached:
            reached.add(index + 1)
            waiting.append(index + 1)
    return reached


def _step(states: set[int], char: str, tokens: tuple[Token, ...]) -> set[int]:
    after: set[int] = set()
    for state in states:
        index = state & (_INSIDE - 1)
        if index >= len(tokens):
            continue
        match tokens[index]:
            case Literal(char=wanted):
                if char == wanted:
                    after.add(index + 1)
            case OneOf() as one_of:
                if one_of.accepts(char):
                    after.add(index + 1)
            case AnyChar():
                if char != "/":
                    after.add(index + 1)
            case AnyRun():
                if char != "/":
                    after.add(index)
            case Anything():
                after.add(index)
            case AnyDirs():
                after.add(index | _INSIDE)
                if char == "/":
                    after.add(index + 1)
    return after


def parse_dockerignore(text: str) -> tuple[Pattern, ...]:
    """Return the patterns of a .dockerignore, in order. Raises DockerignoreError."""
    patterns = []
    for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if raw.startswith("#"):
            continue
        written = raw.strip()
        if not written:
            continue
        negated = written.startswith("!")
        body = written[1:].strip() if negated else written
        if body:
            body = posixpath.normpath(body.lstrip("/") or ".")
            if body.startswith("../") or body == "..":
                continue
        elif negated:
            raise DockerignoreError(number, msg("a lone ! excludes nothing"))
        if body in {"", "."}:
            continue
        patterns.append(
            Pattern(text=written, line=number, negated=negated, tokens=_compile(body, number))
        )
    return tuple(patterns)


def _compile(body: str, line: int) -> tuple[Token, ...]:
    tokens: list[Token] = []
    index = 0
    while index < len(body):
        char = body[index]
        if body.startswith("**", index):
            index += 2
            at_start = index == 2
            slash = body.startswith("/", index)
            if slash:
                index += 1
            if index >= len(body) or (at_start and not slash):
                tokens.append(Anything())
            else:
                tokens.append(AnyDirs())
            continue
        if char == "*":
            tokens.append(AnyRun())
        elif char == "?":
            tokens.append(AnyChar())
        elif char == "[":
            one_of, index = _char_class(body, index, line)
            tokens.append(one_of)
            continue
        elif char == "\\":
            index += 1
            if index >= len(body):
                raise DockerignoreError(line, msg("a pattern cannot end in a backslash"))
            tokens.append(_escaped(body[index]))
        else:
            tokens.append(Literal(char=char))
        index += 1
    return tuple(tokens)


def _escaped(char: str) -> Token:
    """Return what a backslash makes of `char`.

    Docker hands the pair to a regular expression, where a letter or digit is a class or a
    control character and no longer itself: no file name is meant by it.
    """
    if char.isascii() and char.isalnum():
        return OneOf(ranges=(), negated=False)
    return Literal(char=char)


def _char_class(body: str, start: int, line: int) -> tuple[OneOf, int]:
    """Read `[…]` by filepath.Match's grammar; return it and the index behind it."""
    broken = DockerignoreError(line, msg("the character class is not closed or is empty"))
    index = start + 1
    negated = body.startswith("^", index)
    if negated:
        index += 1
    ranges: list[tuple[str, str]] = []

    def one(at: int) -> tuple[str, int]:
        if at >= len(body) or body[at] in "-]":
            raise broken
        if body[at] == "\\":
            at += 1
            if at >= len(body):
                raise broken
        return body[at], at + 1

    while True:
        if index < len(body) and body[index] == "]" and ranges:
            return OneOf(ranges=tuple(ranges), negated=negated), index + 1
        low, index = one(index)
        high = low
        if body.startswith("-", index):
            high, index = one(index + 1)
        ranges.append((low, high))


def hidden_by(patterns: Iterable[Pattern], path: str) -> Pattern | None:
    """Return the pattern that hides `path` from the build, or None where the build sees it.

    `path` is relative to the context, POSIX form. A file inside a hidden directory is hidden
    by the directory's pattern, unless a later `!` line brings it back.
    """
    ordered = tuple(patterns)
    parent_matched: tuple[bool, ...] = (False,) * len(ordered)
    decisive: Pattern | None = None
    for part in _with_parents(path):
        decisive = None
        matched: list[bool] = []
        for pattern, by_parent in zip(ordered, parent_matched, strict=True):
            # Docker does not try a pattern that could change nothing; what it did not try
            # at a directory does not count for what lies below.
            if by_parent:
                match = True
            elif pattern.negated == (decisive is None):
                match = False
            else:
                match = pattern.matches(part)
            matched.append(match)
            if match:
                decisive = None if pattern.negated else pattern
        parent_matched = tuple(matched)
    return decisive


def _with_parents(path: str) -> Iterator[str]:
    parts = posixpath.normpath(path).split("/")
    for count in range(1, len(parts) + 1):
        yield "/".join(parts[:count])
