"""The rounds of `verify --repair`: detect, decide, apply, verify again; each can be undone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wizard.cli.commands.apply import confirmed, show_receipt
from wizard.cli.commands.changes import show_changes, show_refusals
from wizard.cli.context import Context
from wizard.cli.output import BOLD, DIM, YELLOW
from wizard.errors import ForbiddenError
from wizard.repairing import Proposal, propose
from wizard.text import msg

if TYPE_CHECKING:
    from wizard.apply.types import Refusal
    from wizard.verify.types import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of a repair."""

    id: str | None
    """The transaction, for `gomod-wizard undo`."""
    revisited: tuple[str, ...]
    """Answers that count no more."""
    changed: tuple[str, ...]
    """Paths, and programs that were run."""
    ok: bool | None
    """How the verification after it ended; None: it was not run."""


async def repair(
    context: Context, outcomes: tuple[Outcome, ...]
) -> tuple[tuple[Outcome, ...], tuple[Round, ...], bool]:
    """Walk at most three rounds; return the last outcomes, the rounds, and whether root is waited
    for. Raises UsageError where nobody can be asked and `--yes` was not given."""
    from wizard.cli.commands.verify import verify_parts
    from wizard.verify.repair import MAX_ROUNDS

    output = context.output

    def on_refused(refusals: tuple[Refusal, ...]) -> None:
        show_refusals(output, refusals)

    parts = tuple(outcome.part for outcome in outcomes if outcome.ok is not None)
    rounds: list[Round] = []
    for number in range(1, MAX_ROUNDS + 1):
        failed = next((outcome for outcome in outcomes if outcome.ok is False), None)
        if failed is None:
            break
        context.output.line()
        context.output.line(msg("Repair, round {n} of {all}", n=number, all=MAX_ROUNDS), BOLD)
        try:
            proposal = await propose(
                context.session,
                await context.facts(),
                failed,
                on_refused,
            )
        except ForbiddenError as error:
            context.output.line(error.message, YELLOW)
            context.output.line(error.hint)
            break
        if proposal is None:
            context.output.line(
                msg("Nothing is left to change: everything is as planned, and it fails."), YELLOW
            )
            break
        _show(context, proposal)
        if not context.flag("yes", False) and not confirmed(context, proposal.changes, "verify"):
            context.output.talk(msg("Nothing was changed."))
            break
        receipt = await context.session.apply(proposal.changes, restart=None)
        show_receipt(context, receipt)
        context.output.line(msg("taken back by: gomod-wizard undo {id}", id=receipt.id), DIM)
        done = Round(
            id=receipt.id,
            revisited=proposal.dropped,
            changed=tuple(change.path for change in receipt.changes),
            ok=None,
        )
        if receipt.staged:
            return outcomes, (*rounds, done), True
        context = replace(context, session=replace(context.session, answers=proposal.answers))
        context.remember(proposal.facts, proposal.plan)
        outcomes = await verify_parts(context, proposal.facts, proposal.plan, parts)
        rounds.append(replace(done, ok=not any(outcome.ok is False for outcome in outcomes)))
    return outcomes, tuple(rounds), False


def _show(context: Context, proposal: Proposal) -> None:
    by_key = {decision.key: decision for decision in proposal.plan.decisions()}
    for key in proposal.dropped:
        answer = context.session.answers[key]
        context.output.line(
            msg("revisited: {key}: no longer {was} ({source}): {because}", key=key,
                was=answer.text, source=answer.source, because=by_key[key].because),
            BOLD,
        )  # fmt: skip
    show_changes(context.output, replace(proposal.changes, refusals=()))
