"""A project's modules, workspace, replaces, vendor folder and sums, out of its own files."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path

from wizard.detect.paths import is_dir, is_file
from wizard.facts.base import Fact, known, not_applicable, unknown
from wizard.facts.project import GoModule, LocalReplace, Vendor, Workspace
from wizard.rules.gomod import GoMod, GoModError, GoWork, Replace, parse_gomod, parse_gowork
from wizard.rules.gosum import GoSum, ModuleSums, missing_sums, parse_gosum
from wizard.rules.modules_txt import agrees, parse_modules_txt
from wizard.system import Failed, System
from wizard.text import msg
from wizard.untrusted import clean_line

_MAX_MISSING = 20
_MAX_MODULES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ModulesRead:
    """The modules of a project and everything else that was read with them."""

    modules: Fact[tuple[GoModule, ...]]
    workspace: Fact[Workspace]
    replaces: Fact[tuple[LocalReplace, ...]]
    vendor: Fact[Vendor]
    sums: dict[tuple[str, str], ModuleSums]
    """The lines of every go.sum and go.work.sum."""
    paths: tuple[str, ...]
    """Paths of all modules that go.mod and go.sum name, without the project's own."""


def read_modules(system: System, root: Path, module_dirs: tuple[str, ...]) -> ModulesRead:
    """Read every go.mod, go.sum, go.work and vendor/modules.txt of the project."""
    workspace, work = _workspace(system, root)
    mods: dict[str, GoMod] = {}
    broken: dict[str, Fact[tuple[GoModule, ...]]] = {}
    for directory in module_dirs[:_MAX_MODULES]:
        parsed = _read_mod(system, root, directory)
        if isinstance(parsed, GoMod):
            mods[directory] = parsed
        elif parsed is not None:
            broken[directory] = parsed
    uses = work.uses if work is not None else ()
    used = {posixpath.normpath(use) for use in uses}
    work_sums = _sums(system, root, "go.work.sum")
    gosums = {directory: _sums(system, root, f"{directory}/go.sum") for directory in mods}
    merged = dict(work_sums.sums)
    for sums in gosums.values():
        merged.update(sums.sums)
    own = tuple(mod.module for mod in mods.values())
    modules = tuple(
        GoModule(
            directory=directory,
            mod=mod,
            has_sum=is_file(root / directory / "go.sum"),
            missing_sums=missing_sums(
                mod if work is None else _with_replaces(mod, work.replaces),
                {**gosums[directory].sums, **(work_sums.sums if directory in used else {})},
                local=own if directory in used else (),
            )[:_MAX_MISSING],
        )
        for directory, mod in mods.items()
    )
    # A broken go.mod in a folder that nothing refers to is a fixture, not the project.
    fault = next((broken[name] for name in broken if name == "." or name in used), None)
    return ModulesRead(
        modules=fault or _modules_fact(root, modules, broken),
        workspace=workspace,
        replaces=_replaces(root, mods, work),
        vendor=_vendor(system, root, mods, work),
        sums=merged,
        paths=_paths(mods, merged, own),
    )


def _modules_fact(
    root: Path,
    modules: tuple[GoModule, ...],
    broken: dict[str, Fact[tuple[GoModule, ...]]],
) -> Fact[tuple[GoModule, ...]]:
    if modules:
        return known(modules, str(root / modules[0].directory / "go.mod"))
    if broken:
        return next(iter(broken.values()))
    return not_applicable(msg("there is no go.mod in {folder}", folder=str(root)), str(root))


def _read_mod(
    system: System, root: Path, directory: str
) -> GoMod | Fact[tuple[GoModule, ...]] | None:
    path = root / directory / "go.mod"
    text = system.read_text(path, limit=1024 * 1024, inside=root)
    if isinstance(text, Failed):
        if text.kind == "missing":
            if text.detail and directory == ".":
                return not_applicable(
                    msg("go.mod cannot be read: {why}", why=text.detail), str(path)
                )
            return None
        return unknown(msg("go.mod cannot be read: {why}", why=text.detail or text.kind), str(path))
    try:
        return parse_gomod(text)
    except GoModError as error:
        return unknown(
            msg("line {line}: {why}", line=error.line, why=error.message), f"{path}:{error.line}"
        )


def _sums(system: System, root: Path, name: str) -> GoSum:
    text = system.read_text(root / name, inside=root)
    return parse_gosum("" if isinstance(text, Failed) else text)


