"""Figures of `diagnose`, by one command: `make figures` (or `python -m tests.diagnose.measure`).

Three sets: the logs of real threads; the same with what only that thread taught taken away
(leave-one-out); and `unseen.toml`, logs that were written from the tools' formats.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wizard.diagnose import Diagnosis, diagnose_lines
from wizard.diagnose.conclude import conclude
from wizard.diagnose.peel import peel
from wizard.diagnose.scan import Scanner
from wizard.diagnose.table import Rule, load_table

DATA = Path(__file__).parent / "data"
WRAPS: dict[str, Callable[[int, str], str]] = {
    "crlf": lambda number, line: f"{line}\r",
    "ansi": lambda number, line: f"\x1b[31m{line}\x1b[0m",
    "github": lambda number, line: f"2026-03-02T09:11:{number % 60:02}.1234567Z {line}",
    "gitlab": lambda number, line: f"2026-03-02T09:11:{number % 60:02}.123456Z 01O {line}",
}
"""What stands around each line; not the wrapping of `formats.py`, which the rules have seen."""


@dataclass
class Score:
    """How many logs of a set were read as labelled."""

    name: str
    logs: int = 0
    classes: int = 0
    causes: int = 0
    steps: int = 0
    steps_shown: int = 0
    missed: list[str] = field(default_factory=list)

    def add(self, row: dict[str, Any], found: Diagnosis) -> None:
        """Judge one log; `every` wants all of its causes, `also` are causes one may defend."""
        self.logs += 1
        named = [fault.cause for fault in found.faults]
        kind = found.faults[0].fault_class.value if found.faults else "none"
        negative = row["cause"].startswith("negative-")
        right_class = kind == class_of(row)
        right = right_class if negative else named[:1] != [] and named[0] in causes_of(row)
        right = right and set(row.get("every", ())) <= set(named)
        self.classes += right_class or (right and not negative)
        self.causes += right
        if not right:
            self.missed.append(f"{row['id']}: {', '.join(named) or 'no fault'}")
        if row.get("step", "-") != "-" and found.faults:
            self.steps_shown += 1
            self.steps += found.step is not None and found.step.number == row["step"]

    def line(self) -> str:
        """Return the score in one line."""
        return (
            f"{self.name:<44}{self.logs:>5} logs   class {self.classes / self.logs:6.1%}   "
            f"cause {self.causes / self.logs:6.1%}   step {self.steps} of {self.steps_shown}"
        )


def class_of(row: dict[str, Any]) -> str:
    """Return the class of the label; of `unseen.toml` it follows from the cause."""
    if "class" in row:
        return str(row["class"])
    if row["cause"] == "negative-success":
        return "none"
    if row["cause"] == "negative-unrelated":
        return "error"
    return load_table().causes[row["cause"]].fault_class.value


def causes_of(row: dict[str, Any]) -> tuple[str, ...]:
    """Return the label and what one may defend beside it."""
    return (row["cause"], *row.get("also", ()))


def corpus() -> list[dict[str, Any]]:
    """Return the logs of real threads."""
    return [json.loads(line) for line in (DATA / "corpus.jsonl").read_text().splitlines()]


def unseen() -> list[dict[str, Any]]:
    """Return the logs that were written from the tools' formats."""
    rows: list[dict[str, Any]] = tomllib.loads((DATA / "unseen.toml").read_text())["log"]
    return rows


def lines_of(row: dict[str, Any]) -> list[str]:
    """Return the lines of a log of either set."""
    if "log" in row:
        return str(row["log"]).split("\n")
    lines = str(row["text"]).strip("\n").split("\n")
    if "wrap" not in row:
        return lines
    return [WRAPS[row["wrap"]](number, line) for number, line in enumerate(lines)]


class _Forgetful(Scanner):
    """A scanner that never learned some of the rules."""

    def __init__(self, forgotten: frozenset[str]) -> None:
        super().__init__(load_table())
        self._matchers = tuple(
            [one for one in matchers if not (type(one) is Rule and one.id in forgotten)]
            for matchers in self._matchers
        )


def _read(lines: Iterable[str], forgotten: frozenset[str]) -> Diagnosis:
    scanner = _Forgetful(forgotten)
    for number, line in enumerate(lines, 1):
        scanner.feed(number, line)
    return conclude(scanner, load_table())


_WORD = re.compile(r"(?<![\w./:-])[A-Za-z][A-Za-z']{2,}(?![\w./-])")


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text))


def _independent(sample: str, thread: list[frozenset[str]]) -> bool:
    words = _words(sample)
    return not any(2 * len(words & line) >= len(words | line) for line in thread)


def leave_one_out(*, sheets: bool) -> Score:
    """Read each thread without the rules that only it is evidence for.

    `sheets`: a sample of a rule is evidence as well, unless it reads like a line of the thread:
    half of the words of both in common, addresses and numbers left out.
    """
    rows = corpus()
    texts = {
        row["id"]: [text for line in lines_of(row) if (text := peel(line).text)] for row in rows
    }
    samples = tomllib.loads((DATA / "samples.toml").read_text())
    speaks: dict[str, set[str]] = {}
    for row in rows:
        for rule in load_table().rules:
            for text in texts[row["id"]]:
                if any(anchor in text for anchor in rule.anchors) and rule.match(text):
                    speaks.setdefault(rule.id, set()).add(row["url"])
                    break
    name = "leave one thread out" + (", sheets count" if sheets else ", only threads count")
    score = Score(name)
    for row in rows:
        own = [_words(text) for text in texts[row["id"]]]
        forgotten = {
            rule.id
            for rule in load_table().rules
            if not speaks.get(rule.id, set()) - {row["url"]}
            and not (sheets and any(_independent(s, own) for s in samples.get(rule.id, ())))
        }
        score.add(row, _read(lines_of(row), frozenset(forgotten)))
    return score


def whole(name: str, rows: list[dict[str, Any]]) -> Score:
    """Read each log with all rules."""
    score = Score(name)
    for row in rows:
        score.add(row, diagnose_lines(lines_of(row)))
    return score


def main() -> None:
    """Print every figure, and what was missed."""
    for score in (
        whole("real threads, all rules", corpus()),
        leave_one_out(sheets=True),
        leave_one_out(sheets=False),
        whole("unseen.toml", unseen()),
    ):
        print(score.line())
        for missed in score.missed:
            print(f"    {missed}")


if __name__ == "__main__":
    main()
