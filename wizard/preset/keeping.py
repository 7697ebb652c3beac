"""What is kept of a preset: the source and the pinned key as settings, a checked copy as state.

    <config>/gomod-wizard/preset.toml          source, key, unsigned
    <state>/gomod-wizard/preset/<id>.toml      the last document that was accepted, 0600
    <state>/gomod-wizard/preset/<id>.json      its hash, version, key, and when it came, 0600

A copy counts where its hash is the one kept beside it, and its key the one that is pinned now.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wizard.apply.journal import state_folder
from wizard.errors import ForbiddenError, UnsafeError, UsageError
from wizard.preset.named import KEY_VARIABLE, VARIABLE, config_file
from wizard.preset.reading import LIMIT
from wizard.preset.signatures import Key, read_key
from wizard.preset.sources import FileSource, Source, parse_source
from wizard.render.quoting import toml
from wizard.rules.toml_lines import line_at, line_of_error, toml_lines
from wizard.system import Failed, System
from wizard.text import msg
from wizard.untrusted import clean_line

_LIMIT = 64 * 1024
_KEYS = ("source", "key", "unsigned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Which preset is in force here."""

    source: Source
    key: Key | None
    unsigned: bool
    """Somebody said that it may come without a signature."""
    where: str
    """Who said so: a variable, or the file."""

    @property
    def trusted(self) -> bool:
        """Whether it may be read at all: signed, a file of this machine, or said to be unsigned."""
        return self.key is not None or self.unsigned or isinstance(self.source, FileSource)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What is remembered of a source."""

    document: bytes = field(repr=False)
    """Empty where the copy is gone or was changed; the version counts all the same."""
    sha256: str
    version: int
    key: str
    """The public key by which it was checked; empty: unsigned."""
    fetched_at: str
    """ISO 8601, UTC."""
    tried_at: str
    """When it was last asked for."""
    failed: str = ""
    """Why that was in vain; empty: it was not."""

    def is_of(self, key: Key | None) -> bool:
        """Whether it may be read without asking anybody."""
        return bool(self.document) and self.key == ("" if key is None else key.text)


def read_setting(system: System) -> Setting | None:
    """Return the preset of the environment, else of the user's configuration; None: there is none.

    Raises UsageError or UnsafeError with file and line for what cannot be used.
    """
    here = Path.cwd()
    if named := system.env.get(VARIABLE, "").strip():
        source = parse_source(system, named, where=VARIABLE, folder=here)
        given = system.env.get(KEY_VARIABLE, "").strip()
        key = None
        if given:
            key = read_key(system, given, where=KEY_VARIABLE, folder=here)
        pinned = _configured(system)
        if key is None and pinned is not None and str(pinned.source) == str(source):
            return pinned
        return Setting(source=source, key=key, unsigned=False, where=VARIABLE)
    return _configured(system)


def _configured(system: System) -> Setting | None:
    path = config_file(system)
    text = Failed(kind="missing") if path is None else system.read_text(path, _LIMIT)
    if path is None or (isinstance(text, Failed) and text.kind == "missing"):
        return None
    if isinstance(text, Failed):
        raise ForbiddenError(
            msg("the setting cannot be read: {why}", why=text.detail or text.kind),
            where=str(path),
            hint=msg("make it readable, or move it away"),
        )
    import tomllib

    try:
        lines = toml_lines(text)
        read = tomllib.loads(text)
    except ValueError as error:
        why = clean_line(str(error).partition(" (at")[0], 200)
        raise _broken(str(path), line_of_error(error, text), why) from None
    for key, value in read.items():
        kind = bool if key == "unsigned" else str
        if key not in _KEYS or not isinstance(value, kind):
            raise _broken(str(path), line_at(lines, (key,)), key)
    if not read.get("source"):
        raise _broken(str(path), 1, "source")
    folder = path.parent
    at = f"{path}:{line_at(lines, ('source',))}"
    where = f"{path}:{line_at(lines, ('key',))}"
    return Setting(
        source=parse_source(system, read["source"], where=at, folder=folder),
        key=read_key(system, read["key"], where=where, folder=folder) if "key" in read else None,
        unsigned=read.get("unsigned", False),
        where=at,
    )


def _broken(path: str, line: int, what: str) -> UsageError:
    return UsageError(
        msg("this line cannot be used: {what}", what=what),
        where=f"{path}:{line}",
        hint=msg("set it anew: gomod-wizard preset add SOURCE --key KEY"),
    )


def write_setting(system: System, setting: Setting) -> Path:
    """Keep the setting. Raises ForbiddenError where it cannot be."""
    path = config_file(system)
    if path is None:
        raise ForbiddenError(
            msg("there is no home to keep the setting in"),
            where="HOME",
            hint=msg("name the preset by {variable} instead", variable=VARIABLE),
        )
    lines = [f"source = {toml(str(setting.source))}"]
    if setting.key is not None:
        lines.append(f"key = {toml(setting.key.text)}")
    if setting.unsigned:
        lines.append("unsigned = true")
    _replace(path, "\n".join((*lines, "")).encode())
    return path


def remove_setting(system: System) -> tuple[Path, ...]:
    """Remove the setting, and every copy of this user's; return what is gone."""
    gone: list[Path] = []
    path = config_file(system)
    copies: list[Path] = []
    with suppress(ForbiddenError, OSError):
        copies = sorted(_folder(system).iterdir())
    for one in (*(() if path is None else (path,)), *copies):
        try:
            one.unlink()
            gone.append(one)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise _unkept(one, error) from None
    with suppress(ForbiddenError, OSError):
        _folder(system).rmdir()
    return tuple(gone)


