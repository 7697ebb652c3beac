"""A Job with kaniko, for clusters that allow no user namespaces.

Google archived kaniko in June 2025. osscontainertools/kaniko is a maintained fork (its README, and
releases up to v1.27.6 of 2026-06-05); flags after that README. It skips `--mount`s that come from
another stage and secrets that were not named (pkg/commands/run.go), and so do the volumes: mounted
where the Dockerfile looks for them, every step sees them, and kaniko never packs a mounted path.
It could not be run where this was written.
"""

from __future__ import annotations

from wizard.plan.types import Plan
from wizard.render.targets.cluster.build_pods import REGISTRY_DIR, build_file, builder_mounts
from wizard.render.targets.cluster.builds import (
    ClusterBuild,
    cluster_build,
    registries,
)
from wizard.render.targets.cluster.handed_over import has_ca
from wizard.render.targets.cluster.in_pod import PodNetwork, pod_network
from wizard.render.targets.cluster.pods import (
    CA_DIR,
    authorities_env,
    command,
    network_env,
    resources,
    variable,
)
from wizard.render.targets.options import Options
from wizard.render.types import Artifact
from wizard.render.yaml_text import Commented, Yaml
from wizard.text import msg

IMAGE = "ghcr.io/osscontainertools/kaniko:v1.27.6"
_OWN_CERTIFICATES = "/kaniko/ssl/certs"
_CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID")
"""What unpacking an image and changing to its users takes."""


def kaniko_job(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    """Return the Job."""
    network = pod_network(plan)
    build = cluster_build(plan, network, options)
    container: dict[str, Yaml] = {
        "name": "kaniko",
        "image": IMAGE,
        "args": command(kaniko_words(plan, build, network, options)),
        "env": [
            variable("DOCKER_CONFIG", REGISTRY_DIR),
            *authorities_env(plan, _OWN_CERTIFICATES),
            *network_env(network),
        ],
        "volumeMounts": builder_mounts(plan, build, sources_read_only=False),
        "resources": resources("1", "1Gi", "8Gi", "4Gi"),
        "securityContext": Commented(
            {
                "runAsNonRoot": False,
                "runAsUser": 0,
                "runAsGroup": 0,
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"], "add": list(_CAPABILITIES)},
            },
            "kaniko unpacks images over its own root: it must be root there, and write.",
        ),
    }
    return build_file(
        "kaniko",
        plan,
        network,
        options,
        build,
        container=container,
        head=(
            "Google archived kaniko in June 2025; this is a maintained fork of it. Prefer BuildKit"
            "\nwhere nodes allow user namespaces: here every step sees what the build was given."
            "\nThe namespace must allow root in a container (Pod Security `baseline`).",
        ),
        because=(
            msg("kaniko was archived in June 2025; the image is of a fork that is maintained"),
        ),
    )


def kaniko_words(
    plan: Plan, build: ClusterBuild, network: PodNetwork, options: Options
) -> list[str]:
    """Return the arguments of the executor."""
    words = [f"--context=dir://{build.context}", f"--dockerfile={build.dockerfile}"]
    words += [
        f"--build-arg={name}={value}" for name, value in (*build.arguments, *build.proxy_arguments)
    ]
    for mirror in network.hub_mirrors:
        words.append(f"--registry-mirror={mirror.location}")
        if mirror.plain_http:
            words.append(f"--insecure-registry={mirror.host}")
    for host in registries(network, options["image"]):
        if has_ca(plan):
            words.append(f"--registry-certificate={host}={CA_DIR}/ca.pem")
    words.append(f"--destination={options['image']}" if options["image"] else "--no-push")
    return words
