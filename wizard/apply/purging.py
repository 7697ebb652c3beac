"""Remove every trace of this program: its state, what a crash left beside files, its settings.

The journal is the only way back, so it is not removed while anything of it still stands.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wizard.apply.disk import Disk, Folder
from wizard.apply.failure import cause
from wizard.apply.journal import HALF_DONE, Journal, State, machine_folder, state_folders
from wizard.apply.lock import locked
from wizard.apply.record import ID, stands_as
from wizard.apply.recovery import tidy
from wizard.apply.sudo import sudo_purge
from wizard.errors import ForbiddenError, UnsafeError
from wizard.system import System
from wizard.text import Text, msg

_BESIDE = re.compile(rf"\.gomod-wizard-({ID.pattern})\.(?:\d+\.(?:new|old|part)|kept)")
_IN_FORCE = {State.APPLIED, State.UNDO_STAGED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One file or folder of this program's own."""

    path: str
    what: Text
    size: int
    """Bytes of all files in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What a purge removes, and what it does not."""

    removable: tuple[Trace, ...]
    standing: tuple[Text, ...] = ()
    """What could not be undone any more; a purge refuses while there is any."""
    settings: str | None = None
    """The folder of the user's own catalogue and answers, which is kept unless asked for."""
    of_root: str | None = None
    """The folder that only root can remove."""
    sudo_command: str | None = None


def find_traces(system: System, *, settings: bool = False) -> Traces:
    """Look for everything that `purge` would remove; `settings` counts the user's own in.

    Reads, and writes nothing. Raises ForbiddenError where the journal cannot be read.
    """
    disk = Disk()
    removable: list[Trace] = []
    standing: list[Text] = []
    for home in state_folders(system):
        journal = Journal(home, disk)
        standing += _standing(journal)
        removable += [
            Trace(path=str(path), what=msg("a file that a crash left"), size=_size(path))
            for path in _beside(journal)
        ]
        if os.path.lexists(home):
            what = msg("the journal of {n} transactions, with its backups", n=len(journal.ids()))
            removable.append(Trace(path=str(home), what=what, size=_size(home)))
    own = _settings_folder(system)
    if own is not None and settings:
        what = msg("your own catalogue and answers")
        removable.append(Trace(path=str(own), what=what, size=_size(own)))
    roots = machine_folder(system)
    of_root = str(roots) if system.uid != 0 and os.path.lexists(roots) else None
    return Traces(
        removable=tuple(removable),
        standing=tuple(standing),
        settings=None if own is None or settings else str(own),
        of_root=of_root,
        sudo_command=sudo_purge() if of_root else None,
    )


def purge(
    system: System, *, settings: bool = False, force: bool = False, disk: Disk | None = None
) -> Traces:
    """Remove what `find_traces` finds, for good, and return it.

    Raises UnsafeError where something still stands and `force` is not given, ForbiddenError where
    the system refuses; what is removed by then stays removed, and a second call goes on.
    """
    disk = disk or Disk()
    homes = [home for home in state_folders(system) if os.path.lexists(home)]
    with contextlib.ExitStack() as locks:
        for home in homes:
            locks.enter_context(locked(home, disk))
        found = find_traces(system, settings=settings)
        if found.standing and not force:
            raise refuse_standing(found.standing)
        with _said():
            for home in homes:
                _remove_state(disk, home)
            for home in state_folders(system):
                _remove_empty_above(system, disk, home)
            own = _settings_folder(system) if settings else None
            if own is not None:
                _remove(disk, own)
    return found


def refuse_standing(standing: Sequence[Text]) -> UnsafeError:
    """Return the refusal for transactions whose way back would be lost."""
    return UnsafeError(
        msg("the journal is the only way back, and is still needed: {why}; nothing was removed",
            why="; ".join(str(text) for text in standing)),
        where="purge",
        hint=msg("take it back first: gomod-wizard undo; or --force, which keeps what is written"),
    )  # fmt: skip


def _standing(journal: Journal) -> list[Text]:
    """Return what of the journal could not be undone without it, newest first."""
    found: list[Text] = []
    for id_ in journal.ids():
        state, record = journal.state(id_), journal.load(id_)
        if state in HALF_DONE:
            found.append(msg("{id} was interrupted half-way", id=id_))
        elif record is None:
            if state in _IN_FORCE:
                found.append(msg("{id} is damaged, and was applied", id=id_))
        elif record.undoes:
            continue  # a way back that root went
        elif state in _IN_FORCE and not stands_as(record.steps, after=False):
            found.append(msg("{id} is applied", id=record.known_as))
        elif state == State.STAGED and stands_as(record.steps, after=True):
            found.append(msg("{id} was applied by root", id=id_))
    return found


def _beside(journal: Journal) -> Iterator[Path]:
    """Find the files that an interrupted transaction of this journal left beside others."""
    ids = journal.ids()
    records = [record for id_ in ids if (record := journal.load(id_))]
    for folder in sorted({step.path.parent for record in records for step in record.steps}):
        with contextlib.suppress(OSError):  # a folder that is gone holds nothing
            for name in sorted(os.listdir(folder)):
                match = _BESIDE.fullmatch(name)
                if match and match[1] in ids:
                    yield folder / name


def _settings_folder(system: System) -> Path | None:
    base = system.config_home()
    if base is None or not base.is_absolute():
        return None
    folder = Path(os.path.realpath(base)) / "gomod-wizard"
    return folder if os.path.lexists(folder) else None


def _remove_state(disk: Disk, home: Path) -> None:
    """Remove a state folder while its lock is held; the lock itself goes last."""
    journal = Journal(home, disk)
    for id_ in journal.ids():
        if journal.state(id_) in HALF_DONE and (record := journal.load(id_)):
            tidy(journal, record)  # what somebody saved in the moment of a kill is not ours
    for path in _beside(journal):
        with Folder(path.parent) as folder:
            disk.remove(folder, path.name)
    journal.sweep()
    for id_ in journal.ids():
        # Under this name a later run sweeps what a kill leaves of it: no half entry is listed.
        with Folder(journal.folder) as folder:
            disk.rename(folder, id_, f".new-{id_}")
        _remove(disk, journal.folder / f".new-{id_}")
    for name in sorted(os.listdir(home), key=lambda name: name == "lock"):
        _remove(disk, home / name)
    disk.remove_folder(home)


def _remove(disk: Disk, path: Path) -> None:
    """Remove a file, a link itself, or a folder with all in it, without following a link."""
    if path.is_symlink() or not path.is_dir():
        with Folder(path.parent) as folder:
            disk.remove(folder, path.name)
        return
    for name in sorted(os.listdir(path)):
        _remove(disk, path / name)
    disk.remove_folder(path)


def _remove_empty_above(system: System, disk: Disk, home: Path) -> None:
    """Remove `~/.local/state` and `~/.local` where they are empty: `apply` had made them."""
    if system.home is None or "XDG_STATE_HOME" in system.env:
        return
    own = Path(os.path.realpath(system.home))
    for folder in home.parents:
        if own not in folder.parents:
            return
        disk.remove_folder(folder)


def _size(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder."""
    if path.is_symlink() or not path.is_dir():
        try:
            return path.lstat().st_size
        except OSError:
            return 0
    try:
        return sum(_size(path / name) for name in os.listdir(path))
    except OSError:
        return 0


@contextlib.contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why, hint = cause(error)
        raise ForbiddenError(
            msg("it cannot be removed: {why}; run this again for what is left", why=why),
            where=str(error.filename or "purge"),
            hint=hint,
        ) from error
