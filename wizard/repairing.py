"""One round of a repair, as a proposal: which answers count no more, and what is written then.

Both faces walk the same rounds: detect, decide, show, ask, apply, verify; at most
`wizard.verify.repair.MAX_ROUNDS` of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wizard.errors import ForbiddenError
from wizard.plan.stopping import refuse_the_incurable

if TYPE_CHECKING:
    from wizard.apply.types import ChangeSet, Refusal
    from wizard.facts import Facts
    from wizard.plan.types import Answers, Plan
    from wizard.render.types import Artifact
    from wizard.session import Session
    from wizard.verify.types import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What one round would do."""

    facts: Facts
    plan: Plan
    answers: Answers
    """Those that are left."""
    dropped: tuple[str, ...]
    """Keys of the answers that count no more."""
    artifacts: tuple[Artifact, ...]
    changes: ChangeSet


def _unheard(refusals: tuple[Refusal, ...]) -> None:
    """Nobody listens."""


async def propose(
    session: Session,
    facts: Facts,
    failed: Outcome,
    on_refused: Callable[[tuple[Refusal, ...]], None] = _unheard,
) -> Proposal | None:
    """Return the narrowest change that there is, None where nothing would change.

    `facts`: looked at after the failure; `on_refused` gets the files that are left alone. Raises
    ForbiddenError where no file could cure it.
    """
    from wizard.verify.repair import widenings, without

    answers = session.answers
    refused: ForbiddenError | None = None
    for dropped in widenings(answers, failed.diagnosis):
        try:
            proposal = await _with(session, facts, without(answers, dropped), dropped)
        except ForbiddenError as error:
            refused = error  # with these answers; without them it may be curable
            continue
        on_refused(proposal.changes.refusals)
        if proposal.changes.changes:
            return proposal
    if refused is not None:
        raise refused
    # What the host sees changes nothing: a step of the builder may see another network.
    proposal = await _with(session, await with_build(session, facts), answers, ())
    on_refused(proposal.changes.refusals)
    return proposal if proposal.changes.changes else None


async def _with(
    session: Session, facts: Facts, answers: Answers, dropped: tuple[str, ...]
) -> Proposal:
    from wizard.verify.repair import with_answers_removed, without_own_base_image

    if "base_image" in dropped:
        facts = without_own_base_image(facts)
    plan = session.decide(facts, answers)
    refuse_the_incurable(plan)
    artifacts = with_answers_removed(
        session.render(plan),
        {key: session.answers[key] for key in dropped},
        session.request.project,
    )
    changes = await session.changes(artifacts)
    return Proposal(
        facts=facts, plan=plan, answers=answers, dropped=dropped,
        artifacts=artifacts, changes=changes,
    )  # fmt: skip


async def with_build(session: Session, facts: Facts, plan: Plan | None = None) -> Facts:
    """Return `facts` with the area `build`. `plan`: the one to try; None: of these facts.

    Raises what `Session.decide` raises. Never raises for the world.
    """
    from wizard.detect.catalogue import load_catalogue
    from wizard.detect.in_build import InBuild, ask_the_builder, cannot_ask
    from wizard.render.probe_build import probe_build

    chosen = session.decide(facts) if plan is None else plan
    request = probe_build(facts, chosen, load_catalogue(session.system).canaries)
    if isinstance(request, InBuild):
        build = await ask_the_builder(session.system, facts, request)
    else:
        build = cannot_ask(request, "docker")
    return replace(facts, build=build)
