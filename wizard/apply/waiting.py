"""Records that wait for root, in the journal of the user who staged them.

Root has a journal of its own, which the user cannot read; so root tells the user's journal what it
did. Where it cannot (a home on a server that is closed to root), the files themselves tell.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

from wizard.apply.backwards import inverse_step, moves_back
from wizard.apply.disk import Disk
from wizard.apply.failure import forbidden
from wizard.apply.journal import Journal, State
from wizard.apply.record import Record, load_record, stands_as
from wizard.apply.sudo import sudo_command
from wizard.apply.transaction import changed_since, current, forward
from wizard.apply.types import Receipt
from wizard.errors import ForbiddenError
from wizard.system import System
from wizard.text import msg


def waits_for_root(system: System, record: Record) -> bool:
    """Whether this user cannot take `record` back without root."""
    return system.uid != 0 and any(step.change.needs_root for step in record.steps)


def withdraw(journal: Journal, record: Record) -> None:
    """Close a record that root never carried out; what it would have undone stays in force."""
    journal.set_state(record.id, State.WITHDRAWN)
    if record.undoes and journal.state(record.undoes) == State.UNDO_STAGED:
        journal.set_state(record.undoes, State.APPLIED)


def unstage(system: System, journal: Journal, record: Record, restart: bool | None) -> Receipt:
    """Take back what waits for root, or, where root applied it, stage the way back.

    Raises UnsafeError where a file changed since.
    """
    if journal.state(record.id) == State.STAGED and not stands_as(record.steps, after=True):
        withdraw(journal, record)
        said = msg("{id} waited for root and was not applied; it is withdrawn", id=record.id)
        return Receipt(id=record.id, changes=(), messages=(said,))
    if stands_as(record.steps, after=False):
        journal.set_state(record.id, State.UNDONE)
        said = msg("{id} is undone already: every file is as before", id=record.id)
        return Receipt(id=record.id, changes=(), messages=(said,))
    pending = _way_back(journal, record)
    if pending is None:
        moves_back(journal.disk, record)  # refuses what changed since
        pending = _stage_way_back(system, journal, record)
    journal.set_state(record.id, State.UNDO_STAGED)
    return Receipt(
        id=record.id,
        changes=(),
        staged=tuple(step.change for step in pending.steps),
        sudo_command=sudo_command(journal, pending, restart),
        messages=(msg("the system's files are as they were applied until root undoes them"),),
    )


def _way_back(journal: Journal, record: Record) -> Record | None:
    """Return the way back that waits already, where it still can be gone."""
    for id_ in journal.ids():
        pending = journal.load(id_) if journal.state(id_) == State.STAGED else None
        if pending is None or pending.undoes != record.id:
            continue
        if not changed_since(journal.disk, forward(pending)):
            return pending
        withdraw(journal, pending)
    return None


def _stage_way_back(system: System, journal: Journal, record: Record) -> Record:
    back = replace(
        record,
        id="",
        at=system.clock().isoformat(timespec="milliseconds"),
        undoes=record.id,
        staged="",
        folders=(),
        steps=tuple(
            inverse_step(record, number, current(journal.disk, step.path))
            for number, step in enumerate(record.steps)
        ),
    )
    try:
        return journal.add(back, State.STAGED)
    except OSError as error:
        raise forbidden(error, error.filename or journal.folder) from error


def tell_user(folder: Path, state: str, disk: Disk, *, ran: bool | None = None) -> None:
    """Write into a user's journal, as root, what came of the record in `folder`."""
    journal = Journal(folder.parent.parent, disk)
    record = load_record(folder, disk)
    if record is None or journal.folder / record.id != folder:
        return
    with contextlib.suppress(OSError, ForbiddenError):
        journal.set_state(record.id, state, ran=ran)
        if record.undoes in journal.ids():
            back = State.UNDONE if state == State.APPLIED else State.APPLIED
            journal.set_state(record.undoes, back)
