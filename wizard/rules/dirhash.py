"""The `h1:` hash of a module's zip and go.mod, computed without trusting either.

Rule: golang.org/x/mod/sumdb/dirhash `Hash1`, `HashZip`; limits: golang.org/x/mod/zip. The
decompression is bounded by what comes out, not by what the archive claims.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable
from typing import IO

from wizard.text import msg

MAX_MOD_BYTES = 16 << 20
"""x/mod/zip.MaxGoMod."""
MAX_ZIP_BYTES = 64 << 20
"""Of a downloaded canary; Go allows 500 MB, a canary has no reason to be that large."""
MAX_UNPACKED_BYTES = 128 << 20
MAX_MODULE_BYTES = 500 << 20
"""x/mod/zip.MaxZipFile: of any module's zip, and of what it unpacks to."""
MAX_ENTRIES = 100_000
_CHUNK = 1 << 16


class BadModuleZip(ValueError):
    """The bytes are no module zip, or one that must not be unpacked."""


def hash1(digests: Iterable[tuple[str, bytes]]) -> str:
    """Return the `h1:` of (name, SHA-256 digest of the content) pairs. Raises BadModuleZip."""
    total = hashlib.sha256()
    for name, digest in sorted(
        digests, key=lambda item: item[0].encode("utf-8", "surrogateescape")
    ):
        if "\n" in name:
            raise BadModuleZip(str(msg("a name in the zip holds a line end")))
        total.update(f"{digest.hex()}  {name}\n".encode("utf-8", "surrogateescape"))
    return "h1:" + base64.b64encode(total.digest()).decode("ascii")


def hash_mod(data: bytes) -> str:
    """Return the `h1:` that go.sum holds for `path version/go.mod`. Raises BadModuleZip."""
    if len(data) > MAX_MOD_BYTES:
        raise BadModuleZip(str(msg("the go.mod is too large")))
    return hash1([("go.mod", hashlib.sha256(data).digest())])


def hash_zip(data: bytes, path: str, version: str, max_unpacked: int = MAX_UNPACKED_BYTES) -> str:
    """Return the `h1:` of a module zip, every name of which starts with `path@version/`.

    Raises BadModuleZip for what is no zip, too large, unpacks to too much or names other files.
    """
    if len(data) > MAX_ZIP_BYTES:
        raise BadModuleZip(str(msg("the zip is too large")))
    return hash_zip_file(io.BytesIO(data), path, version, max_unpacked)


def hash_zip_file(
    file: IO[bytes], path: str, version: str, max_unpacked: int = MAX_MODULE_BYTES
) -> str:
    """Return the `h1:` of the zip that stands in `file`, read by pieces; the rest as `hash_zip`."""
    file.seek(0)
    if file.read(4) != b"PK\x03\x04":
        raise BadModuleZip(str(msg("it is not a zip file")))
    prefix = f"{path}@{version}/"
    left = max_unpacked
    digests: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if not 0 < len(entries) <= MAX_ENTRIES:
                raise BadModuleZip(str(msg("the zip holds no files, or too many")))
            for entry in entries:
                _check_name(entry.orig_filename, prefix, digests)
                digest, size = _digest(archive, entry, left)
                left -= size
                digests[entry.orig_filename] = digest
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise BadModuleZip(str(msg("the zip is damaged: {why}", why=error))) from error
    except (UnicodeError, RuntimeError, OverflowError, ValueError) as error:
        if isinstance(error, BadModuleZip):
            raise
        raise BadModuleZip(str(msg("the zip cannot be read: {why}", why=error))) from error
    return hash1(digests.items())


def _check_name(name: str, prefix: str, seen: dict[str, bytes]) -> None:
    rest = name.removeprefix(prefix)
    if rest == name or not rest:
        raise BadModuleZip(str(msg("a file of the zip lies outside {prefix}", prefix=prefix)))
    if rest.endswith("/") or any(part in ("", ".", "..") for part in rest.split("/")):
        raise BadModuleZip(str(msg("the zip holds a path that leaves its folder")))
    if "\\" in rest or "\0" in rest or name in seen:
        raise BadModuleZip(str(msg("the zip holds a forbidden or repeated name")))


def _digest(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> tuple[bytes, int]:
    total = hashlib.sha256()
    size = 0
    with archive.open(entry) as file:
        while chunk := file.read(min(_CHUNK, left - size + 1)):
            size += len(chunk)
            if size > left:
                raise BadModuleZip(str(msg("the zip unpacks to too much")))
            total.update(chunk)
    return total.digest(), size
