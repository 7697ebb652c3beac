"""The wizard's colours: four looks to choose from, and which of them a run starts with. Pure.

Grounds are chosen so that a terminal of 256 colours keeps them apart too: below a saturation of
0.15 they become greys there, and a dark green below #30 becomes black and not a bright one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from textual.theme import BUILTIN_THEMES, Theme

from wizard.text import Text, msg

VARIABLE = "GOMOD_WIZARD_THEME"
"""The environment variable that chooses a look; `--theme` is stronger."""


def _words(muted: str, **tones: str) -> dict[str, str]:
    """Return the colours of text: opaque, so that their contrast is the same on every surface."""
    return {
        "foreground-muted": muted,
        "text-muted": muted,
        "text-disabled": muted,
        **{f"text-{name}": colour for name, colour in tones.items()},
    }


CALM = Theme(
    name="calm",
    primary="#4fb6d6",
    secondary="#7a9cc6",
    accent="#c9a86a",
    success="#7fb88a",
    warning="#d9a441",
    error="#e0707a",
    foreground="#d8dee4",
    background="#15181b",
    surface="#1c2024",
    panel="#262b30",
    dark=True,
    variables={
        **_words(
            "#a3adb7",
            primary="#7cc9e2",
            secondary="#a9bfdc",
            accent="#d9bd87",
            success="#93c99d",
            warning="#e3b559",
            error="#f0939b",
        ),
        "chosen": "#1b2e52",
        "added": "#142c1d",
        "removed": "#3a1d22",
        "veil": "#15181b99",
    },
)

LIGHT = Theme(
    name="daylight",
    primary="#0b5f7d",
    secondary="#3f5a80",
    accent="#76520c",
    success="#1b6633",
    warning="#7d4f00",
    error="#a3202f",
    foreground="#1c2329",
    background="#fbfaf7",
    surface="#f1f0eb",
    panel="#e4e3dd",
    dark=False,
    variables={
        **_words(
            "#4d565e",
            primary="#0b5672",
            secondary="#2c3f66",
            accent="#67480a",
            success="#175a2d",
            warning="#6d4500",
            error="#921b29",
        ),
        "chosen": "#cbe3ec",
        "added": "#dff0e2",
        "removed": "#f8e0e1",
        "veil": "#fbfaf799",
    },
)

STRONG = Theme(
    name="contrast",
    primary="#ffe14d",
    secondary="#9fd8ff",
    accent="#7fe3ff",
    success="#7dff9a",
    warning="#ffcf40",
    error="#ffa3a3",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    dark=True,
    variables={
        **_words(
            "#e6e6e6",
            primary="#ffe14d",
            secondary="#9fd8ff",
            accent="#7fe3ff",
            success="#7dff9a",
            warning="#ffcf40",
            error="#ffa3a3",
        ),
        "chosen": "#00208f",
        "added": "#002a0e",
        "removed": "#4d0000",
        "veil": "#000000",
    },
)

PLAIN = replace(
    BUILTIN_THEMES["ansi-dark"],
    name="terminal",
    primary="ansi_default",
    secondary="ansi_default",
    accent="ansi_default",
    success="ansi_green",
    warning="ansi_magenta",
    error="ansi_red",
)
"""Only the terminal's own colours, of those the ones that are legible on black and on white.

The one theme that is right under NO_COLOR, and where there are sixteen colours.
"""

OWN = (CALM, LIGHT, STRONG, PLAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look as a person chooses it."""

    name: str
    """As it is typed and remembered."""
    title: Text
    theme: str
    """Textual's name of it."""


LOOKS: Mapping[str, Look] = {
    look.name: look
    for look in (
        Look(name="dark", title=msg("Dark"), theme=CALM.name),
        Look(name="light", title=msg("Light"), theme=LIGHT.name),
        Look(name="contrast", title=msg("High contrast"), theme=STRONG.name),
        Look(name="terminal", title=msg("The terminal's own colours"), theme=PLAIN.name),
    )
}


def no_colour(env: Mapping[str, str]) -> bool:
    """Tell whether colour is unwanted: NO_COLOR is set and not empty (no-color.org)."""
    return bool(env.get("NO_COLOR"))


def few_colours(env: Mapping[str, str]) -> bool:
    """Tell whether the terminal has sixteen colours, by the names that Rich goes by."""
    term = env.get("TERM", "")
    deep = env.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit")
    return bool(term) and not deep and term.rpartition("-")[2] not in ("256color", "kitty")


def first_look(env: Mapping[str, str], remembered: str | None) -> Look:
    """Return the look to start with: what the terminal can, the variable, the memory, or dark."""
    if no_colour(env) or few_colours(env):
        return LOOKS["terminal"]
    for name in (env.get(VARIABLE, ""), remembered or ""):
        if name in LOOKS:
            return LOOKS[name]
    return LOOKS["dark"]
