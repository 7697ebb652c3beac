"""The exact `docker build` for this project and network, with no secret in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wizard.plan.types import Plan
from wizard.render.build_request import build_request
from wizard.render.quoting import csv_field, posix, powershell


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
    request = build_request(plan)
    argv = ["docker", "build"]
    if request.dockerfile != "Dockerfile":
        argv += ["-f", request.dockerfile]
    if request.network:
        argv += ["--network", request.network]
    for name, address in request.hosts:
        argv += ["--add-host", f"{name}:{address}"]
    for id_, source in request.secrets:
        argv += ["--secret", f"{csv_field('id', id_)},{csv_field('src', source)}"]
    if request.ssh is not None:
        argv += ["--ssh", request.ssh]
    for name, folder in request.contexts:
        argv += ["--build-context", f"{name}={folder}"]
    for name, value in request.args:
        argv += ["--build-arg", name if value is None else f"{name}={value}"]
    argv += ["-t", request.tag, request.context]
    env = {"DOCKER_BUILDKIT": "1"} if plan.inputs.buildkit_variable else {}
    return BuildCommand(argv=tuple(argv), env=env)
