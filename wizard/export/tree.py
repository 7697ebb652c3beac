"""The files of the module proxy protocol, by name and content; pure.

Source: https://go.dev/ref/mod#goproxy-protocol. Served are `@v/list`, `@latest`, and of each
version `.info`, `.mod` and `.zip`. The checksum database is not part of it: one that answers for
some modules only makes Go stop, where one that a proxy does not have makes it ask the next.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from wizard.route.versions import canonical, is_pseudo, latest_of, newest_of, ordered
from wizard.rules.modpath import ModulePathError, escape_path, escape_version

INFO, MOD, ZIP = "info", "mod", "zip"
_FILE = re.compile(r"(?P<module>.+)/@v/(?P<version>[^/]+)\.(?P<suffix>info|mod|zip)")
_ESCAPED = re.compile(r"!([a-z])")


def fits(path: str, version: str) -> bool:
    """Return whether Go could ask a proxy for this version, so that its name is one of a file."""
    try:
        escape_path(path)
        escape_version(version)
    except ModulePathError:
        return False
    return canonical(version)


def file_name(path: str, version: str, suffix: str) -> str:
    """Return where a file of a version stands in the tree. Raises ModulePathError."""
    return f"{escape_path(path)}/@v/{escape_version(version)}.{suffix}"


def list_name(path: str) -> str:
    """Return where the list of a module's versions stands. Raises ModulePathError."""
    return f"{escape_path(path)}/@v/list"


def latest_name(path: str) -> str:
    """Return where the answer for the latest version stands. Raises ModulePathError."""
    return f"{escape_path(path)}/@latest"


def versions_in(names: Iterable[str], suffix: str = ZIP) -> Mapping[str, set[str]]:
    """Return module path → versions of which `names` has the file with `suffix`."""
    found: dict[str, set[str]] = {}
    for name in names:
        if (match := _FILE.fullmatch(name)) and match["suffix"] == suffix:
            path, version = _unescaped(match["module"]), _unescaped(match["version"])
            if fits(path, version):
                found.setdefault(path, set()).add(version)
    return found


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: match[1].upper(), text)


def list_text(versions: Iterable[str]) -> bytes:
    """Return a `@v/list`: the versions that have a name, oldest first."""
    named = ordered(one for one in versions if not is_pseudo(one))
    return "".join(f"{one}\n" for one in named).encode("ascii")


def latest(versions: Iterable[str]) -> str | None:
    """Return what `@latest` answers: a release, else a pre-release, else the newest commit."""
    known = sorted(versions)
    return latest_of(known) or newest_of(known)


def info_text(data: bytes, version: str) -> bytes | None:
    """Return the `.info` of `version` from that of the module cache; None where it is another's.

    Nothing but version and time: go's own also says where it fetched the module from.
    """
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("Version") != version:
        return None
    time = found.get("Time")
    kept = {"Version": version} | ({"Time": time} if isinstance(time, str) else {})
    return json.dumps(kept, separators=(",", ":")).encode("ascii")
