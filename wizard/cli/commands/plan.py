"""`plan`: every decision, with its because."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.cli.context import Context
from wizard.cli.output import BOLD, DIM, GREEN, RED, YELLOW, Output
from wizard.errors import ExitCode
from wizard.plan.types import Decision, Origin, Severity
from wizard.text import msg

if TYPE_CHECKING:
    from typing import Any

    from wizard.plan.types import Finding, Plan

_MARKS = {Severity.FAULT: ("✗", RED), Severity.WARNING: ("!", YELLOW), Severity.NOTE: ("·", DIM)}


async def plan(context: Context) -> int:
    """Show what is wrong, what was decided and because of what; exit 0."""
    decided = await context.plan()
    context.emit("plan", decisions=tuple(decided.decisions()), findings=decided.findings)
    show_findings(context.output, decided.findings)
    show_decisions(context.output, decided)
    return ExitCode.OK


def show_findings(output: Output, findings: tuple[Finding, ...]) -> None:
    """Write the findings, faults first."""
    if not findings:
        output.line(msg("Nothing wrong was found."), GREEN)
        return
    output.line(msg("Found"), BOLD)
    order = list(Severity)
    for finding in sorted(findings, key=lambda f: order.index(f.severity)):
        mark, color = _MARKS[finding.severity]
        output.line(f"  {mark} {finding.message}", color)
        if str(finding.cure):
            output.line(f"      {finding.cure}")


def show_decisions(output: Output, decided: Plan) -> None:
    """Write the decisions that change something; `-v` shows all, and what lost."""
    output.line()
    output.line(msg("Decided"), BOLD)
    left = [d for d in decided.decisions() if not matters(d)]
    for decision in decided.decisions():
        if matters(decision) or output.verbose:
            _show_decision(output, decision)
    if left and not output.verbose:
        names = ", ".join(decision.key for decision in left)
        output.line(msg("  left as they are: {keys}  (-v says why)", keys=names), DIM)


def matters(decision: Decision[Any]) -> bool:
    """Whether a decision does something, or was made by a person."""
    return decision.value not in (None, (), False) or decision.origin != Origin.DETECTED


def _show_decision(output: Output, decision: Decision[Any]) -> None:
    from wizard.questions import question

    show = question(decision.key).format
    output.line(f"  {decision.key} = {show(decision.value)}", BOLD)
    output.line(f"      {decision.because}")
    if decision.source and decision.source not in str(decision.because):
        output.line(msg("      from {source}", source=decision.source), DIM)
    for lost in decision.overrides:
        output.line(
            msg("      overrides {value} ({source})", value=lost.text, source=lost.source), DIM
        )
    if output.verbose:
        for alternative in decision.alternatives:
            output.line(msg("      not {value}: {why}", value=show(alternative.value),
                            why=alternative.because), DIM)  # fmt: skip
