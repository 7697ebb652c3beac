"""Apply: the only room that writes outside the program's own state folder.

Changes are compared (`plan_changes`), shown (`unified_diff`), written as one transaction
(`commit`), and taken back to the byte (`undo`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.apply.applying import commit
    from wizard.apply.changes import plan_changes
    from wizard.apply.differences import diff, unified_diff
    from wizard.apply.generating import generate
    from wizard.apply.listing import history
    from wizard.apply.purging import find_traces, purge
    from wizard.apply.settling import settle, unsettled
    from wizard.apply.staging import commit_staged
    from wizard.apply.undoing import undo

# No module has the name of what it gives: an imported module would stand in its place.
_HOMES = {
    "plan_changes": "changes",
    "commit": "applying",
    "commit_staged": "staging",
    "diff": "differences",
    "unified_diff": "differences",
    "find_traces": "purging",
    "generate": "generating",
    "history": "listing",
    "purge": "purging",
    "settle": "settling",
    "undo": "undoing",
    "unsettled": "settling",
}
__all__ = (
    "commit",
    "commit_staged",
    "diff",
    "find_traces",
    "generate",
    "history",
    "plan_changes",
    "purge",
    "settle",
    "undo",
    "unified_diff",
    "unsettled",
)


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: most commands need one of them, or none."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value
