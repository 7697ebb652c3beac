"""Why a file looks as it does: its own reasons, and those of the decisions it carries. Pure."""

from __future__ import annotations

from screens.paragraphs import Paragraph, bullets, paragraph
from wizard.apply.types import Change
from wizard.plan.types import Plan
from wizard.questions import BY_KEY
from wizard.render.types import Artifact
from wizard.text import msg
from wizard.untrusted import clean_line


def reasons_of(
    artifact: Artifact, change: Change | None, plan: Plan | None
) -> tuple[Paragraph, ...]:
    """Return the notes of the change, the file's reasons, then its decisions with theirs."""
    decisions = [] if plan is None else [getattr(plan, key) for key in artifact.decisions]
    told = [one for one in decisions if one.value not in (None, (), False)]
    known = {clean_line(str(one.because)) for one in told}
    lines = [] if change is None else list(bullets(change.notes, "! "))
    lines += bullets(why for why in artifact.because if clean_line(str(why)) not in known)
    for one in told:
        title = BY_KEY[one.key].title if one.key in BY_KEY else one.key
        lines.append(paragraph("• ", msg("{what}: {because}", what=title, because=one.because)))
    return tuple(lines)
