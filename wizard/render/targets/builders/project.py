"""What builds a project needs one."""

from __future__ import annotations

from wizard.errors import UsageError
from wizard.plan.types import Plan
from wizard.render.build_request import BuildRequest, build_request
from wizard.text import msg


def project_request(plan: Plan, target: str) -> BuildRequest:
    """Return the build of this plan. Raises UsageError where there is no Go project to build."""
    if not (plan.inputs.module_dirs or plan.inputs.workspace):
        raise UsageError(
            msg("there is no go.mod here, so there is nothing to build"),
            where=target,
            hint=msg("say with --project where the project is"),
        )
    return build_request(plan)
