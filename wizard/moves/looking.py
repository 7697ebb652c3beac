"""One look at today's network, compared with what was decided on it and what stands on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from wizard.errors import UnsafeError
from wizard.moves.fingerprint import Fingerprint, fingerprint_of
from wizard.moves.memory import Networks, Remembered, recall
from wizard.moves.staleness import Stale, stale_decisions
from wizard.plan import unsafe
from wizard.plan.types import Answer, Answers, Origin
from wizard.questions import BY_KEY, UNTIL, value_of
from wizard.render.types import Scope
from wizard.text import msg

if TYPE_CHECKING:
    from wizard.apply.types import ChangeSet
    from wizard.facts import Facts
    from wizard.plan.types import Plan
    from wizard.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """How today's network and the files on disk go together."""

    session: Session
    """With the answers that were given on this network before."""
    facts: Facts
    here: Fingerprint
    known: Networks
    stale: tuple[Stale, ...]
    plan: Plan | None
    """None: an answer is past its last day, and nothing can be decided with it."""
    changes: ChangeSet | None

    @property
    def name(self) -> str:
        """What this network is called."""
        return self.here.name if self.remembered is None else self.remembered.name

    @property
    def remembered(self) -> Remembered | None:
        """What was decided on this very network; None where it is a new one."""
        return next((one for one in self.known if one.fingerprint.place == self.here.place), None)

    @property
    def came_from(self) -> Remembered | None:
        """The network for which the files were written, where that is another one."""
        last = self.known[0] if self.known else None
        return last if last is not None and last.fingerprint.place != self.here.place else None


async def look_at_today(
    session: Session, facts: Facts, scopes: tuple[Scope, ...] = tuple(Scope)
) -> Today:
    """Decide for `facts`, and compare with the disk, as far as `scopes`; nothing is written.

    Raises UsageError for an answer that cannot be used.
    """
    known = recall(session.system, session.request.project)
    here = fingerprint_of(facts)
    given = next((one.answers for one in known if one.fingerprint.place == here.place), {})
    session = replace(session, answers={**_kept(given), **session.answers})
    written = known[0].decisions if known else None
    today = session.system.clock().date()
    plan, changes, stale = None, None, _ended(session.answers, written, today)
    if not stale:
        plan = session.decide(facts)
        artifacts = session.render(plan)
        changes = await session.changes(artifacts, scopes)
        stale = stale_decisions(plan, artifacts, changes, written)
    return Today(
        session=session,
        facts=facts,
        here=here,
        known=known,
        stale=stale,
        plan=plan,
        changes=changes,
    )


def _kept(answers: Mapping[str, str]) -> Answers:
    """Return what was chosen on this network before, as a person's own answers."""
    return {
        key: Answer(text=text, origin=Origin.USER, source=str(msg("chosen on this network before")))
        for key, text in answers.items()
    }


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
                path=answers[UNTIL].source,
            )
            for key, answer in answers.items()
            if key in BY_KEY and BY_KEY[key].unsafe(value_of(key, answer)) is not None
        )
    return ()
