"""What people answered, from every place where an answer can stand, strongest first.

flag (`--set`) > environment (`GOMOD_WIZARD_SET_<KEY>`) > project (`gomod-wizard.toml`, or the
file of `--profile`) > user (`<config>/gomod-wizard/config.toml`) > preset (of the organisation) >
detected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import UsageError
from wizard.plan.types import KEYS, Answer, Origin
from wizard.profile_file import PROFILE_NAME, as_text, read_profile, user_profile
from wizard.system import System
from wizard.text import msg

if TYPE_CHECKING:
    from wizard.facts.preset import Preset

WAIVER_KEYS = ("reason", "until")
"""Beside the decisions: why an unsafe value is needed, and until when."""
_ENV_PREFIX = "GOMOD_WIZARD_SET_"


def collect_answers(
    system: System,
    project: Path,
    *,
    sets: Iterable[str] = (),
    profile: Path | None = None,
    reason: str | None = None,
    until: str | None = None,
    preset: Preset | None = None,
) -> Mapping[str, Answer]:
    """Return every answer, each from the strongest place that has one, and what that overrides.

    Raises UsageError for a `--set` without `=`, an unknown key, or a profile that cannot be
    read: with the file, the line, and what to do.
    """
    answers: Mapping[str, Answer] = preset_answers(preset)
    if (user_file := user_profile(system)) is not None:
        answers = put_over(answers, _from_file(system, user_file, Origin.USER, required=False))
    of_project = _from_file(
        system, profile or project / PROFILE_NAME, Origin.PROJECT, required=profile is not None
    )
    environment: dict[str, Answer] = {}
    for name, value in system.env.items():
        if name.startswith(_ENV_PREFIX):
            key = _known(name.removeprefix(_ENV_PREFIX).lower(), where=name)
            environment[key] = Answer(text=value, origin=Origin.ENVIRONMENT, source=name)
    for stronger in (of_project, environment, flag_answers(sets, reason=reason, until=until)):
        answers = put_over(answers, stronger)
    return answers


def put_over(weaker: Mapping[str, Answer], stronger: Mapping[str, Answer]) -> dict[str, Answer]:
    """Return both; where both have a key, the stronger one, with what it overrides."""
    over = {key: answer.over(weaker.get(key)) for key, answer in stronger.items()}
    return {**weaker, **over}


def preset_answers(preset: Preset | None) -> dict[str, Answer]:
    """Return what the organisation answers."""
    return {
        one.key: Answer(text=one.text, origin=Origin.PRESET, source=one.where)
        for one in (() if preset is None else preset.answers)
    }


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
    profile = read_profile(system, path, required=required)
    if profile is None:
        return {}
    found: dict[str, Answer] = {}
    for key, value in profile.table("answers").items():
        where = profile.where(key)
        known = _known(key, where=where)
        found[known] = Answer(text=as_text(value, where), origin=origin, source=where)
    return found
