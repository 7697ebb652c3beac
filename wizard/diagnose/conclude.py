"""From findings to faults: what is a root, what only follows, what was ruled out and why."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wizard.diagnose.last_resort import hung, unknown
from wizard.diagnose.redact import safe_line
from wizard.diagnose.scan import MAX_EVIDENCE, Finding, Scanner
from wizard.diagnose.steps import Seen
from wizard.diagnose.table import Cause, Table
from wizard.diagnose.types import Cure, Diagnosis, Evidence, Fault, RuledOut
from wizard.text import Text, msg

WEAK = 46
"""A rule up to this weight reads a symptom that many causes share."""

_MASKED = re.compile(r"(?:\|\| *(?:true|:|exit 0|echo\b.*)|; *(?:exit 0|true))\s*['\"\]]*:?\s*$")
_WARNING = re.compile(r"(?i)\[?warn(?:ing)?\b|W: ")
_MAX_FAULTS = 12


@dataclass(slots=True)
class _Group:
    """All findings of one cause."""

    cause: Cause
    findings: list[Finding] = field(default_factory=list)
    ruled_out: dict[str, Text] = field(default_factory=dict)

    @property
    def main(self) -> Finding:
        return max(self.findings, key=lambda finding: (finding.rule.weight, -finding.first))

    @property
    def first(self) -> int:
        return min(finding.first for finding in self.findings)

    @property
    def weight(self) -> int:
        return self.main.rule.weight


def conclude(scanner: Scanner, table: Table) -> Diagnosis:
    """Return the diagnosis of everything that `scanner` has read."""
    harmless: list[Finding] = []
    alive: list[Finding] = []
    failed = scanner.failure is not None or scanner.steps.failed is not None
    for finding in scanner.findings.values():
        if not failed and all(_WARNING.match(evidence.text) for evidence in finding.evidence):
            continue
        if finding.context and finding.context.id == "pull" and not scanner.building:
            # Rule of the causes: a pull is "base-image-pull" where it loads a FROM image.
            finding.cause, finding.reason, finding.context = finding.rule.cause, None, None
        (harmless if _harmless(finding.step) else alive).append(finding)
    if not alive and failed:
        # A pipe or a `;` can hide a failure from its step; better that than nothing.
        alive = [finding for finding in harmless if finding.rule.weight > WEAK]
        harmless = []
    groups = _grouped(alive, table)
    _drop_lonely(groups)
    _drop_remote(groups)
    _drop_consequences(groups)
    _drop_weak(groups)
    for group in groups.values():
        _rule_out(group, groups, harmless)
    failing = scanner.steps.failed
    ordered = sorted(
        groups.values(),
        key=lambda group: (
            not any(_same_step(finding.step, failing) for finding in group.findings),
            group.weight <= WEAK,
            group.first,
        ),
    )[:_MAX_FAULTS]
    faults = tuple(_fault(group, certain=failed, alone=len(ordered) == 1) for group in ordered)
    hit = ordered[0].main.step if ordered else None
    if not faults and not scanner.ended and (not failed or scanner.canceled):
        hit = scanner.steps.hanging()
        faults = () if hit is None else (hung(hit, table),)
    if not faults and failed:
        faults = (unknown(scanner.failure, table),)
    step = scanner.steps.failing(hit, failed=failed) if faults else None
    shown = tuple(safe_line(text, 1_000) for text in scanner.steps.instructions)
    return Diagnosis(step=step, faults=faults, lines=scanner.lines, instructions=shown)


def _harmless(step: Seen | None) -> bool:
    """The step went on: it ended well, or its command line swallows failures."""
    if step is None or step.state == "failed":
        return False
    return step.state == "done" or bool(_MASKED.search(step.instruction or ""))


def _same_step(one: Seen | None, other: Seen | None) -> bool:
    return one is not None and one is other


def _grouped(findings: list[Finding], table: Table) -> dict[str, _Group]:
    groups: dict[str, _Group] = {}
    for finding in findings:
        group = groups.setdefault(finding.cause, _Group(table.causes[finding.cause]))
        group.findings.append(finding)
    return groups


def _drop_lonely(groups: dict[str, _Group]) -> None:
    """Drop what counts only beside another cause: a warning that explains a failure."""
    for name, group in list(groups.items()):
        group.findings = [
            finding
            for finding in group.findings
            if not finding.rule.only_with or finding.rule.only_with & groups.keys()
        ]
        if not group.findings:
            del groups[name]


def _drop_remote(groups: dict[str, _Group]) -> None:
    """What a mirror's answer quotes happened at the mirror; it only explains the answer."""
    local = {
        name: group for name, group in groups.items() if not all(f.remote for f in group.findings)
    }
    if not local:
        return
    asked = [name for name in ("mirror-not-found", "mirror-gone") if name in local]
    for name, group in list(groups.items()):
        if name in local:
            continue
        if name == "vcs-unknown-revision" and asked:
            # The mirror did ask the repository: the version is what is missing.
            for answer in asked:
                group.ruled_out[answer] = msg("the mirror passes on what the repository answered")
                groups.pop(answer, None)
            continue
        for keeper in local.values():
            keeper.ruled_out.setdefault(
                name, msg("line {line} quotes the server: it happened there", line=group.first)
            )
        del groups[name]


