"""A bounded look through a project's folders: its go.mod files and its main packages."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wizard.facts.project import PassedOver
from wizard.system import DANGLING, Failed, System, not_a_file
from wizard.untrusted import clean_line

MAX_FOLDERS = 5_000
MAX_GO_FILES = 4_000
MAX_DEPTH = 12
MAX_PASSED = 20
_HEAD = 16 * 1024
"""Bytes of a .go file within which its package clause is looked for."""

_SKIPPED = frozenset({"vendor", "node_modules", "testdata", ".git"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What was found; directories are relative to the project, POSIX form, `.` for the root."""

    module_dirs: tuple[str, ...]
    main_dirs: tuple[str, ...]
    sources: tuple[str, ...]
    """The .go files without tests, as far as they were counted."""
    complete: bool
    """False: the project is larger than what was looked through."""
    passed_over: tuple[PassedOver, ...]
    """What could not be looked at, up to a bound."""


def walk_project(system: System, root: Path) -> Walk:
    """Look for go.mod files and `package main`; symbolic links are not followed."""
    modules: list[str] = []
    mains: list[str] = []
    seen: list[str] = []
    complete = True
    go_files = 0
    passed: dict[str, str] = {}
    for count, (directory, names) in enumerate(_folders(root, passed)):
        if count >= MAX_FOLDERS:
            complete = False
            break
        if "go.mod" in names:
            modules.append(directory)
        sources = [name for name in names if name.endswith(".go") and not name.endswith("_test.go")]
        go_files += len(sources)
        if go_files > MAX_GO_FILES:
            complete = False
            continue
        seen += [_joined(directory, name) for name in sorted(sources)]
        if any(_is_main(system, root, f"{directory}/{name}") for name in sorted(sources)):
            mains.append(directory)
    return Walk(
        module_dirs=tuple(modules),
        main_dirs=tuple(mains),
        sources=tuple(seen),
        complete=complete,
        passed_over=tuple(
            PassedOver(path=clean_line(path, 300), why=why) for path, why in passed.items()
        ),
    )


def _folders(root: Path, passed: dict[str, str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield (directory, names of its files), the root first, breadth first.

    What cannot be looked at is noted in `passed`, and takes nothing else with it.
    """
    waiting = [(".", root, 0)]
    while waiting:
        following = []
        for directory, path, depth in waiting:
            files: set[str] = set()
            folders: list[str] = []
            try:
                with os.scandir(path) as entries:
                    for entry in entries:
                        why = _sort(entry, files, folders)
                        if why and len(passed) < MAX_PASSED:
                            passed[_joined(directory, entry.name)] = why
            except OSError as error:
                if len(passed) < MAX_PASSED:
                    passed[directory] = error.strerror or str(error)
            yield directory, frozenset(files)
            if depth < MAX_DEPTH:
                following += [
                    (_joined(directory, name), path / name, depth + 1)
                    for name in sorted(folders)
                    if name not in _SKIPPED and not name.startswith(("_", "."))
                ]
        waiting = following


def _sort(entry: os.DirEntry[str], files: set[str], folders: list[str]) -> str:
    """Put the entry's name where it belongs; returns why it could not be looked at, or nothing.

    A go.mod that is no file is still one that somebody meant: reading it says what it is.
    """
    try:
        if entry.is_dir(follow_symlinks=False) and entry.name != "go.mod":
            folders.append(entry.name)
        elif entry.is_file() or entry.name == "go.mod":
            files.add(entry.name)
            return "" if entry.is_file() else not_a_file(entry.stat().st_mode)
        elif entry.name.endswith(".go") and not entry.is_symlink():
            return not_a_file(entry.stat().st_mode)
    except FileNotFoundError:  # removed meanwhile, or a link to nothing
        return str(DANGLING) if entry.is_symlink() else ""
    except OSError as error:
        if entry.name == "go.mod":
            files.add(entry.name)
        return error.strerror or str(error)
    return ""


def _joined(directory: str, name: str) -> str:
    return name if directory == "." else f"{directory}/{name}"


_IGNORED = re.compile(r"^//(?:go:build\s+ignore\b|\s*\+build\s+ignore\b)", re.MULTILINE)
_COMMENT = re.compile(r"\s+|//[^\n]*(?:\n|$)|/\*.*?\*/", re.DOTALL)
_PACKAGE_MAIN = re.compile(r"package\s+main\b")


def _is_main(system: System, root: Path, name: str) -> bool:
    """Whether a Go file is of package main and is not left out of builds by `ignore`."""
    text = _head(system, root, name)
    position = 0
    while match := _COMMENT.match(text, position):
        if match.end() == position:
            break
        position = match.end()
    if _PACKAGE_MAIN.match(text, position) is None:
        return False
    return _IGNORED.search(text[:position]) is None


def _head(system: System, root: Path, name: str) -> str:
    head = system.read_head(root / name, _HEAD, inside=root)
    return "" if isinstance(head, Failed) else head.decode("utf-8", "replace")


def ordered_mains(mains: tuple[str, ...], module: str) -> tuple[str, ...]:
    """Return the main packages with the one to build first.

    That is the root, else cmd/<name of the module>, else the only one below cmd/, else the
    first below cmd/.
    """
    parts = module.rstrip("/").split("/")
    if len(parts) > 1 and re.fullmatch(r"v\d+", parts[-1]):
        parts.pop()
    wanted = (".", f"cmd/{parts[-1]}", parts[-1])

    def rank(directory: str) -> tuple[int, int, str]:
        if directory in wanted:
            return wanted.index(directory), 0, directory
        return (
            (len(wanted) if directory.startswith("cmd/") else len(wanted) + 1),
            (directory.count("/")),
            directory,
        )

    return tuple(sorted(mains, key=rank))


def parent_module(root: Path, system: System) -> Path | None:
    """Return the go.mod above `root`, where the project is a folder of a larger module."""
    for folder in root.parents:
        text = system.read_text(folder / "go.mod", limit=1024 * 1024)
        if not isinstance(text, Failed):
            return folder / "go.mod"
    return None
