"""After a crash: every file of an unfinished transaction gets its earlier bytes back.

An interrupted apply and an interrupted undo end the same way, in the bytes of before. A file that
has neither the old nor the new bytes was changed by somebody else meanwhile; it is left alone.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wizard.apply.disk import Disk, Ownership
from wizard.apply.failure import cause
from wizard.apply.journal import HALF_DONE, Journal, State
from wizard.apply.leftovers import Trail, clean, is_somebodys
from wizard.apply.record import Record
from wizard.apply.standing import NEW_FOLDER_MODES
from wizard.apply.transaction import Move, current, install, move_back
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
    kept: tuple[str, ...]
    """Copies of what somebody saved in the moment of the interruption."""
    undoing: bool
    """It was an undo that is finished now; else an apply, which is rolled back."""


def recover(journal: Journal) -> tuple[Recovered, ...]:
    """Finish every unfinished transaction, the newest first.

    Raises ForbiddenError where the system refuses; nothing is lost then, the next run tries again.
    """
    journal.sweep()
    found = []
    for id_ in journal.ids():
        if journal.state(id_) in HALF_DONE and (record := journal.load(id_)):
            found.append(put_back(journal, record))
    return tuple(found)


def beyond_recovery(journal: Journal) -> tuple[str, ...]:
    """Return the ids of unfinished transactions whose bytes the journal has no more."""
    return tuple(
        id_
        for id_ in journal.ids()
        if journal.state(id_) in HALF_DONE and journal.load(id_) is None
    )


def put_back(journal: Journal, record: Record) -> Recovered:
    """Bring the bytes of before back, and mark the transaction as failed or undone."""
    disk = journal.disk
    undoing = journal.state(record.id) == State.UNDOING
    found = journal.found(record.id)
    try:
        kept = tidy(journal, record)
        moves, foreign = _moves(disk, record, found)
        for move in moves:
            make_parents(disk, record, move.path)
        install(disk, record.id, moves)
        remove_folders(disk, record)
        journal.set_state(record.id, State.UNDONE if undoing else State.FAILED)
    except OSError as error:
        why, hint = cause(error)
        raise ForbiddenError(
            msg("the interrupted run {id} cannot be put back yet: {why}", id=record.id, why=why),
            where=error.filename or record.project,
            hint=hint,
        ) from error
    paths = {str(move.path) for move in moves}
    restored = tuple(step.change for step in record.steps if step.change.path in paths)
    return Recovered(record=record, restored=restored, foreign=foreign, kept=kept, undoing=undoing)


def tidy(journal: Journal, record: Record) -> tuple[str, ...]:
    """Remove what an interrupted run, of either direction, left beside its files.

    Returns the copies that are kept of what somebody saved. Raises OSError.
    """
    undoing, found = journal.state(record.id) == State.UNDOING, journal.found(record.id)
    trails = []
    for number, step in enumerate(record.steps):
        before = step.change.before
        after = found.get(step.change.path, step.change.after)
        new, old = (before, after) if undoing else (after, before)
        trails.append(
            Trail(
                number=number,
                path=step.path,
                known=(before, after, step.change.after),
                targets={"new": new, "old": old},
            )
        )
    return clean(journal.disk, record.id, trails)


def _moves(
    disk: Disk, record: Record, found: Mapping[str, bytes | None]
) -> tuple[list[Move], tuple[str, ...]]:
    moves: list[Move] = []
    foreign: list[str] = []
    for number, step in enumerate(record.steps):
        try:
            seen = current(disk, step.path)
        except OSError as error:
            if not is_somebodys(error):
                raise
            foreign.append(step.change.path)
            continue
        now = None if seen is None else seen.data
        if now == step.change.before:
            continue
        if now == step.change.after or (
            step.change.path in found and found[step.change.path] == now
        ):
            moves.append(move_back(step, number, seen))
        else:
            foreign.append(step.change.path)
    return moves, tuple(foreign)


def make_parents(disk: Disk, record: Record, path: Path) -> None:
    """Make the folders above a file that somebody removed meanwhile, as they were."""
    missing = missing_folders([path])
    for folder in missing:
        owner = record.parents.get(folder) or new_folder(record, Path(folder))
        disk.make_folder(Path(folder), replace(owner, mode=0o700))
    for folder in reversed(missing):  # the innermost first: one above may be closed to this user
        owner = record.parents.get(folder) or new_folder(record, Path(folder))
        disk.set_mode(Path(folder), owner.mode)


def new_folder(record: Record, folder: Path) -> Ownership:
    """Return mode and owner of a folder that is made new: those of the first file under it."""
    for step in record.steps:
        if step.path.is_relative_to(folder):
            mode = NEW_FOLDER_MODES[step.change.scope]
            return Ownership(mode=mode, uid=step.new_uid, gid=step.new_gid)
    return Ownership(mode=0o755)


def missing_folders(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the folders above `paths` that are not there, outermost first."""
    missing: dict[str, None] = {}
    for path in paths:
        above = [folder for folder in path.parents if not folder.exists()]
        missing.update(dict.fromkeys(str(folder) for folder in reversed(above)))
    return tuple(missing)


def standing_folders(paths: Sequence[Path]) -> dict[str, Ownership]:
    """Return mode and owner of the folders above `paths` that are there."""
    found: dict[str, Ownership] = {}
    for folder in dict.fromkeys(folder for path in paths for folder in path.parents):
        with contextlib.suppress(OSError):
            status = os.lstat(folder)
            if stat.S_ISDIR(status.st_mode):
                found[str(folder)] = Ownership(
                    mode=stat.S_IMODE(status.st_mode), uid=status.st_uid, gid=status.st_gid
                )
    return found


def remove_folders(disk: Disk, record: Record) -> None:
    """Remove the folders that the transaction made, where nothing else is in them."""
    for folder in reversed(record.folders):
        disk.remove_folder(Path(folder))
