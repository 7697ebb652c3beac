"""Which modules a download must bring: what go.mod and go.work name, without local folders."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.facts.project import GoModule
from wizard.rules.gosum import replaced


def expected_modules(modules: Iterable[GoModule]) -> tuple[str, ...]:
    """Return `path@version` of every module that `go mod download` asks for, each once, sorted.

    Of a go.mod older than Go 1.17 the requirements of requirements are not named, and so more
    may come than is named here.
    """
    known = tuple(modules)
    own = {module.mod.module for module in known}
    found: set[str] = set()
    for module in known:
        for require in module.mod.requires:
            if require.path in own:
                continue
            path, version = replaced(require, module.mod.replaces)
            if version is not None:
                found.add(f"{path}@{version}")
    return tuple(sorted(found))
