"""Many files as one: all new, or all old again.

First every new file is written beside its place and brought to the disk, which is where a full
disk or a missing permission shows; then each is put in place in one step. Before each of those
steps the file is compared once more with what was shown.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wizard.apply.disk import Disk, Folder, Ownership
from wizard.apply.failure import forbidden
from wizard.apply.record import Record, Step
from wizard.errors import UnsafeError
from wizard.system import READ_LIMIT
from wizard.text import Text, msg

_LIMIT = 4 * READ_LIMIT
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One file from the bytes that stand there to the bytes that shall."""

    path: Path
    expected: bytes | None
    target: bytes | None
    owner: Ownership
    attributes: Mapping[str, bytes] | None = None
    """The access list and the like of a file that stood there once and is gone; None: as it is."""


def forward(record: Record) -> tuple[Move, ...]:
    """Return the moves from before to after."""
    return tuple(
        Move(
            path=step.path,
            expected=step.change.before,
            target=step.change.after,
            owner=owner_after(step),
        )
        for step in record.steps
    )


def move_back(step: Step, now: bytes | None) -> Move:
    """Return the move of `step` from what stands there to what stood there before."""
    return Move(
        path=step.path,
        expected=now,
        target=step.change.before,
        owner=owner_before(step),
        attributes=dict(step.attributes) if now is None else None,
    )


def owner_after(step: Step) -> Ownership:
    """Return mode and owner of the new file: those of the old one where there is one."""
    if step.change.before is None:
        return Ownership(mode=step.change.mode, uid=step.new_uid, gid=step.new_gid)
    return owner_before(step)


def owner_before(step: Step) -> Ownership:
    return Ownership(mode=step.change.mode, uid=step.uid, gid=step.gid)


def current(disk: Disk, path: Path) -> bytes | None:
    """Return what stands at `path`, None where nothing does. Raises OSError."""
    return disk.look(path, _LIMIT)


def changed_since(disk: Disk, moves: Sequence[Move]) -> tuple[str, ...]:
    """Return the paths that do not have the expected bytes any more."""
    changed = []
    for move in moves:
        try:
            same = current(disk, move.path) == move.expected
        except OSError:
            same = False
        if not same:
            changed.append(str(move.path))
    return tuple(changed)


def refuse_changed(paths: Sequence[str]) -> UnsafeError:
    """Return the refusal for files that somebody changed in the meantime."""
    return UnsafeError(
        msg("changed since it was shown: {paths}; nothing was written", paths=", ".join(paths)),
        where=paths[0],
        hint=msg("run `gomod-wizard diff` to see the new difference, then apply that"),
    )


def install(disk: Disk, id_: str, moves: Sequence[Move], *, instead: Text = "") -> None:
    """Make all moves, or none; `instead` is a way around a place that refuses.

    Raises ForbiddenError where the system refused one, UnsafeError where a file changed;
    everything is put back then. Where even that failed, the error names the files.
    """
    done: list[tuple[int, Move]] = []
    at: Path = Path()
    try:
        for number, move in enumerate(moves):
            at = move.path
            _prepare(disk, id_, number, move)
        for number, move in enumerate(moves):
            at = move.path
            with Folder(move.path.parent) as folder:
                _refuse_other(disk, folder, move.path.name, move)
                # Noted before the step: where it fails half-way, putting back is harmless.
                done.append((number, move))
                _put(disk, folder, _temporary(id_, number, "new"), move)
    except BaseException as error:
        left, foreign = _put_back(disk, id_, moves, done)
        if isinstance(error, OSError):
            raise forbidden(error, at, left, foreign, instead=instead) from error
        raise


def _prepare(disk: Disk, id_: str, number: int, move: Move) -> None:
    """Write the new file beside its place."""
    if move.target is None:
        return
    with Folder(move.path.parent) as folder:
        name = _temporary(id_, number, "new")
        disk.remove(folder, name)
        like = None if move.expected is None else move.path.name
        disk.write_new(folder, name, move.target, move.owner, like, move.attributes)


def _put(disk: Disk, folder: Folder, temporary: str, move: Move) -> None:
    """Put the new file in place of exactly the expected one.

    It was compared just before; what somebody saved since comes back in exchange, and is put
    back. Raises UnsafeError then.
    """
    name = move.path.name
    if move.target is None:
        disk.rename(folder, name, temporary)
        with _swapped_back(lambda: disk.rename(folder, temporary, name)):
            _refuse_other(disk, folder, temporary, move)
        disk.remove(folder, temporary)
    elif move.expected is None:
        _put_new(disk, folder, temporary, move)
    elif disk.exchange(folder, temporary, name):
        with _swapped_back(lambda: disk.exchange(folder, temporary, name)):
            _refuse_other(disk, folder, temporary, move)
        disk.remove(folder, temporary)
    else:
        disk.rename(folder, temporary, name)
    disk.sync(folder)


def _refuse_other(disk: Disk, folder: Folder, name: str, move: Move) -> None:
    if disk.read(folder, name, _LIMIT) != move.expected:
        raise refuse_changed([str(move.path)])


@contextlib.contextmanager
def _swapped_back(back: Callable[[], object]) -> Iterator[None]:
    """Put back what is not the expected file, or cannot be read: a link, a pipe."""
    try:
        yield
    except (OSError, UnsafeError):
        back()
        raise


def _put_new(disk: Disk, folder: Folder, temporary: str, move: Move) -> None:
    """Put a file where none is; a file system without links gets the plain rename."""
    try:
        disk.link(folder, temporary, move.path.name)
    except FileExistsError:
        raise refuse_changed([str(move.path)]) from None
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        disk.rename(folder, temporary, move.path.name)
    else:
        disk.remove(folder, temporary)


def _put_back(
    disk: Disk, id_: str, moves: Sequence[Move], done: Sequence[tuple[int, Move]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Undo what was done, the last first.

    Returns the paths where that failed, and those that somebody changed since and that are left.
    """
    left: list[str] = []
    foreign: list[str] = []
    for number, move in reversed(done):
        try:
            if not _restore(disk, _temporary(id_, number, "old"), move):
                foreign.append(str(move.path))
        except OSError:
            left.append(str(move.path))
        except UnsafeError:
            foreign.append(str(move.path))
    with contextlib.suppress(OSError):  # recovery does it again, and only then calls it done
        clean(disk, id_, [move.path for move in moves])
    return tuple(left), tuple(foreign)


def _restore(disk: Disk, temporary: str, move: Move) -> bool:
    """Put one move back; False where neither the old bytes stand there nor the new ones."""
    with Folder(move.path.parent) as folder:
        standing = disk.read(folder, move.path.name, _LIMIT)
        if standing == move.expected:
            return True
        if standing != move.target:
            return False
        back = Move(path=move.path, expected=move.target, target=move.expected, owner=move.owner)
        if back.target is not None:
            disk.remove(folder, temporary)
            like = None if back.expected is None else back.path.name
            disk.write_new(folder, temporary, back.target, back.owner, like)
        _put(disk, folder, temporary, back)
    return True


def clean(disk: Disk, id_: str, paths: Sequence[Path]) -> None:
    """Remove what an interrupted transaction left beside its files. Raises OSError."""
    for number, path in enumerate(paths):
        try:
            folder = Folder(path.parent)
        except FileNotFoundError:
            continue
        with folder:
            for kind in ("new", "old"):
                name = _temporary(id_, number, kind)
                if os.path.lexists(folder.path / name):
                    disk.remove(folder, name)


def _temporary(id_: str, number: int, kind: str) -> str:
    return f".gomod-wizard-{id_}.{number}.{kind}"
