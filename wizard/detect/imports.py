"""Which packages of the project a main package is made of, and which files they embed."""

from __future__ import annotations

import glob
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from wizard.system import Failed, System

_LIMIT = 256 * 1024
"""Bytes of a .go file within which imports and `//go:embed` lines are looked for."""
_MOST_FILES = 2_000
_MOST_EMBEDDED = 200
_BLOCK = re.compile(r"^import\s*\(([^)]*)\)", re.MULTILINE)
_SINGLE = re.compile(r"^import\s+[\w.]*\s*[\"`]([^\"`\n]+)[\"`]", re.MULTILINE)
_PATH = re.compile(r"[\"`]([^\"`\n]+)[\"`]")
_EMBED = re.compile(r"^//go:embed\s+(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a build reads beside its module files; paths relative to the project."""

    folders: frozenset[str]
    """Folders of packages, the main one included."""
    embedded: tuple[str, ...]
    """Files and folders that `//go:embed` names and that exist."""


def parts_of(
    system: System,
    root: Path,
    main: str,
    sources: Iterable[str],
    modules: Mapping[str, str],
) -> Parts:
    """Follow the imports of `main` through the project; blocks. `modules`: path to its folder.

    A file that cannot be read counts as one that imports nothing.
    """
    files: dict[str, list[str]] = {}
    for path in sources:
        files.setdefault(posixpath.dirname(path) or ".", []).append(path)
    found: set[str] = set()
    embedded: dict[str, None] = {}
    waiting, read = [posixpath.normpath(main)], 0
    while waiting and read < _MOST_FILES:
        folder = waiting.pop()
        if folder in found or folder not in files:
            continue
        found.add(folder)
        for path in files[folder]:
            read += 1
            text = system.read_text(root / path, limit=_LIMIT)
            if isinstance(text, Failed):
                continue
            waiting += [place for name in _imports(text) if (place := _folder(name, modules))]
            embedded |= dict.fromkeys(_embedded(root, folder, text))
    return Parts(folders=frozenset(found), embedded=tuple(embedded)[:_MOST_EMBEDDED])


def _imports(text: str) -> list[str]:
    blocks = [name for block in _BLOCK.findall(text) for name in _PATH.findall(block)]
    return [*blocks, *_SINGLE.findall(text)]


def _folder(name: str, modules: Mapping[str, str]) -> str:
    """Return where the package lies in the project; empty for one of another module."""
    fitting = [path for path in modules if name == path or name.startswith(f"{path}/")]
    if not fitting:
        return ""
    module = max(fitting, key=len)
    return posixpath.normpath(posixpath.join(modules[module], name[len(module) + 1 :]))


def _embedded(root: Path, folder: str, text: str) -> list[str]:
    found: list[str] = []
    for line in _EMBED.findall(text):
        for word in line.split():
            pattern = word.strip('"`').removeprefix("all:")
            if pattern.startswith("/") or ".." in pattern.split("/"):
                continue
            try:
                hits = glob.glob(pattern, root_dir=root / folder)
            except (OSError, ValueError, re.error):
                continue
            found += [posixpath.normpath(posixpath.join(folder, hit)) for hit in sorted(hits)]
    return found
