"""What a person chose for the program itself, not for a build: `preferences.toml`.

It stands beside the user's answers and goes with them (`purge --settings`). No answer, no path
and no secret is in it. A file that cannot be read counts as none, and is left alone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from wizard.system import Failed, System

NAMES = ("theme", "language")
_LIMIT = 64 * 1024


def preferences_file(system: System) -> Path | None:
    """Return where preferences are kept; None where there is no home."""
    config = system.config_home()
    return None if config is None else config / "gomod-wizard" / "preferences.toml"


def preferences(system: System) -> Mapping[str, str]:
    """Return what was chosen, of `NAMES`; nothing where there is no such file."""
    path = preferences_file(system)
    text = None if path is None else _text(system, path)
    if not text:
        return {}
    import tomllib

    try:
        read = tomllib.loads(text)
    except (ValueError, RecursionError):  # no TOML, a number without an end, a nest without one
        return {}
    return {name: read[name] for name in NAMES if isinstance(read.get(name), str)}


def remember(system: System, name: str, value: str) -> bool:
    """Keep one choice, the others as they are; False where it cannot be written."""
    path = preferences_file(system)
    if path is None or name not in NAMES:
        return False
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    text = _text(system, path)
    if text is None:
        return False
    try:
        document = tomlkit.parse(text)
        document[name] = value
        _replace(path, tomlkit.dumps(document))
    except (OSError, TOMLKitError, ValueError, RecursionError):
        return False
    return True


def _text(system: System, path: Path) -> str | None:
    """Return the file's text, empty where there is none; None where it cannot be read."""
    data = system.read(path, _LIMIT)
    if isinstance(data, Failed):
        return "" if data.kind == "missing" else None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _replace(path: Path, text: str) -> None:
    """Write the file whole, or not at all."""
    import tempfile

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".preferences-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except OSError:
        with suppress(OSError):
            os.unlink(name)
        raise
