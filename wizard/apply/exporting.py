"""Write a tree of files that a web server serves: by pieces, atomic, and never over a stranger's.

As `generate` knows its own files by a manifest in the folder, so does this; the tree grows, run by
run, and of what stands there already nothing is written again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from wizard.apply.disk import Disk, Folder, Ownership
from wizard.apply.failure import forbidden
from wizard.apply.recovery import missing_folders
from wizard.errors import ForbiddenError, UnsafeError, UsageError
from wizard.text import Text, msg

MANIFEST = ".gomod-wizard-proxy.json"
SCHEMA = "gomod-wizard/exported/1"
_ELSEWHERE: Text = msg("or give --out another folder")
_MANIFEST_LIMIT = 256 << 20
_BLOCK = 1 << 20
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_FLAGS = _NOFOLLOW | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeFile:
    """One file of the tree: copied from `source`, or with `data` where that is None."""

    name: str
    """Below the tree, POSIX form."""
    sha256: str
    size: int
    source: Path | None
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One file that was, or would be, written."""

    name: str
    action: str
    """`create` or `update`."""
    size: int


class ExportTree:
    """The folder, as it stood when it was opened."""

    def __init__(self, out_dir: Path, *, disk: Disk | None = None) -> None:
        """Read the manifest. Raises UsageError for a file, ForbiddenError for what cannot be."""
        self._disk = disk or Disk()
        self.out = Path(os.path.realpath(out_dir))
        try:
            # A name that is too long, or a folder that may not be entered, is an OSError as well.
            if self.out.exists() and not self.out.is_dir():
                raise UsageError(
                    msg("it is a file, not a folder"),
                    where=str(self.out),
                    hint=msg("give --out another name"),
                )
            self._read = self._manifest()
            self._known = dict(self._read)
        except OSError as error:
            raise forbidden(error, error.filename or self.out, instead=_ELSEWHERE) from error

    def names(self) -> tuple[str, ...]:
        """Return the files of earlier runs that still stand there."""
        return tuple(name for name in self._read if (self.out / name).is_file())

    def read(self, name: str, limit: int) -> bytes | None:
        """Return a file of the tree; None where it is gone. Raises ForbiddenError."""
        try:
            return self._disk.look(self.out.joinpath(*PurePosixPath(name).parts), limit)
        except OSError as error:
            raise forbidden(error, error.filename or self.out / name, instead=_ELSEWHERE) from error

    def pending(self, files: Sequence[TreeFile]) -> dict[str, Written]:
        """Return what must be written, by name; nothing is.

        Raises UnsafeError for a file that this program did not write, or that was edited since.
        """
        found: dict[str, Written] = {}
        try:
            for file in files:
                standing = self._standing(file.name)
                if standing == file.sha256:
                    self._known[file.name] = (file.sha256,)
                    continue
                if standing is not None and standing not in self._known.get(file.name, ()):
                    raise UnsafeError(
                        msg("it is there, and this program did not write it so"),
                        where=str(self.out / file.name),
                        hint=msg("give --out another folder, or move that file away"),
                    )
                action = "create" if standing is None else "update"
                # Both, until the next run: a crash may leave the one as well as the other.
                self._known[file.name] = (file.sha256, *((standing,) if standing else ()))
                found[file.name] = Written(name=file.name, action=action, size=file.size)
        except OSError as error:
            raise forbidden(error, error.filename or self.out, instead=_ELSEWHERE) from error
        return found

    def write(self, files: Sequence[TreeFile]) -> None:
        """Do all that `writing` does."""
        for _ in self.writing(files):
            pass

    def writing(self, files: Sequence[TreeFile]) -> Iterator[str]:
        """Write `files` in their order, each whole or not at all, and yield the name of each.

        Raises UnsafeError where a source changed since it was checked, ForbiddenError where the
        system refuses or another run writes here; what was written before stays, and is right.
        """
        if not files and self._known == self._read:
            return
        begun = False
        try:
            for folder in missing_folders([self.out / MANIFEST]):
                self._disk.make_folder(Path(folder), Ownership(mode=0o755))
            with Folder(self.out) as out:
                if not _alone(out) or self._manifest() != self._read:
                    raise ForbiddenError(
                        msg("another gomod-wizard is writing at this moment"),
                        where=str(self.out),
                        hint=msg("wait until it is done, then run this again"),
                    )
                # The manifest first: after a crash the next run knows the files as its own.
                self._put_manifest()
                begun = True
                for file in files:
                    self._put(file)
                    yield file.name
        except OSError as error:
            where = error.filename or self.out
            raise forbidden(error, where, instead=_ELSEWHERE, begun=begun) from error

    def _put_manifest(self) -> None:
        known = {name: list(self._known[name]) for name in sorted(self._known)}
        text = json.dumps({"schema": SCHEMA, "sha256": known}, separators=(",", ":"))
        data = f"{text}\n".encode()
        digest = hashlib.sha256(data).hexdigest()
        self._put(TreeFile(name=MANIFEST, sha256=digest, size=len(data), source=None, data=data))

    def _put(self, file: TreeFile) -> None:
        path = self.out.joinpath(*PurePosixPath(file.name).parts)
        for missing in missing_folders([path]):
            self._disk.make_folder(Path(missing), Ownership(mode=0o755))
        with Folder(path.parent) as folder:
            temporary = f".{path.name}.gomod-wizard-new"
            self._disk.remove(folder, temporary)
            try:
                self._fill(file, folder, temporary)
                self._disk.rename(folder, temporary, path.name)
            except BaseException:
                # Half a file must not hold what is left of a full disk, nor be served.
                with contextlib.suppress(OSError):
                    self._disk.remove(folder, temporary)
                raise
            self._disk.sync(folder)

    def _fill(self, file: TreeFile, folder: Folder, temporary: str) -> None:
        if file.source is None:
            self._disk.write_new(folder, temporary, file.data, Ownership(mode=0o644))
        elif self._copy(file.source, folder, temporary) != file.sha256:
            raise UnsafeError(
                msg("it changed while it was copied; it was not written"),
                where=str(file.source),
                hint=msg("look what else writes there, then run this again"),
            )

    def _copy(self, source: Path, folder: Folder, name: str) -> str:
        """Copy by pieces into a new file, and return the hash of what was written."""
        total = hashlib.sha256()
        handle = os.open(source, os.O_RDONLY | _FLAGS & ~_NOFOLLOW)
        with os.fdopen(handle, "rb") as data:
            self._disk.point("create", folder.path / name)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS
            out = os.open(folder.at(name), flags, 0o600, dir_fd=folder.fd)
            try:
                while block := data.read(_BLOCK):
                    total.update(block)
                    view = memoryview(block)
                    while view:
                        self._disk.point("write", folder.path / name)
                        view = view[self._disk.write(out, view) :]
                if hasattr(os, "fchmod"):
                    os.fchmod(out, 0o644)
                os.fsync(out)
            finally:
                os.close(out)
        return total.hexdigest()

    def _standing(self, name: str) -> str | None:
        """Return the hash of what stands there; None where nothing does."""
        path = self.out.joinpath(*PurePosixPath(name).parts)
        try:
            folder = Folder(path.parent)
        except FileNotFoundError:
            return None
        with folder:
            try:
                status = os.stat(folder.at(path.name), dir_fd=folder.fd, follow_symlinks=False)
            except FileNotFoundError:
                return None
            if not stat.S_ISREG(status.st_mode):
                raise UnsafeError(
                    msg("it is no regular file"),
                    where=str(path),
                    hint=msg("give --out another folder"),
                )
            handle = os.open(folder.at(path.name), os.O_RDONLY | _FLAGS, dir_fd=folder.fd)
            total = hashlib.sha256()
            with os.fdopen(handle, "rb") as file:
                while block := file.read(_BLOCK):
                    total.update(block)
        return total.hexdigest()

    def _manifest(self) -> dict[str, tuple[str, ...]]:
        data = self._disk.look(self.out / MANIFEST, _MANIFEST_LIMIT)
        if data is None:
            return {}
        try:
            found = json.loads(data)["sha256"]
            return {str(name): tuple(map(str, hashes)) for name, hashes in found.items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}


def _alone(folder: Folder) -> bool:
    """Take the folder's lock, which the system lets go of when the folder is closed."""
    if folder.fd is None or sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(folder.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
