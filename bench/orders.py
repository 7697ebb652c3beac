"""How near an order is to the true one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations


def kendall(order: Sequence[str], truth: Mapping[str, float]) -> float:
    """Return Kendall's tau of `order`, best first, against the true values: 1 is the same order.

    Who is not in `truth` does not count; who is missing from `order` stands behind all.
    """
    place = {name: at for at, name in enumerate(order)}
    pairs = agreed = 0
    for one, other in combinations(truth, 2):
        if truth[one] == truth[other]:
            continue
        pairs += 1
        ahead = place.get(one, len(place)) < place.get(other, len(place))
        behind = place.get(one, len(place)) > place.get(other, len(place))
        better = truth[one] < truth[other]
        agreed += 1 if (ahead and better) or (behind and not better) else -1
    return agreed / pairs if pairs else 1.0
