"""What a build of this plan is given: one source of `docker build`, bake, compose and podman."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wizard.plan.types import (
    BuildNetwork,
    DockerfileForm,
    DockerfilePlace,
    ModuleSource,
    Plan,
)
from wizard.render.dockerfile import default_image
from wizard.render.goenv_file import build_settings
from wizard.rules.proxy_url import ProxyUrl
from wizard.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequest:
    """One build, in no tool's language. It is run in the project's folder and holds no secret."""

    dockerfile: str
    """Relative to the project, or absolute."""
    context: str
    """A folder, relative to the project: `.` or one above."""
    network: str
    """`host` or `none`; empty for the builder's own."""
    hosts: tuple[tuple[str, str], ...]
    """(name, address) for the hosts file of a RUN step."""
    secrets: tuple[tuple[str, str], ...]
    """(id, file on this host)."""
    ssh: str | None
    """What `--ssh` takes: `default`, or `default=KEY`; None: no ssh."""
    contexts: tuple[tuple[str, str], ...]
    """(name, folder, relative or absolute) of the contexts beside the main one."""
    args: tuple[tuple[str, str | None], ...]
    """(name, value); None: the value of the caller's variable of that name."""
    tag: str
    dockerfile_in_context: str
    """The same file as bake and compose name it: from the context, if not absolute."""


def build_request(plan: Plan) -> BuildRequest:
    """Return what the build of this plan is given."""
    inputs = plan.inputs
    mounts = plan.dockerfile.value.form is DockerfileForm.MOUNTS
    network = plan.build_network.value
    ssh = None
    if mounts and plan.ssh.value:
        ssh = f"default={inputs.ssh_key}" if inputs.ssh_key else "default"
    return BuildRequest(
        dockerfile=inputs.dockerfile,
        context="." if inputs.wide is None else inputs.wide.folder,
        network="" if network is BuildNetwork.DEFAULT else network.value,
        hosts=plan.hosts.value,
        secrets=tuple((one.id, one.source) for one in plan.secrets.value) if mounts else (),
        ssh=ssh,
        contexts=tuple(_contexts(plan)) if mounts else (),
        args=tuple(_args(plan, mounts=mounts)),
        tag=inputs.image_tag,
        dockerfile_in_context=inputs.dockerfile
        if inputs.wide is None
        else posixpath.join(inputs.wide.project, inputs.dockerfile),
    )


def secret_env(plan: Plan) -> Mapping[str, Secret]:
    """Return what the child's environment needs for the arguments without a value.

    A user alone counts: it may be a token, and arguments are seen by everybody on the machine.
    """
    return {name: Secret(proxy.reveal()) for name, proxy in secret_proxies(plan)}


def secret_proxies(plan: Plan) -> tuple[tuple[str, ProxyUrl], ...]:
    """Return (variable, proxy) of each argument whose value must come from the environment."""
    found: dict[str, ProxyUrl] = {}
    for name, proxy in _proxies(plan):
        if proxy.username is not None:
            callers = _is_callers(plan, name, proxy)
            spelled = dict(plan.inputs.caller_proxies).get(name, name) if callers else name
            found[spelled] = proxy
    return tuple(found.items())


def _contexts(plan: Plan) -> Iterator[tuple[str, str]]:
    inputs = plan.inputs
    if plan.module_source.value is not ModuleSource.VENDOR:
        yield from inputs.outside_dirs
    if plan.module_source.value is ModuleSource.BRIDGE and inputs.mod_cache and not inputs.wide:
        yield "gomodcache", posixpath.join(inputs.mod_cache, "cache", "download")


def _args(plan: Plan, *, mounts: bool) -> Iterator[tuple[str, str | None]]:
    own = plan.dockerfile.value.place in (DockerfilePlace.CREATE, DockerfilePlace.BESIDE)
    if own and plan.base_image.value != default_image(plan):
        yield "BASE_IMAGE", plan.base_image.value
    if not mounts and plan.module_source.value is not ModuleSource.VENDOR:
        for name, value in build_settings(plan).items():
            if name != "GOTOOLCHAIN":
                yield name, value
    for name, proxy in _proxies(plan):
        spelled = dict(plan.inputs.caller_proxies).get(name)
        if spelled is not None and _is_callers(plan, name, proxy):
            yield spelled, None
        elif proxy.username is not None:
            yield name, None
        else:
            yield name, proxy.reveal()
    if plan.container_proxy.value is not None and plan.no_proxy.value:
        yield "NO_PROXY", ",".join(plan.no_proxy.value)


def _proxies(plan: Plan) -> Iterator[tuple[str, ProxyUrl]]:
    """Yield the predefined proxy arguments and what a RUN step must find in them."""
    value = plan.container_proxy.value
    if value is not None:
        for name, proxy in (("HTTP_PROXY", value.http), ("HTTPS_PROXY", value.https)):
            if proxy is not None:
                yield name, proxy


def _is_callers(plan: Plan, name: str, proxy: ProxyUrl) -> bool:
    """Return whether the caller's own variable holds the very value."""
    return dict(plan.inputs.caller_values).get(name) == proxy
