"""The language that a person reads: by flag or locale; its sentences lie in `assets/`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from wizard.resources import asset

_FILES = {"zh": "diagnose/zh_CN.toml"}
"""The sentences of each language but English, which is in the program itself."""

_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Strongest first; an empty one does not count (POSIX, Base Definitions 8.2)."""


def choose_language(env: Mapping[str, str], wanted: str | None = None) -> str:
    """Return `wanted`, else what the locale in `env` asks for: `zh`, or `en` for all others."""
    if wanted is not None:
        return wanted
    locale = next((env[name] for name in _LOCALE if env.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def sentences(language: str) -> Mapping[str, str]:
    """Return English template → template in `language`; empty for English."""
    name = _FILES.get(language)
    return {} if name is None else tomllib.loads(asset(name).read_text(encoding="utf-8"))
