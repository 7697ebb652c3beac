"""A Job with BuildKit, without root and without a daemon.

After moby/buildkit examples/kubernetes/job.rootless.yaml, docs/rootless.md, docs/buildkitd.toml.md
and docs/reference/buildctl.md; the image runs as user 1000. newuidmap gains its rights by its own
file, so the container may raise them, and keeps SETUID and SETGID (moby/buildkit#1671). No release
of it could be run where this was written; its named contexts and secrets were, by docker build.
"""

from __future__ import annotations

import posixpath
from dataclasses import replace

from wizard.plan.types import BuildNetwork, Plan
from wizard.render.quoting import csv_field
from wizard.render.targets.builders.buildkitd_toml import buildkitd_toml
from wizard.render.targets.cluster.build_pods import REGISTRY_DIR, build_file, builder_mounts
from wizard.render.targets.cluster.builds import (
    ClusterBuild,
    cluster_build,
)
from wizard.render.targets.cluster.handed_over import metadata, named
from wizard.render.targets.cluster.in_pod import PodNetwork, pod_network
from wizard.render.targets.cluster.pods import (
    CA_DIR,
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

IMAGE = "docker.io/moby/buildkit:v0.32.2-rootless"
_TOML_DIR = "/gomod-buildkit"
_VOLUME = "/home/user/.local/share/buildkit"
_STATE = f"{_VOLUME}/state"
_START = f'mkdir -p {_STATE} && chmod 0700 {_STATE} && chmod g-s {_STATE} && exec "$@"'
"""fsGroup gives an emptyDir its group and setgid, and what is made in it inherits them. rootlesskit
maps no such group, so that no file of an image could be given to its owner below the volume itself.
"""


def buildkit_job(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    """Return the Job, and buildkitd.toml in a ConfigMap."""
    network = pod_network(plan)
    build = cluster_build(plan, network, options)
    container: dict[str, Yaml] = {
        "name": "buildkit",
        "image": IMAGE,
        "command": command(("sh", "-c", _START, "sh", "buildctl-daemonless.sh")),
        "args": command(buildctl_words(build, network, options)),
        "env": [
            variable(
                "BUILDKITD_FLAGS",
                f"--oci-worker-no-process-sandbox --root={_STATE}"
                f" --config={_TOML_DIR}/buildkitd.toml",
            ),
            variable("DOCKER_CONFIG", REGISTRY_DIR),
            *authorities_env(plan),
            *network_env(network),
        ],
        "volumeMounts": [
            *builder_mounts(plan, build, sources_read_only=True),
            {"name": "buildkitd", "mountPath": _TOML_DIR, "readOnly": True},
            {"name": "state", "mountPath": _VOLUME},
        ],
        "resources": resources("1", "1Gi", "8Gi", "4Gi"),
        "securityContext": user_namespace_rights(),
    }
    config: Yaml = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(named(plan, options, "buildkitd"), options),
        "data": {"buildkitd.toml": pod_toml(plan, network)},
    }
    return build_file(
        "buildkit",
        plan,
        network,
        options,
        build,
        container=container,
        volumes=(
            {"name": "buildkitd", "configMap": {"name": named(plan, options, "buildkitd")}},
            {"name": "state", "emptyDir": {}},
        ),
        documents=(config,),
        head=(
            "BuildKit without root: nodes must allow unprivileged user namespaces, and the"
            "\nnamespace pods without seccomp and AppArmor (Pod Security `privileged`)."
            "\nKubernetes 1.30 or newer.",
        ),
        because=(msg("BuildKit reads the same Dockerfile in the same way as docker build"),),
    )


def buildctl_words(build: ClusterBuild, network: PodNetwork, options: Options) -> list[str]:
    """Return the arguments of buildctl, as docs/reference/buildctl.md has them."""
    words = ["build", "--progress=plain", "--frontend=dockerfile.v0"]
    words += ["--local", f"context={build.context}"]
    words += ["--local", f"dockerfile={posixpath.dirname(build.dockerfile)}"]
    words += ["--opt", f"filename={posixpath.basename(build.dockerfile)}"]
    for name, folder in build.named_contexts():
        words += ["--local", f"{name}={folder}", "--opt", f"context:{name}=local:{name}"]
    for name, value in (*build.arguments, *build.proxy_arguments):
        words += ["--opt", f"build-arg:{name}={value}"]
    for id_ in build.secrets:
        words += ["--secret", f"{csv_field('id', id_)},{csv_field('src', f'{SECRETS}/{id_}')}"]
    if build.lends_key:
        words += ["--ssh", f"default={SSH_KEY}"]
    if network.hosts and not build.modules_first:
        pairs = [f"{name}={address}" for address, names in network.hosts for name in names]
        words += ["--opt", f"add-hosts={','.join(pairs)}"]
    if build.no_network:
        words += ["--opt", "force-network-mode=none"]
    if options["image"]:
        words += ["--output", f"type=image,{csv_field('name', options['image'])},push=true"]
    return words


def pod_toml(plan: Plan, network: PodNetwork) -> str:
    """Return buildkitd.toml as for any builder, without what is this machine's own.

    The pod's resolvers and its network are those of the steps.
    """
    here = replace(
        plan,
        registry_mirrors=replace(plan.registry_mirrors, value=network.registry_mirrors),
        base_image=replace(plan.base_image, value=network.image),
        dns=replace(plan.dns, value=None),
        dns_search=replace(plan.dns_search, value=None),
        build_network=replace(plan.build_network, value=BuildNetwork.DEFAULT),
    )
    return buildkitd_toml(here, head="# Written by gomod-wizard.", ca_file=f"{CA_DIR}/ca.pem")
