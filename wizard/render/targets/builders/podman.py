"""podman: a script of this build, and drop-ins for what daemon.json tells Docker.

Podman 4.3 and 5.8 build the same Dockerfile (`tests/targets/builders`). What differs, from
podman-build(1) and buildah's `pkg/parse`: `--secret` and `--ssh` are split at commas that nothing
quotes; the caller's proxies are copied into every step unless `--http-proxy=false` says no.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from wizard.errors import UsageError
from wizard.plan.types import Plan
from wizard.render.artifact_template import filled
from wizard.render.build_request import BuildRequest
from wizard.render.quoting import posix, toml
from wizard.render.targets.builders.buildkitd_toml import toml_list
from wizard.render.targets.builders.project import from_environment, project_request
from wizard.render.targets.builders.registries import asked_over_tls, ca_text, hub_mirrors
from wizard.render.targets.options import Options
from wizard.render.targets.types import Target
from wizard.render.types import Artifact, Scope, Whole
from wizard.rules.image_reference import DOCKER_HUB
from wizard.text import msg

SCRIPT = "deploy/gomod/podman-build.sh"
_DROP_IN = "50-gomod-wizard.conf"


def _render(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    del options
    request = project_request(plan, "podman")
    script = filled(
        "podman-build.sh.tmpl",
        asked="".join(f"# {line}\n" for line in from_environment(plan)),
        options=" \\\n    ".join(_flags(plan, request)),
    )
    return (
        Artifact(
            name=SCRIPT,
            scope=Scope.PROJECT,
            path=SCRIPT,
            content=Whole(text=script),
            standalone=script,
            because=(msg("the same build for podman"),),
            mode=0o755,
            decisions=("secrets", "ssh", "hosts", "build_network", "container_proxy", "base_image"),
        ),
        *_registries_conf(plan),
        *_containers_conf(plan),
        *_certificates(plan),
    )


def _flags(plan: Plan, request: BuildRequest) -> Iterator[str]:
    """Yield the flags of podman build, each quoted for the shell."""
    yield posix(("-f", request.dockerfile))
    if request.network:
        yield posix(("--network", request.network))
    elif plan.dns.value:
        for address in plan.dns.value:
            yield posix(("--dns", address))
        for domain in plan.dns_search.value or ():
            yield posix(("--dns-search", domain))
    for name, address in request.hosts:
        yield posix(("--add-host", f"{name}:{address}"))
    for id_, source in request.secrets:
        yield posix(("--secret", f"id={id_},src={_no_comma(source)}"))
    if request.ssh is not None:
        yield posix(("--ssh", _no_comma(request.ssh)))
    for name, folder in request.contexts:
        yield posix(("--build-context", f"{name}={folder}"))
    for name, value in request.args:
        yield posix(("--build-arg", name if value is None else f"{name}={value}"))
    yield posix(("-t", request.tag))
    yield f'"$@" {posix((request.context,))}'


def _no_comma(text: str) -> str:
    """Return `text`. Raises UsageError for a comma: podman splits there, whatever quotes it."""
    if "," in text:
        raise UsageError(
            msg("podman cannot be told the path {path}: it splits at the comma", path=text),
            where="podman",
            hint=msg("give that file another name with --set secrets=ID=PATH"),
        )
    return text


def _user_file(plan: Plan, name: str) -> str:
    """Return a path in podman's own folder of the user; empty where the home is not known."""
    folder = plan.inputs.config_dir
    home = posixpath.dirname(posixpath.dirname(folder))
    return f"{home}/containers/{name}" if folder else ""


def _registries_conf(plan: Plan) -> tuple[Artifact, ...]:
    """Return the mirrors of Docker Hub; what a short name means stays the user's own."""
    mirrors = hub_mirrors(plan)
    if not mirrors:
        return ()
    lines = [f"\n[[registry]]\nprefix = {toml(DOCKER_HUB)}\nlocation = {toml(DOCKER_HUB)}"]
    for one in mirrors:
        lines.append(f"\n[[registry.mirror]]\nlocation = {toml(one.location)}")
        if one.plain_http:
            lines.append("# Plain HTTP, for which podman has no other word.\ninsecure = true")
    text = filled("podman-registries.conf.tmpl", registries="\n".join(lines))
    return (
        Artifact(
            name="podman-registries.conf",
            scope=Scope.USER,
            path=_user_file(plan, f"registries.conf.d/{_DROP_IN}"),
            content=Whole(text=text),
            standalone=text,
            because=(plan.registry_mirrors.because,),
            decisions=("registry_mirrors",),
        ),
    )


def _containers_conf(plan: Plan) -> tuple[Artifact, ...]:
    if not plan.dns.value:
        return ()
    lines = [f"dns_servers = {toml_list(plan.dns.value)}"]
    if plan.dns_search.value:
        lines.append(f"dns_searches = {toml_list(plan.dns_search.value)}")
    text = filled("podman-containers.conf.tmpl", settings="\n".join(lines))
    return (
        Artifact(
            name="podman-containers.conf",
            scope=Scope.USER,
            path=_user_file(plan, f"containers.conf.d/{_DROP_IN}"),
            content=Whole(text=text),
            standalone=text,
            because=(plan.dns.because,),
            decisions=("dns", "dns_search"),
        ),
    )


def _certificates(plan: Plan) -> Iterator[Artifact]:
    """Yield the authority once for each registry: podman looks in a folder of its name."""
    pem = ca_text(plan)
    for host in asked_over_tls(plan) if pem else ():
        place = f"certs.d/{host}/gomod-wizard.crt"
        yield Artifact(
            name=f"podman-{place}",
            scope=Scope.USER,
            path=_user_file(plan, place),
            content=Whole(text=pem),
            standalone=pem,
            because=(plan.ca.because,),
            decisions=("ca",),
        )


PODMAN = Target(
    name="podman",
    summary=msg("a build script for podman, and its mirrors and resolvers"),
    render=_render,
)
