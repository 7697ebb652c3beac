"""`purge`: say what of this program is on the machine, ask, and remove it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.cli.context import Context
from wizard.cli.output import BOLD, DIM, GREEN, YELLOW
from wizard.cli.reading import said_yes
from wizard.errors import ExitCode, UsageError
from wizard.text import msg, nmsg

if TYPE_CHECKING:
    from wizard.apply.purging import Traces


async def purge(context: Context) -> int:
    """Remove every trace. Exit 1 for a no, 3 where root has a part, 4 where something stands."""
    from wizard.apply import find_traces
    from wizard.apply import purge as remove
    from wizard.apply.purging import refuse_standing

    system, output = context.session.system, context.output
    settings, force = context.flag("settings", False), context.flag("force", False)
    found = find_traces(system, settings=settings)
    _show(context, found)
    if found.standing and not force:
        raise refuse_standing(found.standing)
    if context.flag("dry_run", False):
        _emit(context, found, removed=False)
        output.line(msg("Dry run: nothing was removed."), YELLOW)
        return ExitCode.OK
    if found.removable:
        if not context.flag("yes", False) and not _confirmed(context, found):
            _emit(context, found, removed=False)
            output.talk(msg("Nothing was removed."))
            return ExitCode.NO
        found = remove(system, settings=settings, force=force)
        output.line(msg("All of it is removed."), GREEN)
    _emit(context, found, removed=bool(found.removable))
    return ExitCode.FORBIDDEN if found.of_root else ExitCode.OK


def _show(context: Context, found: Traces) -> None:
    output = context.output
    for text in found.standing:
        output.line(
            msg("still stands, and could not be undone any more: {what}", what=text), YELLOW
        )
    if not found.removable:
        output.line(msg("There is nothing of this program to remove."))
    for trace in found.removable:
        output.line(msg("remove  {path}  ({what}, {n} bytes)", path=trace.path, what=trace.what,
                        n=trace.size), BOLD)  # fmt: skip
    if found.settings:
        output.line(msg("kept    {path}  (yours; --settings removes it)", path=found.settings), DIM)
    if found.of_root:
        output.line(msg("root's own part is in {path}; it may serve other users too",
                        path=found.of_root), YELLOW)  # fmt: skip
        output.line(msg("  run: {command}", command=found.sudo_command), BOLD)


def _confirmed(context: Context, found: Traces) -> bool:
    if context.ask is None:
        raise UsageError(
            nmsg(
                "there is no terminal to confirm {n} removal on",
                "there is no terminal to confirm {n} removals on",
                n=len(found.removable),
            ),
            where="purge",
            hint=msg("look at `gomod-wizard purge --dry-run`, then `gomod-wizard purge --yes`"),
        )
    return said_yes(context.ask(str(msg("Remove this for good? [y/N] "))))


def _emit(context: Context, found: Traces, *, removed: bool) -> None:
    context.emit(
        "purge",
        removed=removed,
        traces=[{"path": t.path, "what": t.what, "bytes": t.size} for t in found.removable],
        standing=found.standing,
        kept=found.settings,
        left_for_root=found.of_root,
        sudo=found.sudo_command,
    )
