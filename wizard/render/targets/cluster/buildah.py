"""A Job with buildah, without root.

Options after buildah-build(1), buildah-push(1) and containers-registries.conf(5). The image has
the user `build` (1000); its newuidmap has file capabilities (containers/buildah#4049), which need
SETUID and SETGID and no more: so it was run, 1.28.2 under these rights, with steps in a chroot.
"""

from __future__ import annotations

import shlex

from wizard.plan.types import Plan
from wizard.render.artifact_template import filled
from wizard.render.quoting import csv_field, posix, toml
from wizard.render.targets.cluster.build_pods import REGISTRY_DIR, build_file, builder_mounts
from wizard.render.targets.cluster.builds import ClusterBuild, cluster_build
from wizard.render.targets.cluster.handed_over import metadata, named
from wizard.render.targets.cluster.in_pod import PodNetwork, pod_network
from wizard.render.targets.cluster.pods import (
    SECRETS,
    SSH_KEY,
    authorities_env,
    command,
    network_env,
    resources,
    user_namespace_rights,
    variable,
)
from wizard.render.targets.options import Options
from wizard.render.types import Artifact
from wizard.render.yaml_text import Yaml
from wizard.text import msg

IMAGE = "quay.io/buildah/stable:v1.42.2"
_SCRIPT_DIR = "/gomod-buildah"
_LOCAL = "localhost/gomod-build"
_VOLUME = "/home/build/.local/share/containers"
_STORAGE = f"{_VOLUME}/storage"


def buildah_job(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    """Return the Job, and its script and registries.conf in a ConfigMap."""
    network = pod_network(plan)
    build = cluster_build(plan, network, options, by_environment=True)
    container: dict[str, Yaml] = {
        "name": "buildah",
        "image": IMAGE,
        "command": command(("sh", f"{_SCRIPT_DIR}/build.sh")),
        "env": [
            variable("HOME", "/home/build"),
            variable("BUILDAH_ISOLATION", "chroot"),
            variable("STORAGE_DRIVER", "vfs"),
            variable("CONTAINERS_REGISTRIES_CONF", f"{_SCRIPT_DIR}/registries.conf"),
            *authorities_env(plan),
            *network_env(network),
        ],
        "volumeMounts": [
            *builder_mounts(plan, build, sources_read_only=True),
            {"name": "script", "mountPath": _SCRIPT_DIR, "readOnly": True},
            {"name": "storage", "mountPath": _VOLUME},
        ],
        "resources": resources("1", "1Gi", "8Gi", "4Gi"),
        "securityContext": user_namespace_rights(),
    }
    config: Yaml = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(named(plan, options, "buildah"), options),
        "data": {
            "build.sh": buildah_script(build, network, options),
            "registries.conf": registries_conf(network),
        },
    }
    return build_file(
        "buildah",
        plan,
        network,
        options,
        build,
        container=container,
        volumes=(
            {"name": "script", "configMap": {"name": named(plan, options, "buildah")}},
            {"name": "storage", "emptyDir": {}},
        ),
        documents=(config,),
        head=(
            "buildah without root: nodes must allow unprivileged user namespaces, and the"
            "\nnamespace pods without seccomp and AppArmor (Pod Security `privileged`)."
            "\nKubernetes 1.30 or newer.",
        ),
        because=(msg("buildah needs neither a daemon nor root"),),
    )


def buildah_script(build: ClusterBuild, network: PodNetwork, options: Options) -> str:
    """Return the script: it builds, and pushes where an image was named."""
    image = options["image"] or _LOCAL
    words = ["--file", build.dockerfile, "--tag", image]
    # The pod's own proxies, with their login, are for pulling and pushing alone.
    words.append(f"--http-proxy={'false' if build.modules_first else 'true'}")
    for name, folder in build.named_contexts():
        words += ["--build-context", f"{name}={folder}"]
    if build.ignore_file:
        words += ["--ignorefile", build.ignore_file]
    for name, value in build.arguments:
        words += ["--build-arg", f"{name}={value}"]
    for id_ in build.secrets:
        words += ["--secret", f"{csv_field('id', id_)},{csv_field('src', f'{SECRETS}/{id_}')}"]
    if build.lends_key:
        words += ["--ssh", f"default={SSH_KEY}"]
    if not build.modules_first:
        for address, names in network.hosts:
            words += [word for name in names for word in ("--add-host", f"{name}:{address}")]
    if build.no_network:
        words += ["--network", "none"]
    push = posix(("buildah", "push", image)) if options["image"] else ":"
    return filled(
        "buildah.sh.tmpl",
        storage=_STORAGE,
        login=shlex.quote(f"{REGISTRY_DIR}/config.json"),
        options=posix(words),
        context=shlex.quote(build.context),
        push=push,
    )


def registries_conf(network: PodNetwork) -> str:
    """Return registries.conf: short names are of docker.io, which has these mirrors."""
    lines = [
        "# Written by gomod-wizard.",
        'unqualified-search-registries = ["docker.io"]',
        "[[registry]]",
        'location = "docker.io"',
    ]
    for mirror in network.hub_mirrors:
        lines += ["[[registry.mirror]]", f"location = {toml(mirror.location)}"]
        if mirror.plain_http:
            lines.append("insecure = true")
    return "\n".join((*lines, ""))
