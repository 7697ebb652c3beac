"""The commands, one coroutine each: `Context` in, exit code out.

Each is imported when it runs, so that none pays for another one.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from wizard.cli.context import Context

_ROOMS: Mapping[str, tuple[str, ...]] = {
    "apply": ("apply", "diff", "history", "undo"),
    "build": ("build", "build-command"),
    "diagnose": ("diagnose",),
    "generate": ("generate",),
    "moves": ("check", "networks", "refresh"),
    "observe": ("detect", "mirrors"),
    "plan": ("plan",),
    "preset": ("preset",),
    "proxy_export": ("proxy-export",),
    "purge": ("purge",),
    "report": ("report",),
    "route": ("route",),
    "verify": ("verify",),
    "watch": ("watch",),
}
"""Module of this package to the commands in it."""


def command(name: str) -> Callable[[Context], Coroutine[Any, Any, int]]:
    """Return the command of that name. Raises KeyError where there is none."""
    from importlib import import_module

    room = next((room for room, names in _ROOMS.items() if name in names), None)
    if room is None:
        raise KeyError(name)
    found: Callable[[Context], Coroutine[Any, Any, int]] = getattr(
        import_module(f"{__name__}.{room}"), name.replace("-", "_")
    )
    return found
