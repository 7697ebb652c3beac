"""One look at today's network, compared with what was decided on it and what stands on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from wizard.apply.types import Action
from wizard.errors import UnsafeError
from wizard.moves.fingerprint import Fingerprint, fingerprint_of
from wizard.moves.memory import Networks, Remembered, decided_as_text, recall
from wizard.moves.returning import answers_here, goproxy_of_before, with_originals
from wizard.moves.staleness import Stale, stale_decisions, unsure_keys
from wizard.moves.watching import ways_out_now
from wizard.plan import unsafe
from wizard.plan.types import Answers
from wizard.plan.values import LEAVE
from wizard.questions import BY_KEY, UNTIL, value_of
from wizard.render.types import Scope
from wizard.text import msg
from wizard.verify.repair import with_answers_removed

if TYPE_CHECKING:
    from wizard.apply.types import ChangeSet
    from wizard.facts import Facts
    from wizard.plan.types import Plan
    from wizard.session import Session


_PROXIES = ("https_proxy", "http_proxy", "container_proxy")
_PROXY_VARIABLES = {"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"}
_NOTHING = ("", LEAVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """How today's network and the files on disk go together."""

    session: Session
    """With the answers that were given on this network before."""
    facts: Facts
    here: Fingerprint
    known: Networks
    stale: tuple[Stale, ...]
    unsure: tuple[Stale, ...]
    """What would be written otherwise, by facts that were not seen in time."""
    plan: Plan | None
    """None: an answer is past its last day, and nothing can be decided with it."""
    changes: ChangeSet | None
    """Those of what is stale; what is unsure stays as it is."""

    @property
    def name(self) -> str:
        """What this network is called."""
        return self.here.name if self.remembered is None else self.remembered.name

    @property
    def remembered(self) -> Remembered | None:
        """What was decided on this very network; None where it is a new one."""
        return _at(self.known, self.here.place)

    @property
    def left(self) -> frozenset[str]:
        """Decisions that were not judged, and stay on disk as they are."""
        return frozenset(one.key for one in self.unsure)

    @property
    def proxy_out_of_sight(self) -> str | None:
        """The proxy that the files were written with, where this process finds none.

        A shell may have it all the same, and without it no mirror is judged rightly. One that was
        seen to be gone is none.
        """
        environment = {name.upper() for name in self.session.system.env}
        if self.plan is None or not self.known or environment & _PROXY_VARIABLES:
            return None
        now = decided_as_text(self.plan)
        gone = self.plan.container_proxy.value is not None
        if gone or any(now[key] not in _NOTHING for key in _PROXIES):
            return None
        written = (self.known[0].decisions.get(key, LEAVE) for key in _PROXIES)
        return next((text for text in written if text not in _NOTHING), None)

    @property
    def came_from(self) -> Remembered | None:
        """The network for which the files were written, where that is another one."""
        last = self.known[0] if self.known else None
        return last if last is not None and last.fingerprint.place != self.here.place else None


async def prepared(session: Session) -> Session:
    """Return `session`, which will ask the mirrors that were decided on this very network too."""
    known = recall(session.system, session.request.project)
    if not known:
        return session
    here = _at(known, (await ways_out_now(session.system)).place)
    before = None if here is None else here.decisions.get("goproxy")
    return replace(session, request=replace(session.request, goproxy_before=before))


def _at(known: Networks, place: str) -> Remembered | None:
    return next((one for one in known if one.fingerprint.place == place), None)


async def look_at_today(
    session: Session, facts: Facts, scopes: tuple[Scope, ...] = tuple(Scope)
) -> Today:
    """Decide for `facts`, and compare with the disk, as far as `scopes`; nothing is written.

    Raises UsageError for an answer that cannot be used.
    """
    known = recall(session.system, session.request.project)
    here = fingerprint_of(facts)
    remembered = _at(known, here.place)
    answers, foreign = answers_here(session.answers, known, here.place)
    session = replace(session, answers=answers)
    written = known[0].decisions if known else None
    today = session.system.clock().date()
    plan, changes = None, None
    unsure: tuple[Stale, ...] = ()
    stale = _ended(session.answers, written, today)
    if not stale:
        counted = {**goproxy_of_before(facts, remembered, written, answers), **answers}
        plan = session.decide(facts, counted)
        artifacts = session.render(plan)
        if foreign:
            because = msg("answered on another network")
            artifacts = with_answers_removed(artifacts, foreign, session.request.project, because)
        if remembered is not None and remembered is not known[0]:
            artifacts = with_originals(session.system, artifacts, plan, remembered)
        changes = await session.changes(artifacts, scopes)
        found = stale_decisions(plan, artifacts, changes, written, tuple(foreign))
        # An answer of another network does not hold here, whatever was seen in time.
        late = unsure_keys(facts, plan, written) - foreign.keys()
        stale = tuple(one for one in found if one.key not in late)
        unsure = tuple(one for one in found if one.key in late)
        if unsure:
            changes = _without(changes, unsure, stale)
    return Today(
        session=session,
        facts=facts,
        here=here,
        known=known,
        stale=stale,
        unsure=unsure,
        plan=plan,
        changes=changes,
    )


def _without(changes: ChangeSet, unsure: tuple[Stale, ...], stale: tuple[Stale, ...]) -> ChangeSet:
    """Leave out the files that would change for nothing but what is unsure."""
    certain = {path for one in stale for path in one.paths}
    left = {path for one in unsure for path in one.paths} - certain
    kept = tuple(one for one in changes.changes if one.path not in left)
    if not any(one.restarts for one in kept if one.action is not Action.RUN):
        kept = tuple(one for one in kept if one.action is not Action.RUN)
    return replace(changes, changes=kept)


def _ended(answers: Answers, written: Mapping[str, str] | None, today: date) -> tuple[Stale, ...]:
    """Return the unsafe answers whose last day is past."""
    try:
        unsafe.waiver(answers, today)
    except UnsafeError as ended:
        return tuple(
            Stale(
                key=key,
                was=(written or {}).get(key, answer.text),
                now=None,
                because=ended.message,
                paths=(answers[UNTIL].source,),
            )
            for key, answer in answers.items()
            if key in BY_KEY and BY_KEY[key].unsafe(value_of(key, answer)) is not None
        )
    return ()
