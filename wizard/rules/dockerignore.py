"""Which files of a build context .dockerignore hides, by Docker's own rules.

Rules: moby/patternmatcher (reader and `MatchesUsingParentResults`) as BuildKit's context
walk uses them. Patterns are anchored at the context's root, the last match wins, and a
directory's match counts for everything below it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from wizard.rules.dockerignore_pattern import (
    AnyChar,
    AnyDirs,
    AnyRun,
    Anything,
    Literal,
    OneOf,
    Pattern,
    Token,
)
from wizard.text import Text, msg


class DockerignoreError(ValueError):
    """Docker refuses the file: a line number and what is wrong there."""

    def __init__(self, line: int, message: Text) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


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


class Ignored:
    """The patterns of one .dockerignore, asked about many paths: each folder is judged once."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = tuple(patterns)
        self._folders: dict[str, tuple[bool, ...]] = {"": (False,) * len(self._patterns)}

    def by(self, path: str) -> Pattern | None:
        """Return the pattern that hides `path` from the build, or None where the build sees it.

        `path` is relative to the context, POSIX form. A file inside a hidden directory is hidden
        by the directory's pattern, unless a later `!` line brings it back.
        """
        clean = posixpath.normpath(path)
        folder, _, _ = clean.rpartition("/")
        above = self._folders.get(folder)
        if above is None:
            above = self._folder(folder)
        return self._judge(clean, above, None)

    def _folder(self, path: str) -> tuple[bool, ...]:
        """Return for each pattern whether it matched the folder, or one above it."""
        matched = self._folders[""]
        parts = path.split("/")
        for count in range(1, len(parts) + 1):
            name = "/".join(parts[:count])
            known = self._folders.get(name)
            if known is None:
                found: list[bool] = []
                self._judge(name, matched, found)
                known = self._folders[name] = tuple(found)
            matched = known
        return matched

    def _judge(
        self, path: str, above: tuple[bool, ...], found: list[bool] | None
    ) -> Pattern | None:
        """Return what hides `path`; `above`: its folder's matches, `found` takes its own."""
        decisive: Pattern | None = None
        for pattern, by_parent in zip(self._patterns, above, strict=True):
            # Docker does not try a pattern that could change nothing; what it did not try
            # at a directory does not count for what lies below.
            match = by_parent or (pattern.negated != (decisive is None) and pattern.matches(path))
            if found is not None:
                found.append(match)
            if match:
                decisive = None if pattern.negated else pattern
        return decisive


def hidden_by(patterns: Iterable[Pattern], path: str) -> Pattern | None:
    """Return the pattern that hides one `path`; for many of them see `Ignored`."""
    return Ignored(patterns).by(path)
