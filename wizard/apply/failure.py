"""What the operating system refused, in words: what, where, and what to do next."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from wizard.apply.disk import TooLargeError
from wizard.errors import ForbiddenError
from wizard.text import Text, msg

LEAVE_OUT: Text = msg("or leave this scope out with --scope")
_DENIED = (
    msg("permission denied"),
    msg("run it as the user who may write there, or ask for the permission"),
)
_LINK = (
    msg("a symbolic link stands where a folder or file was"),
    msg("look who put it there, then run this again"),
)
_CAUSES: dict[int, tuple[Text, Text]] = {
    errno.ENOSPC: (msg("the disk is full"), msg("free some space, then run this again")),
    errno.EDQUOT: (msg("your disk quota is used up"), msg("free some space, then run this again")),
    errno.EROFS: (msg("the file system is read-only"), msg("mount it writable")),
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.ELOOP: _LINK,
    errno.ENOENT: (
        msg("the folder that it goes into is gone, or none can be made there"),
        msg("look at that folder, then run this again"),
    ),
    errno.ENAMETOOLONG: (
        msg("its name is longer than the file system allows"),
        msg("give it a shorter name"),
    ),
    errno.EBUSY: (
        msg("it is a mount point of its own and cannot be replaced"),
        msg("change it where it is mounted from"),
    ),
    errno.EFBIG: (
        msg("it would be larger than a file may be here"),
        msg("raise the limit (`ulimit -f`), then run this again"),
    ),
    errno.EIO: (msg("the disk reported an error"), msg("look at the kernel's log (dmesg)")),
}
_OF_THE_PLACE = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.ELOOP}
"""What another place would not have; a full disk is not among it, the journal needs one too."""


def cause(error: OSError, instead: Text = "") -> tuple[Text, Text]:
    """Return why the system refused, and what helps; `instead` is a way around the place."""
    fallback = (error.strerror or str(error), msg("nothing is lost; run this again"))
    why, hint = _CAUSES.get(error.errno or 0, fallback)
    if error.errno == errno.ENOTDIR:
        why, hint = _no_folder(error)
    if isinstance(error, TooLargeError):
        why = msg("it is larger than the {n} MiB that are read of any file", n=error.limit >> 20)
        hint = msg("look what it is, move it away, then run this again")
    if str(instead) and error.errno in _OF_THE_PLACE:
        hint = msg("{hint}, {instead}", hint=hint, instead=instead)
    return why, hint


def _no_folder(error: OSError) -> tuple[Text, Text]:
    """Say what stands in the place of a folder: the system calls a link and a file the same."""
    path = Path(os.fsdecode(error.filename or ""))
    with contextlib.suppress(OSError):  # a folder that may not be looked into
        for folder in (*reversed(path.parents), path):
            if folder.is_symlink():
                return _LINK
            if folder.exists() and not folder.is_dir():
                return msg("{p} is a file, not a folder", p=folder), msg("move that file away")
    return _LINK


def forbidden(
    error: OSError,
    path: Path | str,
    left: tuple[str, ...] = (),
    foreign: tuple[str, ...] = (),
    *,
    instead: Text = "",
    begun: bool = False,
) -> ForbiddenError:
    """Return the error for a write that failed; `begun` where files before it stay written.

    `left` are files that could not be put back, `foreign` those that somebody changed meanwhile.
    """
    why, hint = cause(error, instead)
    if left:
        return ForbiddenError(
            msg(
                "it cannot be written: {why}; not put back yet: {left}",
                why=why,
                left=", ".join(left),
            ),
            where=str(path),
            hint=msg("the bytes are safe in the journal; `gomod-wizard undo` puts them back"),
        )
    if foreign:
        return ForbiddenError(
            msg(
                "it cannot be written: {why}; everything is as it was but what somebody changed"
                " meanwhile: {foreign}",
                why=why,
                foreign=", ".join(foreign),
            ),
            where=str(path),
            hint=hint,
        )
    if begun:
        return ForbiddenError(
            msg(
                "it cannot be written: {why}; each file before it is whole, and the next run goes"
                " on from there",
                why=why,
            ),
            where=str(path),
            hint=hint,
        )
    return ForbiddenError(
        msg("it cannot be written: {why}; everything is as it was", why=why),
        where=str(path),
        hint=hint,
    )


def unreadable(error: OSError, path: Path) -> ForbiddenError:
    """Return the error for a part of the program's own state that cannot be read."""
    why, _ = cause(error)
    return ForbiddenError(
        msg("the journal cannot be read: {why}", why=why),
        where=str(path),
        hint=msg("it must belong to you; after a run with sudo, give it back with chown"),
    )
