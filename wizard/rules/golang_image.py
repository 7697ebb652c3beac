"""The official Go image that fits a `go` line, and what a tag says about its Go."""

from __future__ import annotations

import re

FETCH_STAGE = "gomod-wizard-modules"
"""The stage that fetches modules for one whose image has no git."""

DEFAULT_MINOR = (1, 27)
"""The newest Go that this program knows; for a project that names no Go version."""

_LINE = re.compile(r"(?:go)?([0-9]{1,9})\.([0-9]{1,9})(?:[.rb].*)?")
_TAG = re.compile(r"(?:.*/)?golang:([0-9]{1,9})\.([0-9]{1,9})(?:[.-].*)?")


def official_image(minor: tuple[int, int]) -> str:
    """Return the official image of a minor version, on the Debian that it is maintained for."""
    return f"golang:{minor[0]}.{minor[1]}-bookworm"


def minor_of_line(line: str) -> tuple[int, int] | None:
    """Return the minor version of a `go` line; None for what is none."""
    found = _LINE.fullmatch(line)
    return None if found is None else (int(found[1]), int(found[2]))


def minor_of_image(image: str) -> tuple[int, int] | None:
    """Return the minor version that a golang image's tag names; None where it names none."""
    found = _TAG.fullmatch(image)
    return None if found is None else (int(found[1]), int(found[2]))
