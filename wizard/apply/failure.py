"""What the operating system refused, in words: what, where, and what to do next."""

from __future__ import annotations

import errno
from pathlib import Path

from wizard.errors import ForbiddenError
from wizard.text import Text, msg

_CAUSES: dict[int, tuple[Text, Text]] = {
    errno.ENOSPC: (msg("the disk is full"), msg("free some space, then run this again")),
    errno.EDQUOT: (msg("your disk quota is used up"), msg("free some space, then run this again")),
    errno.EROFS: (
        msg("the file system is read-only"),
        msg("leave this scope out with --scope, or mount it writable"),
    ),
    errno.EACCES: (
        msg("permission denied"),
        msg("leave this scope out with --scope, or ask the owner for permission to write there"),
    ),
    errno.ELOOP: (
        msg("a symbolic link stands where a folder or file was"),
        msg("look who put it there, then run this again"),
    ),
    errno.EBUSY: (
        msg("it is a mount point of its own and cannot be replaced"),
        msg("change it where it is mounted from"),
    ),
    errno.EIO: (msg("the disk reported an error"), msg("look at the kernel's log (dmesg)")),
}
_CAUSES[errno.EPERM] = _CAUSES[errno.EACCES]
_CAUSES[errno.ENOTDIR] = _CAUSES[errno.ELOOP]


def cause(error: OSError) -> tuple[Text, Text]:
    """Return why the system refused, and what helps."""
    fallback = (error.strerror or str(error), msg("nothing is lost; run this again"))
    return _CAUSES.get(error.errno or 0, fallback)


def forbidden(error: OSError, path: Path | str, left: tuple[str, ...] = ()) -> ForbiddenError:
    """Return the error for a write that failed; `left` are files that could not be put back."""
    why, hint = cause(error)
    if left:
        return ForbiddenError(
            msg(
                "{path} cannot be written: {why}; not put back yet: {left}",
                path=path,
                why=why,
                left=", ".join(left),
            ),
            where=str(path),
            hint=msg("the bytes are safe in the journal; `gomod-wizard undo` puts them back"),
        )
    return ForbiddenError(
        msg("{path} cannot be written: {why}; everything is as it was", path=path, why=why),
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