def _drop_consequences(groups: dict[str, _Group]) -> None:
    for name, group in list(groups.items()):
        if name not in groups:
            continue
        excludes = group.cause.excludes.union(*(f.rule.excludes for f in group.findings))
        for follower in excludes & groups.keys():
            other = groups[follower]
            if name in other.cause.excludes and other.weight > group.weight:
                continue
            if follower == name or _apart(group, other):
                continue
            group.ruled_out[follower] = msg(
                "line {line} reads like it, but it only follows from {cause}",
                line=other.first, cause=name,
            )  # fmt: skip
            del groups[follower]
        reasons = {finding.reason for finding in group.findings} & groups.keys()
        for reason in reasons - {name, None}:
            # "base-image-pull because of dns-failure", and the same name failed by itself too.
            if reason is not None and _beneath(groups[reason], group):
                del groups[reason]


def _apart(one: _Group, other: _Group) -> bool:
    """Each broke a step of its own, in stages that BuildKit runs beside each other.

    A stage that waits for another never starts when that one fails, so neither follows.
    """

    def broken(group: _Group) -> set[str] | None:
        steps = [finding.step for finding in group.findings]
        if any(step is None or step.state != "failed" or not step.stage for step in steps):
            return None
        return {step.stage for step in steps if step is not None and step.stage is not None}

    here, there = broken(one), broken(other)
    return here is not None and there is not None and not here & there


def _beneath(reason: _Group, group: _Group) -> bool:
    """The reason's own lines stand in the steps of the fault that it explains."""
    steps = {id(finding.step) for finding in group.findings}
    return all(id(finding.step) in steps for finding in reason.findings)


def _drop_weak(groups: dict[str, _Group]) -> None:
    strong = [group for group in groups.values() if group.weight > WEAK]
    if not strong:
        if len(groups) > 1:
            best = max(groups.values(), key=lambda group: (group.weight, -group.first))
            strong = [best]
        else:
            return
    for name, group in list(groups.items()):
        if group in strong:
            continue
        for keeper in strong:
            keeper.ruled_out.setdefault(
                name, msg("line {line} is a symptom that many causes share", line=group.first)
            )
        del groups[name]


def _rule_out(group: _Group, groups: dict[str, _Group], harmless: list[Finding]) -> None:
    for other, text in group.cause.rules_out.items():
        if other not in groups:
            group.ruled_out.setdefault(other, msg(text))
    for finding in group.findings:
        for loser, line in finding.losers.items():
            if loser not in groups:
                because = msg("line {line} has a more exact message than this", line=line)
                group.ruled_out.setdefault(loser, because)
    for finding in harmless:
        if finding.cause not in groups and finding.cause != group.cause.id:
            group.ruled_out.setdefault(
                finding.cause,
                msg("line {line} shows it, but that step ended well", line=finding.first),
            )


def _fault(group: _Group, *, certain: bool, alone: bool) -> Fault:
    main = group.main
    rule, cause = main.rule, group.cause
    lines: dict[str, Evidence] = {}
    for finding in sorted(group.findings, key=lambda one: one.first):
        for evidence in finding.evidence:
            lines.setdefault(evidence.text, evidence)
    lifted = main.context is not None
    return Fault(
        cause=cause.id,
        fault_class=cause.fault_class,
        detail=rule.id,
        title=msg(cause.title),
        reason=main.reason,
        confidence=_confidence(main, certain=certain, alone=alone),
        evidence=tuple(lines.values())[:MAX_EVIDENCE],
        ruled_out=tuple(RuledOut(cause=c, because=b) for c, b in sorted(group.ruled_out.items())),
        cure=Cure(
            summary=_fill(cause.cure if lifted or rule.cure is None else rule.cure, main.groups),
            command=cause.command if lifted or rule.command is None else rule.command,
            decision=cause.decision if lifted or rule.decision is None else rule.decision,
        ),
        link=cause.link,
    )


def _fill(template: str, groups: dict[str, str]) -> Text:
    used = {name: value for name, value in groups.items() if f"{{{name}}}" in template}
    return msg(template, **used)


def _confidence(finding: Finding, *, certain: bool, alone: bool) -> float:
    value = finding.rule.weight / 100
    if certain:
        value += (1 - value) * 0.3
    if finding.count > 1:
        value += (1 - value) * 0.2
    if not alone:
        value *= 0.92
    if finding.rule.weight <= WEAK:
        value *= 0.85
    return round(min(value, 0.98), 2)
