"""What builds a project needs one."""

from __future__ import annotations

from wizard.errors import UsageError
from wizard.plan.types import Plan
from wizard.render.build_request import BuildRequest, build_request, secret_proxies
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


def from_environment(plan: Plan) -> tuple[str, ...]:
    """Return a line about each proxy that must be in the environment, its login masked.

    `gomod-wizard build` sees to it; a person who calls the tool by hand must.
    """
    return tuple(
        f"{name} must be {proxy} in the environment, with its login."
        for name, proxy in secret_proxies(plan)
    )
