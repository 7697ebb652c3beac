"""The scripts of the pods. They stand in a ConfigMap: a shell's `$` means itself there."""

from __future__ import annotations

import posixpath
import shlex
from dataclasses import dataclass

from wizard.plan.types import Plan
from wizard.render.artifact_template import filled
from wizard.render.dockerfile_steps import chdir, prelude, workdir
from wizard.render.targets.cluster.pods import CONFIG_DIR, SSH_KEY

FILES = "/gomod-files"
"""Where the project's module files are mounted."""
WITH_NETWORK = f"{CONFIG_DIR}/with-network.sh"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleFile:
    """A go.mod or its like: its key in a ConfigMap, and where it belongs below the sources."""

    key: str
    place: str
    """In a pod, absolute."""
    source: str
    """From the project's folder."""
    optional: bool = False


def with_network(plan: Plan) -> str:
    """Return the same wrapper as in the Dockerfile; a key of the pod's takes the agent's place."""
    lines = ["#!/bin/sh", "# Runs one command with what this pod was handed over.", "set -eu"]
    lines += prelude(plan)
    if plan.ssh.value:
        lines += [
            f"if [ -f {SSH_KEY} ]; then",
            f'  GIT_SSH_COMMAND="$GIT_SSH_COMMAND -o IdentitiesOnly=yes -i {SSH_KEY}"',
            "fi",
        ]
    return "\n".join((*lines, '"$@"', ""))


def module_files(plan: Plan) -> tuple[ModuleFile, ...]:
    """Return every file that the download reads."""
    inputs, root = plan.inputs, workdir(plan)
    found: list[ModuleFile] = []
    if inputs.workspace:
        found += _pair("go.work", "go.work.sum", root, ".", has_sum=inputs.workspace_sum)
    folders = dict.fromkeys((*(inputs.module_dirs or (".",)), *inputs.local_dirs))
    outside = inputs.outside_dirs if inputs.wide is None else inputs.wide.outside
    folders |= dict.fromkeys(target for _, target in outside)
    for number, folder in enumerate(folders):
        known = folder in inputs.sum_dirs
        prefix = "" if folder == "." else f"m{number}."
        found += _pair("go.mod", "go.sum", root, folder, has_sum=known, prefix=prefix)
    return tuple(found)


def _pair(
    first: str, sums: str, root: str, folder: str, *, has_sum: bool, prefix: str = ""
) -> tuple[ModuleFile, ...]:
    place = posixpath.normpath(posixpath.join(root, folder))
    return tuple(
        ModuleFile(
            key=f"{prefix}{name}",
            place=posixpath.join(place, name),
            source=posixpath.normpath(posixpath.join(folder, name)),
            optional=name == sums and not has_sum,
        )
        for name in (first, sums)
    )


def preload(plan: Plan) -> str:
    """Return the script that fills the module cache out of the module files alone."""
    puts = [
        f"put {file.key} {shlex.quote(file.place.removeprefix('/'))}" for file in module_files(plan)
    ]
    return filled(
        "preload.sh.tmpl",
        files=FILES,
        puts="\n".join(puts),
        workdir=shlex.quote(workdir(plan).removeprefix("/")),
        chdir=chdir(plan),
    )
