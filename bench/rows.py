"""One line of the table: a figure of one run, its spread, and the goal that it is held against."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure. Ratios are of two things measured in the same run, interleaved."""

    key: str
    """Stable, for the comparison with the last recorded run: `mirrors.best-three.50`."""
    name: str
    value: float
    """The median of the rounds."""
    low: float
    high: float
    goal: float
    unit: str = "x"
    """`x` (a ratio), `ms`, `MB`, `tau`, `%`."""
    against: str = ""
    """What a ratio divides by, or what the figure counts."""
    at_least: bool = False
    """The goal is a floor: an order, a share of right answers."""
    rounds: int = 1

    @property
    def met(self) -> bool:
        """The median reaches the goal."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal


def row(
    key: str,
    name: str,
    values: Sequence[float],
    goal: float,
    *,
    unit: str = "x",
    against: str = "",
    at_least: bool = False,
) -> Row:
    """Return the row of the rounds' `values`. Raises ValueError for none."""
    if not values:
        raise ValueError(f"{key}: nothing was measured")
    return Row(
        key=key,
        name=name,
        value=round(statistics.median(values), 3),
        low=round(min(values), 3),
        high=round(max(values), 3),
        goal=goal,
        unit=unit,
        against=against,
        at_least=at_least,
        rounds=len(values),
    )
