"""The exact `docker build` for this project and network, with no secret in it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wizard.plan.types import (
    BuildNetwork,
    DockerfileForm,
    DockerfilePlace,
    ModuleSource,
    Plan,
)
from wizard.render.dockerfile import default_image
from wizard.render.goenv_file import build_settings
from wizard.render.quoting import csv_field, posix, powershell
from wizard.rules.proxy_url import ProxyUrl
from wizard.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildCommand:
    """A command line and what its environment needs beside the caller's."""

    argv: tuple[str, ...]
    """The build context, mostly `.`, comes last."""
    env: Mapping[str, str] = field(default_factory=dict)

    def shell(self) -> str:
        """Return it as one line for a POSIX shell."""
        assignments = [f"{name}={posix((value,))}" for name, value in self.env.items()]
        return " ".join((*assignments, posix(self.argv)))

    def powershell(self) -> str:
        """Return it as one line for PowerShell."""
        assignments = [f"$env:{name} = {powershell(value)}; " for name, value in self.env.items()]
        first, *words = self.argv
        return "".join(assignments) + " ".join((first, *(powershell(word) for word in words)))


def build_command(plan: Plan) -> BuildCommand:
    """Return the command; it is run in the project's folder."""
    inputs = plan.inputs
    mounts = plan.dockerfile.value.form is DockerfileForm.MOUNTS
    argv = ["docker", "build"]
    if inputs.dockerfile != "Dockerfile":
        argv += ["-f", inputs.dockerfile]
    if plan.build_network.value is not BuildNetwork.DEFAULT:
        argv += ["--network", plan.build_network.value.value]
    for name, address in plan.hosts.value:
        argv += ["--add-host", f"{name}:{address}"]
    if mounts:
        argv += _handed_over(plan)
    argv += _build_args(plan, mounts=mounts)
    argv += ["-t", inputs.image_tag, "." if inputs.wide is None else inputs.wide.folder]
    env = {"DOCKER_BUILDKIT": "1"} if inputs.buildkit_variable else {}
    return BuildCommand(argv=tuple(argv), env=env)


def _handed_over(plan: Plan) -> list[str]:
    inputs = plan.inputs
    argv: list[str] = []
    for secret in plan.secrets.value:
        argv += ["--secret", f"{csv_field('id', secret.id)},{csv_field('src', secret.source)}"]
    if plan.ssh.value:
        argv += ["--ssh", f"default={inputs.ssh_key}" if inputs.ssh_key else "default"]
    if plan.module_source.value is not ModuleSource.VENDOR:
        for name, target in inputs.outside_dirs:
            argv += ["--build-context", f"{name}={target}"]
    if plan.module_source.value is ModuleSource.BRIDGE and inputs.mod_cache and not inputs.wide:
        cache = posixpath.join(inputs.mod_cache, "cache", "download")
        argv += ["--build-context", f"gomodcache={cache}"]
    return argv


def _build_args(plan: Plan, *, mounts: bool) -> list[str]:
    argv: list[str] = []
    own = plan.dockerfile.value.place in (DockerfilePlace.CREATE, DockerfilePlace.BESIDE)
    if own and plan.base_image.value != default_image(plan):
        argv += ["--build-arg", f"BASE_IMAGE={plan.base_image.value}"]
    if not mounts and plan.module_source.value is not ModuleSource.VENDOR:
        for name, value in build_settings(plan).items():
            if name != "GOTOOLCHAIN":
                argv += ["--build-arg", f"{name}={value}"]
    for name, proxy in _proxies(plan):
        spelled = dict(plan.inputs.caller_proxies).get(name)
        if spelled is not None and _is_callers(plan, name, proxy):
            argv += ["--build-arg", spelled]
        elif proxy.username is not None:
            argv += ["--build-arg", name]
        else:
            argv += ["--build-arg", f"{name}={proxy.reveal()}"]
    if plan.container_proxy.value is not None and plan.no_proxy.value:
        argv += ["--build-arg", f"NO_PROXY={','.join(plan.no_proxy.value)}"]
    return argv


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


def secret_env(plan: Plan) -> Mapping[str, Secret]:
    """Return what the child's environment needs for the arguments without a value.

    A user alone counts: it may be a token, and arguments are seen by everybody on the machine.
    """
    found: dict[str, Secret] = {}
    for name, proxy in _proxies(plan):
        if proxy.username is not None:
            callers = _is_callers(plan, name, proxy)
            spelled = dict(plan.inputs.caller_proxies).get(name, name) if callers else name
            found[spelled] = Secret(proxy.reveal())
    return found
