"""The managed block of .dockerignore."""

from __future__ import annotations

from wizard.plan.types import DockerfilePlace, Plan, WideContext
from wizard.render.artifact_template import filled
from wizard.render.quoting import ignore_pattern
from wizard.render.types import Artifact, Block, Scope, Whole
from wizard.text import msg

NAME = ".dockerignore"


def dockerignore(plan: Plan) -> tuple[Artifact, ...]:
    """Return the block: a short list for a new file, and `!` lines for what yours hides."""
    inputs = plan.inputs
    if plan.dockerfile.value.place is DockerfilePlace.KEEP:
        return ()
    if inputs.wide is not None:
        return (_of_wide_context(plan, inputs.wide),)
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


def _of_wide_context(plan: Plan, wide: WideContext) -> Artifact:
    """Return the file that BuildKit takes for that Dockerfile alone: all hidden but what it reads.

    A pattern that comes later wins, so the project's own login files are hidden again.
    """
    shown = (wide.project, *(place for place, _ in wide.outside), wide.cache)
    top = "" if wide.project == "." else f"{wide.project}/"
    hidden = (line for line in filled("dockerignore.tmpl").splitlines() if line[:1] not in "#")
    lines = (
        "# Written by gomod-wizard, for Dockerfile.gomod alone: its context is wider.",
        "*",
        *(ignore_pattern(place) for place in shown if place),
        *(line if line.startswith("**/") else f"{top}{line}" for line in hidden),
        "**/.netrc",
        "**/.ssh",
    )
    text = "\n".join((*lines, ""))
    return Artifact(
        name=f"{plan.inputs.dockerfile}{NAME}",
        scope=Scope.PROJECT,
        path=f"{plan.inputs.dockerfile}{NAME}",
        content=Whole(text=text),
        standalone=text,
        because=(msg("of the wider context the build gets what it reads, and nothing else"),),
        decisions=("dockerfile",),
    )
