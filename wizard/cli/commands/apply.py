"""`diff`, `apply`, `undo`, `history`: the commands around the transaction."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from wizard.cli.commands.changes import (
    STATES,
    action_line,
    change_rows,
    chosen_scopes,
    refusal_rows,
    show_changes,
    show_differences,
)
from wizard.cli.commands.plan import show_findings
from wizard.cli.commands.projects import require_project
from wizard.cli.context import Context
from wizard.cli.output import BOLD, DIM, GREEN, RED, YELLOW
from wizard.cli.reading import said_yes
from wizard.errors import ExitCode, UsageError
from wizard.plan.stopping import refuse_the_incurable
from wizard.plan.types import ModuleSource
from wizard.render.types import Scope
from wizard.text import msg, nmsg

if TYPE_CHECKING:
    from wizard.apply.types import ChangeSet, Receipt, Refusal
    from wizard.facts import Facts
    from wizard.plan.types import Plan


_NOTHING_MORE: Mapping[str, object] = MappingProxyType({})


async def diff(context: Context) -> int:
    """Show what `apply` would change; writes nothing; exit 0."""
    *_, changes = await _changes(context)
    emit_changes(context, "diff", None, changes)
    show_changes(context.output, changes)
    if not changes.changes:
        context.output.line(msg("Nothing to change: everything is as planned."), GREEN)
    return ExitCode.OK


async def apply(context: Context) -> int:
    """Show, ask, write. Exit 3 where the system scope waits for root, 2 or 4 for a refusal."""
    if staged := context.flag("staged"):
        return await _apply_staged(context, staged)
    context.settle()
    facts, plan, changes = await _changes(context)
    refuse_the_incurable(plan)
    show_findings(context.output, plan.findings)
    context.output.line()
    show_changes(context.output, changes)
    return await write_shown(context, "apply", facts, plan, changes)


async def write_shown(
    context: Context,
    name: str,
    facts: Facts,
    plan: Plan,
    changes: ChangeSet,
    told: Mapping[str, object] = _NOTHING_MORE,
    left: frozenset[str] = frozenset(),
) -> int:
    """Ask, and write what was shown; returns the exit code.

    `name` is the command that speaks, `told` what its document says beside the changes; `left`:
    decisions that were not judged, so that their files stay as they are.
    """
    output = context.output

    def emit(receipt: Receipt | None) -> None:
        emit_changes(context, name, receipt, changes, told)

    if not changes.changes:
        emit(None)
        if not changes.refusals:
            if not context.flag("dry_run", False):
                context.remember(facts, plan, left)
            output.line(msg("Nothing to change: everything is as planned."), GREEN)
        return _exit_code(None, changes.refusals)
    if context.flag("dry_run", False):
        emit(None)
        output.line(msg("Dry run: nothing was written."), YELLOW)
        return ExitCode.OK
    if not context.flag("yes", False) and not confirmed(context, changes, name):
        output.talk(msg("Nothing was changed."))
        emit(None)
        return ExitCode.NO
    receipt = await context.session.apply(
        changes,
        restart=context.flag("restart"),
        on_step=lambda step: output.talk(step, DIM) if output.verbose else None,
    )
    context.remember(facts, plan, left)
    emit(receipt)
    show_receipt(context, receipt)
    output.line(msg("taken back by: gomod-wizard undo {id}", id=receipt.id), DIM)
    if not changes.refusals and not receipt.staged and plan.inputs.module_dirs:
        if plan.module_source.value is ModuleSource.PROXY:
            await _look_from_inside(context, facts, plan)
        output.line(msg("next: gomod-wizard build"), BOLD)
    return _exit_code(receipt, changes.refusals)


async def _look_from_inside(context: Context, facts: Facts, plan: Plan) -> None:
    """Say what a step of the user's own builder sees of the network, now that all is written."""
    from wizard.cli.in_build import show_cause
    from wizard.repairing import with_build

    seen = await with_build(context.session, facts, plan)
    if seen.build is not None and seen.build.rows.value:
        show_cause(context.output, seen.build)


async def _apply_staged(context: Context, staged: str) -> int:
    from wizard.apply import commit_staged

    receipt = await commit_staged(context.session.system, staged, restart=context.flag("restart"))
    context.emit("apply", id=receipt.id, changes=change_rows(receipt.changes))
    show_receipt(context, receipt)
    context.output.line(msg("taken back by: gomod-wizard undo {id}", id=receipt.id), DIM)
    return ExitCode.FORBIDDEN if receipt.trouble else ExitCode.OK


