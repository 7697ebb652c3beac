"""Whether a preset is named at all, and where: a glance, which every command takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.system import System

VARIABLE = "GOMOD_WIZARD_PRESET"
KEY_VARIABLE = "GOMOD_WIZARD_PRESET_KEY"


def config_file(system: System) -> Path | None:
    """Return where the setting is kept; None without a home."""
    config = system.config_home()
    return None if config is None else config / "gomod-wizard" / "preset.toml"


def is_set(system: System) -> bool:
    """Whether a preset is named."""
    path = config_file(system)
    return bool(system.env.get(VARIABLE, "").strip()) or (path is not None and path.exists())
