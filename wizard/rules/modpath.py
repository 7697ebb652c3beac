"""Module paths and versions on the wire.

Rules: golang.org/x/mod/module `EscapePath`, `EscapeVersion`; an upper-case letter becomes `!` and
its lower-case form, and cmd/go percent-escapes the `!`, so `%21x` is what a mirror sees.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

_ELEMENT = re.compile(r"[A-Za-z0-9\-._~]+")
_VERSION = re.compile(r"[A-Za-z0-9!#$%&()+,\-.=@\[\]^_{}~ ]+")
_FIRST = re.compile(r"[a-z0-9\-.]+")
_WINDOWS = re.compile(r"(?:con|prn|aux|nul|com[1-9]|lpt[1-9])", re.IGNORECASE)
_SHORT_NAME = re.compile(r".*~[0-9]+")
_UPPER = re.compile(r"[A-Z]")


class ModulePathError(ValueError):
    """Not a module path or version that Go would ask a proxy for."""


def escape_path(path: str) -> str:
    """Return `path` with `!x` for every upper-case `X`. Raises ModulePathError."""
    check_path(path)
    return _UPPER.sub(lambda m: "!" + m[0].lower(), path)


def escape_version(version: str) -> str:
    """Return `version` with `!x` for every upper-case `X`. Raises ModulePathError."""
    if "!" in version or not _VERSION.fullmatch(version) or not _element_ok(version):
        raise ModulePathError(version)
    return _UPPER.sub(lambda m: "!" + m[0].lower(), version)


def _element_ok(element: str) -> bool:
    short = element.partition(".")[0]
    return not (element.endswith(".") or _WINDOWS.fullmatch(short))


def check_path(path: str) -> None:
    """Raise ModulePathError unless `path` is a module path (x/mod/module.CheckPath)."""
    elements = path.split("/")
    first = elements[0]
    if "." not in first or first.startswith("-") or not _FIRST.fullmatch(first):
        raise ModulePathError(path)
    for element in elements:
        if (
            not _ELEMENT.fullmatch(element)
            or element.startswith(".")
            or not _element_ok(element)
            or _SHORT_NAME.fullmatch(element.partition(".")[0])
        ):
            raise ModulePathError(path)
    if not _major_ok(path):
        raise ModulePathError(path)


_GOPKG_IN = re.compile(r"gopkg\.in/.*[^/]\.v(?:0|[1-9][0-9]*)(?:-unstable)?")
_MAJOR = re.compile(r".+?/v([0-9.]+)")


def _major_ok(path: str) -> bool:
    """x/mod/module.SplitPathVersion: `/v2` and up, gopkg.in's own `.v1`."""
    if path.startswith("gopkg.in/"):
        return _GOPKG_IN.fullmatch(path) is not None
    if not (found := _MAJOR.fullmatch(path)):
        return True
    digits = found[1]
    return "." not in digits and not digits.startswith("0") and digits != "1"


def is_upper(path: str) -> bool:
    """Return whether a mirror must understand `%21` to serve `path`."""
    return _UPPER.search(path) is not None


@lru_cache(maxsize=64)
def wire_path(path: str, version: str, suffix: str) -> str:
    """Return the request path below a mirror's base: `/m/@v/v1.0.0.info`, percent-escaped.

    `suffix` is `info`, `mod` or `zip`. Raises ModulePathError.
    """
    module = quote(escape_path(path), safe="/~")
    return f"/{module}/@v/{quote(escape_version(version), safe='$&+=:@~')}.{suffix}"
