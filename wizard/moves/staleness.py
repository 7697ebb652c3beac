"""Which decisions on disk no longer hold on today's network, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wizard.apply.types import Action, Change, ChangeSet
from wizard.moves.memory import decided_as_text
from wizard.plan.types import Plan
from wizard.plan.values import LEAVE
from wizard.render.types import Artifact
from wizard.text import Text, msg

_NOTHING = ("", LEAVE, "false")
"""Decisions that write nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """One decision that stands on disk otherwise than today's network calls for."""

    key: str
    was: str | None
    """What was written; None: nothing of this program's."""
    now: str | None
    because: Text
    path: str
    """The file in which it stands."""


def stale_decisions(
    plan: Plan,
    artifacts: Sequence[Artifact],
    changes: ChangeSet,
    written: Mapping[str, str] | None,
) -> tuple[Stale, ...]:
    """Return what no longer holds, in the order of the plan.

    A decision is stale where a file that carries it would change now. `written`: the decisions of
    the last apply, None where there was none.
    """
    carried = {one.name: one.decisions for one in artifacts}
    now = decided_as_text(plan)
    because = {one.key: one.because for one in plan.decisions()}
    found: dict[str, Stale] = {}
    for change in changes.changes:
        if change.action is Action.RUN:
            continue
        for key, why in _reasons(change, carried.get(change.artifact, ()), now, written):
            was = None if written is None else written.get(key)
            found.setdefault(
                key,
                Stale(
                    key=key,
                    was=was,
                    now=now.get(key),
                    because=because[key] if why is None else why,
                    path=change.path,
                ),
            )
    return tuple(found[key] for key in now if key in found)


def _reasons(
    change: Change,
    carried: Sequence[str],
    now: Mapping[str, str],
    written: Mapping[str, str] | None,
) -> Iterator[tuple[str, Text | None]]:
    """Yield the keys for which `change` is needed; None: for the decision's own because."""
    if written is not None:
        differing = [key for key in carried if key in written and written[key] != now.get(key)]
        if differing:
            yield from ((key, None) for key in differing)
            return
    decided = next((key for key in carried if now.get(key, LEAVE) not in _NOTHING), None)
    key = decided or next(iter(carried), "dockerfile")
    if written is None:
        yield (
            key,
            msg("{path} is not as this network needs it, and was not applied", path=change.path),
        )
    elif change.action is Action.CREATE:
        yield key, msg("{path} is gone", path=change.path)
    else:
        yield key, msg("{path} was changed since, or taken back", path=change.path)
