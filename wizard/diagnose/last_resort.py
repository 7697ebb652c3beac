"""What is said where no rule speaks: a step that hung, or a failure that nobody knows."""

from __future__ import annotations

from wizard.diagnose.redact import safe_line
from wizard.diagnose.seen import SILENCE
from wizard.diagnose.steps import Seen
from wizard.diagnose.table import Table
from wizard.diagnose.types import Cure, Evidence, Fault, RuledOut
from wizard.text import msg

_HUNG = 0.35
"""Confidence in a cause that nothing but silence speaks for."""


def hung(step: Seen, table: Table) -> Fault:
    """Return that a step was downloading when the log was cut, and nothing says why."""
    cause = table.causes["connect-timeout"]
    ended = msg("it would have ended the step with a message: the log was cut in its silence")
    return Fault(
        cause=cause.id,
        fault_class=cause.fault_class,
        detail=SILENCE,
        title=msg("The step was waiting when the log was cut, likely for a host that is silent"),
        reason=None,
        confidence=_HUNG,
        evidence=(Evidence(line=step.first, text=safe_line(step.instruction or "", 600)),),
        ruled_out=tuple(
            RuledOut(cause=name, because=ended)
            for name in ("connection-refused", "dns-failure", "mirror-forbidden",
                         "tls-unknown-authority")
        ),
        cure=Cure(
            summary=msg("Nothing answers: packets are dropped on the way, or large ones vanish. "
                        "`gomod-wizard diagnose --live` looks from this machine."),
            command="gomod-wizard detect --in-build",
            decision=cause.decision,
        ),
        link=cause.link,
    )  # fmt: skip


def unknown(failure: Evidence | None, table: Table) -> Fault:
    """Return that something failed, and no rule says why; `failure`: the line that says so."""
    cause = table.causes["unknown"]
    evidence = () if failure is None else (failure,)
    return Fault(
        cause=cause.id,
        fault_class=cause.fault_class,
        detail="no-rule",
        title=msg(cause.title),
        reason=None,
        confidence=0.2,
        evidence=evidence,
        ruled_out=(),
        cure=Cure(summary=msg(cause.cure), command=cause.command, decision=cause.decision),
        link=cause.link,
    )
