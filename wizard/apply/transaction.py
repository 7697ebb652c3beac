"""Many files as one: all new, or all old again.

First every new file is written beside its place and brought to the disk, which is where a full
disk or a missing permission shows; then each is put in place in one step. Before each of those
steps the file is compared once more with what was shown.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wizard.apply.disk import Disk, Folder, Ownership, Seen
from wizard.apply.failure import forbidden
from wizard.apply.leftovers import FILE_LIMIT, Trail, beside, clean, write_beside
from wizard.apply.record import Record, Step
from wizard.errors import UnsafeError
from wizard.text import Text, msg


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One file from the bytes that stand there to the bytes that shall."""

    path: Path
    number: int
    """Its place in the record: what it leaves beside the file is found by that."""
    expected: bytes | None
    target: bytes | None
    owner: Ownership
    """Of the new file."""
    standing: Ownership | None = None
    """Of the file that is expected to stand there; None: there is none, or it is not compared."""
    attributes: Mapping[str, bytes] | None = None
    """The access list and the like of a file that stood there once and is gone; None: as it is."""


def forward(record: Record) -> tuple[Move, ...]:
    """Return the moves from before to after."""
    return tuple(
        Move(
            path=step.path,
            number=number,
            expected=step.change.before,
            target=step.change.after,
            owner=owner_after(step),
            standing=None if step.change.before is None else owner_before(step),
        )
        for number, step in enumerate(record.steps)
    )


def move_back(step: Step, number: int, now: Seen | None) -> Move:
    """Return the move of `step` from what stands there to the bytes that stood there before.

    A file that stands there keeps its mode and owner: an apply changes neither, so another one was
    given since, and to go back would give rights that somebody took away.
    """
    return Move(
        path=step.path,
        number=number,
        expected=None if now is None else now.data,
        target=step.change.before,
        owner=owner_before(step) if now is None else now.owner,
        standing=None if now is None else now.owner,
        attributes=dict(step.attributes) if now is None else None,
    )


def owner_after(step: Step) -> Ownership:
    """Return mode and owner of the new file: those of the old one where there is one."""
    if step.change.before is None:
        return Ownership(mode=step.change.mode, uid=step.new_uid, gid=step.new_gid)
    return owner_before(step)


def owner_before(step: Step) -> Ownership:
    return Ownership(mode=step.change.mode, uid=step.uid, gid=step.gid)


def current(disk: Disk, path: Path) -> Seen | None:
    """Return what stands at `path`, None where nothing does. Raises OSError."""
    return disk.see_at(path, FILE_LIMIT)


def changed_since(disk: Disk, moves: Sequence[Move]) -> tuple[str, ...]:
    """Return the paths that are not as expected any more: other bytes, another mode or owner."""
    changed = []
    for move in moves:
        try:
            same = _is_expected(current(disk, move.path), move)
        except OSError:
            same = False
        if not same:
            changed.append(str(move.path))
    return tuple(changed)


def _is_expected(seen: Seen | None, move: Move) -> bool:
    if seen is None or move.expected is None:
        return (None if seen is None else seen.data) == move.expected
    same_owner = move.standing is None or sys.platform == "win32" or seen.owner == move.standing
    return seen.data == move.expected and same_owner


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
    done: list[Move] = []
    at: Path = Path()
    try:
        for move in moves:
            at = move.path
            _prepare(disk, id_, move)
        for move in moves:
            at = move.path
            with Folder(move.path.parent) as folder:
                _refuse_other(disk, folder, move.path.name, move)
                # Noted before the step: where it fails half-way, putting back is harmless.
                done.append(move)
                _put(disk, folder, beside(id_, move.number, "new"), move)
    except BaseException as error:
        left, foreign, kept = _put_back(disk, id_, moves, done)
        if isinstance(error, OSError):
            raise forbidden(error, at, left, (*foreign, *kept), instead=instead) from error
        if isinstance(error, UnsafeError) and kept:
            raise _with_copies(error, kept) from error
        raise


