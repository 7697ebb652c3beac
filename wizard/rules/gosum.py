"""go.sum: which module versions have a known hash (`go help go.sum`, modfetch readGoSum)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wizard.rules.gomod import GoMod, Replace, Require


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleSums:
    """The `h1:` hashes that go.sum holds for one module version."""

    zip_hash: str | None = None
    mod_hash: str | None = None


Sums = Mapping[tuple[str, str], ModuleSums]
"""(module path, version) → its hashes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoSum:
    """What a go.sum says."""

    sums: Sums
    malformed: tuple[int, ...]
    """Lines that Go refuses: not three fields."""


def parse_gosum(text: str) -> GoSum:
    """Return the hashes of a go.sum; lines that Go would refuse are named, not raised."""
    sums: dict[tuple[str, str], ModuleSums] = {}
    malformed: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.split()
        if not words:
            continue
        if len(words) != 3:
            malformed.append(number)
            continue
        path, version, digest = words
        if not digest.startswith("h1:"):
            continue
        is_mod = version.endswith("/go.mod")
        key = (path, version.removesuffix("/go.mod"))
        known = sums.get(key, ModuleSums())
        sums[key] = ModuleSums(
            zip_hash=known.zip_hash if is_mod else digest,
            mod_hash=digest if is_mod else known.mod_hash,
        )
    return GoSum(sums=sums, malformed=tuple(malformed))


def missing_sums(mod: GoMod, sums: Sums, *, local: Iterable[str] = ()) -> tuple[str, ...]:
    """Return `path@version` of the requirements whose lines go.sum lacks, in go.mod's order.

    A direct requirement needs both lines. An indirect one may stand in go.mod for its version
    alone, and then needs the /go.mod line only. `local` are modules of the same workspace.
    """
    here = set(local)
    missing = []
    for require in mod.requires:
        if require.path in here:
            continue
        path, version = replaced(require, mod.replaces)
        if version is None:
            continue
        known = sums.get((path, version), ModuleSums())
        if known.mod_hash is None or (known.zip_hash is None and not require.indirect):
            missing.append(f"{path}@{version}")
    return tuple(missing)


def replaced(require: Require, replaces: Iterable[Replace]) -> tuple[str, str | None]:
    """Return what stands in for a requirement; version None means a local folder.

    A replace that names the version wins over one that does not (go.mod reference).
    """
    chosen: Replace | None = None
    for replace in replaces:
        if replace.old != require.path:
            continue
        if replace.old_version == require.version:
            chosen = replace
            break
        if replace.old_version is None:
            chosen = replace
    if chosen is None:
        return require.path, require.version
    return chosen.new, chosen.new_version
