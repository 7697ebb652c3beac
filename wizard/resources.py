"""Finds the files shipped with the program, from a wheel or from a checkout."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


def _data_root() -> Path:
    """`site-packages/wizard` in a wheel, the repository's root in a checkout."""
    from pathlib import Path

    package = Path(__file__).parent
    return package if (package / "templates").is_dir() else package.parent


def template(name: str) -> str:
    """Return the text of `templates/<name>`."""
    return (_data_root() / "templates" / name).read_text(encoding="utf-8")


def asset(name: str) -> Path:
    """Return the path of `assets/<name>`."""
    return _data_root() / "assets" / name
