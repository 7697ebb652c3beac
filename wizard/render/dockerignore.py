"""The managed block of .dockerignore."""

from __future__ import annotations

from wizard.plan.types import DockerfilePlace, Plan
from wizard.render.artifact_template import filled
from wizard.render.quoting import ignore_pattern
from wizard.render.types import Artifact, Block, Scope
from wizard.text import msg

NAME = ".dockerignore"


def dockerignore(plan: Plan) -> tuple[Artifact, ...]:
    """Return the block: a short list for a new file, and `!` lines for what yours hides."""
    inputs = plan.inputs
    if plan.dockerfile.value.place is DockerfilePlace.KEEP:
        return ()
    lines: list[str] = []
    if not inputs.ignore_exists:
        lines += filled("dockerignore.tmpl").splitlines()
    if inputs.hidden:
        lines.append("# The build needs these; the lines above hide them.")
        lines += [ignore_pattern(path) for path in inputs.hidden]
    if not lines:
        return ()
    because = (
        msg("it hides {hidden} from the build", hidden=", ".join(inputs.hidden))
        if inputs.hidden
        else msg("the build gets what it needs, and no login by mistake")
    )
    return (
        Artifact(
            name=NAME,
            scope=Scope.PROJECT,
            path=NAME,
            content=Block(lines=tuple(lines)),
            standalone="\n".join((*lines, "")),
            because=(because,),
            decisions=("dockerfile",),
        ),
    )
