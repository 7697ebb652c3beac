"""File operations that survive a crash, and nothing else: one small class, so that tests can fail
or kill any of them.

A folder is opened once, step by step, without following a symbolic link, and everything in it
is then done relative to that open folder: a link that is swapped in later leads nowhere.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from wizard.apply.exchange import exchange
from wizard.text import msg

_CHUNK = 1 << 20
_HAS_DIR_FD = os.open in os.supports_dir_fd and os.rename in os.supports_dir_fd
_O_PATH = getattr(os, "O_PATH", os.O_RDONLY)
_O_DIRECTORY = getattr(os, "O_DIRECTORY", 0)
_O_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_O_BINARY = getattr(os, "O_BINARY", 0)
_O_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
"""A pipe that was laid in a file's place is opened without waiting for who writes into it."""
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP}
_OF_THE_SYSTEM = ("security.", "trusted.")
"""Attributes that the kernel or root gives; a label that this user may not set is no loss."""
_NOT_OURS_ALONE = {errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.EBUSY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """Mode and owner of a file; -1 leaves an owner as it comes."""

    mode: int
    uid: int = -1
    gid: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A regular file as it stood in one moment."""

    data: bytes
    owner: Ownership
    links: int
    """How many names it has (hard links)."""


class Folder:
    """An open folder. On a platform without `dir_fd` it is only its path."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd: int | None = _open_folder(path) if _HAS_DIR_FD else None

    def at(self, name: str) -> str | Path:
        """Return what to pass as the path of `name`, beside `dir_fd=self.fd`."""
        return name if self.fd is not None else self.path / name

    def close(self) -> None:
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None

    def __enter__(self) -> Folder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _open_folder(path: Path) -> int:
    """Open an absolute folder component by component; a symbolic link on the way is an error."""
    parts = path.parts
    fd = os.open(parts[0], (os.O_RDONLY if len(parts) == 1 else _O_PATH) | _O_DIRECTORY)
    try:
        for number, part in enumerate(parts[1:], start=2):
            access = os.O_RDONLY if number == len(parts) else _O_PATH
            inner = os.open(part, access | _O_DIRECTORY | _O_NOFOLLOW, dir_fd=fd)
            os.close(fd)
            fd = inner
    except OSError as error:
        os.close(fd)
        raise OSError(error.errno, error.strerror, str(path)) from None
    return fd


class TooLargeError(OSError):
    """A file of more bytes than are read of any."""

    def __init__(self, limit: int, path: Path) -> None:
        super().__init__(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
        self.limit = limit


class Disk:
    """Every effect on files that a transaction has; each method is one step that can fail."""

    def point(self, operation: str, path: Path) -> None:
        """Stand before every single effect; a test raises, or kills the process, here."""

    def see(self, folder: Folder, name: str, limit: int) -> Seen | None:
        """Return a regular file as it stands, None where there is none.

        Raises OSError, also for more than `limit` bytes: half a file is nobody's copy.
        """
        try:
            flags = os.O_RDONLY | _O_NOFOLLOW | _O_BINARY | _O_NONBLOCK
            fd = os.open(folder.at(name), flags, dir_fd=folder.fd)
        except FileNotFoundError:
            return None
        with os.fdopen(fd, "rb") as file:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(str(msg("{path} is not a regular file", path=folder.path / name)))
            data = file.read(limit + 1)
        if len(data) > limit:
            raise TooLargeError(limit, folder.path / name)
        owner = Ownership(mode=stat.S_IMODE(status.st_mode), uid=status.st_uid, gid=status.st_gid)
        return Seen(data=data, owner=owner, links=status.st_nlink)

    def read(self, folder: Folder, name: str, limit: int) -> bytes | None:
        """Return the bytes of `see`."""
        seen = self.see(folder, name, limit)
        return None if seen is None else seen.data

    def see_at(self, path: Path, limit: int) -> Seen | None:
        """Return a regular file as it stands, None where there is none. Raises OSError."""
        try:
            with Folder(path.parent) as folder:
                return self.see(folder, path.name, limit)
        except FileNotFoundError:
            return None

    def look(self, path: Path, limit: int) -> bytes | None:
        """Return the bytes of `see_at`."""
        seen = self.see_at(path, limit)
        return None if seen is None else seen.data

    def write_new(
        self,
        folder: Folder,
        name: str,
        data: bytes,
        owner: Ownership,
        like: str | None = None,
        attributes: Mapping[str, bytes] | None = None,
    ) -> None:
        """Write a file that does not exist, whole and on the disk when this returns.

        It gets the access list and other extended attributes of `like`, or exactly `attributes`;
        with neither those that its folder gives to every new file.
        """
        path = folder.path / name
        self.point("create", path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _O_NOFOLLOW | _O_BINARY
        with _naming(path):
            fd = os.open(folder.at(name), flags, 0o600, dir_fd=folder.fd)
        try:
            view = memoryview(data)
            while view:
                self.point("write", path)
                view = view[self.write(fd, view[:_CHUNK]) :]
            self.point("mode", path)
            if sys.platform != "win32":
                if (owner.uid, owner.gid) != (-1, -1):
                    _own(fd, owner)
                if like is not None:
                    attributes = _attributes_of(folder, like)
                if attributes is not None:
                    _give_attributes(fd, attributes)
                # Last: with an access list these bits are its mask, without one the group's.
                os.fchmod(fd, owner.mode)
            self.point("fsync", path)
            os.fsync(fd)
        finally:
            os.close(fd)

    def write(self, fd: int, data: memoryview) -> int:
        """Write some of `data`, and return how much."""
        return os.write(fd, data)

    def rename(self, folder: Folder, old: str, new: str) -> None:
        """Put one file in the place of another, in one step."""
        self.point("rename", folder.path / new)
        with _naming(folder.path / new):
            os.replace(folder.at(old), folder.at(new), src_dir_fd=folder.fd, dst_dir_fd=folder.fd)

    def exchange(self, folder: Folder, one: str, other: str) -> bool:
        """Swap two files in one step; False, with nothing done, where this system cannot."""
        self.point("rename", folder.path / other)
        with _naming(folder.path / other):
            return exchange(folder.fd, one, other)

    def link(self, folder: Folder, old: str, new: str) -> None:
        """Give a file a second name that must be free. Raises FileExistsError."""
        self.point("link", folder.path / new)
        with _naming(folder.path / new):
            os.link(
                folder.at(old),
                folder.at(new),
                src_dir_fd=folder.fd,
                dst_dir_fd=folder.fd,
                follow_symlinks=False,
            )

    def put_new(self, folder: Folder, old: str, new: str) -> None:
        """Give a file a new name that must be free. Raises FileExistsError.

        A folder, or a file on a system without hard links, gets the plain rename.
        """
        try:
            self.link(folder, old, new)
        except FileExistsError:
            raise
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if os.path.lexists(folder.path / new):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new) from None
            self.rename(folder, old, new)
        else:
            self.remove(folder, old)

    def remove(self, folder: Folder, name: str) -> None:
        """Remove a file; one that is not there is fine."""
        self.point("remove", folder.path / name)
        with contextlib.suppress(FileNotFoundError), _naming(folder.path / name):
            os.unlink(folder.at(name), dir_fd=folder.fd)

    def sync(self, folder: Folder) -> None:
        """Put a folder's names on the disk."""
        if folder.fd is None:
            return
        self.point("fsync", folder.path)
        try:
            os.fsync(folder.fd)
        except OSError as error:
            if error.errno not in _NO_FOLDER_SYNC:  # some shared folders cannot be synced
                raise

    def make_folder(self, path: Path, owner: Ownership) -> None:
        """Make one folder; one that is there already is fine."""
        self.point("mkdir", path)
        with Folder(path.parent) as parent:
            try:
                with _naming(path):
                    os.mkdir(parent.at(path.name), owner.mode, dir_fd=parent.fd)
            except FileExistsError:
                return
            if sys.platform != "win32" and (owner.uid, owner.gid) != (-1, -1):
                os.chown(
                    parent.at(path.name),
                    owner.uid,
                    owner.gid,
                    dir_fd=parent.fd,
                    follow_symlinks=False,
                )
            self.sync(parent)

    def set_mode(self, path: Path, mode: int) -> None:
        """Give a folder exactly this mode: that of `make_folder` passes the umask."""
        self.point("mode", path)
        with Folder(path) as folder, _naming(path):
            if folder.fd is not None:
                os.fchmod(folder.fd, mode)
                self.sync(folder)

    def remove_folder(self, path: Path) -> None:
        """Remove a folder where it is empty; leave it where it is not."""
        self.point("rmdir", path)
        try:
            parent = Folder(path.parent)
        except FileNotFoundError:
            return
        with parent:
            try:
                with _naming(path):
                    os.rmdir(parent.at(path.name), dir_fd=parent.fd)
            except OSError as error:
                if error.errno in _NOT_OURS_ALONE:
                    return
                raise
            self.sync(parent)


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Let an error name the whole path: the call knew only the name in an open folder."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def attributes_at(path: Path) -> dict[str, bytes]:
    """Return the access list and other extended attributes of a file. Raises OSError."""
    with Folder(path.parent) as folder:
        return _attributes_of(folder, path.name) or {}


def _attributes_of(folder: Folder, name: str) -> dict[str, bytes] | None:
    """Return them as they stand; None where the file is gone, or the platform has none."""
    if folder.fd is None or not hasattr(os, "listxattr"):
        return None
    try:
        fd = os.open(name, os.O_RDONLY | _O_NOFOLLOW | _O_NONBLOCK, dir_fd=folder.fd)
    except FileNotFoundError:
        return None
    try:
        return {key: os.getxattr(fd, key) for key in _attributes(fd)}
    finally:
        os.close(fd)


def _give_attributes(fd: int, wanted: Mapping[str, bytes]) -> None:
    """Give a file exactly these; an access list that its folder would add is taken away.

    Raises OSError where an access list cannot be set: the mode alone would mean other rights.
    """
    if not hasattr(os, "setxattr"):
        return
    for name in _attributes(fd):
        if name not in wanted and not name.startswith(_OF_THE_SYSTEM):
            os.removexattr(fd, name)
    for name, value in wanted.items():
        try:
            os.setxattr(fd, name, value)
        except OSError:
            if not name.startswith(_OF_THE_SYSTEM):
                raise


def _attributes(fd: int) -> list[str]:
    try:
        return os.listxattr(fd)
    except OSError:  # a file system without attributes has none to lose
        return []


def _own(fd: int, owner: Ownership) -> None:
    """Give a file its owner; a group that this user cannot give is left."""
    try:
        os.fchown(fd, owner.uid, owner.gid)
    except PermissionError:
        if os.fstat(fd).st_uid != owner.uid and owner.uid != -1:
            raise
