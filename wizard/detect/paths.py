"""What stands at a path, without an exception for what may not be looked at.

pathlib raises for a folder that this user may not enter and for a name that is too long; to
detection both are the same as nothing there.
"""

from __future__ import annotations

from pathlib import Path


def is_file(path: Path) -> bool:
    """Whether a regular file, or a link to one, can be seen there."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_dir(path: Path) -> bool:
    """Whether a folder, or a link to one, can be seen there."""
    try:
        return path.is_dir()
    except OSError:
        return False


def exists(path: Path) -> bool:
    """Whether anything can be seen there."""
    try:
        return path.exists()
    except OSError:
        return False
