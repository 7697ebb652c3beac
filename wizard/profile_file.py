"""A profile: a TOML file of answers, and of what to write beside them; read, with its lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wizard.errors import ForbiddenError, UsageError
from wizard.system import Failed, System
from wizard.text import Text, msg

PROFILE_NAME = "gomod-wizard.toml"
TABLES = ("answers", "targets")
"""Decisions, and the artifacts that are written on request."""
_TOP_LEVEL = (*TABLES, "schema")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFile:
    """One profile as it stands."""

    path: Path
    text: str
    document: Mapping[str, object]

    def table(self, name: str) -> Mapping[str, object]:
        """Return one of `TABLES`, empty where it is not there. Raises UsageError for no table."""
        table = self.document.get(name, {})
        if not isinstance(table, dict):
            raise UsageError(
                msg("{name} must be a table", name=name),
                where=self.where(name),
                hint=msg("write a line [{name}]", name=name),
            )
        return table

    def where(self, key: str) -> str:
        """Return `path:line` of a key; line 1 where it is written in some other way."""
        pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
        lines = enumerate(self.text.splitlines(), 1)
        return f"{self.path}:{next((n for n, line in lines if pattern.match(line)), 1)}"


def user_profile(system: System) -> Path | None:
    """Return where this user's own answers stand; None without a home."""
    config = system.config_home()
    return None if config is None else config / "gomod-wizard" / "config.toml"


def read_profile(system: System, path: Path, *, required: bool) -> ProfileFile | None:
    """Read a profile; None where there is none and none is `required`.

    Raises UsageError (not TOML, not a profile) or ForbiddenError (unreadable), with file and line.
    """
    text = system.read_text(path, limit=1024 * 1024)
    if isinstance(text, Failed):
        if text.kind == "missing" and not required:
            return None
        kind = ForbiddenError if text.kind == "denied" else UsageError
        raise kind(
            msg("there is no such profile")
            if text.kind == "missing"
            else msg("the profile cannot be read: {why}", why=text.detail or text.kind),
            where=str(path),
            hint=msg("name a file that is there")
            if text.kind == "missing"
            else msg("make it readable, or move it away"),
        )
    system.redactor.read_text(text)
    profile = ProfileFile(path=path, text=text, document=_parsed(text, path))
    for key in profile.document:
        if key not in _TOP_LEVEL:
            raise UsageError(
                msg("{key} stands outside of the table of answers", key=key),
                where=profile.where(key),
                hint=msg("write a line [answers] above it"),
            )
    for name in TABLES:
        for value in profile.table(name).values():
            if isinstance(value, str):
                system.redactor.read_value(value)
    return profile


def _parsed(text: str, path: Path) -> Mapping[str, object]:
    import tomllib  # most machines have no profile, and need not pay for it

    from wizard.rules.toml_lines import TooDeepError, toml_lines

    try:
        toml_lines(text)  # a clone may bring a profile: of a key with 20 000 dots, gigabytes grow
        return tomllib.loads(text.removeprefix("\ufeff"))
    except ValueError as error:
        why: Text = str(error)
        if isinstance(error, TooDeepError):
            why = msg("it is nested too deeply")
        elif not isinstance(error, tomllib.TOMLDecodeError):
            # Python refuses integers of more than 4300 digits, and speaks of its own settings.
            why = msg("a number in it is too long")
        raise UsageError(
            msg("the profile is not valid TOML: {why}", why=why),
            where=str(path),
            hint=msg("mend that line; answers stand as key = value under [answers]"),
        ) from None


def as_text(value: object, where: str) -> str:
    """Return a TOML value as `--set` would give it. Raises UsageError for tables and dates."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str | int) for item in value):
        return ",".join(str(item) for item in value)
    raise UsageError(
        msg("an answer is a text, a number, true or false, or a list of texts"),
        where=where,
        hint=msg('for example: goprivate = ["git.corp.example"]'),
    )
