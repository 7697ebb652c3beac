"""From facts and answers to one plan. Pure: the same input gives the same plan, byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.plan.types import Answers, Plan

if TYPE_CHECKING:
    from wizard.facts import Facts


def decide(facts: Facts, answers: Answers) -> Plan:
    """Return the plan for these facts and answers.

    Raises UsageError for an answer that cannot be used, UnsafeError for an unsafe one without
    the answers `reason` and `until`, or with a day that is past.
    """
    from wizard.plan.stream import decide_all  # the questions import this package's types

    return decide_all(facts, answers)
