"""Findings in words: how bad, what cures them here, and at which step they are told. Pure."""

from __future__ import annotations

import re
from itertools import zip_longest

from textual.content import Content

from screens.grid import Tone
from screens.paragraphs import Paragraph, paragraph
from wizard.flow import Step, step_title
from wizard.plan.types import Finding, Severity
from wizard.text import Text, msg
from wizard.untrusted import clean

SEVERITY = {
    Severity.FAULT: ("✗", msg("Fault"), Tone.BAD),
    Severity.WARNING: ("!", msg("Warning"), Tone.WARN),
    Severity.NOTE: ("·", msg("Note"), Tone.MUTED),
}


def finding_lines(findings: tuple[Finding, ...]) -> tuple[Paragraph, ...]:
    """Return findings, the worst first: what, in words how bad, and the cure."""
    order = list(SEVERITY)
    lines: list[Paragraph] = []
    ranked = sorted(findings, key=lambda one: order.index(one.severity))
    for finding, after in zip_longest(ranked, ranked[1:]):
        sign, word, tone = SEVERITY[finding.severity]
        head = Content.styled(str(msg("{word}: ", word=word)), f"bold {tone}")
        lead = Content.styled(f"{sign} ", f"bold {tone}")
        lines.append(Paragraph(lead, head + Content(clean(str(finding.message)))))
        shared = after is not None and after.cure == finding.cure
        if str(finding.cure) and not shared:  # one cure for several is told once, below them
            lines.append(paragraph("  → ", cure_here(finding), Tone.MUTED))
    return tuple(lines)


_AREA_STEPS = {
    "proxy": Step.PROXY,
    "mirrors": Step.MIRRORS,
    "private": Step.PRIVATE,
    "docker": Step.DOCKER,
    "network": Step.DOCKER,
    "project": Step.BUILD,
    "go": Step.BUILD,
}


_TOPIC_STEPS = {"private": Step.PRIVATE, "ssh": Step.PRIVATE}
"""Steps that own a topic, whichever decision answers it: the first part of a finding's id."""

_FLAG = re.compile(r"--set ([a-z_]+)=\S+")


def cure_here(finding: Finding) -> Text:
    """Return the cure with the step and the row in place of a flag, which a screen has not."""

    from wizard.questions import BY_KEY

    def row(match: re.Match[str]) -> str:
        asked = BY_KEY.get(match[1])
        if asked is None:
            return match[0]
        step = step_title(Step(asked.step))
        return str(msg("“{row}” at the step {step}", row=asked.title, step=step))

    return _FLAG.sub(row, str(finding.cure))


def step_of(finding: Finding) -> Step:
    """Return the step at which a finding is told, and mostly answered."""
    topic = finding.id.partition(".")[0]
    if topic in _TOPIC_STEPS:
        return _TOPIC_STEPS[topic]
    from wizard.questions import BY_KEY  # a screen without findings need not pay for it

    if finding.decision is not None and (asked := BY_KEY.get(finding.decision)) is not None:
        return Step(asked.step)
    for key in finding.facts:
        area = key.partition(".")[0]
        if area in _AREA_STEPS:
            return _AREA_STEPS[area]
    return Step.REVIEW
