"""How an answer overrides what was detected, and what an organisation leaves to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from wizard.facts import Facts
from wizard.facts.preset import Preset
from wizard.plan.rulebook import broken, check_answer, permitted
from wizard.plan.types import Alternative, Answer, Answers, Decision, Origin
from wizard.questions import value_of
from wizard.text import Text, msg

T = TypeVar("T")


def preset_of(facts: Facts) -> Preset | None:
    """Return what the organisation says; None where none does."""
    return None if facts.preset is None else facts.preset.document.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a plan is decided from."""

    facts: Facts
    answers: Answers

    @property
    def preset(self) -> Preset | None:
        """What the organisation says."""
        return preset_of(self.facts)

    def decided(self, detected: Decision[T]) -> Decision[T]:
        """Return `detected`, or the person's answer with `detected` as the one that lost.

        A detected value that the organisation forbids gives way to the next one. Raises UsageError
        for an answer that cannot be used, UnsafeError for one that the organisation forbids.
        """
        answer = self.answers.get(detected.key)
        if answer is None:
            return permitted(self.preset, detected)
        value: T = value_of(detected.key, answer)
        of_before = answer.origin is Origin.DETECTED
        if of_before and broken(self.preset, detected.key, value) is not None:
            return permitted(self.preset, detected)
        check_answer(self.preset, detected.key, value, answer)
        lost: tuple[Alternative, ...] = ()
        if value != detected.value:
            lost = (Alternative(value=detected.value, because=detected.because),)
        return Decision(
            key=detected.key,
            value=value,
            because=self._because(answer),
            facts=detected.facts,
            alternatives=(*lost, *(a for a in detected.alternatives if a.value != value)),
            origin=answer.origin,
            source="" if of_before else answer.source,
            overrides=answer.overrides,
        )

    def _because(self, answer: Answer) -> Text:
        preset = self.preset
        if answer.origin is Origin.DETECTED:
            return answer.source
        if answer.origin is Origin.PRESET and preset is not None:
            return msg(
                "the preset of {organisation} says so ({source})",
                organisation=preset.organisation,
                source=answer.source,
            )
        return msg("you chose it ({source})", source=answer.source or answer.origin.value)
