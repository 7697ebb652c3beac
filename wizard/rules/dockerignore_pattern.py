"""One pattern of a .dockerignore: its tokens, and two ways to match a path against them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


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
    head: str = field(init=False, default="", compare=False, repr=False)
    """The literal text that every match begins with; so `tail`, and `run` somewhere in it."""
    tail: str = field(init=False, default="", compare=False, repr=False)
    run: str = field(init=False, default="", compare=False, repr=False)
    regex: re.Pattern[str] | None = field(init=False, default=None, compare=False, repr=False)
    """The same pattern for `re`; None where its backtracking could take too long."""

    def __post_init__(self) -> None:
        runs = _literal_runs(self.tokens)
        object.__setattr__(self, "head", runs[0])
        object.__setattr__(self, "tail", runs[-1])
        object.__setattr__(self, "run", max(runs, key=len))
        object.__setattr__(self, "regex", _as_regex(self.tokens))

    def matches(self, path: str) -> bool:
        """Whether the pattern matches `path` itself (POSIX, relative), parents aside.

        Takes time linear in pattern times path: a hostile pattern cannot make it hang.
        """
        if not (path.startswith(self.head) and path.endswith(self.tail) and self.run in path):
            return False
        if self.regex is not None:
            return self.regex.fullmatch(path) is not None
        return self.walks(path)

    def walks(self, path: str) -> bool:
        """Say the same as `matches` by walking all states at once, whatever the pattern."""
        states = _closure({0}, self.tokens)
        for char in path:
            states = _closure(_step(states, char, self.tokens), self.tokens)
            if not states:
                return False
        return len(self.tokens) in states


_MOST_WILDCARDS = 2
"""Of a pattern for `re`: it may try a path's length to this power."""


def _literal_runs(tokens: tuple[Token, ...]) -> list[str]:
    """Return the literal texts between wildcards, the empty ones too; at least one."""
    runs = [""]
    for token in tokens:
        if isinstance(token, Literal):
            runs[-1] += token.char
        else:
            runs.append("")
    return runs


def _as_regex(tokens: tuple[Token, ...]) -> re.Pattern[str] | None:
    if sum(isinstance(one, AnyRun | AnyDirs | Anything) for one in tokens) > _MOST_WILDCARDS:
        return None
    return re.compile("".join(map(_regex_of, tokens)), re.DOTALL)


def _regex_of(token: Token) -> str:
    match token:
        case Literal(char=char):
            return re.escape(char)
        case AnyChar():
            return "[^/]"
        case AnyRun():
            return "[^/]*"
        case AnyDirs():
            return "(?:.*/)?"
        case Anything():
            return ".*"
        case OneOf(ranges=ranges, negated=negated):
            within = "".join(
                f"{re.escape(low)}-{re.escape(high)}" for low, high in ranges if low <= high
            )
            if within:
                return f"[{'^' if negated else ''}{within}]"
            return "." if negated else "(?!)"


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
