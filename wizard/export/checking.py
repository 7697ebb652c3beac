"""The files of the module cache, each against the hash that go.sum has of it.

The module cache belongs to the user, but others may have written to it (a shared cache, a build's
mount), and go does not look at it again: an edited zip is found here or never.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from wizard.apply.exporting import TreeFile
from wizard.errors import ForbiddenError, UnsafeError
from wizard.export.asking import Asked, Named
from wizard.export.tree import INFO, MOD, ZIP, file_name, fits, info_text
from wizard.rules.dirhash import (
    MAX_MOD_BYTES,
    MAX_MODULE_BYTES,
    BadModuleZip,
    hash_mod,
    hash_zip_file,
)
from wizard.text import Text, msg

MAX_INFO_BYTES = 1 << 20
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_BLOCK, _SMALL = 1 << 20, 1 << 16
_HINT = msg("run `go clean -modcache`, then this again: go fetches it anew, and checks it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One module version whose files are what go.sum says."""

    path: str
    version: str
    files: tuple[TreeFile, ...]
    by: str
    """`go.sum`, or `go` where no go.sum has a line of it: then go checked it when it came."""


class Hashes:
    """What is known of each version's hashes."""

    def __init__(self, asked: Asked) -> None:
        self._lines: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
        for where, (path, version), sums in asked.sums:
            for suffix, value in ((ZIP, sums.zip_hash), (MOD, sums.mod_hash)):
                if value is not None:
                    self._lines.setdefault((path, version, suffix), []).append((where, value))
        self._go = {
            (*key, suffix): value
            for key, sums in asked.added.items()
            for suffix, value in ((ZIP, sums.zip_hash), (MOD, sums.mod_hash))
            if value is not None
        }
        for named in asked.modules.values():
            for suffix, value in ((ZIP, named.zip_hash), (MOD, named.mod_hash)):
                if value:
                    self._go.setdefault((named.path, named.version, suffix), value)

    def in_go_sum(self, path: str, version: str, suffix: str) -> bool:
        """Return whether the user's own go.sum has a line of it."""
        return (path, version, suffix) in self._lines

    def mods(self) -> Iterator[tuple[str, str]]:
        """Yield every version whose go.mod has a known hash: the module graph needs them."""
        keys = dict.fromkeys((*self._lines, *self._go))
        yield from ((path, version) for path, version, suffix in keys if suffix == MOD)

    def check(self, path: str, version: str, suffix: str, found: str, file: Path) -> None:
        """Raise UnsafeError where `found` is not what is known, or nothing is known."""
        name = f"{path}@{version}"
        lines = self._lines.get((path, version, suffix), [])
        if not lines and (said := self._go.get((path, version, suffix))):
            lines = [("go", said)]
        if not lines:
            raise UnsafeError(
                msg("no hash of {name} is known, so it cannot be checked", name=name),
                where=str(file),
                hint=msg("run `go mod tidy`, so that go.sum has it"),
            )
        for where, wanted in lines:
            if wanted != found:
                raise UnsafeError(
                    msg(
                        "{name}: the module cache has {found}, but {where} says {wanted};"
                        " nothing was written",
                        name=name,
                        found=found,
                        where=where,
                        wanted=wanted,
                    ),
                    where=str(file),
                    hint=_HINT,
                )


def check_module(cache: Path, named: Named, hashes: Hashes) -> Checked:
    """Return the three files of a version. Raises UnsafeError for one that is not as known.

    Raises ForbiddenError for one that cannot be read.
    """
    path, version = named.path, named.version
    zip_name = file_name(path, version, ZIP)
    with _opened(cache / zip_name, MAX_MODULE_BYTES) as file:
        digest, size = _sha256(file)
        try:
            found = hash_zip_file(file, path, version)
        except BadModuleZip as error:
            raise UnsafeError(
                msg("{name}: {why}; nothing was written", name=f"{path}@{version}", why=error),
                where=str(cache / zip_name),
                hint=_HINT,
            ) from error
    hashes.check(path, version, ZIP, found, cache / zip_name)
    zipped = TreeFile(name=zip_name, sha256=digest, size=size, source=cache / zip_name)
    info_name = file_name(path, version, INFO)
    info = info_text(_read(cache / info_name, MAX_INFO_BYTES), version)
    if info is None:
        raise UnsafeError(
            msg("{name}: its .info is that of another version", name=f"{path}@{version}"),
            where=str(cache / info_name),
            hint=_HINT,
        )
    return Checked(
        path=path,
        version=version,
        # The zip before the .info, which says to whoever asks that the version is there.
        files=(check_mod(cache, path, version, hashes), zipped, _of(info_name, info)),
        by="go.sum" if hashes.in_go_sum(path, version, ZIP) else "go",
    )


def check_mod(cache: Path, path: str, version: str, hashes: Hashes) -> TreeFile:
    """Return the go.mod of a version. Raises as `check_module`."""
    name = file_name(path, version, MOD)
    data = _read(cache / name, MAX_MOD_BYTES)
    hashes.check(path, version, MOD, hash_mod(data), cache / name)
    return _of(name, data)


def check_graph(
    cache: Path, hashes: Hashes, wanted: Callable[[str, str], bool]
) -> Iterator[TreeFile]:
    """Yield the go.mod of each `wanted` version that has a known hash, where the cache has it."""
    for path, version in hashes.mods():
        if not (fits(path, version) and wanted(path, version)):
            continue
        if (cache / file_name(path, version, MOD)).is_file():
            yield check_mod(cache, path, version, hashes)


def _of(name: str, data: bytes) -> TreeFile:
    return TreeFile(
        name=name, sha256=hashlib.sha256(data).hexdigest(), size=len(data), source=None, data=data
    )


def _sha256(file: BinaryIO) -> tuple[str, int]:
    total, size = hashlib.sha256(), 0
    while block := file.read(_BLOCK):
        total.update(block)
        size += len(block)
    return total.hexdigest(), size


def _read(path: Path, limit: int) -> bytes:
    with _opened(path, limit) as file:
        # By blocks: a read takes memory for all that it may.
        return b"".join(iter(lambda: file.read(_SMALL), b""))[:limit]


def _opened(path: Path, limit: int) -> BinaryIO:
    """Open a regular file of at most `limit` bytes, never waiting for one that is none."""
    try:
        handle = os.open(path, os.O_RDONLY | _AT_ONCE)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
        os.close(handle)
        why = (
            msg("it is larger than the {n} MiB that Go allows", n=limit >> 20)
            if stat.S_ISREG(status.st_mode)
            else msg("it is no regular file")
        )
        raise _unreadable(path, why)
    return os.fdopen(handle, "rb")


def _unreadable(path: Path, why: Text) -> ForbiddenError:
    return ForbiddenError(
        msg("the module cache cannot be read: {why}", why=why), where=str(path), hint=_HINT
    )
