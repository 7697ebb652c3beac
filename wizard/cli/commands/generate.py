"""`generate`: all artifacts into one folder, nothing else touched."""

from __future__ import annotations

from pathlib import Path

from wizard.cli.commands.changes import change_rows
from wizard.cli.commands.projects import require_project
from wizard.cli.context import Context
from wizard.cli.output import GREEN
from wizard.errors import ExitCode, UsageError
from wizard.text import msg


async def generate(context: Context) -> int:
    """Write every artifact's standalone form into `--out`; exit 4 for a file not our own."""
    from wizard.apply import generate as write_all

    if not context.flags.out:
        raise UsageError(
            msg("--out names no folder"),
            where="generate",
            hint=msg("for example: gomod-wizard generate --out build-setup"),
        )
    facts = await context.facts()
    require_project(facts)
    plan = context.session.decide(facts)
    out = Path(context.flags.out)
    artifacts = context.session.render(plan)
    changes = write_all(artifacts, out, dry_run=context.flag("dry_run", False))
    context.emit("generate", id=None, changes=change_rows(changes))
    for change in changes:
        context.output.line(f"{change.action}  {change.path}")
    if not changes:
        context.output.line(msg("Nothing to do: {out} is as planned.", out=out), GREEN)
    return ExitCode.OK