def recall_copy(system: System, source: Source) -> Copy | None:
    """Return what is remembered of `source`; None where it is nothing that can be read."""
    try:
        path = _file(system, source)
    except ForbiddenError:
        return None
    text = system.read_text(path.with_suffix(".json"), _LIMIT)
    data = system.read(path, LIMIT)
    if isinstance(text, Failed):
        return None
    try:
        row: dict[str, Any] = json.loads(text)
        kept = {one.name: str(row[one.name]) for one in fields(Copy) if one.name in row}
        version = int(kept.pop("version"))
        for moment in (kept["fetched_at"], kept["tried_at"]):
            datetime.fromisoformat(moment).astimezone(UTC)
        whole = isinstance(data, bytes) and hashlib.sha256(data).hexdigest() == kept["sha256"]
        document = data if whole and isinstance(data, bytes) else b""
        return Copy(document=document, version=version, **kept)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def keep_copy(system: System, source: Source, copy: Copy) -> None:
    """Keep the copy. Raises ForbiddenError where it cannot be."""
    path = _file(system, source)
    row = {key: value for key, value in asdict(copy).items() if key != "document"}
    if copy.document:
        _replace(path, copy.document)
    _replace(
        path.with_suffix(".json"), json.dumps({"source": str(source), **row}, indent=1).encode()
    )


def refuse_older(copy: Copy | None, *, version: int, sha256: str, where: str) -> None:
    """Raise UnsafeError for a version older than the one that was seen, or another of that number.

    `where`: the line of the version.
    """
    if copy is None or version > copy.version or (version, sha256) == (copy.version, copy.sha256):
        return
    raise UnsafeError(
        msg("version {version} is older than {seen}, which was seen here",
            version=version, seen=copy.version)
        if version < copy.version
        else msg("version {version} was seen here with other contents", version=version),
        where=where,
        hint=msg("ask whoever publishes it to raise the version, and to sign it again"),
    )  # fmt: skip


def _folder(system: System) -> Path:
    return state_folder(system) / "preset"


def _file(system: System, source: Source) -> Path:
    return _folder(system) / f"{hashlib.sha256(str(source).encode()).hexdigest()[:16]}.toml"


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole, for its owner alone, or not at all. Raises ForbiddenError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".preset-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(name, path)
        except OSError:
            with suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise _unkept(path, error) from None


def _unkept(path: Path, error: OSError) -> ForbiddenError:
    return ForbiddenError(
        msg("it cannot be written: {why}", why=error.strerror or "?"),
        where=str(path),
        hint=msg("make that folder writable"),
    )