def _with_copies(error: UnsafeError, kept: Sequence[str]) -> UnsafeError:
    return UnsafeError(
        msg("{what}; kept as it was: {copy}", what=error.message, copy=", ".join(kept)),
        where=error.where,
        hint=error.hint,
    )


def _prepare(disk: Disk, id_: str, move: Move) -> None:
    """Write the new file beside its place."""
    if move.target is None:
        return
    with Folder(move.path.parent) as folder:
        like = None if move.expected is None else move.path.name
        name = beside(id_, move.number, "new")
        write_beside(disk, folder, name, move.target, move.owner, like, move.attributes)


def _put(disk: Disk, folder: Folder, temporary: str, move: Move) -> None:
    """Put the new file in place of exactly the expected one.

    It was compared just before; what somebody saved since comes back in exchange, and is put
    back. Raises UnsafeError then.
    """
    name = move.path.name
    if move.target is None:
        disk.rename(folder, name, temporary)
        with _swapped_back(lambda: disk.put_new(folder, temporary, name)):
            _refuse_other(disk, folder, temporary, move)
        disk.remove(folder, temporary)
    elif move.expected is None:
        try:
            disk.put_new(folder, temporary, name)
        except FileExistsError:
            raise refuse_changed([str(move.path)]) from None
    elif disk.exchange(folder, temporary, name):
        with _swapped_back(lambda: disk.exchange(folder, temporary, name)):
            _refuse_other(disk, folder, temporary, move)
        disk.remove(folder, temporary)
    else:
        disk.rename(folder, temporary, name)
    disk.sync(folder)


def _refuse_other(disk: Disk, folder: Folder, name: str, move: Move) -> None:
    if not _is_expected(disk.see(folder, name, FILE_LIMIT), move):
        raise refuse_changed([str(move.path)])


@contextlib.contextmanager
def _swapped_back(back: Callable[[], object]) -> Iterator[None]:
    """Put back what is not the expected file, or cannot be read: a link, a pipe.

    Where its place is taken again by then, the cleaning that follows keeps it beside.
    """
    try:
        yield
    except (OSError, UnsafeError):
        with contextlib.suppress(FileExistsError):
            back()
        raise


def _put_back(
    disk: Disk, id_: str, moves: Sequence[Move], done: Sequence[Move]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Undo what was done, the last first.

    Returns the paths where that failed, those that somebody changed since and that are left, and
    the copies that are kept of what somebody saved.
    """
    left: list[str] = []
    foreign: list[str] = []
    kept: tuple[str, ...] = ()
    for move in reversed(done):
        try:
            if not _restore(disk, id_, move):
                foreign.append(str(move.path))
        except OSError:
            left.append(str(move.path))
        except UnsafeError:
            foreign.append(str(move.path))
    with contextlib.suppress(OSError):  # recovery does it again, and only then calls it done
        kept = clean(disk, id_, trails_of(moves))
    return tuple(left), tuple(foreign), kept


def trails_of(moves: Sequence[Move]) -> tuple[Trail, ...]:
    """Return what moves may leave beside their files."""
    return tuple(
        Trail(
            number=move.number,
            path=move.path,
            known=(move.expected, move.target),
            targets={"new": move.target, "old": move.expected},
        )
        for move in moves
    )


def _restore(disk: Disk, id_: str, move: Move) -> bool:
    """Put one move back; False where neither the old bytes stand there nor the new ones."""
    with Folder(move.path.parent) as folder:
        seen = disk.see(folder, move.path.name, FILE_LIMIT)
        standing = None if seen is None else seen.data
        if standing == move.expected:
            return True
        if standing != move.target:
            return False
        back = Move(
            path=move.path,
            number=move.number,
            expected=move.target,
            target=move.expected,
            owner=(move.standing or move.owner) if seen is None else seen.owner,
            standing=None if seen is None else seen.owner,
        )
        temporary = beside(id_, move.number, "old")
        if back.target is not None:
            like = None if seen is None else move.path.name
            write_beside(disk, folder, temporary, back.target, back.owner, like, None)
        _put(disk, folder, temporary, back)
    return True
