"""vendor/modules.txt, and whether it agrees with go.mod (cmd/go/internal/modload/vendor.go)."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.rules.gomod import GoMod
from wizard.rules.gosum import replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendored:
    """One module of vendor/modules.txt that go.mod names too (`## explicit`)."""

    path: str
    version: str
    replacement: str
    """`path version` or a folder; empty where nothing stands in for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModulesTxt:
    """What a vendor/modules.txt says."""

    explicit: frozenset[Vendored]
    workspace: bool
    """Made by `go work vendor`."""


def parse_modules_txt(text: str) -> ModulesTxt:
    """Return the modules of a vendor/modules.txt; lines of packages are passed over."""
    explicit: set[Vendored] = set()
    current: Vendored | None = None
    workspace = False
    for line in text.split("\n"):
        if line.startswith("## "):
            notes = [note.strip() for note in line[3:].split(";")]
            workspace = workspace or "workspace" in notes
            if "explicit" in notes and current is not None:
                explicit.add(current)
        elif line.startswith("# "):
            module, _, replacement = line[2:].partition(" => ")
            words = module.split()
            current = None
            if len(words) == 2:
                current = Vendored(
                    path=words[0], version=words[1], replacement=" ".join(replacement.split())
                )
    return ModulesTxt(explicit=frozenset(explicit), workspace=workspace)


def agrees(listed: ModulesTxt, mod: GoMod) -> bool:
    """Whether Go takes the folder: the same requirements, replaced by the same, no other."""
    wanted = set()
    for require in mod.requires:
        path, version = replaced(require, mod.replaces)
        same = (path, version) == (require.path, require.version)
        replacement = "" if same else " ".join(filter(None, (path, version)))
        wanted.add(Vendored(path=require.path, version=require.version, replacement=replacement))
    return listed.explicit == wanted
