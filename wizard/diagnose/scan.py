"""Reads the lines of a log one by one and keeps what the rules found, in constant memory."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from wizard.diagnose.envelope import MARKS, Envelopes
from wizard.diagnose.literals import Literals, literals
from wizard.diagnose.peel import peel
from wizard.diagnose.redact import safe_line
from wizard.diagnose.steps import ANCHORS as STEP_ANCHORS
from wizard.diagnose.steps import Seen, StepTracker
from wizard.diagnose.table import Any_, Context, Matcher, Rule, Table, load_table
from wizard.diagnose.types import Evidence

MAX_EVIDENCE = 5
"""Lines kept of one finding."""

_MAX_FINDINGS = 300
_SHOWN = 600
"""Characters kept of one evidence line."""

_REMOTE_LINES = 10
_NO_REASON = frozenset({"base-image-pull", "syntax-image-pull", "sumdb-unreachable"})
"""Causes that say what failed, not why."""

_INDENTED = re.compile(r"[ \t]+\S")


@dataclass(slots=True)
class Finding:
    """One rule that matched in one step, with its lines."""

    rule: Rule
    cause: str
    reason: str | None
    context: Context | None
    step: Seen | None
    groups: dict[str, str]
    remote: bool
    """It stands in the text that a mirror sent, so it happened there and not here."""
    evidence: list[Evidence] = field(default_factory=list)
    count: int = 0
    losers: dict[str, int] = field(default_factory=dict)
    """Other causes that the same lines look like → the line."""

    @property
    def first(self) -> int:
        """The first line."""
        return self.evidence[0].line


@cache
def _finder() -> tuple[Literals, tuple[list[Any_], ...]]:
    """Return the finder of all literals, and what each of them leads to."""
    by_anchor: dict[str, list[Any_]] = {anchor: [] for anchor in (*STEP_ANCHORS, *MARKS)}
    for matcher in load_table().matchers():
        for anchor in matcher.anchors:
            by_anchor.setdefault(anchor, []).append(matcher)
    return literals(tuple(by_anchor)), tuple(by_anchor.values())


class Scanner:
    """Everything that is remembered of one log."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.literals, self._matchers = _finder()
        self._envelopes = Envelopes()
        self._remote_until = 0
        self.steps = StepTracker()
        self.findings: dict[tuple[str, str, str | None, str], Finding] = {}
        self.recovered: list[Finding] = []
        self.failure: Evidence | None = None
        """The last line that says that something failed, since the last success."""
        self.canceled = False
        """That line only says that somebody ended the build."""
        self.lines = 0
        self.ended = False
        """A build ended well, and nothing failed after it."""
        self._build_sign = False

    @property
    def building(self) -> bool:
        """Whether an image was being built; a bare `docker pull` is none."""
        return self._build_sign or self.steps.any

    def feed(self, number: int, line: str) -> None:
        """Take in line `number` (1-based, rising)."""
        self.lines = max(self.lines, number)
        inner = self._envelopes.open(line) if "{" in line[:80] else None
        if inner is not None:
            for part in inner:
                self._one(number, part)
        elif "\r" in line.rstrip("\r\n"):
            for part in line.split("\r"):
                if part.strip():
                    self._one(number, part)
        else:
            self._one(number, line)

    def _one(self, number: int, line: str) -> None:
        peeled = peel(line)
        step = self.steps.observe(number, peeled)
        text = peeled.text
        if not text:
            return
        met: dict[int, Any_] = {}
        # Sorted: between two rules of one weight chance must not decide.
        for index in sorted(self.literals.met(text)):
            for matcher in self._matchers[index]:
                met[id(matcher)] = matcher
        if not met:
            return
        table = self._table
        matched = [one for one in met.values() if type(one) is Matcher and one.search(text)]
        if any(one in matched for one in table.success):
            self._succeeded()
        if any(one in matched for one in table.build):
            self._build_sign = True
        if any(one in matched for one in table.failure):
            self.failure = Evidence(line=number, text=safe_line(text, _SHOWN))
            self.canceled = "context canceled" in text
        remote = number <= self._remote_until and bool(_INDENTED.match(text))
        if not remote:
            self._remote_until = 0
        if any(one.id == "server-response" for one in matched):
            self._remote_until = number + _REMOTE_LINES
            head, _, tail = text.partition("server response:")
            self._rules(number, head, step, met, remote=False, whole=text)
            self._rules(number, tail, step, met, remote=True, whole=text)
            return
        if any(one.id in ("canceled", "test-log") for one in matched):
            return
        self._rules(number, text, step, met, remote=remote, whole=text)

    def _rules(
        self, number: int, text: str, step: Seen | None, met: dict[int, Any_], *,
        remote: bool, whole: str,
    ) -> None:  # fmt: skip
        if not text.strip():
            return
        best: Rule | None = None
        best_match: re.Match[str] | None = None
        losers: dict[str, int] = {}
        for rule in met.values():
            if type(rule) is not Rule or not (match := rule.match(text)):
                continue
            if best is None or rule.weight > best.weight:
                if best is not None:
                    losers[best.cause] = number
                best, best_match = rule, match
            else:
                losers[rule.cause] = number
        if best is None or best_match is None:
            return
        context = self._context(best, text, step, met)
        cause = context.cause if context else best.cause
        reason = best.cause if context and best.cause not in _NO_REASON else None
        key = (best.id, cause, step.key if step else None, "remote" if remote else "")
        finding = self.findings.get(key)
        if finding is None:
            if len(self.findings) >= _MAX_FINDINGS:
                return
            groups = {
                name: safe_line(value or "?", 200) for name, value in best_match.groupdict().items()
            }
            finding = Finding(best, cause, reason, context, step, groups, remote)
            self.findings[key] = finding
        finding.count += 1
        for loser, line in losers.items():
            if loser not in (cause, reason):
                finding.losers.setdefault(loser, line)
        shown = safe_line(whole, _SHOWN)
        if len(finding.evidence) < MAX_EVIDENCE and shown not in {e.text for e in finding.evidence}:
            finding.evidence.append(Evidence(line=number, text=shown))

    def _context(
        self, rule: Rule, text: str, step: Seen | None, met: dict[int, Any_]
    ) -> Context | None:
        for context in self._table.contexts:
            if rule.cause not in context.lifts:
                continue
            if id(context) in met and context.search(text):
                return context
            instruction = (step.instruction or "") if step else ""
            if _names(instruction) and context.search(instruction):
                return context
            if context.id == "pull" and instruction[:5].upper() == "FROM ":
                return context
        return None

    def _succeeded(self) -> None:
        """A build ended well: what was seen before it did no harm."""
        if self.failure is None and self.steps.failed is None:
            self.ended = True
            self.recovered = list(self.findings.values())[-20:]
            self.findings.clear()


def _names(instruction: str) -> bool:
    return instruction.startswith(("[internal] load", "resolve image config", "[auth]"))
