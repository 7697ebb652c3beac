"""A bake file: the build of this plan for `docker buildx bake`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from wizard.errors import UsageError
from wizard.plan.types import Plan
from wizard.render.artifact_template import filled
from wizard.render.build_request import BuildRequest
from wizard.render.quoting import csv_field, hcl, posix
from wizard.render.targets.builders.project import from_environment, project_request
from wizard.render.targets.options import Options
from wizard.render.targets.types import Target
from wizard.render.types import Artifact, Scope, Whole
from wizard.text import msg

FILE = "docker-bake.gomod.hcl"


_ALLOWED = (
    "# (buildx older than 0.19 asks no such yes, and does not know --allow=fs: leave it out.)\n"
)


def _render(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    del options
    request = project_request(plan, "bake")
    _check(request)
    asked = "".join(f"# {line}\n" for line in from_environment(plan))
    text = filled(
        "docker-bake.hcl.tmpl",
        command=_command(request),
        allowed=_ALLOWED if "--allow=fs" in _command(request) else "",
        asked=asked,
        variables="".join(
            f"\nvariable {hcl(name)} {{\n  default = null\n}}\n"
            for name, value in request.args
            if value is None
        ),
        name=hcl(request.tag),
        attributes="\n".join(f"  {line}" for line in _attributes(request)),
    )
    return (
        Artifact(
            name=FILE,
            scope=Scope.PROJECT,
            path=FILE,
            content=Whole(text=text),
            standalone=text,
            because=(msg("the same build for docker buildx bake"),),
            decisions=("secrets", "ssh", "hosts", "build_network", "container_proxy", "base_image"),
        ),
    )


def _check(request: BuildRequest) -> None:
    """Raise UsageError for a text that HCL would change: it composes what it reads (NFC)."""
    texts = [*(source for _, source in request.secrets), *(path for _, path in request.contexts)]
    texts += [request.ssh or "", request.dockerfile_in_context, request.context]
    for text in texts:
        if not unicodedata.is_normalized("NFC", text):
            raise UsageError(
                msg("a bake file cannot name {path}: its accents stand apart", path=text),
                where="bake",
                hint=msg("ask for compose instead, or rename it"),
            )


def _attributes(request: BuildRequest) -> Iterator[str]:
    yield f"context    = {hcl(request.context)}"
    yield f"dockerfile = {hcl(request.dockerfile_in_context)}"
    yield f"tags       = [{hcl(request.tag)}]"
    if request.network:
        yield f"network    = {hcl(request.network)}"
    if request.hosts:
        hosts: dict[str, str] = {}
        for name, address in request.hosts:
            hosts[name] = f"{hosts[name]},{address}" if name in hosts else address
        yield from _map("extra-hosts", hosts)
    if request.contexts:
        yield from _map("contexts", dict(request.contexts))
    if request.args:
        yield "args = {"
        for name, value in request.args:
            yield f"  {hcl(name)} = {name if value is None else hcl(value)}"
        yield "}"
    if request.secrets:
        yield "secret = ["
        for id_, source in request.secrets:
            fields = f"{csv_field('id', id_)},{csv_field('src', source)}"
            yield f"  {hcl(fields)},"
        yield "]"
    if request.ssh is not None:
        yield f"ssh = [{hcl(request.ssh)}]"


def _map(name: str, values: dict[str, str]) -> Iterator[str]:
    yield f"{name} = {{"
    for key, value in values.items():
        yield f"  {hcl(key)} = {hcl(value)}"
    yield "}"


def _command(request: BuildRequest) -> str:
    """Return the command; buildx 0.19 and newer wants a yes to all that is not the project's."""
    argv = ["docker", "buildx", "bake", "-f", FILE]
    outside = [source for _, source in request.secrets]
    outside += [folder for _, folder in request.contexts]
    if request.context != ".":
        outside.append(request.context)
    if request.ssh is not None:
        argv.append("--allow=ssh")
        if key := request.ssh.partition("=")[2]:
            outside.append(key)
    if request.network == "host":
        argv.append("--allow=network.host")
    argv += [f"--allow=fs.read={path}" for path in dict.fromkeys(outside)]
    line = posix(argv)
    # A comment ends with its line: what is not printable must not end it sooner.
    return line if line.isprintable() else posix([*argv[:5], "--allow=fs.read=*"])


BAKE = Target(name="bake", summary=msg("a bake file of this build"), render=_render)
