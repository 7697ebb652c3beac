"""A larger build context, for an engine that takes no second one (`--build-context`)."""

from __future__ import annotations

import posixpath

from wizard.facts import Facts
from wizard.plan.types import ModuleSource, WideContext

_TOO_WIDE = {"", "/", "/home", "/Users", "/mnt", "/usr", "/var", "/opt"}
"""Folders that are nobody's own."""


def wide_context(facts: Facts, source: ModuleSource) -> WideContext | None:
    """Return the nearest folder above the project that has all that the build reads.

    None where the project is enough, or where that folder would be the whole machine.
    """
    root = facts.project.root.value
    if not root or facts.platform == "win32":
        return None
    targets = dict.fromkeys(
        posixpath.normpath(posixpath.join(root, one.target))
        for one in facts.project.replaces.or_else(())
        if one.outside and one.exists
    )
    cache = ""
    if source is ModuleSource.BRIDGE and facts.go.mod_cache.value:
        cache = posixpath.join(facts.go.mod_cache.value, "cache", "download")
    if source is ModuleSource.VENDOR or not (targets or cache):
        return None
    places = [root, *targets, *((cache,) if cache else ())]
    if not all(place.startswith("/") for place in places):
        return None
    above = posixpath.commonpath(places)
    if above in _TOO_WIDE:
        return None
    return WideContext(
        folder=posixpath.relpath(above, root),
        project=posixpath.relpath(root, above),
        outside=tuple(
            (posixpath.relpath(place, above), posixpath.relpath(place, root)) for place in targets
        ),
        cache=posixpath.relpath(cache, above) if cache else "",
    )
