"""Write a set of changes as one transaction over all scopes, or stage what waits for root."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from wizard.apply import engine
from wizard.apply.disk import Disk, attributes_at
from wizard.apply.failure import LEAVE_OUT, cause, forbidden
from wizard.apply.journal import Journal, State, state_folder
from wizard.apply.lock import locked
from wizard.apply.record import Record, Step, stands_as
from wizard.apply.recovery import (
    missing_folders,
    new_folder,
    put_back,
    recover,
    standing_folders,
)
from wizard.apply.settling import refuse_outdated, told
from wizard.apply.sudo import sudo_command
from wizard.apply.transaction import Move, changed_since, forward, install, refuse_changed
from wizard.apply.types import Action, Change, ChangeSet, Receipt
from wizard.apply.waiting import withdraw
from wizard.errors import ForbiddenError
from wizard.render.types import Scope
from wizard.system import System
from wizard.text import Text, msg

Listener = Callable[[str], None]


def silent(step: str) -> None:
    """Tell nobody."""


async def commit(
    system: System,
    project: Path,
    changeset: ChangeSet,
    *,
    restart: bool | None = None,
    on_step: Listener = silent,
    disk: Disk | None = None,
    carries: str = "",
    undoes: str = "",
) -> Receipt:
    """Write `changeset`: all of it, or nothing. System changes wait for root where it is missing.

    `carries` and `undoes` go into the record (see Record). `restart` None restarts the engine
    only where no container runs. Raises ForbiddenError (permission, disk, the engine did not come
    back) with everything put back, UnsafeError where a file changed since it was compared or
    dockerd refuses the new configuration.
    """
    disk = disk or Disk()
    files = [change for change in changeset.changes if change.action is not Action.RUN]
    runs = [change for change in changeset.changes if change.action is Action.RUN]
    if len({change.path for change in files}) != len(files):
        raise ValueError("two changes of one path in one transaction")
    if not files:
        return Receipt(id=None, changes=())
    staged = [c for c in files if c.needs_root and c.scope is Scope.SYSTEM and system.uid != 0]
    own = [change for change in files if change not in staged]
    _refuse_unwritable(system, own)
    engine.refuse_what_dockerd_refuses(files)
    state = state_folder(system)
    with locked(state, disk):
        journal = Journal(state, disk)
        recovered = recover(journal)
        if any(one.restored for one in recovered):
            raise refuse_outdated(recovered)
        messages = told(journal, recovered)
        everything = forward(_record(system, project, files))
        if changed := changed_since(disk, everything):
            raise refuse_changed(changed)
        own_runs = [run for run in runs if not (run.needs_root and staged)]
        await engine.validate(system, own, state)
        pending = None
        if staged:
            on_step(str(msg("lay the system's files ready for root")))
            _supersede(journal, staged)
            waiting = [run for run in runs if run not in own_runs]
            pending = _add(journal, _record(system, project, staged, runs=waiting), State.STAGED)
        receipt = Receipt(id=None, changes=())
        if own:
            staged_id = pending.id if pending else ""
            record = _record(system, project, own, runs=own_runs, staged=staged_id)
            record = replace(record, carries=carries, undoes=undoes)
            receipt = await _write(system, journal, record, restart, on_step)
    return Receipt(
        id=receipt.id or (pending.id if pending else None),
        changes=receipt.changes,
        staged=tuple(staged),
        sudo_command=sudo_command(journal, pending, restart) if pending else None,
        messages=(*messages, *receipt.messages),
    )


def _supersede(journal: Journal, staged: Sequence[Change]) -> None:
    """Close what an earlier apply laid ready for the same files and root never fetched."""
    paths = {change.path for change in staged}
    for id_ in journal.ids():
        record = journal.load(id_) if journal.state(id_) == State.STAGED else None
        if record is None or not paths.issuperset(str(step.path) for step in record.steps):
            continue
        if not stands_as(record.steps, after=True):
            withdraw(journal, record)


async def _write(
    system: System, journal: Journal, record: Record, restart: bool | None, on_step: Listener
) -> Receipt:
    """Write one record, then restart what must; put everything back where either fails."""
    on_step(str(msg("write the journal")))
    record = _add(journal, record, State.BEGUN)
    write_files(journal, record, forward(record), State.APPLIED, on_step)
    changes = tuple(step.change for step in record.steps)
    message, wrong = await restart_engine(system, changes, restart, on_step)
    if wrong is not None:
        raise await _put_back_and_restart(system, journal, record, wrong, on_step)
    runs = record.runs if message is engine.RESTARTED else ()
    if runs:
        journal.set_state(record.id, State.APPLIED, ran=True)
    messages = () if message is None else (message,)
    return Receipt(id=record.id, changes=(*changes, *runs), messages=messages)


def _add(journal: Journal, record: Record, state: str) -> Record:
    try:
        return journal.add(record, state)
    except OSError as error:
        raise forbidden(error, error.filename or journal.folder) from error


def write_files(
    journal: Journal, record: Record, moves: Sequence[Move], done: str, on_step: Listener
) -> None:
    """Install `moves` and mark the record as `done`; put everything back where that fails."""
    disk = journal.disk
    try:
        for folder in record.folders:
            disk.make_folder(Path(folder), new_folder(record, Path(folder)))
        for move in moves:
            on_step(str(msg("write {path}", path=move.path)))
        install(disk, record.id, moves, instead=LEAVE_OUT)
        journal.set_state(record.id, done)
    except OSError as error:
        left = _try_put_back(journal, record)
        at = error.filename or record.project
        raise forbidden(error, at, left, instead=LEAVE_OUT) from error
    except BaseException:
        _try_put_back(journal, record)
        raise


def _try_put_back(journal: Journal, record: Record) -> tuple[str, ...]:
    """Put everything back now; return what the disk does not let us, which the next run does."""
    try:
        put_back(journal, record)
    except (OSError, ForbiddenError):
        return tuple(
            step.change.path for step in record.steps if not stands_as([step], after=False)
        )
    return ()


async def restart_engine(
    system: System, changes: Sequence[Change], restart: bool | None, on_step: Listener
) -> tuple[Text | None, Text | None]:
    """Restart the engine where `changes` need it; return what to tell, and what went wrong."""
    how = engine.restart_of(system, changes)
    if how is None:
        concerned = any("docker" in change.restarts for change in changes)
        return (
            msg("restart Docker: the new settings take effect then") if concerned else None
        ), None
    if not how.user and system.uid != 0:
        return msg("it takes effect with: {command}", command=how.shown_with_sudo), None
    if why_not := await engine.may_restart(system, how, restart):
        if not how.reload or restart is False:
            return why_not, None
        wrong = await engine.run_restart(system, replace(how, commands=(how.reload,)), on_step)
        return (None, wrong) if wrong else (engine.RELOADED, None)
    if wrong := await engine.run_restart(system, how, on_step):
        return None, wrong
    return engine.RESTARTED, None


async def _put_back_and_restart(
    system: System, journal: Journal, record: Record, wrong: Text, on_step: Listener
) -> ForbiddenError:
    """Give a dead engine its old files, start it with them, and return what to say."""
    on_step(str(msg("the engine did not come back: put the old files back")))
    put_back(journal, record)
    changes = [step.change for step in record.steps]
    if how := engine.restart_of(system, changes):
        await engine.forget_failures(system, how)
    _, still = await restart_engine(system, changes, True, on_step)
    return ForbiddenError(
        msg(
            "Docker did not come back with the new settings ({why}); every file was put back, and"
            " {now}",
            why=wrong,
            now=still or msg("it runs again with the old ones"),
        ),
        hint=msg("`journalctl -u docker` says what the engine did not like"),
    )


def _record(
    system: System,
    project: Path,
    changes: Sequence[Change],
    *,
    runs: Sequence[Change] = (),
    staged: str = "",
) -> Record:
    paths = [Path(change.path) for change in changes]
    return Record(
        id="",
        at=system.clock().isoformat(timespec="milliseconds"),
        project=str(project),
        steps=tuple(_step(system, change) for change in changes),
        folders=missing_folders(paths),
        parents=standing_folders(paths),
        staged=staged,
        runs=tuple(runs),
    )


def _step(system: System, change: Change) -> Step:
    """Note the owner of the old file; a new one of root's gets the owner of its folder."""
    try:
        status = os.lstat(change.path)
    except OSError:
        uid, gid = _owner_above(Path(change.path)) if system.uid == 0 else (-1, -1)
        return Step(change=change, uid=-1, gid=-1, new_uid=uid, new_gid=gid)
    try:
        attributes = attributes_at(Path(change.path))
    except OSError:  # it is gone, or a link now: the comparison before the write says so
        attributes = {}
    return Step(
        change=change,
        uid=status.st_uid,
        gid=status.st_gid,
        attributes=tuple(attributes.items()),
    )


def _owner_above(path: Path) -> tuple[int, int]:
    for folder in path.parents:
        try:
            status = os.stat(folder)
        except OSError:
            continue
        return status.st_uid, status.st_gid
    return -1, -1


def _refuse_unwritable(system: System, changes: Sequence[Change]) -> None:
    for change in changes:
        if change.needs_root and system.uid != 0:
            why, hint = cause(PermissionError(errno.EACCES, ""), LEAVE_OUT)
            raise ForbiddenError(
                msg("it cannot be written: {why}; nothing was written", why=why),
                where=change.path,
                hint=hint,
            )
