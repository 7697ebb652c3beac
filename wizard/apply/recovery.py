"""After a crash: every file of an unfinished transaction gets its earlier bytes back.

An interrupted apply and an interrupted undo end the same way, in the bytes of before. A file that
has neither the old nor the new bytes was changed by somebody else meanwhile; it is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wizard.apply.disk import Disk, Ownership
from wizard.apply.failure import cause
from wizard.apply.journal import Journal, State
from wizard.apply.record import Record
from wizard.apply.transaction import Move, clean, current, install, move_back
from wizard.apply.types import Change
from wizard.errors import ForbiddenError
from wizard.text import msg


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """One transaction that was found unfinished and is finished now."""

    record: Record
    restored: tuple[Change, ...]
    foreign: tuple[str, ...]
    """Files that somebody else changed meanwhile: left alone."""


def recover(journal: Journal) -> tuple[Recovered, ...]:
    """Finish every unfinished transaction, the newest first.

    Raises ForbiddenError where the system refuses; nothing is lost then, the next run tries again.
    """
    journal.sweep()
    found = []
    for id_ in journal.ids():
        if journal.state(id_) in {State.BEGUN, State.UNDOING} and (record := journal.load(id_)):
            found.append(put_back(journal, record))
    return tuple(found)


def beyond_recovery(journal: Journal) -> tuple[str, ...]:
    """Return the ids of unfinished transactions whose bytes the journal has no more."""
    return tuple(
        id_
        for id_ in journal.ids()
        if journal.state(id_) in {State.BEGUN, State.UNDOING} and journal.load(id_) is None
    )


def unfinished(journal: Journal) -> dict[str, dict[bytes | None, bytes | None]]:
    """Return, by path, which bytes recovery would replace by which; writes nothing.

    A plan made after a crash is compared with this, because `commit` recovers first.
    """
    found: dict[str, dict[bytes | None, bytes | None]] = {}
    for id_ in reversed(journal.ids()):
        if journal.state(id_) in {State.BEGUN, State.UNDOING} and (record := journal.load(id_)):
            forced = journal.found(id_)
            for change in record.changes:
                here = found.setdefault(change.path, {})
                here[change.after] = change.before
                if change.path in forced:
                    here[forced[change.path]] = change.before
    return found


def put_back(journal: Journal, record: Record) -> Recovered:
    """Bring the bytes of before back, and mark the transaction as failed or undone."""
    disk = journal.disk
    state = journal.state(record.id)
    found = journal.found(record.id)
    try:
        clean(disk, record.id, [step.path for step in record.steps])
        moves, foreign = _moves(disk, record, found)
        for move in moves:
            make_parents(disk, move.path)
        install(disk, record.id, moves)
        remove_folders(disk, record)
        journal.set_state(record.id, State.UNDONE if state == State.UNDOING else State.FAILED)
    except OSError as error:
        why, hint = cause(error)
        raise ForbiddenError(
            msg("the interrupted run {id} cannot be put back yet: {why}", id=record.id, why=why),
            where=error.filename or record.project,
            hint=hint,
        ) from error
    paths = {str(move.path) for move in moves}
    restored = tuple(step.change for step in record.steps if step.change.path in paths)
    return Recovered(record=record, restored=restored, foreign=foreign)


def _moves(
    disk: Disk, record: Record, found: dict[str, bytes | None]
) -> tuple[list[Move], tuple[str, ...]]:
    moves: list[Move] = []
    foreign: list[str] = []
    for step in record.steps:
        now = current(disk, step.path)
        if now == step.change.before:
            continue
        if now == step.change.after or (
            step.change.path in found and found[step.change.path] == now
        ):
            moves.append(move_back(step, now))
        else:
            foreign.append(step.change.path)
    return moves, tuple(foreign)


def make_parents(disk: Disk, path: Path) -> None:
    """Make the folders above a file that somebody removed meanwhile."""
    for folder in missing_folders([path]):
        disk.make_folder(Path(folder), Ownership(mode=0o755))


def missing_folders(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the folders above `paths` that are not there, outermost first."""
    missing: dict[str, None] = {}
    for path in paths:
        above = [folder for folder in path.parents if not folder.exists()]
        missing.update(dict.fromkeys(str(folder) for folder in reversed(above)))
    return tuple(missing)


def remove_folders(disk: Disk, record: Record) -> None:
    """Remove the folders that the transaction made, where nothing else is in them."""
    for folder in reversed(record.folders):
        disk.remove_folder(Path(folder))
