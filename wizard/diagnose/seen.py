"""What this machine shows of why a build fails, as faults to lay beside those of a log."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.diagnose.table import Cause, load_table
from wizard.diagnose.types import Cure, Fault
from wizard.text import Text, msg

SILENCE = "cut-in-silence"
"""The detail of a fault that nothing but silence speaks for."""

WITHOUT_A_PROXY = frozenset({"connection-refused", "connect-timeout", "dns-failure"})
"""How a network without a direct way out answers those who do not use its proxy."""

_SEEN = 0.6
"""Confidence in what was seen here, and not in the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One fault that the machine shows, and what of a log belongs to it."""

    fault: Fault
    hosts: tuple[str, ...] = ()
    """It is about these alone; empty: about whatever the log shows."""
    explains: frozenset[str] = frozenset()
    """Causes or details of a log that are only its symptoms."""
    words: tuple[str, ...] = ()
    """A symptom's lines hold one of these; empty: whatever they hold."""
    decides: bool = False
    """Where the log shows the same cause, its name and its cure are the finer ones."""
    only_beside: frozenset[str] = frozenset()
    """No fault by itself: a fact beside one of these causes."""


def seen_fault(
    cause: str,
    *,
    detail: str,
    title: Text | None,
    live: Text,
    summary: Text | None,
    decision: str | None,
    command: str | None = "gomod-wizard apply",
) -> Fault:
    """Return a fault that the machine shows; what is None comes from the cause's own entry."""
    known: Cause = load_table().causes[cause]
    return Fault(
        cause=cause,
        fault_class=known.fault_class,
        detail=detail,
        title=msg(known.title) if title is None else title,
        reason=None,
        confidence=_SEEN,
        evidence=(),
        ruled_out=(),
        cure=Cure(
            summary=msg(known.cure) if summary is None else summary,
            command=command,
            decision=decision,
        ),
        link=known.link,
        live=(live,),
    )
