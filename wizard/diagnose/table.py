"""Loads the rule table of `assets/diagnose/`: causes, rules, contexts, marks of end and failure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from wizard.diagnose.types import FaultClass
from wizard.resources import asset


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What one cause id means, and what cures it."""

    id: str
    fault_class: FaultClass
    title: str
    cure: str
    command: str | None = None
    decision: str | None = None
    link: str
    excludes: frozenset[str] = frozenset()
    """Causes that only follow from this one."""
    rules_out: Mapping[str, str] = field(default_factory=dict)
    """What the same symptom could have meant → why it is not that."""


@dataclass(slots=True, kw_only=True)
class Matcher:
    """A pattern behind literals; compiled when a literal was met for the first time."""

    id: str
    anchors: tuple[str, ...]
    pattern: str
    _compiled: re.Pattern[str] | None = None

    def search(self, text: str) -> re.Match[str] | None:
        """Return the match of the pattern in `text`."""
        if self._compiled is None:
            self._compiled = re.compile(self.pattern)
        return self._compiled.search(text)


@dataclass(slots=True, kw_only=True)
class Rule(Matcher):
    """One message that a tool prints, and the cause that it means."""

    cause: str
    weight: int
    """0 to 100: the heaviest rule explains a line."""
    excludes: frozenset[str] = frozenset()
    only_with: frozenset[str] = frozenset()
    not_pattern: str | None = None
    cure: str | None = None
    command: str | None = None
    decision: str | None = None
    source: str

    def match(self, text: str) -> re.Match[str] | None:
        """Return the match of the rule in `text`, None where its exception matches too."""
        found = self.search(text)
        if found and self.not_pattern and re.search(self.not_pattern, text):
            return None
        return found


@dataclass(slots=True, kw_only=True)
class Context(Matcher):
    """What a network fault was about: an image, the checksum database, a toolchain."""

    cause: str
    lifts: frozenset[str]
    because: str


Any_ = Rule | Context | Matcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The whole table."""

    causes: Mapping[str, Cause]
    rules: tuple[Rule, ...]
    contexts: tuple[Context, ...]
    noise: tuple[Matcher, ...]
    failure: tuple[Matcher, ...]
    success: tuple[Matcher, ...]
    build: tuple[Matcher, ...]
    """Signs that an image was being built, not only pulled."""

    def matchers(self) -> tuple[Any_, ...]:
        """Return everything that has anchors."""
        return (*self.rules, *self.contexts, *self.noise, *self.failure, *self.success, *self.build)

    def anchors(self) -> tuple[str, ...]:
        """Return every literal, once, sorted."""
        return tuple(sorted({anchor for one in self.matchers() for anchor in one.anchors}))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(asset(f"diagnose/{name}").read_text(encoding="utf-8"))


def _matchers(rows: list[dict[str, Any]], kind: str) -> tuple[Matcher, ...]:
    return tuple(
        Matcher(id=row.get("id", f"{kind}-{n}"), anchors=tuple(row["anchors"]),
                pattern=row["pattern"])
        for n, row in enumerate(rows)
    )  # fmt: skip


@cache
def load_table() -> Table:
    """Return the table as shipped; read once."""
    causes = {
        key: Cause(
            id=key,
            fault_class=FaultClass(row["class"]),
            title=row["title"],
            cure=row["cure"],
            command=row.get("command"),
            decision=row.get("decision"),
            link=row["link"],
            excludes=frozenset(row.get("excludes", ())),
            rules_out=row.get("rules_out", {}),
        )
        for key, row in _read("causes.toml").items()
    }
    rows = _read("rules.toml")
    return Table(
        causes=causes,
        rules=tuple(
            Rule(
                id=row["id"],
                anchors=tuple(row["anchors"]),
                pattern=row["pattern"],
                cause=row["cause"],
                weight=row["weight"],
                excludes=frozenset(row.get("excludes", ())),
                only_with=frozenset(row.get("only_with", ())),
                not_pattern=row.get("not_pattern"),
                cure=row.get("cure"),
                command=row.get("command"),
                decision=row.get("decision"),
                source=row["source"],
            )
            for row in rows["rule"]
        ),
        contexts=tuple(
            Context(
                id=row["id"],
                anchors=tuple(row["anchors"]),
                pattern=row["pattern"],
                cause=row["cause"],
                lifts=frozenset(row["lifts"]),
                because=row["because"],
            )
            for row in rows["context"]
        ),
        noise=_matchers(rows["noise"], "noise"),
        failure=_matchers(rows["failure"], "failure"),
        success=_matchers(rows["success"], "success"),
        build=_matchers(rows["build"], "build"),
    )
