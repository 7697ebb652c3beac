"""Works out which literals a pattern needs: at least one of them stands in every match.

The table's anchors are checked against it, so that no pattern can match a line that its
anchors let pass by. Run as a program, it prints the literals of a pattern.
"""

from __future__ import annotations

import re._constants as op  # type: ignore[import-not-found, import-untyped, unused-ignore]
import re._parser as parser  # type: ignore[import-not-found, import-untyped, unused-ignore]
import sys
from typing import Any

_MOST = 40
"""Strings; a larger product of alternatives is not spelt out."""

_COMMON = {"http", "http:", "https", "https:", "http://", "https://", "docker", "unknown"}
"""Stand in many lines of a log in which all is well."""

Exact = set[str] | None
"""Every string that a part can match, or None where they are too many."""


def required(pattern: str) -> set[str]:
    """Return literals of which every match of `pattern` holds at least one; empty: none known."""
    exact, best = _sequence(list(parser.parse(pattern)))
    return _better(exact, best) or set()


def _score(literals: set[str]) -> float:
    """Longer is rarer in a log; few are cheaper than many."""
    length = min(len(literal) for literal in literals)
    common = any(word in _COMMON for word in literals)
    return (0 if common else min(length, 12)) - len(literals) / 6


def _better(one: Exact, other: Exact) -> Exact:
    choices = [s for s in (one, other) if s and "" not in s]
    return max(choices, key=_score) if choices else None


def _sequence(nodes: list[Any]) -> tuple[Exact, Exact]:
    run: Exact = {""}
    whole = True
    best: Exact = None
    for node in nodes:
        exact, inner = _node(node)
        if exact is not None and run is not None and len(run) * len(exact) <= _MOST:
            run = {a + b for a in run for b in exact}
            continue
        whole = False
        best = _better(_better(run, best), inner)
        run = exact if exact is not None else {""}
    return (run if whole else None), _better(run, best)


def _node(node: Any) -> tuple[Exact, Exact]:
    kind, value = node
    if kind is op.LITERAL:
        return {chr(value)}, None
    if kind is op.AT or kind is op.ASSERT_NOT or kind is op.ASSERT:
        return {""}, None
    if kind is op.IN:
        return _class(value), None
    if kind is op.SUBPATTERN:
        exact, best = _sequence(list(value[3]))
        return exact, best
    if kind is op.BRANCH:
        parts = [_sequence(list(branch)) for branch in value[1]]
        if all(exact is not None for exact, _ in parts):
            together = set().union(*(exact for exact, _ in parts if exact is not None))
            return (together if len(together) <= _MOST else None), together
        needs = [_better(exact, best) for exact, best in parts]
        if any(need is None for need in needs):
            return None, None
        return None, set().union(*(need for need in needs if need is not None))
    if kind is op.MAX_REPEAT or kind is op.MIN_REPEAT:
        low, high, inner = value
        exact, best = _sequence(list(inner))
        if high == 1 and exact is not None:
            return exact | {""}, None
        return None, (_better(exact, best) if low else None)
    return None, None


def _class(items: Any) -> Exact:
    chars: set[str] = set()
    for kind, value in items:
        if kind is not op.LITERAL:
            return None
        chars.add(chr(value))
    return chars if len(chars) <= 4 else None


if __name__ == "__main__":
    print("\n".join(sorted(required(sys.argv[1]))))
