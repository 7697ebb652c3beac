"""From a plan to text: no artifact reads another one, only the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.plan.types import Plan
    from wizard.render.types import Artifact


def render(plan: Plan) -> tuple[Artifact, ...]:
    """Return every artifact of the plan: the project's first, then the user's and the system's.

    Where there is no Go project, there is nothing to build, and only the machine's own remain.
    """
    # Here and not above: who only needs this room's types need not pay for every artifact.
    from wizard.render.docker_json import daemon_json, docker_config
    from wizard.render.dockerfile import dockerfile
    from wizard.render.dockerignore import dockerignore
    from wizard.render.goenv_file import build_input_artifacts, go_env_artifacts
    from wizard.render.profile import profile

    machine = (*go_env_artifacts(plan), *docker_config(plan), *daemon_json(plan))
    if not (plan.inputs.module_dirs or plan.inputs.workspace):
        return machine
    return (
        *dockerfile(plan),
        *dockerignore(plan),
        *profile(plan),
        *build_input_artifacts(plan),
        *machine,
    )
