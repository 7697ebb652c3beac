"""What an interrupted step leaves beside a file: its own draft, or what stood there.

A draft has the kind `part` until it is whole; only then it gets the name under which it is swapped
with the file. So a `part` is always this program's, and goes unread. What stands under the other
names may be what somebody saved in the very moment of the swap: unless its bytes are known to the
journal it is put back, or kept beside the file under a name of its own.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from wizard.apply.disk import Disk, Folder, Ownership, Seen
from wizard.system import READ_LIMIT

FILE_LIMIT = 4 * READ_LIMIT
KINDS = ("new", "old")
_DRAFT = ".part"
_NO_FILE_OF_OURS = {None, errno.ELOOP, errno.ENXIO, errno.EFBIG}
"""Errors of `Disk.see` for a link, a pipe, a socket, a folder, a huge file."""
_CLOSED = {errno.EACCES, errno.EPERM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """One file of a transaction, and what may lie beside it."""

    number: int
    path: Path
    known: Collection[bytes | None]
    """The bytes that the journal has of it."""
    targets: Mapping[str, bytes | None]
    """By kind, what is put in the file's place through that name."""


def beside(id_: str, number: int, kind: str) -> str:
    """Return the name of a transaction's own file beside its file `number`."""
    return f".gomod-wizard-{id_}.{number}.{kind}"


def write_beside(
    disk: Disk,
    folder: Folder,
    name: str,
    data: bytes,
    owner: Ownership,
    like: str | None,
    attributes: Mapping[str, bytes] | None,
) -> None:
    """Write a file beside its place under a name of `beside`, whole and on the disk."""
    draft = Path(name).with_suffix(_DRAFT).name
    disk.remove(folder, draft)
    disk.write_new(folder, draft, data, owner, like, attributes)
    disk.rename(folder, draft, name)


def clean(disk: Disk, id_: str, trails: Collection[Trail]) -> tuple[str, ...]:
    """Remove what a transaction left beside its files; return the copies that are kept.

    Raises OSError.
    """
    kept: list[str] = []
    for trail in trails:
        try:
            folder = Folder(trail.path.parent)
        except FileNotFoundError:
            continue
        with folder:
            draft = beside(id_, trail.number, _DRAFT[1:])
            if os.path.lexists(folder.path / draft):
                disk.remove(folder, draft)
            for kind in KINDS:
                name = beside(id_, trail.number, kind)
                if os.path.lexists(folder.path / name):
                    kept += _settle(disk, folder, id_, name, trail, trail.targets[kind])
    return tuple(kept)


def _settle(
    disk: Disk, folder: Folder, id_: str, name: str, trail: Trail, target: bytes | None
) -> tuple[str, ...]:
    """Remove what is ours; give back what is somebody's, and keep it where that cannot be."""
    file = trail.path.name
    left, standing = _seen(disk, folder, name), _seen(disk, folder, file)
    if left is not None and left.data in trail.known:
        # A file that is put in another's place has its mode: another one was given since.
        swapped = standing is not None and standing.data == target
        if not swapped or standing is None or standing.owner.mode == left.owner.mode:
            disk.remove(folder, name)
            return ()
    if standing is not None and standing.data in trail.known:
        if disk.exchange(folder, name, file):
            left = _seen(disk, folder, name)
            if left is not None and left.data in trail.known:
                disk.remove(folder, name)
                disk.sync(folder)
                return ()
    elif not os.path.lexists(folder.path / file) and _named(disk, folder, name, file):
        return ()
    return (str(folder.path / keep(disk, folder, name, file, id_)),)


def keep(disk: Disk, folder: Folder, name: str, file: str, id_: str) -> str:
    """Give what stands under `name` a name of its own beside `file`, and return that."""
    number = 0
    while True:
        kept = f"{file}.kept-{id_[:15]}" + (f"-{number}" if number else "")
        if _named(disk, folder, name, kept):
            return kept
        number += 1


def _named(disk: Disk, folder: Folder, old: str, new: str) -> bool:
    """Rename to a name that must be free; False where it is not."""
    try:
        disk.put_new(folder, old, new)
    except FileExistsError:
        return False
    disk.sync(folder)
    return True


def _seen(disk: Disk, folder: Folder, name: str) -> Seen | None:
    """Return what stands there; None too for what is no file of ours: a link, a pipe.

    Raises OSError where the disk itself fails: what was not read is not judged.
    """
    try:
        return disk.see(folder, name, FILE_LIMIT)
    except OSError as error:
        if not is_somebodys(error) and error.errno not in _CLOSED:
            raise
        return None


def is_somebodys(error: OSError) -> bool:
    """Whether what could not be read is nothing that this program ever writes."""
    return error.errno in _NO_FILE_OF_OURS
