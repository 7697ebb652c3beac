"""The area `project`: what there is to build, and what the build will miss."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.detect.dockerfile_facts import dockerfile_fact, dockerignore_fact, is_writable
from wizard.detect.imports import parts_of
from wizard.detect.paths import exists, is_dir
from wizard.detect.project_canary import own_canary
from wizard.detect.project_modules import ModulesRead, read_modules
from wizard.detect.project_walk import Walk, ordered_mains, parent_module, walk_project
from wizard.facts.base import Fact, known, not_applicable, unknown
from wizard.facts.project import ProjectFacts
from wizard.rules.gosum import ModuleSums
from wizard.system import System
from wizard.text import msg


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRead:
    """The area, and what other areas need of the project's files."""

    facts: ProjectFacts
    module_paths: tuple[str, ...]
    """Paths of the modules that the project needs, from go.mod and go.sum."""
    own_modules: tuple[str, ...]
    sums: Mapping[tuple[str, str], ModuleSums]
    """The lines of every go.sum and go.work.sum."""


def read_project(system: System, root: Path, private: str) -> ProjectRead:
    """Read the project's files; blocks. `private` is the machine's GOPRIVATE."""
    root = Path(root)
    if not is_dir(root):
        return ProjectRead(facts=_no_folder(root), module_paths=(), own_modules=(), sums={})
    walk = walk_project(system, root)
    read = read_modules(system, root, walk.module_dirs)
    modules = read.modules.or_else(())
    mains = _mains(root, walk, modules[0].mod.module if modules else "")
    facts = ProjectFacts(
        root=known(str(root), str(root)),
        modules=_modules(system, root, read),
        workspace=read.workspace,
        replaces=read.replaces,
        vendor=read.vendor,
        dockerfile=dockerfile_fact(system, root),
        dockerignore=_dockerignore(system, root, read, walk, mains.or_else(())),
        canary=own_canary(root, read.sums, private),
        main_packages=mains,
        writable=known(is_writable(root), str(root)),
        passed_over=known(walk.passed_over, str(root)),
    )
    return ProjectRead(
        facts=facts,
        module_paths=read.paths,
        own_modules=tuple(module.mod.module for module in modules),
        sums=read.sums,
    )


def _dockerignore(
    system: System, root: Path, read: ModulesRead, walk: Walk, mains: tuple[str, ...]
) -> Fact[Any]:
    folders = {one.mod.module: one.directory for one in read.modules.or_else(())}
    main = mains[0] if mains else ""
    parts = parts_of(system, root, main, walk.sources, folders) if mains else None
    needed = (*needed_paths(root, read), *(() if parts is None else parts.embedded))
    imported = frozenset({main}) if parts is None else parts.folders | {main}
    return dockerignore_fact(system, root, needed, walk.sources, imported)


def _no_folder(root: Path) -> ProjectFacts:
    missing: Fact[Any] = not_applicable(
        msg("{folder} is no folder that can be read", folder=str(root)), str(root)
    )
    return ProjectFacts(
        root=missing,
        modules=missing,
        workspace=missing,
        replaces=missing,
        vendor=missing,
        dockerfile=missing,
        dockerignore=missing,
        canary=missing,
        main_packages=missing,
        writable=missing,
        passed_over=missing,
    )


def _modules(system: System, root: Path, read: ModulesRead) -> Fact[Any]:
    if read.modules.value is None and read.modules.reason:
        above = parent_module(root, system)
        if above is not None and not exists(root / "go.mod"):
            return not_applicable(
                msg(
                    "there is no go.mod here; this folder belongs to the module of {path}",
                    path=str(above),
                ),
                str(root),
            )
    return read.modules


def needed_paths(root: Path, read: ModulesRead) -> Iterator[str]:
    """Yield the paths that a build of the modules cannot do without, those that exist."""
    wanted: dict[str, None] = {}
    workspace = read.workspace.value
    vendor = read.vendor.value is not None
    for module in read.modules.or_else(()):
        if module.directory != "." and not _counts(module.directory, read):
            continue
        for name in ("go.mod", "go.sum"):
            wanted[posixpath.normpath(posixpath.join(module.directory, name))] = None
    if workspace is not None:
        wanted["go.work"] = wanted["go.work.sum"] = None
    if vendor:
        wanted["vendor"] = wanted["vendor/modules.txt"] = None
    for replace in read.replaces.or_else(()):
        if not replace.outside:
            wanted[replace.target] = None
            wanted[posixpath.join(replace.target, "go.mod")] = None
    for path in wanted:
        if path != "." and exists(root / path):
            yield path


def _counts(directory: str, read: ModulesRead) -> bool:
    """Whether a nested module takes part in the build: a workspace or a replace names it."""
    workspace = read.workspace.value
    if workspace is not None and directory in workspace.uses:
        return True
    if any(replace.target == directory for replace in read.replaces.or_else(())):
        return True
    return not any(module.directory == "." for module in read.modules.or_else(()))


def _mains(root: Path, walk: Walk, module: str) -> Fact[tuple[str, ...]]:
    if not walk.main_dirs:
        if not walk.complete:
            return unknown(msg("the project is too large to look through"), str(root))
        return not_applicable(msg("no package main was found"), str(root))
    return known(ordered_mains(walk.main_dirs, module), str(root))
