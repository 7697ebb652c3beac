"""The scoreboard: one line a network, for people and for machines, and whether it is as known."""

from __future__ import annotations

import json
import os
import platform
import tomllib
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Final

from . import store, toolchains
from .engine import TREES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .scenario import Scenario
    from .trial import Row

KNOWN_FAILURES: Final = store.LAB / "known-failures.toml"
HEADINGS: Final = (
    "network",
    "before",
    "after",
    "expected",
    "seconds",
    "faults",
    "leaks",
    "undo",
    "static",
    "plain",
)
MARKS: Final = {True: "yes", False: "NO", None: "-"}


def known_failures(file: Path = KNOWN_FAILURES) -> dict[str, str]:
    """The networks that are known not to end as they should, each with the reason."""
    table = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {name: str(reason) for name, reason in table.items()}


def cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        MARKS[row.before_ok],
        MARKS[row.builds_after],
        MARKS[row.as_expected],
        f"{row.seconds:.1f}",
        "-" if row.diagnosed is None else str(row.diagnosed),
        str(row.leaks),
        MARKS[row.undo_exact],
        MARKS[row.static_recipe],
        MARKS[row.plain],
    )


def line(words: Sequence[str]) -> str:
    """One line of the table, its columns where those of every other line are."""
    first = f"{words[0]:<24}"
    return first + "".join(
        f"{word:>{len(heading) + 2}}" for word, heading in zip(words[1:], HEADINGS[1:], strict=True)
    )


def summary(rows: Sequence[Row]) -> str:
    def count(column: str) -> int:
        return sum(getattr(row, column) is True for row in rows)

    repaired = sum(row.before_ok is True and row.builds_after is True for row in rows)
    text = (
        f"{len(rows)} networks: {count('before_ok')} ended before as declared, "
        f"{repaired} build after apply, {count('as_expected')} are as expected, "
        f"{count('undo_exact')} undone to the byte, {sum(row.leaks for row in rows)} leaks"
    )
    measured = [row for row in rows if row.plain is not None]
    if measured:
        text += (
            f"; the static recipe builds {count('static_recipe')}, "
            f"a plain multi-stage Dockerfile {count('plain')}"
        )
    return text


def document(rows: Sequence[Row]) -> str:
    """The board as JSON: a list, one object a network."""
    return json.dumps([asdict(row) for row in rows], indent=1) + "\n"


def report(rows: Sequence[Row], networks: Sequence[Scenario]) -> str:
    """The board as a page of Markdown, with the date and what it was measured on."""
    about = {network.name: network.about for network in networks}
    kernel = ".".join(platform.release().split(".")[:2])
    versions = (
        f"Docker {' and '.join(TREES)}, Go {toolchains.CURRENT}, Linux {kernel}, "
        f"{os.cpu_count()} cores"
    )
    head = " | ".join(HEADINGS)
    lines = [
        "# Broken networks: the scoreboard",
        "",
        f"Measured on {date.today().isoformat()} by `make lab-report`, on {versions}. What the "
        "columns mean: `tests/lab/README.md`.",
        "",
        summary(rows) + ".",
        "",
        f"| {head} | what is broken |",
        "|" + "---|" * (len(HEADINGS) + 1),
        *(f"| {' | '.join(cells(row))} | {about[row.name]} |" for row in rows),
        "",
    ]
    reasons = [f"- {row.name}: {note}" for row in rows for note in row.notes]
    if reasons:
        lines += ["## What is not as expected, and why", "", *reasons, ""]
    return "\n".join(lines)


def out_of_date(rows: Sequence[Row], known: dict[str, str]) -> list[str]:
    """Where the file of known failures and the board disagree, in either direction."""
    wrong = []
    for row in rows:
        if row.name in known and not row.before_ok:
            wrong.append(f"{row.name} proves nothing: {'; '.join(row.notes) or 'see above'}")
        if not row.as_expected and row.name not in known:
            wrong.append(f"{row.name} is not as expected: {'; '.join(row.notes) or 'see above'}")
        if row.as_expected and row.name in known:
            wrong.append(f"{row.name} is as expected now: take it out of {KNOWN_FAILURES.name}")
    return wrong
