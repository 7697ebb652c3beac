"""A compose file: the build of this plan for `docker compose build`."""

from __future__ import annotations

from wizard.plan.types import Plan
from wizard.render.build_request import BuildRequest
from wizard.render.targets.builders.project import from_environment, project_request
from wizard.render.targets.options import Options
from wizard.render.targets.types import Target
from wizard.render.types import Artifact, Scope, Whole
from wizard.render.yaml_text import Yaml, document
from wizard.text import msg

FILE = "compose.gomod.yaml"

_HEAD = """\
Written by gomod-wizard for this machine: the build that `gomod-wizard build-command` prints, for
  docker compose -f compose.gomod.yaml build
Behind a compose file of yours it adds to the service of that name:
  docker compose -f compose.yaml -f compose.gomod.yaml build
An argument without a value comes from the environment. Each secret is a file of this machine:
keep this file out of version control, and let everybody write their own."""


def _render(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    request = project_request(plan, "compose")
    service = options["compose_service"] or request.tag
    whole: dict[str, Yaml] = {
        "services": {service: {"image": literal(request.tag), "build": _build(request)}}
    }
    if request.secrets:
        whole["secrets"] = {id_: {"file": literal(source)} for id_, source in request.secrets}
    text = document(whole, "\n".join((_HEAD, *from_environment(plan))))
    return (
        Artifact(
            name=FILE,
            scope=Scope.PROJECT,
            path=FILE,
            content=Whole(text=text),
            standalone=text,
            because=(msg("the same build for docker compose"),),
            decisions=("secrets", "ssh", "hosts", "build_network", "container_proxy", "base_image"),
        ),
    )


def literal(text: str) -> str:
    """Return `text` as a value of compose, which takes `$` for a variable."""
    return text.replace("$", "$$")


def _build(request: BuildRequest) -> dict[str, Yaml]:
    found: dict[str, Yaml] = {
        "context": literal(request.context),
        "dockerfile": literal(request.dockerfile_in_context),
    }
    if request.network:
        found["network"] = request.network
    if request.hosts:
        found["extra_hosts"] = [literal(f"{name}={address}") for name, address in request.hosts]
    if request.contexts:
        found["additional_contexts"] = {n: literal(folder) for n, folder in request.contexts}
    if request.args:
        found["args"] = {n: None if v is None else literal(v) for n, v in request.args}
    if request.ssh is not None:
        found["ssh"] = [literal(request.ssh)]
    if request.secrets:
        found["secrets"] = [id_ for id_, _ in request.secrets]
    return found


COMPOSE = Target(
    name="compose",
    summary=msg("a compose file of this build"),
    render=_render,
)
