"""A fact: something observed, where it was observed, and whether it is known at all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from wizard.text import Text

T = TypeVar("T")
D = TypeVar("D")


class State(StrEnum):
    """The three states of a fact; a `False` value is known, "not looked" is unknown."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Generic[T]):
    """One observation. `value` is None unless `state` is known; `reason` then says why."""

    value: T | None
    state: State
    source: str
    """File and line, variable, command or probe; never holds a secret."""
    reason: Text = ""

    def or_else(self, default: D) -> T | D:
        """Return the value where it is known, else `default`."""
        return default if self.value is None else self.value


def known(value: T, source: str) -> Fact[T]:
    """Return a fact that was observed at `source`."""
    return Fact(value=value, state=State.KNOWN, source=source)


def unknown(reason: Text, source: str) -> Fact[Any]:
    """Return a fact that could not be observed, with the reason."""
    return Fact(value=None, state=State.UNKNOWN, source=source, reason=reason)


def not_applicable(reason: Text, source: str) -> Fact[Any]:
    """Return a fact that has no meaning on this machine, with the reason."""
    return Fact(value=None, state=State.NOT_APPLICABLE, source=source, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a file or a value that could not be read, and where."""

    message: Text
    line: int | None = None
    column: int | None = None
