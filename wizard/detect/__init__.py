"""Observe one machine and one project; change nothing, and never fail for the world's sake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.detect.request import Listener, Request, ignore

if TYPE_CHECKING:
    from wizard.facts import Facts, MirrorFacts
    from wizard.system import System

__all__ = ["Request", "contacts", "detect", "detect_mirrors", "ignore"]


async def detect(system: System, request: Request, listener: Listener = ignore) -> Facts:
    """Look at every area at once, under the one deadline of `request.timeout_s`.

    What is late is an unknown fact with the reason. Raises UsageError for a catalogue of the
    user's, or a `mirror_urls`, that cannot be used; for nothing else.
    """
    # `wizard.detect.request` is imported by `--help` too, which need not pay for asyncio.
    from wizard.detect.stream import look_at_everything

    return await look_at_everything(system, request, listener)


async def detect_mirrors(
    system: System, request: Request, listener: Listener = ignore
) -> MirrorFacts:
    """Look at the module mirrors alone. Raises UsageError as `detect`.

    Who is slow is not waited for once the best are known, unless `request.prove_all`.
    """
    from wizard.detect.ranking import rank_mirrors

    return await rank_mirrors(system, request, listener)


async def contacts(system: System, request: Request) -> tuple[str, ...]:
    """Return what a detection would contact; nothing is contacted. Raises UsageError."""
    from wizard.detect.stream import list_contacts

    return await list_contacts(system, request)
