"""What stands on a machine's disk, before and after: the undo check, and where leaks are searched.

A machine writes into a scratch layer above its tree (`machine.py`), so a snapshot is that layer:
every file that anybody wrote, with its bytes, its mode and its owner.
"""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .machine import Machine

# What other programs write by themselves while they are used: no work of the program under test.
NOISE: Final = (
    "/var/log/",
    "/var/lib/docker/",
    "/var/lib/containerd/",
    "/run/",
    "/tmp/",
    "/var/tmp/",
    "/root/.docker/buildx/",
    "/root/.docker/.token_seed",
    "/root/.docker/.buildNodeID",
    "/root/.cache/",
    "/root/go/",
    "/root/.config/go/telemetry/",
    "/etc/docker/key.json",
    "/opt/containerd",
    "/etc/hostname",
    "/root/.local/state/gomod-wizard/",
    "/root/.local/share/gomod-wizard/",
    "/root/.cache/gomod-wizard/",
    "/root/src/app/.git/",
    "/root/.ssh/known_hosts.old",
)


@dataclass(frozen=True)
class File:
    """One file: its bytes (None: it is a link or was deleted), mode and owner."""

    data: bytes | None
    mode: int
    owner: tuple[int, int]
    link: str | None = None


@dataclass(frozen=True)
class Snapshot:
    """The scratch layer of a machine at one moment."""

    files: Mapping[str, File]

    @classmethod
    def take(cls, machine: Machine) -> Snapshot:
        top = machine.folder / "written"
        files = {}
        for path in machine.written():
            with contextlib.suppress(FileNotFoundError):  # somebody's temporary file
                files["/" + path.relative_to(top).as_posix()] = read(path)
        return cls(files)

    def changed_since(self, earlier: Snapshot) -> dict[str, File]:
        """Every file that is new, or other than it was; noise included."""
        return {path: file for path, file in self.files.items() if earlier.files.get(path) != file}

    def differences(self, earlier: Snapshot, tree: Path) -> list[str]:
        """The paths that are not as they were, byte, mode and owner; noise left out.

        A file of the tree that was copied up and restored counts as the same.
        """
        found = []
        for path in sorted({*self.files, *earlier.files}):
            if is_noise(path):
                continue
            was = earlier.files.get(path) or below(tree, path)
            now = self.files.get(path) or below(tree, path)
            if was != now:
                found.append(path)
        return found


def is_noise(path: str) -> bool:
    return path.startswith(NOISE) or "/__pycache__/" in path


def below(tree: Path, path: str) -> File | None:
    """The file as the tree under the scratch layer has it."""
    file = tree / path.lstrip("/")
    return read(file) if file.is_symlink() or file.exists() else None


def read(path: Path) -> File:
    """One file, with nothing followed; an overlay's mark of a deletion reads as "no bytes"."""
    about = os.lstat(path)
    owner = (about.st_uid, about.st_gid)
    if stat.S_ISLNK(about.st_mode):
        return File(None, about.st_mode, owner, os.readlink(path))
    data = path.read_bytes() if stat.S_ISREG(about.st_mode) else None
    return File(data, about.st_mode, owner)


def holding(files: Mapping[str, File], needles: Iterable[bytes]) -> list[str]:
    """The paths of the files that hold one of these."""
    words = tuple(needles)
    return [
        path
        for path, file in files.items()
        if file.data is not None and any(word in file.data for word in words)
    ]
