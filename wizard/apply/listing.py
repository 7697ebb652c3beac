"""What was done when, told as it is now: what waits, what stands, what was taken back."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.apply.disk import Disk
from wizard.apply.journal import Journal, State, state_folders
from wizard.apply.record import Record, stands_as, when
from wizard.apply.types import Transaction
from wizard.system import System

INTERRUPTED = "interrupted"
"""A transaction that the next apply or undo puts back first."""
DAMAGED = "damaged"
"""Its bytes in the journal are not those that were written down: it cannot be undone."""
PARTLY_UNDONE = "partly undone"
"""What the user may write is as before; the system's part is in force until root undoes it."""


def history(system: System) -> tuple[Transaction, ...]:
    """Return the transactions of this user, newest first; of a damaged one only when it was."""
    journals = [Journal(folder, Disk()) for folder in state_folders(system)]
    found = [tuple(_transactions(journal)) for journal in journals]
    if len([one for one in found if one]) < 2:
        return tuple(entry for one in found for entry in one)
    return tuple(sorted((e for one in found for e in one), key=lambda e: e.at, reverse=True))


def _transactions(journal: Journal) -> Iterator[Transaction]:
    ids = journal.ids()
    for id_ in ids:
        record = journal.load(id_)
        if record is None:
            yield Transaction(id=id_, at=when(id_), state=DAMAGED, project="", changes=())
            continue
        if record.undoes in ids:
            continue  # a way back that root goes is told by the state of what it takes back
        state = _state(journal, record)
        ran = record.runs if state == State.STAGED or journal.ran(id_) else ()
        yield Transaction(
            id=record.known_as,
            at=record.at,
            state=state,
            project=record.project,
            changes=(*(step.change for step in record.steps), *ran),
        )


def _state(journal: Journal, record: Record) -> str:
    """Return the state's word; where root could not tell the user's journal, the files tell."""
    state = journal.state(record.id)
    if state in {State.BEGUN, State.UNDOING}:
        return INTERRUPTED
    if state == State.STAGED and stands_as(record.steps, after=True):
        return State.APPLIED
    if state == State.UNDO_STAGED and stands_as(record.steps, after=False):
        return State.UNDONE
    if state == State.UNDONE and record.staged:
        part = journal.load(record.staged)
        if part is not None and _state(journal, part) in {State.UNDO_STAGED, State.APPLIED}:
            return PARTLY_UNDONE
    return state
