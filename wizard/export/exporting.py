"""From what the project needs to a tree of files: fetched, checked, sorted out, written."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from wizard.apply.exporting import ExportTree, TreeFile, Written
from wizard.errors import UnsafeError, UsageError
from wizard.export.asking import Asked
from wizard.export.checking import MAX_INFO_BYTES, Checked, Hashes, check_graph, check_module
from wizard.export.tree import (
    INFO,
    file_name,
    fits,
    info_text,
    latest,
    latest_name,
    list_name,
    list_text,
    versions_in,
)
from wizard.facts import Facts, State
from wizard.plan.types import Plan
from wizard.rules.patterns import match_prefix_patterns
from wizard.text import msg


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What the tree holds after a run, or would hold."""

    out: Path
    modules: tuple[Checked, ...]
    left_out: tuple[tuple[str, str], ...]
    """(path, version) of private ones that were not asked for."""
    private: tuple[str, ...]
    """The private modules that stand in the tree, by path@version."""
    written: Mapping[str, Written]


def private_patterns(facts: Facts, plan: Plan, asked: Asked) -> str:
    """Return what may not come before outsiders, as one of Go's pattern lists.

    From the plan, from go itself and from what was seen: what one of them does not know, because
    it was late or because somebody answered otherwise, may still not leak.
    """
    hosts = facts.private.hosts.or_else(())
    lists = (
        plan.goprivate.value,
        plan.gonoproxy.value,
        plan.gonosumdb.value,
        asked.private,
        *(host.patterns for host in hosts),
    )
    return ",".join(dict.fromkeys(one for values in lists for one in values if one != "none"))


def require_known_privacy(facts: Facts) -> None:
    """Raise UnsafeError where nobody looked which modules are private."""
    hosts = facts.private.hosts
    if hosts.state is State.UNKNOWN:
        raise UnsafeError(
            msg("it is not known which modules are private: {why}", why=hosts.reason),
            where="proxy-export",
            hint=msg("give the look more time with --timeout 60, or take all in with --private"),
        )


async def export(
    asked: Asked, patterns: str, out_dir: Path, *, private: bool, dry_run: bool
) -> Exported:
    """Check every module that go named, and write what the tree has not got yet.

    Nothing is written before all of it is checked. Raises UnsafeError for a file that is not what
    its hash says and for one of the tree's that is somebody else's; ForbiddenError where one
    cannot be read or written.
    """
    tree = ExportTree(out_dir)
    if tree.out == asked.cache or tree.out.is_relative_to(asked.cache.parent.parent.resolve()):
        raise UsageError(
            msg("it lies in the module cache, which belongs to go"),
            where=str(tree.out),
            hint=msg("give --out another folder"),
        )
    hashes = Hashes(asked)
    left_out: list[tuple[str, str]] = []
    checked: list[Checked] = []
    for key, named in sorted(asked.modules.items()):
        await asyncio.sleep(0)  # Ctrl-C between two large zips
        if not fits(*key):
            raise UsageError(
                msg("{name} is no module that a proxy can serve", name="@".join(key)),
                where="go mod download",
                hint=msg("name whole versions, like rsc.io/quote@v1.5.2"),
            )
        if not private and match_prefix_patterns(patterns, named.path):
            left_out.append(key)
            continue
        checked.append(check_module(asked.cache, named, hashes))

    def of_the_graph(path: str, version: str) -> bool:
        hidden = not private and match_prefix_patterns(patterns, path)
        return asked.graph and not hidden and (path, version) not in asked.modules

    files = [file for one in checked for file in one.files]
    files += [*check_graph(asked.cache, hashes, of_the_graph), *_indexes(tree, files)]
    pending = tree.pending(files)
    if not dry_run:
        for _ in tree.writing([file for file in files if file.name in pending]):
            await asyncio.sleep(0)
    held = versions_in((*tree.names(), *(file.name for file in files)))
    return Exported(
        out=tree.out,
        modules=tuple(checked),
        left_out=tuple(left_out),
        private=tuple(
            f"{path}@{version}"
            for path, versions in sorted(held.items())
            if match_prefix_patterns(patterns, path)
            for version in sorted(versions)
        ),
        written=pending,
    )


def _indexes(tree: ExportTree, files: Iterable[TreeFile]) -> Iterable[TreeFile]:
    """Yield `@v/list` and `@latest` of each module, over the versions of all runs."""
    new = {file.name: file for file in files}
    here = versions_in(new)
    for path, versions in versions_in((*tree.names(), *new)).items():
        if path not in here:
            continue
        yield _of(list_name(path), list_text(versions))
        newest = latest(versions)
        if newest is None:
            continue
        name = file_name(path, newest, INFO)
        data = new[name].data if name in new else tree.read(name, MAX_INFO_BYTES)
        if data is not None and (info := info_text(data, newest)) is not None:
            yield _of(latest_name(path), info)


def _of(name: str, data: bytes) -> TreeFile:
    digest = hashlib.sha256(data).hexdigest()
    return TreeFile(name=name, sha256=digest, size=len(data), source=None, data=data)
