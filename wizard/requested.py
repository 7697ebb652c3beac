"""What was asked for beside the machine's own files: which targets, and what is said of them.

`--with` and `--option` > environment (`GOMOD_WIZARD_OPTION_<KEY>`) > `[targets]` of the project's
profile > that of the user's > that of the organisation's preset.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import UsageError
from wizard.system import System
from wizard.text import msg

if TYPE_CHECKING:
    from wizard.facts.preset import Preset
    from wizard.plan.types import Answer, Origin

_WITH = "with"
_ENV_PREFIX = "GOMOD_WIZARD_OPTION_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """Targets by name, and the options of all of them."""

    names: tuple[str, ...] = ()
    options: Mapping[str, Answer] = field(default_factory=dict)


def collect_requested(
    system: System,
    project: Path,
    *,
    names: str | None = None,
    options: Iterable[str] = (),
    profile: Path | None = None,
    preset: Preset | None = None,
) -> Requested:
    """Return what was asked for, each option from the strongest place that has one.

    Raises UsageError for an unknown target or option, or a value that it cannot have.
    """
    from wizard.plan.types import Answer, Origin
    from wizard.profile_file import PROFILE_NAME, user_profile

    found = {
        one.key: Answer(text=one.text, origin=Origin.PRESET, source=one.where)
        for one in (() if preset is None else preset.targets)
    }
    if (user_file := user_profile(system)) is not None:
        found |= _from_file(system, user_file, Origin.USER, required=False)
    found |= _from_file(
        system, profile or project / PROFILE_NAME, Origin.PROJECT, required=profile is not None
    )
    for name, value in system.env.items():
        if name.startswith(_ENV_PREFIX):
            key = name.removeprefix(_ENV_PREFIX).lower()
            found[key] = Answer(text=value, origin=Origin.ENVIRONMENT, source=name)
    for item in options:
        key, equals, value = item.partition("=")
        if not equals:
            raise UsageError(
                msg("--option takes KEY=VALUE, not {item}", item=item),
                where="--option",
                hint=msg("for example: --option namespace=build"),
            )
        key = key.strip().replace("-", "_")
        found[key] = Answer(text=value.strip(), origin=Origin.FLAG, source="--option")
    if names is not None:
        found[_WITH] = Answer(text=names, origin=Origin.FLAG, source="--with")
    wanted = found.pop(_WITH, None)
    if found:
        from wizard.render.targets.options import check_option

        for key, answer in found.items():
            check_option(key, answer)
    return Requested(names=() if wanted is None else _names(wanted), options=found)


def _from_file(
    system: System, path: Path, origin: Origin, *, required: bool
) -> Mapping[str, Answer]:
    from wizard.plan.types import Answer
    from wizard.profile_file import as_text, read_profile

    profile = read_profile(system, path, required=required)
    table = {} if profile is None else profile.table("targets")
    found: dict[str, Answer] = {}
    for key, value in table.items():
        where = profile.where(key) if profile is not None else ""
        found[key] = Answer(text=as_text(value, where), origin=origin, source=where)
    return found


def _names(wanted: Answer) -> tuple[str, ...]:
    from wizard.render.targets import TARGETS

    names = tuple(dict.fromkeys(n for n in map(str.strip, wanted.text.split(",")) if n))
    for name in names:
        if name not in TARGETS:
            from difflib import get_close_matches

            near = get_close_matches(name, TARGETS, n=1)
            raise UsageError(
                msg("there is no target {name}", name=name),
                where=wanted.source,
                hint=msg("did you mean {near}?", near=near[0])
                if near
                else msg("the targets are: {names}", names=", ".join(TARGETS)),
            )
    return names
