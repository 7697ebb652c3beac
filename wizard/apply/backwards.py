"""The way back of a record: its moves, and its steps turned around."""

from __future__ import annotations

from dataclasses import replace

from wizard.apply.disk import Disk, Seen
from wizard.apply.failure import forbidden
from wizard.apply.record import Record, Step
from wizard.apply.transaction import Move, current, move_back
from wizard.apply.types import Action, Change
from wizard.errors import UnsafeError
from wizard.text import msg


def moves_back(disk: Disk, record: Record, *, force: bool = False) -> list[Move]:
    """Return the moves back to before. Raises UnsafeError for files that changed since."""
    moves: list[Move] = []
    changed: list[str] = []
    for number, step in enumerate(record.steps):
        try:
            seen = current(disk, step.path)
        except OSError as error:
            raise forbidden(error, step.path) from error
        now = None if seen is None else seen.data
        if now == step.change.before:
            continue
        if now != step.change.after:
            changed.append(step.change.path)
        moves.append(move_back(step, number, seen))
    if changed and not force:
        raise UnsafeError(
            msg("changed since {id}: {paths}; nothing was undone",
                id=record.known_as, paths=", ".join(changed)),
            where=changed[0],
            hint=msg(
                "undo a later transaction first (`gomod-wizard history`), or `--force`, which"
                " keeps a copy of each beside it"
            ),
        )  # fmt: skip
    return moves


def inverse_step(record: Record, number: int, now: Seen | None) -> Step:
    """Return the step from what stands there to before, for a record of its own."""
    step = record.steps[number]
    move = move_back(step, number, now)
    return replace(step, change=inverse(record, move), uid=move.owner.uid, gid=move.owner.gid)


def inverse(record: Record, move: Move) -> Change:
    """Return the change that `move` is, with what the record knows of its file."""
    known = record.steps[move.number].change
    if move.target is None:
        action = Action.REMOVE
    else:
        action = Action.CREATE if move.expected is None else Action.UPDATE
    return replace(
        known,
        action=action,
        before=move.expected,
        after=move.target,
        mode=move.owner.mode,
        because=(),
        notes=(),
    )
