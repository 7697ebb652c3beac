"""What stands at a path before anything is written: the file, behind links, or why not.

Links are followed on purpose, because people keep their configuration in a repository of
dotfiles and link it; the file behind is the one that is shown and written. A link inside the
project that leads out of it is refused: a project that was cloned must not choose what is written.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from wizard.render.types import Artifact, Scope
from wizard.system import READ_LIMIT, Failed, System
from wizard.text import Text, msg

NEW_FOLDER_MODES = {Scope.PROJECT: 0o755, Scope.USER: 0o700, Scope.SYSTEM: 0o755}


class CannotUse(Exception):
    """A path that must not, or cannot, be read or written."""

    def __init__(self, message: Text, hint: Text, *, path: Path, unsafe: bool) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.path = path
        self.unsafe = unsafe


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One file as it stands."""

    path: Path
    """Without any link in it."""
    data: bytes | None
    """None: there is no file."""
    mode: int | None
    writable: bool
    """This user can replace it, or make it."""
    link: str | None
    """The link that led here."""
    names: int = 1
    """How many names the file has (hard links)."""


def place(system: System, project: Path, artifact: Artifact) -> Path:
    """Return the absolute path where `artifact` goes."""
    path = Path(artifact.path)
    if not path.is_absolute():
        return project / path
    if artifact.scope is Scope.SYSTEM and not path.is_relative_to(system.root):
        return system.path(artifact.path)
    return path


def look(system: System, project: Path, artifact: Artifact) -> Standing:
    """Return what stands where `artifact` goes. Raises CannotUse."""
    shown = place(system, project, artifact)
    is_link = shown.is_symlink()
    try:
        path = Path(os.path.realpath(shown, strict=is_link))
    except OSError:
        raise CannotUse(
            msg("it is a symbolic link that leads nowhere"),
            msg("remove the link, or make the file that it names"),
            path=shown,
            unsafe=True,
        ) from None
    if artifact.scope is Scope.PROJECT and not path.is_relative_to(os.path.realpath(project)):
        raise _outside(shown, path)
    status = _status(path)
    data = None if status is None else _read(system, path, status)
    return Standing(
        path=path,
        data=data,
        mode=None if status is None else stat.S_IMODE(status.st_mode),
        writable=_writable(system, path, status),
        link=str(shown) if is_link else None,
        names=1 if status is None else status.st_nlink,
    )


def _outside(shown: Path, target: Path) -> CannotUse:
    return CannotUse(
        msg("it leads out of the project, to {target}", target=target),
        msg("replace the link by a file of the project's own"),
        path=shown,
        unsafe=True,
    )


def _status(path: Path) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        raise CannotUse(
            msg("a file stands where the folder {path} should be", path=path.parent),
            msg("move that file away"),
            path=path,
            unsafe=False,
        ) from None
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from None


def _read(system: System, path: Path, status: os.stat_result) -> bytes:
    if not stat.S_ISREG(status.st_mode):
        raise CannotUse(
            msg("it is no regular file"),
            msg("move it away, then run this again"),
            path=path,
            unsafe=True,
        )
    data = system.read(path, READ_LIMIT)
    if isinstance(data, Failed):
        raise _unreadable(path, data.detail or data.kind)
    return data


def _unreadable(path: Path, why: str) -> CannotUse:
    return CannotUse(
        msg("it cannot be read: {why}", why=why),
        msg("what cannot be read is never replaced; run it as the user who may read it"),
        path=path,
        unsafe=False,
    )


def _writable(system: System, path: Path, status: os.stat_result | None) -> bool:
    """Whether this process can put a new file in the place of `path`, with its owner kept.

    A disk that is mounted read-only is not asked here: root meets it as an error of the write.
    """
    if system.uid == 0 or system.platform == "win32":
        return True
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    me = os.geteuid()
    if me == 0:
        # Root plays another user, as a test does: then the bits say what that user may.
        bits = folder.stat()
        needed = 0o300 if bits.st_uid in (me, system.uid) else 0o003
        return bits.st_mode & needed == needed
    if status is not None and status.st_uid != me:
        return False
    return os.access(folder, os.W_OK | os.X_OK)