def _with_replaces(mod: GoMod, replaces: tuple[Replace, ...]) -> GoMod:
    """Return the module as a workspace sees it: go.work's replaces win."""
    return GoMod(
        module=mod.module,
        go=mod.go,
        toolchain=mod.toolchain,
        requires=mod.requires,
        replaces=(*replaces, *mod.replaces),
    )


def _workspace(system: System, root: Path) -> tuple[Fact[Workspace], GoWork | None]:
    path = root / "go.work"
    if system.env.get("GOWORK") == "off":
        return not_applicable(msg("GOWORK=off: Go ignores go.work"), "GOWORK"), None
    text = system.read_text(path, limit=1024 * 1024, inside=root)
    if isinstance(text, Failed):
        if text.kind == "missing":
            return not_applicable(msg("there is no go.work"), str(path)), None
        why = text.detail or text.kind
        return unknown(msg("go.work cannot be read: {why}", why=why), str(path)), None
    try:
        work = parse_gowork(text)
    except GoModError as error:
        reason = msg("line {line}: {why}", line=error.line, why=error.message)
        return unknown(reason, f"{path}:{error.line}"), None
    fact = Workspace(
        path=str(path),
        uses=tuple(posixpath.normpath(use) for use in work.uses),
        go=work.go,
        has_sum=is_file(root / "go.work.sum"),
    )
    return known(fact, str(path)), work


def _replaces(
    root: Path, mods: dict[str, GoMod], work: GoWork | None
) -> Fact[tuple[LocalReplace, ...]]:
    found = [
        _local(root, directory, replace)
        for directory, mod in mods.items()
        for replace in mod.replaces
        if replace.local
    ]
    if work is not None:
        found += [_local(root, ".", replace) for replace in work.replaces if replace.local]
        # A used folder outside of the project is missing in a build just like a replaced one.
        for use in work.uses:
            target = _relative(root, ".", use)
            if target.startswith("../"):
                found.append(
                    LocalReplace(
                        module=".",
                        replace=Replace(old=use, old_version=None, new=use, new_version=None),
                        target=target,
                        outside=True,
                        exists=is_dir(root / target),
                    )
                )
    return known(tuple(found), str(root / "go.mod"))


def _local(root: Path, directory: str, replace: Replace) -> LocalReplace:
    target = _relative(root, directory, replace.new)
    return LocalReplace(
        module=directory,
        replace=replace,
        target=target,
        outside=target == ".." or target.startswith("../"),
        exists=is_file(root / target / "go.mod"),
    )


def _relative(root: Path, directory: str, target: str) -> str:
    """Return a folder relative to the project; `../…` where it lies outside."""
    if posixpath.isabs(target) or re.match(r"[A-Za-z]:", target):
        return posixpath.relpath(target, root.as_posix())
    return posixpath.normpath(posixpath.join(directory, target))


def _vendor(
    system: System, root: Path, mods: dict[str, GoMod], work: GoWork | None
) -> Fact[Vendor]:
    folder = root / "vendor"
    text = system.read_text(folder / "modules.txt", inside=root)
    if isinstance(text, Failed):
        if text.kind == "missing":
            return not_applicable(msg("there is no vendor/modules.txt"), str(folder))
        why = text.detail or text.kind
        return unknown(msg("modules.txt cannot be read: {why}", why=why), str(folder))
    listed = parse_modules_txt(text)
    main = mods.get(".")
    consistent: bool | None = None
    if listed.workspace != (work is not None):
        consistent = False
    elif main is not None and not listed.workspace:
        consistent = agrees(listed, main)
    vendor = Vendor(path=str(folder), consistent=consistent, workspace=listed.workspace)
    return known(vendor, str(folder / "modules.txt"))


def _paths(
    mods: dict[str, GoMod], sums: dict[tuple[str, str], ModuleSums], own: tuple[str, ...]
) -> tuple[str, ...]:
    local = {replace.old for mod in mods.values() for replace in mod.replaces if replace.local}
    found = [require.path for mod in mods.values() for require in mod.requires]
    found += [replace.new for mod in mods.values() for replace in mod.replaces if not replace.local]
    found += [path for path, _ in sums]
    mine = {*own, *local}
    return tuple(dict.fromkeys(clean_line(path, 300) for path in found if path not in mine))
