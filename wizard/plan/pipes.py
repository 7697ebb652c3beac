"""A bar in GOPROXY passes every error on, and with it the name of a module that is private."""

from __future__ import annotations

from dataclasses import replace

from wizard.facts import Facts
from wizard.plan.privacy import Privacy
from wizard.plan.types import Alternative, Decision
from wizard.text import Text, msg


def pipe_that_leaks(facts: Facts, goproxy: Decision[str | None], privacy: Privacy) -> Text | None:
    """Return why a bar in the list could tell outsiders of private modules; None: it cannot."""
    if goproxy.value is None or "|" not in goproxy.value:
        return None
    hosts = facts.private.hosts.value
    if hosts is None:
        return msg("private modules are unknown here, and after | every later mirror is asked")
    uncovered = [
        pattern for host in hosts for pattern in host.patterns if not privacy.is_covered(pattern)
    ]
    if uncovered:
        return msg(
            "after | every later mirror is asked for {patterns} too", patterns=", ".join(uncovered)
        )
    return None


def sealed(facts: Facts, goproxy: Decision[str | None], privacy: Privacy) -> Decision[str | None]:
    """Return the list with commas for bars where a bar could leak: only an answer may keep it."""
    why = pipe_that_leaks(facts, goproxy, privacy)
    if why is None or goproxy.value is None:
        return goproxy
    return replace(
        goproxy,
        value=goproxy.value.replace("|", ","),
        because=msg("your own list, with commas: {why}", why=why),
        alternatives=(
            Alternative(value=goproxy.value, because=why),
            *goproxy.alternatives,
        ),
    )
