"""Take a transaction back: every file to its earlier bytes, new files and folders gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from wizard.apply.applying import Listener, restart_engine, silent
from wizard.apply.backwards import inverse, moves_back
from wizard.apply.disk import Disk, Folder
from wizard.apply.failure import cause, forbidden
from wizard.apply.journal import PRIVATE_FILE, Journal, State, state_folders, under_sudo
from wizard.apply.leftovers import clean
from wizard.apply.lock import locked
from wizard.apply.record import Record
from wizard.apply.recovery import Recovered, make_parents, recover, remove_folders
from wizard.apply.settling import details
from wizard.apply.transaction import Move, current, install, trails_of
from wizard.apply.types import Change, Receipt
from wizard.apply.waiting import tell_user, unstage, waits_for_root
from wizard.errors import ForbiddenError, UsageError
from wizard.system import System
from wizard.text import Text, msg

_NOTHING = Receipt(id=None, changes=(), messages=(msg("There is nothing to undo."),))
_NOT_BEGUN = Receipt(
    id=None,
    changes=(),
    messages=(
        msg(
            "the last run was interrupted before it wrote anything, so nothing of it is to be"
            " undone; `gomod-wizard undo` once more takes back the one before it"
        ),
    ),
)
_OPEN = {State.APPLIED, State.STAGED, State.UNDO_STAGED, State.BEGUN, State.UNDOING}


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
    state = _home_of(system, id, disk)
    journal = Journal(state, disk)
    if dry_run:
        if id is None and journal.never_begun():
            return _NOT_BEGUN
        chosen = _choose(system, journal, id)
        back = [
            inverse(record, move)
            for record in _group(journal, chosen)
            for move in moves_back(disk, record, force=force)
        ]
        return Receipt(id=None, changes=tuple(back))
    if not journal.ids() and not journal.never_begun() and id is None:
        return _NOTHING
    with locked(state, disk):
        not_begun = bool(journal.never_begun())
        recovered = recover(journal)
        if recovered and (id is None or any(_is_named(r.record, id) for r in recovered)):
            return await _finished(system, recovered, restart, on_step)
        if not_begun and id is None:
            return _NOT_BEGUN
        chosen = _choose(system, journal, id)
        if chosen is None:
            return _NOTHING
        group = _group(journal, chosen)
        if not group:
            done = msg("{id} is not in force any more: nothing to undo", id=chosen.known_as)
            return Receipt(id=None, changes=(), messages=(done,))
        for record in group:
            if not waits_for_root(system, record):
                moves_back(disk, record, force=force)  # refuses before any part is taken back
        receipt = Receipt(id=None, changes=())
        for record in group:
            if waits_for_root(system, record):
                part = unstage(system, journal, record, restart)
            else:
                part = await _take_back(system, journal, record, force, restart, on_step)
            receipt = _joined(receipt, part)
        return receipt


def _is_named(record: Record, id_: str) -> bool:
    return record.id.startswith(id_) or record.known_as.startswith(id_)


def _matching(journal: Journal, id_: str) -> list[str]:
    return [
        one for one in journal.ids() if one.startswith(id_) or journal.known_as(one).startswith(id_)
    ]


def _home_of(system: System, id_: str | None, disk: Disk) -> Path:
    """Return the state folder whose journal has `id_`, or something to undo."""
    homes = state_folders(system)
    for home in homes:
        journal = Journal(home, disk)
        if _matching(journal, id_) if id_ is not None else _newest(journal):
            return home
    return homes[0]


def _newest(journal: Journal) -> Record | None:
    """Return the newest record that stands. Raises ForbiddenError where that is damaged."""
    for candidate in journal.ids():
        if journal.state(candidate) not in _OPEN:
            continue
        record = journal.load(candidate)
        if record is None:
            raise ForbiddenError(
                msg("the newest transaction is damaged in the journal and cannot be undone"),
                where=str(journal.folder / candidate),
                hint=msg("name an earlier one (`gomod-wizard history`), or mend the files by hand"),
            )
        if not record.undoes:
            return record
    return None


def _choose(system: System, journal: Journal, id_: str | None) -> Record | None:
    """Return the record to take back. Raises UsageError for an id that names none, or many."""
    if id_ is None:
        return _newest(journal)
    found = _matching(journal, id_)
    record = journal.load(found[0]) if len(found) == 1 else None
    if record is None:
        message = msg("{id} names several transactions", id=id_)
        if len(found) < 2:
            message = msg("there is no transaction {id}", id=id_)
        hint = msg("`gomod-wizard history` lists them")
        if not found and under_sudo(system):
            hint = msg("without sudo, as the user who applied it: gomod-wizard undo {id}", id=id_)
        raise UsageError(message, where=id_, hint=hint)
    return record


def _group(journal: Journal, record: Record | None) -> tuple[Record, ...]:
    """Return what is in force of the record, and before it of the part that was for root."""
    if record is None:
        return ()
    ids = (record.staged, record.id) if record.staged else (record.id,)
    parts = (journal.load(id_) for id_ in ids if journal.state(id_) in _OPEN)
    return tuple(part for part in parts if part is not None)


async def _take_back(
    system: System,
    journal: Journal,
    record: Record,
    force: bool,
    restart: bool | None,
    on_step: Listener,
) -> Receipt:
    disk = journal.disk
    moves = moves_back(disk, record, force=force)
    foreign = {
        str(m.path): m.expected for m in moves if m.expected != record.steps[m.number].change.after
    }
    messages = [
        msg("its permissions were changed since, and stay as they are: {path}", path=move.path)
        for move in moves
        if _has_new_mode(record, move)
    ]
    try:
        for move in moves:
            if str(move.path) in foreign and move.expected is not None:
                copy = _keep_copy(disk, record, move, move.expected)
                messages.append(msg("kept as it was: {copy}", copy=copy))
        journal.set_state(record.id, State.UNDOING, foreign)
        for move in moves:
            on_step(str(msg("put {path} back", path=move.path)))
            make_parents(disk, record, move.path)
        install(disk, record.id, moves)
        remove_folders(disk, record)
        journal.set_state(record.id, State.UNDONE)
        if record.carries:
            tell_user(Path(record.carries), State.UNDONE, disk)
    except OSError as error:
        _give_up(journal, record, moves)
        raise _unfinished(journal, record, error) from error
    except BaseException:
        _give_up(journal, record, moves)
        raise
    changes = [inverse(record, move) for move in moves]
    message, wrong = await restart_engine(system, changes, restart, on_step)
    return Receipt(
        id=record.known_as,
        changes=tuple(changes),
        messages=tuple(messages if message is None else (*messages, message)),
        trouble=None if wrong is None else _engine_is_down(wrong),
    )


def _has_new_mode(record: Record, move: Move) -> bool:
    """Whether somebody gave a file that stands before and after an undo other rights."""
    mode = record.steps[move.number].change.mode
    return None not in (move.standing, move.target) and move.owner.mode != mode


def _engine_is_down(why: Text) -> Text:
    return msg(
        "every file is as before, but Docker did not come back ({why}): `journalctl -u docker` says"
        " what it did not like; start it when that is mended",
        why=why,
    )


def _give_up(journal: Journal, record: Record, moves: Sequence[Move]) -> None:
    """After a failed undo: in force as before, where no file went back; else recovery finishes."""
    try:
        clean(journal.disk, record.id, trails_of(moves))
        if all(_bytes_at(journal.disk, move.path) != move.target for move in moves):
            journal.set_state(record.id, State.APPLIED)
    except (OSError, ForbiddenError):
        return


def _unfinished(journal: Journal, record: Record, error: OSError) -> ForbiddenError:
    """Return the error for an undo that the disk refused, by how far it came."""
    where, state = error.filename or record.project, journal.state(record.id)
    if state == State.APPLIED:
        return forbidden(error, where)
    why, hint = cause(error)
    if state == State.UNDONE:
        what = msg(
            "every file is as before, but the journal's note of it may be lost: {why}", why=why
        )
        return ForbiddenError(what, where=where, hint=hint)
    return ForbiddenError(
        msg("the undo is not finished: {why}; every file is whole, old or new", why=why),
        where=where,
        hint=msg("{hint}; `gomod-wizard undo` finishes it", hint=hint),
    )


def _bytes_at(disk: Disk, path: Path) -> bytes | None:
    seen = current(disk, path)
    return None if seen is None else seen.data


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


def _joined(one: Receipt, other: Receipt) -> Receipt:
    return Receipt(
        id=other.id or one.id,
        changes=(*one.changes, *other.changes),
        staged=(*one.staged, *other.staged),
        sudo_command=other.sudo_command or one.sudo_command,
        messages=(*one.messages, *other.messages),
        trouble=other.trouble or one.trouble,
    )


async def _finished(
    system: System, recovered: Sequence[Recovered], restart: bool | None, on_step: Listener
) -> Receipt:
    """What an interrupted transaction left was taken back: that is the undo.

    An engine that runs with the settings of before that is restarted, as after any other undo.
    """
    messages: list[Text] = []
    changes: list[Change] = []
    for one in recovered:
        messages.append(msg("{id} was interrupted; its files are put back", id=one.record.id))
        messages += details(one)
        changes += [
            replace(change, before=change.after, after=change.before) for change in one.restored
        ]
    in_force = [step.change for one in recovered if one.undoing for step in one.record.steps]
    message, wrong = await restart_engine(system, in_force, restart, on_step)
    return Receipt(
        id=recovered[0].record.known_as,
        changes=tuple(changes),
        messages=tuple(messages if message is None else (*messages, message)),
        trouble=None if wrong is None else _engine_is_down(wrong),
    )
