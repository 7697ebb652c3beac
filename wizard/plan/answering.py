"""How an answer overrides what was detected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from wizard.facts import Facts
from wizard.plan.types import Alternative, Answers, Decision, Origin
from wizard.questions import value_of
from wizard.text import msg

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a plan is decided from."""

    facts: Facts
    answers: Answers

    def decided(self, detected: Decision[T]) -> Decision[T]:
        """Return `detected`, or the person's answer with `detected` as the one that lost.

        Raises UsageError for an answer that cannot be used.
        """
        answer = self.answers.get(detected.key)
        if answer is None:
            return detected
        value: T = value_of(detected.key, answer)
        lost: tuple[Alternative, ...] = ()
        if value != detected.value:
            lost = (Alternative(value=detected.value, because=detected.because),)
        return Decision(
            key=detected.key,
            value=value,
            because=answer.source
            if answer.origin is Origin.DETECTED
            else msg("you chose it ({source})", source=answer.source or answer.origin.value),
            facts=detected.facts,
            alternatives=(*lost, *(a for a in detected.alternatives if a.value != value)),
            origin=answer.origin,
        )
