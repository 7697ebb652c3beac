"""What people answered, from every place where an answer can stand, strongest first.

flag (`--set`) > environment (`GOMOD_WIZARD_SET_<KEY>`) > project (`gomod-wizard.toml`, or the
file of `--profile`) > user (`<config>/gomod-wizard/config.toml`) > detected.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from wizard.errors import ForbiddenError, UsageError
from wizard.plan.types import KEYS, Answer, Origin
from wizard.system import Failed, System
from wizard.text import Text, msg

PROFILE_NAME = "gomod-wizard.toml"
WAIVER_KEYS = ("reason", "until")
"""Beside the decisions: why an unsafe value is needed, and until when."""
_TOP_LEVEL = ("answers", "schema")
_ENV_PREFIX = "GOMOD_WIZARD_SET_"


def collect_answers(
    system: System,
    project: Path,
    *,
    sets: Iterable[str] = (),
    profile: Path | None = None,
    reason: str | None = None,
    until: str | None = None,
) -> Mapping[str, Answer]:
    """Return every answer, each from the strongest place that has one.

    Raises UsageError for a `--set` without `=`, an unknown key, or a profile that cannot be
    read: with the file, the line, and what to do.
    """
    answers: dict[str, Answer] = {}
    config = system.config_home()
    if config is not None:
        user_file = config / "gomod-wizard" / "config.toml"
        answers |= _from_file(system, user_file, Origin.USER, required=False)
    answers |= _from_file(
        system, profile or project / PROFILE_NAME, Origin.PROJECT, required=profile is not None
    )
    for name, value in system.env.items():
        if name.startswith(_ENV_PREFIX):
            key = _known(name.removeprefix(_ENV_PREFIX).lower(), where=name)
            answers[key] = Answer(text=value, origin=Origin.ENVIRONMENT, source=name)
    return answers | flag_answers(sets, reason=reason, until=until)


def flag_answers(
    sets: Iterable[str], *, reason: str | None = None, until: str | None = None
) -> dict[str, Answer]:
    """Return the answers of the command line alone. Raises UsageError as `collect_answers`."""
    answers: dict[str, Answer] = {}
    for item in sets:
        key, equals, value = item.partition("=")
        if not equals:
            raise UsageError(
                msg("--set takes KEY=VALUE, not {item}", item=item),
                where="--set",
                hint=msg("for example: --set mtu=1400"),
            )
        key = _known(key.strip().replace("-", "_"), where="--set")
        answers[key] = Answer(text=value.strip(), origin=Origin.FLAG, source="--set")
    for key, given in (("reason", reason), ("until", until)):
        if given is not None:
            answers[key] = Answer(text=given, origin=Origin.FLAG, source=f"--{key}")
    return answers


def _known(key: str, where: str) -> str:
    if key in KEYS or key in WAIVER_KEYS:
        return key
    from difflib import get_close_matches

    near = get_close_matches(key, KEYS, n=1)
    raise UsageError(
        msg("there is no decision {key}", key=key),
        where=where,
        hint=msg("did you mean {near}?", near=near[0])
        if near
        else msg("the keys are: {keys}", keys=", ".join(KEYS)),
    )


def _from_file(
    system: System, path: Path, origin: Origin, *, required: bool
) -> Mapping[str, Answer]:
    text = system.read_text(path, limit=1024 * 1024)
    if isinstance(text, Failed):
        if text.kind == "missing" and not required:
            return {}
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
    try:
        document = tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        why: Text = str(error)
        if isinstance(error, RecursionError):
            why = msg("it is nested too deeply")
        elif not isinstance(error, tomllib.TOMLDecodeError):
            # Python refuses integers of more than 4300 digits, and speaks of its own settings.
            why = msg("a number in it is too long")
        raise UsageError(
            msg("the profile is not valid TOML: {why}", why=why),
            where=str(path),
            hint=msg("mend that line; answers stand as key = value under [answers]"),
        ) from None
    for key in document:
        if key not in _TOP_LEVEL:
            raise UsageError(
                msg("{key} stands outside of the table of answers", key=key),
                where=f"{path}:{_line_of(text, key)}",
                hint=msg("write a line [answers] above it"),
            )
    table = document.get("answers", {})
    if not isinstance(table, dict):
        raise UsageError(
            msg("answers must be a table"), where=str(path), hint=msg("write a line [answers]")
        )
    found: dict[str, Answer] = {}
    for key, value in table.items():
        where = f"{path}:{_line_of(text, key)}"
        known = _known(key, where=where)
        if isinstance(value, str):
            system.redactor.read_value(value)
        found[known] = Answer(text=_as_text(value, where), origin=origin, source=where)
    return found


def _line_of(text: str, key: str) -> int:
    pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
    return next((n for n, line in enumerate(text.splitlines(), 1) if pattern.match(line)), 1)


def _as_text(value: object, where: str) -> str:
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
