"""Which decisions on disk no longer hold on today's network, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from wizard.apply.types import Action, Change, ChangeSet
from wizard.detect.deadline import is_late
from wizard.facts import Facts
from wizard.facts.base import Fact
from wizard.moves.memory import decided_as_text
from wizard.moves.returning import is_undecided, probes_of
from wizard.plan.types import Plan
from wizard.plan.values import LEAVE
from wizard.render.profile import NAME as PROFILE
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
    paths: tuple[str, ...]
    """The files in which it stands."""


def stale_decisions(
    plan: Plan,
    artifacts: Sequence[Artifact],
    changes: ChangeSet,
    written: Mapping[str, str] | None,
    foreign: Iterable[str] = (),
) -> tuple[Stale, ...]:
    """Return what no longer holds, in the order of the plan.

    A decision is stale where a file that carries it would change now. `written`: the decisions of
    the last apply, None where there was none; `foreign`: answers of the profile that were given on
    another network.
    """
    carried = {one.name: one.decisions for one in artifacts}
    now = decided_as_text(plan)
    because = {one.key: one.because for one in plan.decisions()}
    found: dict[str, Stale] = {}
    for change in changes.changes:
        if change.action is Action.RUN:
            continue
        reasons = _reasons(change, carried.get(change.artifact, ()), now, written)
        if change.artifact == PROFILE and foreign:
            reasons = ((key, msg("it was answered on another network")) for key in foreign)
        for key, why in reasons:
            known = found.get(key)
            if known is not None:
                found[key] = replace(known, paths=(*known.paths, change.path))
                continue
            found[key] = Stale(
                key=key,
                was=None if written is None else written.get(key),
                now=now.get(key),
                because=because[key] if why is None else why,
                paths=(change.path,),
            )
    return tuple(found[key] for key in now if key in found)


def unsure_keys(facts: Facts, plan: Plan, written: Mapping[str, str] | None) -> frozenset[str]:
    """Return the decisions that rest on what was not seen in time: they are not called stale."""
    late = {
        one.key
        for one in plan.decisions()
        if any(is_late(fact) for name in one.facts if (fact := _fact(facts, name)) is not None)
    }
    shape = [getattr(area, field.name) for area in (facts.docker, facts.project, facts.go)
             for field in fields(area)]  # fmt: skip
    if any(isinstance(fact, Fact) and is_late(fact) for fact in shape):
        late.add("dockerfile")
    probes = probes_of(facts, None if written is None else written.get("goproxy"))
    failed = [one for one in probes or () if one is not None and not one.proved]
    if probes and any(map(is_undecided, probes)) and all(map(is_undecided, failed)):
        late.add("goproxy")
    return frozenset(late)


def _fact(facts: Facts, name: str) -> Fact[object] | None:
    area, _, field = name.partition(".")
    fact = getattr(getattr(facts, area, None), field, None)
    return fact if isinstance(fact, Fact) else None


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
