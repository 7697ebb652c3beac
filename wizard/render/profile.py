"""`gomod-wizard.toml`: what people answered, safe to commit."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from wizard.plan.types import ContainerProxy, Decision, Origin, Plan
from wizard.questions import BY_KEY
from wizard.render.quoting import toml
from wizard.render.types import Artifact, Scope, TomlKeys
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import msg

NAME = "gomod-wizard.toml"
TABLE = "answers"

_PERSONAL = {"ca", "secrets"}
"""Paths of one person's machine."""

_MAY_NAME_A_PATH = {"goauth", "goproxy"}
_PATH = re.compile(r"(?:^|[\s,|;=])(?:file:|/|~|[A-Za-z]:[\\/])")

_SHARED = {Origin.FLAG, Origin.ENVIRONMENT, Origin.PROJECT}
"""Answers of the user's own configuration stay there."""


def _impersonal(value: object) -> object:
    """Return a proxy without its user; anything else as it is."""
    if isinstance(value, ProxyUrl):
        return value.without_credentials()
    if isinstance(value, ContainerProxy):
        return replace(
            value,
            http=value.http and value.http.without_credentials(),
            https=value.https and value.https.without_credentials(),
        )
    return value


def _is_personal(decision: Decision[Any]) -> bool:
    """Return whether the answer names a path, which a colleague's machine does not have."""
    if decision.key in _PERSONAL:
        return True
    named = decision.key in _MAY_NAME_A_PATH and decision.value is not None
    return named and _PATH.search(str(decision.value)) is not None


def _written(decision: Decision[Any]) -> object:
    """Return the answer as TOML has it: numbers and switches as such, anything else as text."""
    if isinstance(decision.value, bool | int):
        return decision.value
    return BY_KEY[decision.key].format(_impersonal(decision.value))


def shared_answers(plan: Plan) -> dict[str, object]:
    """Return the explicit answers that hold for colleagues too, and the waiver of unsafe ones."""
    keys: dict[str, object] = {}
    for decision in plan.decisions():
        if decision.origin in _SHARED and not _is_personal(decision):
            keys[decision.key] = _written(decision)
    if keys and plan.inputs.waiver is not None:
        keys["reason"], keys["until"] = plan.inputs.waiver
    return keys


def profile(plan: Plan) -> tuple[Artifact, ...]:
    """Return the profile with the explicit answers; nothing where there are none."""
    keys = shared_answers(plan)
    if not keys:
        return ()
    decisions = tuple(key for key in keys if key in BY_KEY)
    lines = [f"{key} = {toml(value)}" for key, value in keys.items()]
    return (
        Artifact(
            name=NAME,
            scope=Scope.PROJECT,
            path=NAME,
            content=TomlKeys(table=TABLE, keys=keys),
            standalone="\n".join((f"[{TABLE}]", *lines, "")),
            because=(msg("your colleagues get the same answers"),),
            decisions=decisions,
        ),
    )
