"""What tables of evidence have in common: how they say that something is not known. Pure.

Three words are kept apart everywhere: not looked yet, not known (with the reason), and no.
"""

from __future__ import annotations

from typing import Any

from screens.grid import Column
from wizard.facts import Fact, State
from wizard.text import Text, msg

LOOKING = msg("looking …")

PAIR = (Column(title="", least=8, most=24), Column(title="", least=16, most=100))
"""The columns of a table of names and values."""


def reason_of(fact: Fact[Any]) -> Text:
    """Return in words why a fact has no value."""
    if fact.state is State.NOT_APPLICABLE:
        return fact.reason or msg("does not apply here")
    return msg("not known: {reason}", reason=str(fact.reason) or "?")


def nothing(fact: Fact[Any] | None, otherwise: Text) -> Text:
    """Return why a table is empty; `otherwise` where it is known that there is nothing."""
    if fact is None:
        return LOOKING
    return otherwise if fact.state is State.KNOWN else reason_of(fact)
