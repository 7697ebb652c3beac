"""What the restart that is shown would do to running containers, said before anybody says yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wizard.apply import engine
from wizard.apply.types import Change
from wizard.system import System
from wizard.text import Text, msg

_ASKED_S = 3.0
"""A hung engine must not hold up a diff."""
_NAMED = 10


async def with_consequences(system: System, run: Change, changes: Sequence[Change]) -> Change:
    """Return the restart `run` of `changes` with a note on the containers that run now."""
    restart = engine.restart_of(system, changes)
    if restart is None:
        return run
    names = await engine.running(system, restart, timeout_s=_ASKED_S)
    return replace(run, notes=(*run.notes, _note(restart, names)))


def _note(restart: engine.Restart, names: tuple[str, ...] | None) -> Text:
    if names is None:
        return msg("the engine does not say here whether containers run")
    if not names:
        return msg("no container runs that it would stop")
    shown = ", ".join(names[:_NAMED])
    if restart.reload:
        return msg(
            "{n} containers run ({names}): a reload is enough and stops none; only --restart"
            " restarts",
            n=len(names),
            names=shown,
        )
    if restart.keeps_containers:
        return msg(
            "{n} containers run ({names}): live-restore would keep them, but new network settings"
            " wait until they have stopped; only --restart restarts",
            n=len(names),
            names=shown,
        )
    return msg(
        "it would stop {n} running containers ({names}), and is left to you then; only --restart"
        " restarts",
        n=len(names),
        names=shown,
    )
