"""Take a transaction back: every file to its earlier bytes, new files and folders gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from wizard.apply.applying import Listener, restart_engine, silent
from wizard.apply.disk import Disk, Folder
from wizard.apply.failure import forbidden
from wizard.apply.journal import PRIVATE_FILE, Journal, State, state_folder
from wizard.apply.lock import locked
from wizard.apply.record import Record, Step, stands_as
from wizard.apply.recovery import Recovered, make_parents, recover, remove_folders
from wizard.apply.sudo import sudo_command
from wizard.apply.transaction import Move, clean, current, install, owner_before
from wizard.apply.types import Action, Change, Receipt
from wizard.errors import ForbiddenError, UnsafeError, UsageError
from wizard.system import System
from wizard.text import Text, msg

_NOTHING = Receipt(id=None, changes=(), messages=(msg("there is nothing to undo"),))
_OPEN = {State.APPLIED, State.STAGED, State.BEGUN, State.UNDOING}


async def undo(
    system: System,
    id: str | None = None,
    *,
    force: bool = False,
    restart: bool | None = None,
    dry_run: bool = False,
    on_step: Listener = silent,
    disk: Disk | None = None,
) -> Receipt:
    """Take back one transaction, by default the newest that stands; `id` may be a prefix.

    Raises UnsafeError naming the files that changed since; `force` keeps a copy of each beside
    it. UsageError for an unknown id, ForbiddenError with nothing changed where the system refuses.
    """
    disk = disk or Disk()
    state = state_folder(system)
    journal = Journal(state, disk)
    if dry_run:
        chosen = _choose(journal, id)
        back = [
            _inverse(record, move)
            for record in _group(journal, chosen)
            for move in _moves(disk, record, force)
        ]
        return Receipt(id=None, changes=tuple(back))
    if not journal.ids() and id is None:
        return _NOTHING
    with locked(state, disk):
        recovered = recover(journal)
        if recovered and (id is None or any(r.record.id.startswith(id) for r in recovered)):
            return _recovered_receipt(recovered)
        chosen = _choose(journal, id)
        if chosen is None:
            return _NOTHING
        if journal.state(chosen.id) not in _OPEN:
            done = msg("{id} is not in force any more: nothing to undo", id=chosen.id)
            return Receipt(id=None, changes=(), messages=(done,))
        receipt = Receipt(id=None, changes=())
        for record in _group(journal, chosen):
            if journal.state(record.id) == State.STAGED and system.uid != 0:
                part = _unstage(system, journal, record, restart)
            else:
                part = await _take_back(system, journal, record, force, restart, on_step)
            receipt = _joined(receipt, part)
        return receipt


def _choose(journal: Journal, id_: str | None) -> Record | None:
    """Return the record to take back. Raises UsageError for an id that names none, or many."""
    if id_ is None:
        for candidate in journal.ids():
            record = journal.load(candidate) if journal.state(candidate) in _OPEN else None
            if record is not None and not record.undoes:
                return record
        return None
    found = [candidate for candidate in journal.ids() if candidate.startswith(id_)]
    record = journal.load(found[0]) if len(found) == 1 else None
    if record is None:
        message = msg("{id} names several transactions", id=id_)
        if len(found) < 2:
            message = msg("there is no transaction {id}", id=id_)
        raise UsageError(message, where=id_, hint=msg("`gomod-wizard history` lists them"))
    return record


def _group(journal: Journal, record: Record | None) -> tuple[Record, ...]:
    """Return the record, and before it the part of the same apply that was staged for root."""
    if record is None:
        return ()
    if record.staged and journal.state(record.staged) == State.STAGED:
        staged = journal.load(record.staged)
        if staged is not None:
            return (staged, record)
    return (record,)


def _moves(disk: Disk, record: Record, force: bool) -> list[Move]:
    """Return the moves back to before. Raises UnsafeError for files that changed since."""
    moves: list[Move] = []
    changed: list[str] = []
    for step in record.steps:
        try:
            now = current(disk, step.path)
        except OSError as error:
            raise forbidden(error, step.path) from error
        if now == step.change.before:
            continue
        if now != step.change.after:
            changed.append(step.change.path)
        moves.append(_move_back(step, now))
    if changed and not force:
        raise UnsafeError(
            msg("changed since {id}: {paths}; nothing was undone",
                id=record.id, paths=", ".join(changed)),
            where=changed[0],
            hint=msg(
                "undo a later transaction first (`gomod-wizard history`), or `--force`, which"
                " keeps a copy of each beside it"
            ),
        )  # fmt: skip
    return moves


def _move_back(step: Step, now: bytes | None) -> Move:
    return Move(path=step.path, expected=now, target=step.change.before, owner=owner_before(step))


async def _take_back(
    system: System,
    journal: Journal,
    record: Record,
    force: bool,
    restart: bool | None,
    on_step: Listener,
) -> Receipt:
    disk = journal.disk
    moves = _moves(disk, record, force)
    foreign = {str(m.path): m.expected for m in moves if m.expected != _after(record, m.path)}
    messages: list[Text] = []
    try:
        for move in moves:
            if str(move.path) in foreign and move.expected is not None:
                copy = _keep_copy(disk, record, move, move.expected)
                messages.append(msg("kept as it was: {copy}", copy=copy))
        journal.set_state(record.id, State.UNDOING, foreign)
        for move in moves:
            on_step(str(msg("put {path} back", path=move.path)))
            make_parents(disk, move.path)
        install(disk, record.id, moves)
        remove_folders(disk, record)
        journal.set_state(record.id, State.UNDONE)
    except OSError as error:
        _give_up(journal, record, moves)
        raise forbidden(error, error.filename or record.project) from error
    except BaseException:
        _give_up(journal, record, moves)
        raise
    changes = [_inverse(record, move) for move in moves]
    message, wrong = await restart_engine(system, changes, restart, on_step)
    messages += [text for text in (message, wrong) if text is not None]
    return Receipt(id=record.id, changes=tuple(changes), messages=tuple(messages))


def _give_up(journal: Journal, record: Record, moves: Sequence[Move]) -> None:
    """After a failed undo: in force as before, where every file is; else recovery finishes it."""
    try:
        clean(journal.disk, record.id, [step.path for step in record.steps])
        if all(current(journal.disk, move.path) == move.expected for move in moves):
            journal.set_state(record.id, State.APPLIED)
    except (OSError, ForbiddenError):
        return


def _after(record: Record, path: Path) -> bytes | None:
    return next(step.change.after for step in record.steps if step.path == path)


def _keep_copy(disk: Disk, record: Record, move: Move, data: bytes) -> Path:
    """Write what stands there beside it, under a name that is free."""
    with Folder(move.path.parent) as folder:
        name, number = f"{move.path.name}.kept-{record.id[:15]}", 0
        while (standing := disk.read(folder, name, len(data) + 1)) is not None:
            if standing == data:
                return folder.path / name
            number += 1
            name = f"{move.path.name}.kept-{record.id[:15]}-{number}"
        unfinished = f".gomod-wizard-{record.id}.kept"
        disk.remove(folder, unfinished)
        disk.write_new(folder, unfinished, data, replace(move.owner, mode=PRIVATE_FILE.mode))
        disk.rename(folder, unfinished, name)
        disk.sync(folder)
        return folder.path / name


def _unstage(system: System, journal: Journal, record: Record, restart: bool | None) -> Receipt:
    """Take back what waits for root, or, where root applied it, stage the way back."""
    if stands_as(record.steps, after=False):
        journal.set_state(record.id, State.UNDONE)
        return Receipt(id=record.id, changes=())
    moves = _moves(journal.disk, record, False)
    inverse = replace(
        record,
        id="",
        at=system.clock().isoformat(timespec="milliseconds"),
        undoes=record.id,
        staged="",
        folders=(),
        steps=tuple(_inverse_step(record, step) for step in record.steps),
    )
    pending = journal.add(inverse, State.STAGED)
    journal.set_state(record.id, State.UNDONE)
    return Receipt(
        id=record.id,
        changes=(),
        staged=tuple(_inverse(record, move) for move in moves),
        sudo_command=sudo_command(journal, pending, restart),
        messages=(msg("the system's files wait for root"),),
    )


def _inverse_step(record: Record, step: Step) -> Step:
    return replace(step, change=_inverse(record, _move_back(step, step.change.after)))


def _inverse(record: Record, move: Move) -> Change:
    """Return the change that `move` is, with what the record knows of its file."""
    known = next(step.change for step in record.steps if step.path == move.path)
    if move.target is None:
        action = Action.REMOVE
    else:
        action = Action.CREATE if move.expected is None else Action.UPDATE
    return replace(
        known, action=action, before=move.expected, after=move.target, because=(), notes=()
    )


def _joined(one: Receipt, other: Receipt) -> Receipt:
    return Receipt(
        id=other.id or one.id,
        changes=(*one.changes, *other.changes),
        staged=(*one.staged, *other.staged),
        sudo_command=other.sudo_command or one.sudo_command,
        messages=(*one.messages, *other.messages),
    )


def _recovered_receipt(recovered: Sequence[Recovered]) -> Receipt:
    """What an interrupted transaction left was taken back: that is the undo."""
    messages: list[Text] = []
    changes: list[Change] = []
    for one in recovered:
        messages.append(msg("{id} was interrupted; its files are put back", id=one.record.id))
        if one.foreign:
            left = msg("changed by somebody else, left alone: {p}", p=", ".join(one.foreign))
            messages.append(left)
        changes += [
            replace(change, before=change.after, after=change.before) for change in one.restored
        ]
    return Receipt(id=recovered[0].record.id, changes=tuple(changes), messages=tuple(messages))
