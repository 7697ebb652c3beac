"""What is wrong, what would be done about it, because of what, and in which file. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from screens.files import change_of, label_of
from screens.findings import SEVERITY, cure_here, step_of
from screens.state import Preview, State
from screens.words import in_words
from wizard.flow import Step
from wizard.plan.types import Decision, Finding, Plan, Severity
from wizard.questions import BY_KEY
from wizard.render.types import Artifact
from wizard.text import Text, msg

_ORDER = list(SEVERITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cure:
    """One row of the proposal: faults that one decision answers, or a decision of its own."""

    key: str | None
    """The decision whose question opens; None where there is nothing to choose."""
    faults: tuple[Finding, ...]
    """The worst first; none: nothing was wrong, and it is set all the same."""
    cures: tuple[Text, ...]
    """What is done, or is to be done by a person, in words; each once."""
    value: Text | None
    """The decision's title and value, where something is written for it."""
    because: Text
    files: tuple[Text, ...]
    """Where it is written; none: nothing that this program writes cures it."""
    step: Step
    """Where its evidence stands."""

    @property
    def severity(self) -> Severity | None:
        """How bad the worst of it is."""
        return self.faults[0].severity if self.faults else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows of one weight under one heading."""

    title: Text
    cures: tuple[Cure, ...]


def groups_of(state: State) -> tuple[Group, ...]:
    """Return the rows of the proposal, the most grave group first; empty groups are left out."""
    if state.plan is None:
        return ()
    rows = _of_findings(state.plan, state.preview)
    covered = {row.key for row in rows if row.severity is not Severity.NOTE}
    named = (
        (Severity.FAULT, msg("What makes the build fail, and its cure")),
        (Severity.WARNING, msg("What may make it fail")),
        (None, msg("What else is set")),
        (Severity.NOTE, msg("Worth knowing")),
    )
    rows += _of_decisions(state.plan, state.preview, covered)
    found = (
        Group(title=title, cures=tuple(row for row in rows if row.severity is severity))
        for severity, title in named
    )
    return tuple(group for group in found if group.cures)


def _of_findings(plan: Plan, preview: Preview | None) -> list[Cure]:
    together: dict[str, list[Finding]] = {}
    for finding in sorted(plan.findings, key=lambda one: _ORDER.index(one.severity)):
        weight = finding.severity.value
        topic = finding.decision or str(finding.cure) or finding.id
        together.setdefault(f"{weight} {topic}", []).append(finding)
    return [_cure(tuple(faults), plan, preview) for faults in together.values()]


def _cure(faults: tuple[Finding, ...], plan: Plan, preview: Preview | None) -> Cure:
    key = faults[0].decision if faults[0].decision in BY_KEY else None
    decision: Decision[Any] | None = None if key is None else getattr(plan, key)
    files = () if key is None else _files(key, preview)
    acted = decision if decision is not None and _is_set(decision) and files else None
    cures = {str(one.cure): cure_here(one) for one in faults if str(one.cure)}
    return Cure(
        key=key,
        faults=faults,
        cures=tuple(cures.values()),
        value=None if acted is None else _value(acted),
        because="" if acted is None else acted.because,
        files=() if acted is None else files,
        step=step_of(faults[0]),
    )


def _of_decisions(plan: Plan, preview: Preview | None, covered: set[str | None]) -> list[Cure]:
    rows = []
    for decision in plan.decisions():
        files = _files(decision.key, preview)
        if decision.key in covered or decision.key not in BY_KEY or not files:
            continue
        if _is_set(decision):
            rows.append(
                Cure(
                    key=decision.key,
                    faults=(),
                    cures=(),
                    value=_value(decision),
                    because=decision.because,
                    files=files,
                    step=Step(BY_KEY[decision.key].step),
                )
            )
    return rows


def _is_set(decision: Decision[Any]) -> bool:
    return decision.value not in (None, (), False)


def _value(decision: Decision[Any]) -> Text:
    asked = BY_KEY[decision.key]
    return msg("{title}: {value}", title=asked.title, value=in_words(asked, decision.value))


def _files(key: str, preview: Preview | None) -> tuple[Text, ...]:
    """Return what a person calls the files that change and carry the decision."""
    if preview is None:
        return ()
    return tuple(
        label_of(one)
        for one in preview.artifacts
        if key in one.decisions and change_of(one.name, preview) is not None
    )


def changing(preview: Preview) -> tuple[Artifact, ...]:
    """Return the artifacts whose files would change, in the order of writing."""
    return tuple(one for one in preview.artifacts if change_of(one.name, preview) is not None)
