"""`gomod-wizard.toml`: what people answered, safe to commit."""

from __future__ import annotations

import json

from wizard.plan.types import Origin, Plan
from wizard.questions import BY_KEY
from wizard.render.types import Artifact, Scope, TomlKeys
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import msg

NAME = "gomod-wizard.toml"
TABLE = "answers"

_PERSONAL = {"ca", "secrets"}
"""Paths of one person's machine."""

_SHARED = {Origin.FLAG, Origin.ENVIRONMENT, Origin.PROJECT}
"""Answers of the user's own configuration stay there."""


def profile(plan: Plan) -> tuple[Artifact, ...]:
    """Return the profile with the explicit answers; nothing where there are none."""
    keys: dict[str, object] = {}
    for decision in plan.decisions():
        if decision.origin in _SHARED and decision.key not in _PERSONAL:
            value = decision.value
            if isinstance(value, ProxyUrl):
                value = value.without_credentials()
            keys[decision.key] = BY_KEY[decision.key].format(value)
    decisions = tuple(keys)
    if not keys:
        return ()
    if plan.inputs.waiver is not None:
        keys["reason"], keys["until"] = plan.inputs.waiver
    # A JSON string is a TOML basic string.
    lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
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
