"""What waits for root: laid ready by the user, applied by one sudo command exactly as shown."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from wizard.apply.applying import Listener, commit, restart_engine, silent
from wizard.apply.disk import Disk
from wizard.apply.engine import RESTARTED
from wizard.apply.journal import Journal, State, state_folder
from wizard.apply.lock import locked
from wizard.apply.record import load_record
from wizard.apply.settling import settle
from wizard.apply.types import Action, ChangeSet, Receipt
from wizard.apply.waiting import tell_user
from wizard.errors import ForbiddenError, UnsafeError, UsageError
from wizard.system import System
from wizard.text import Text, msg


async def commit_staged(
    system: System,
    id: str,
    *,
    restart: bool | None = None,
    on_step: Listener = silent,
    disk: Disk | None = None,
) -> Receipt:
    """As root, write exactly the changes that were staged and shown; `id` or its folder.

    The receipt has the id that the user was shown, by which the user and root can undo it. The
    id ends in the hash of the record, and the record holds the hashes of the bytes. Raises
    UsageError where there is none, UnsafeError where it is not what was shown.
    """
    disk = disk or Disk()
    folder = _staged_folder(system, id)
    _refuse_links(folder)
    record = load_record(folder, disk)
    if record is None:
        if not _is_folder(folder):
            raise UsageError(
                msg("nothing is staged under {id}, or root may not read it there", id=id),
                where=str(folder),
                hint=msg("run `gomod-wizard apply` again as yourself"),
            )
        raise UnsafeError(
            msg("what is staged under {id} is not what was shown; nothing was written", id=id),
            where=str(folder),
            hint=msg("run `gomod-wizard apply` again as yourself"),
        )
    staged_state = Journal(folder.parent.parent, disk).state(record.id)
    if staged_state != State.STAGED:
        raise UsageError(
            msg("{id} does not wait any more: {state}", id=record.id, state=staged_state),
            hint=msg("run `gomod-wizard apply` again as yourself"),
        )
    if system.uid != 0:
        raise ForbiddenError(
            msg("the staged files belong to root"),
            where=str(folder),
            hint=msg("run it with sudo"),
        )
    changes = ChangeSet(changes=record.changes, refusals=())
    said = settle(system, disk)
    earlier = _carried_out(system, record.undoes, disk)
    clean_system = _as_root_alone(system, Path(record.project))
    if own := _carried_out(system, record.id, disk):
        receipt = await _finish(clean_system, own, restart, on_step, disk)
    else:
        receipt = await commit(
            clean_system,
            Path(record.project),
            changes,
            restart=restart,
            on_step=on_step,
            disk=disk,
            carries=str(folder),
            undoes=earlier or record.undoes,
        )
    if earlier:
        Journal(state_folder(system), disk).set_state(earlier, State.UNDONE)
    ran = any(change.action is Action.RUN for change in receipt.changes)
    tell_user(folder, State.APPLIED, disk, ran=ran)
    return replace(receipt, id=record.id, messages=(*said, *receipt.messages))


async def _finish(
    system: System, id_: str, restart: bool | None, on_step: Listener, disk: Disk
) -> Receipt:
    """Do what is left of a run that wrote its files and was killed then."""
    state = state_folder(system)
    said: list[Text] = [msg("its files were written already, by a run that was interrupted")]
    with locked(state, disk):
        journal = Journal(state, disk)
        record = journal.load(id_)
        if record is None or not record.runs or journal.ran(id_):
            return Receipt(id=id_, changes=(), messages=tuple(said))
        message, wrong = await restart_engine(system, record.changes, restart, on_step)
        runs = record.runs if message is RESTARTED else ()
        if runs:
            journal.set_state(id_, State.APPLIED, ran=True)
    said += [] if message is None else [message]
    return Receipt(id=id_, changes=runs, messages=tuple(said), trouble=wrong)


def _carried_out(system: System, id_: str, disk: Disk) -> str:
    """Return root's own id of what it carried out for a user's `id_`; empty: it did not."""
    journal = Journal(state_folder(system), disk)
    for own in journal.ids() if id_ else ():
        if journal.known_as(own) == id_ and journal.state(own) == State.APPLIED:
            return own
    return ""


def _as_root_alone(system: System, project: Path) -> System:
    """Let nothing of the project's or the user's choose what root runs.

    A project could lay a program in a folder of PATH; a sudo that keeps HOME would have root's
    `docker` read the user's config.json, which names plugins that docker runs.
    """
    folders = [
        folder
        for folder in system.env.get("PATH", os.defpath).split(os.pathsep)
        if os.path.isabs(folder)
        and not Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(project))
    ]
    env = {name: value for name, value in system.env.items() if not name.startswith("DOCKER_")}
    env |= {
        "PATH": os.pathsep.join(folders),
        "DOCKER_CONFIG": str(state_folder(system) / "no-docker-config"),
    }
    return replace(system, env=env)


def _staged_folder(system: System, id_: str) -> Path:
    """Return the folder that `id_` names: a path, or an id in a journal of this user's."""
    if os.sep in id_:
        return Path(os.path.abspath(id_))
    homes = [state_folder(system)]
    if system.home is not None:
        users = os.path.realpath(system.home / ".local" / "state")
        homes.append(Path(users) / "gomod-wizard")
    for home in homes:
        if _is_folder(home / "journal" / id_):
            return home / "journal" / id_
    return homes[0] / "journal" / Path(id_).name


def _refuse_links(folder: Path) -> None:
    """Refuse a path with a link in it: it could lead to another record than the one shown.

    The folder is opened without following any, so a link that is laid later leads nowhere.
    """
    for part in (*reversed(folder.parents), folder):
        if part.is_symlink():
            raise UnsafeError(
                msg("a symbolic link stands where the staged folder should be; root follows none"),
                where=str(part),
                hint=msg("look who put it there; name the folder itself, as `gomod-wizard apply`"
                         " printed it"),
            )  # fmt: skip


def _is_folder(path: Path) -> bool:
    """Whether root sees a folder there; a home on another server may be closed to root."""
    try:
        return path.is_dir()
    except OSError:
        return False
