"""Versions as Go compares them (golang.org/x/mod/semver, `module.CanonicalVersion`)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBER = r"(?:0|[1-9][0-9]*)"
_Number = tuple[int, str]

_SEMVER = re.compile(
    rf"v({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-([0-9A-Za-z.-]+))?(\+incompatible)?"
)
_PSEUDO = re.compile(r"v[0-9]+\.(?:0\.0-|\d+\.\d+-(?:[^+]*\.)?0\.)\d{14}-[A-Za-z0-9]+(?:\+.*)?")


def canonical(version: str) -> bool:
    """Return whether `version` is a whole semantic version, as go.mod holds them."""
    return _SEMVER.fullmatch(version) is not None


def is_pseudo(version: str) -> bool:
    """Return whether `version` names a commit."""
    return _PSEUDO.fullmatch(version) is not None


def major_fits(path: str, version: str) -> bool:
    """Return whether `version` may stand for `path` (x/mod/module.CheckPathMajor)."""
    major = version.partition(".")[0]
    if path.startswith("gopkg.in/"):
        named = path.rpartition(".")[2].removesuffix("-unstable")
        return named == major or (named == "v1" and version.startswith("v0.0.0-"))
    named = path.rpartition("/")[2]
    if re.fullmatch(r"v[0-9]+", named) and "/" in path:
        return named == major
    return major in ("v0", "v1") or version.endswith("+incompatible")


def ordered(versions: Iterable[str]) -> list[str]:
    """Return whole semantic versions from the oldest to the newest."""
    return sorted(versions, key=_order)


def latest_of(lines: Iterable[str]) -> str | None:
    """Return what Go takes as the latest of a `@v/list`: releases before pre-releases."""
    versions = [fields[0] for line in lines if (fields := line.split())]
    usable = [one for one in versions if canonical(one) and not is_pseudo(one)]
    compatible = [one for one in usable if not one.endswith("+incompatible")]
    releases = [one for one in usable if "-" not in one]
    stable = [one for one in compatible if "-" not in one]
    return max(stable or releases or compatible or usable, key=_order, default=None)


def newest_of(lines: Iterable[str]) -> str | None:
    """Return the newest of a `@v/list` that has a date: its own, or a pseudo-version's."""
    dated: list[tuple[str, str]] = []
    for line in lines:
        version, *more = line.split() or [""]
        if not canonical(version):
            continue
        if more:
            dated.append((re.sub(r"[^0-9]", "", more[0])[:14], version))
        elif is_pseudo(version):
            dated.append((re.findall(r"[0-9]{14}", version)[-1], version))
    return max(dated, key=lambda pair: pair[0], default=("", None))[1]


def _order(
    version: str,
) -> tuple[_Number, _Number, _Number, bool, tuple[tuple[bool, _Number, str], ...]]:
    found = _SEMVER.fullmatch(version)
    if found is None:
        return ((-1, ""), (0, ""), (0, ""), False, ())
    parts = tuple(
        (not part.isdigit(), _number(part) if part.isdigit() else (0, ""), part)
        for part in (found[4] or "").split(".")
    )
    major, minor, patch = (_number(found[n]) for n in (1, 2, 3))
    return (major, minor, patch, found[4] is None, parts)


def _number(digits: str) -> _Number:
    """Return what digits without leading zeros are compared by: a mirror may send thousands."""
    return len(digits), digits
