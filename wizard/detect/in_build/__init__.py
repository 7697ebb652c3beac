"""The user's own builder, asked from inside a RUN step: what does the network look like there?

It is the one look of `detect` that is made only on request: it runs a build. The step ends with
an error on purpose, so that neither an image nor a layer nor a cache entry of it remains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.detect.in_build.request import CA_SECRET, InBuild, MirrorAsked, ProxyAsked, Target
from wizard.facts.base import not_applicable
from wizard.facts.build import BuildFacts

if TYPE_CHECKING:
    from wizard.facts import Facts
    from wizard.system import System
    from wizard.text import Text

__all__ = [
    "CA_SECRET",
    "LIMIT_S",
    "InBuild",
    "MirrorAsked",
    "ProxyAsked",
    "Target",
    "ask_the_builder",
    "cannot_ask",
]

LIMIT_S = 30.0
"""Seconds after which a builder that has not answered is given up: an engine may be busy."""


async def ask_the_builder(
    system: System, facts: Facts, request: InBuild, limit_s: float = LIMIT_S
) -> BuildFacts:
    """Run the probe, look at the same targets from here, and compare. Never raises for the world.

    `facts` are what the host's own detection saw. At most about `limit_s` seconds.
    """
    from wizard.detect.in_build.asking import ask

    return await ask(system, facts, request, limit_s)


def cannot_ask(reason: Text, source: str) -> BuildFacts:
    """Return the area where there is no builder to ask, with the reason."""
    why = not_applicable(reason, source)
    return BuildFacts(
        base_image=why, go=why, user=why, resolvers=why, search_domains=why, names=why,
        connections=why, proxies=why, mirrors=why, mtu=why, clock_skew_seconds=why,
        free_disk=why, took_seconds=why, rows=why, cause=why,
    )  # fmt: skip
