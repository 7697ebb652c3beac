"""Where no file that could be written would make the build work, nothing is written."""

from __future__ import annotations

from wizard.errors import ForbiddenError
from wizard.plan.types import Plan
from wizard.text import msg


def refuse_the_incurable(plan: Plan) -> None:
    """Raise ForbiddenError where no file that could be written would make the build work."""
    for finding in plan.findings:
        if finding.stops:
            raise ForbiddenError(
                msg("not repairable from here: {what}", what=finding.message),
                where=finding.id,
                hint=finding.cure,
            )
