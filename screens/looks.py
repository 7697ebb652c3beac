"""The wizard's colours: two themes of its own, and the terminal's sixteen where none are wanted."""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

CALM = Theme(
    name="calm",
    primary="#4fb6d6",
    secondary="#7a9cc6",
    accent="#c9a86a",
    success="#7fb88a",
    warning="#d9a441",
    error="#e0707a",
    foreground="#d8dee4",
    background="#14181d",
    surface="#1a2027",
    panel="#222a33",
    dark=True,
)

PLAIN = "ansi-dark"
"""Only the terminal's own colours: the one theme that is right under NO_COLOR."""


def no_colour(env: Mapping[str, str]) -> bool:
    """Tell whether colour is unwanted: NO_COLOR is set and not empty (no-color.org)."""
    return bool(env.get("NO_COLOR"))