async def undo(context: Context) -> int:
    """Take a transaction back, the latest by default; exit 4 where a file changed since, 3 where
    root is waited for or the engine stays down.

    `--force` and `--dry-run` show the difference first: with the first a change of the user's goes.
    """
    from wizard.apply import undo as take_back

    system, id_, force = context.session.system, context.flag("id"), context.flag("force", False)
    dry_run = context.flag("dry_run", False)
    if dry_run or force:
        receipt = await take_back(system, id_, force=force, dry_run=True)
        show_differences(context.output, receipt.changes)
    if not dry_run:
        receipt = await take_back(system, id_, force=force, restart=context.flag("restart"))
    context.emit(
        "undo",
        id=receipt.id,
        changes=change_rows(receipt.changes),
        sudo=receipt.sudo_command,
    )
    show_receipt(context, receipt)
    if dry_run:
        context.output.line(msg("Dry run: nothing was undone."), YELLOW)
    return ExitCode.FORBIDDEN if receipt.staged or receipt.trouble else ExitCode.OK


async def history(context: Context) -> int:
    """List what was done when, newest first."""
    from wizard.apply import history as transactions

    done = transactions(context.session.system)
    context.emit("history", transactions=[
        {"id": t.id, "at": t.at, "state": t.state, "project": t.project,
         "changes": change_rows(t.changes)} for t in done
    ])  # fmt: skip
    for t in done:
        context.output.line(f"{t.id}  {t.at}  {STATES.get(t.state, t.state)}  {t.project}", BOLD)
        for change in t.changes:
            context.output.line(f"  {action_line(change)}")
    if not done:
        context.output.line(msg("Nothing was done yet."))
    return ExitCode.OK


def show_receipt(context: Context, receipt: Receipt) -> None:
    """Say what was written, what waits for root, and how to take it back."""
    output = context.output
    for change in receipt.changes:
        output.line(action_line(change))
    for message in receipt.messages:
        output.line(message)
    if receipt.trouble:
        output.talk(receipt.trouble, RED)
    if receipt.sudo_command:
        output.line(msg("These wait for root:"), YELLOW)
        for change in receipt.staged:
            output.line(f"  {action_line(change)}")
        output.line(msg("  run: {command}", command=receipt.sudo_command), BOLD)


async def _changes(context: Context) -> tuple[Facts, Plan, ChangeSet]:
    scopes = chosen_scopes(context.flags.scope)
    facts = await context.facts()
    if Scope.PROJECT in scopes:
        require_project(facts, msg("or set up this machine alone: --scope user,system"))
    plan = context.session.decide(facts)
    return facts, plan, await context.session.changes(context.session.render(plan), scopes)


def confirmed(context: Context, changes: ChangeSet, command: str) -> bool:
    """Ask. Raises UsageError where there is nobody to ask; `command`: which one takes --yes."""
    if context.ask is None:
        raise UsageError(
            nmsg("there is no terminal to confirm {n} change on",
                 "there is no terminal to confirm {n} changes on", n=len(changes.changes)),
            where=command,
            hint=msg("look at `gomod-wizard diff`, then `gomod-wizard {command} --yes`",
                     command=command),
        )  # fmt: skip
    question = str(
        nmsg(
            "Write this {n} change? [y/N] ",
            "Write these {n} changes? [y/N] ",
            n=len(changes.changes),
        )
    )
    return said_yes(context.ask(question))


def emit_changes(
    context: Context,
    name: str,
    receipt: Receipt | None,
    changes: ChangeSet,
    told: Mapping[str, object] = _NOTHING_MORE,
) -> None:
    """Write the document of a command that changes files."""
    context.emit(
        name,
        id=None if receipt is None else receipt.id,
        changes=change_rows(changes.changes),
        refused=refusal_rows(changes.refusals),
        sudo=None if receipt is None else receipt.sudo_command,
        **told,
    )


def _exit_code(receipt: Receipt | None, refusals: tuple[Refusal, ...]) -> int:
    if any(refusal.unsafe for refusal in refusals):
        return ExitCode.UNSAFE
    if refusals:
        return ExitCode.USAGE
    return ExitCode.FORBIDDEN if receipt is not None and receipt.staged else ExitCode.OK
