"""A module of the project's own that a mirror can be proved with: its hashes stand in go.sum."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from wizard.facts.base import Fact, known, not_applicable
from wizard.facts.mirrors import Canary
from wizard.rules.gosum import ModuleSums, parse_gosum
from wizard.rules.patterns import match_prefix_patterns
from wizard.system import System
from wizard.text import msg

_CANARIES = (
    "rsc.io/quote",
    "rsc.io/sampler",
    "github.com/pkg/errors",
    "golang.org/x/xerrors",
    "github.com/inconshreveable/mousetrap",
    "github.com/pmezard/go-difflib",
    "github.com/mattn/go-isatty",
    "github.com/mattn/go-colorable",
    "golang.org/x/sync",
    "golang.org/x/term",
    "golang.org/x/time",
    "github.com/google/uuid",
    "github.com/davecgh/go-spew",
    "github.com/stretchr/objx",
    "github.com/spf13/pflag",
    "github.com/golang/snappy",
    "golang.org/x/mod",
    "github.com/spf13/cobra",
    "github.com/google/go-cmp",
    "github.com/golang/protobuf",
    "golang.org/x/sys",
    "golang.org/x/crypto",
    "golang.org/x/net",
)
"""Public beyond doubt, and small: a few kilobytes at the front, a megabyte at the end."""


_HASH = re.compile(r"h1:[A-Za-z0-9+/]{43}=")


def canary_of_files(system: System, root: Path, private: str) -> Canary | None:
    """Return the canary that go.sum and go.work.sum in `root` name, if any; blocks."""
    sums: dict[tuple[str, str], ModuleSums] = {}
    for name in ("go.work.sum", "go.sum"):
        text = system.read_text(root / name)
        if isinstance(text, str):
            sums.update(parse_gosum(text).sums)
    return own_canary(root, sums, private).value


def own_canary(
    root: Path, sums: Mapping[tuple[str, str], ModuleSums], private: str
) -> Fact[Canary]:
    """Return a small public module of `sums`; `private` is the machine's GOPRIVATE."""
    source = str(root / "go.sum")
    for wanted in _CANARIES:
        if match_prefix_patterns(private, wanted):
            continue
        for (path, version), hashes in sums.items():
            if path == wanted and _is_hash(hashes.zip_hash) and _is_hash(hashes.mod_hash):
                canary = Canary(
                    path=path,
                    version=version,
                    zip_hash=hashes.zip_hash or "",
                    mod_hash=hashes.mod_hash or "",
                    source=source,
                )
                return known(canary, source)
    return not_applicable(msg("go.sum names no small module that is surely public"), source)


def _is_hash(text: str | None) -> bool:
    return _HASH.fullmatch(text or "") is not None
