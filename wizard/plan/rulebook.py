"""What an organisation allows and forbids: held against every answer and every decision. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from wizard.errors import UnsafeError
from wizard.facts.preset import Preset, Rule
from wizard.plan.types import Alternative, Answer, Decision, DockerfileShape, Origin, Plan
from wizard.plan.values import LEAVE, ValueProblem
from wizard.questions import BY_KEY
from wizard.text import Text, msg

T = TypeVar("T")

_NEVER_BY_ITSELF = {"dockerfile": ("create", "block", "beside")}
"""Words of a closed list that need a project they fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A rule, and the part of a value that breaks it."""

    rule: Rule
    part: str


def broken_rule(
    key: str, value: object, allowed: Sequence[str], forbidden: Sequence[str]
) -> str | None:
    """Return the first part of a decision's value that is not allowed; None where all are.

    What is left alone (`none`) is allowed unless it is forbidden by name.
    """
    for part in _parts(key, value):
        if _matches(part, forbidden):
            return part
        if allowed and not _is_left(value) and not _matches(part, allowed):
            return part
    return None


def _is_left(value: object) -> bool:
    """Whether a decision leaves alone what stands; `none` may be a value, as of build_network."""
    return value is None or value == ()


def _parts(key: str, value: object) -> tuple[str, ...]:
    show = BY_KEY[key].format
    if _is_left(value):
        return (LEAVE,)
    if isinstance(value, DockerfileShape):
        return (str(value.place),)
    if isinstance(value, tuple):
        return tuple(show((item,)) for item in value)
    if key == "goproxy":
        return tuple(filter(None, str(value).replace("|", ",").split(",")))
    return (show(value),)


def _matches(part: str, patterns: Sequence[str]) -> bool:
    text = part.lower().rstrip("/")
    return any(fnmatchcase(text, one.lower().rstrip("/").replace("[", "[[]")) for one in patterns)


def broken(preset: Preset | None, key: str, value: object) -> Broken | None:
    """Return the first rule of the organisation that `value` breaks."""
    for rule in () if preset is None else preset.rules:
        if rule.decision == key:
            part = broken_rule(key, value, rule.allowed, rule.forbidden)
            if part is not None:
                return Broken(rule=rule, part=part)
    return None


def check_answer(preset: Preset | None, key: str, value: object, answer: Answer) -> None:
    """Raise UnsafeError for an answer that the organisation forbids: by its line and reason."""
    found = broken(preset, key, value)
    if preset is not None and found is not None:
        raise forbidden(
            preset, msg("{key}={part}", key=key, part=found.part), found.rule.because,
            where=found.rule.where, given=answer.source,
        )  # fmt: skip


def forbidden(
    preset: Preset, what: Text, because: Text, *, where: str, given: str = ""
) -> UnsafeError:
    """Return the refusal of what the organisation forbids. `given`: where it was answered."""
    contact = preset.contact or preset.organisation
    return UnsafeError(
        msg(
            "{organisation} forbids {what}: {why}",
            organisation=preset.organisation,
            what=what,
            why=because,
        ),
        where=where,
        hint=msg("take that answer back ({given}), or ask {contact}", given=given, contact=contact)
        if given
        else msg("ask {contact}", contact=contact),
    )


def permitted(preset: Preset | None, detected: Decision[T]) -> Decision[T]:
    """Return `detected`, or the next value that the organisation leaves.

    Raises UnsafeError where it leaves none.
    """
    found = broken(preset, detected.key, detected.value)
    if preset is None or found is None:
        return detected
    why = msg(
        "{organisation} forbids {part}: {why} ({where})",
        organisation=preset.organisation,
        part=found.part,
        why=found.rule.because,
        where=found.rule.where,
    )
    for value in _candidates(detected, found.rule):
        if value != detected.value and broken(preset, detected.key, value) is None:
            return replace(
                detected,
                value=value,
                because=why,
                alternatives=(
                    Alternative(value=detected.value, because=why),
                    *(
                        one
                        for one in detected.alternatives
                        if one.value != value and broken(preset, detected.key, one.value) is None
                    ),
                ),
                origin=Origin.PRESET,
                source=found.rule.where,
            )
    raise forbidden(
        preset,
        msg("{key}={part}", key=detected.key, part=found.part),
        msg("{why}; and nothing else fits here", why=found.rule.because),
        where=found.rule.where,
    )


def _candidates(detected: Decision[T], rule: Rule) -> Iterator[Any]:
    """Yield what may take the place of a forbidden value, the nearest first."""
    key = detected.key

    def is_good(value: object) -> bool:
        return broken_rule(key, value, rule.allowed, rule.forbidden) is None

    if isinstance(detected.value, tuple):
        if good := tuple(item for item in detected.value if is_good((item,))):
            yield good
    elif key == "goproxy":
        yield ",".join(part for part in _parts(key, detected.value) if is_good(part)) or None
    yield from (one.value for one in detected.alternatives)
    words = (word for word in BY_KEY[key].words if word not in _NEVER_BY_ITSELF.get(key, ()))
    named = (one for one in rule.allowed if "*" not in one and "?" not in one)
    with suppress(ValueProblem):
        if _is_left(left := BY_KEY[key].read(LEAVE)):
            yield left
    for text in (*words, *named):
        with suppress(ValueProblem):
            yield BY_KEY[key].read(text)


def check_plan(preset: Preset | None, plan: Plan) -> None:
    """Raise UnsafeError where a decision of `plan` is forbidden, whoever made it."""
    for decision in plan.decisions():
        found = broken(preset, decision.key, decision.value)
        if preset is not None and found is not None:
            raise forbidden(
                preset,
                msg("{key}={part}", key=decision.key, part=found.part),
                found.rule.because,
                where=found.rule.where,
            )
