"""The Job of a builder: init containers for sources and modules, then the builder itself."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.plan.types import Plan
from wizard.render.targets.cluster.builds import WORKSPACE, ClusterBuild, download_words
from wizard.render.targets.cluster.files import (
    BUILD_ENV,
    NETWORK_FILE,
    manifest,
    network_file,
    secret_notes,
)
from wizard.render.targets.cluster.handed_over import (
    REGISTRY,
    external_secret,
    from_a_store,
    has_ca,
    metadata,
    named,
    registry_ref,
)
from wizard.render.targets.cluster.in_pod import PodNetwork, english
from wizard.render.targets.cluster.modules import claim
from wizard.render.targets.cluster.pods import (
    MODULES,
    SECRETS,
    ca_mount,
    ca_volume,
    command,
    go_env,
    handed_over_volume,
    least_privilege,
    network_env,
    network_mounts,
    network_volumes,
    pod_spec,
    resources,
    ssh_mount,
)
from wizard.render.targets.cluster.scripts import WITH_NETWORK
from wizard.render.targets.options import Options
from wizard.render.types import Artifact
from wizard.render.yaml_text import Yaml
from wizard.text import Text, msg

REGISTRY_DIR = "/run/gomod-registry"
_SOURCES_CLAIM = "workspace"


def build_file(
    tool: str,
    plan: Plan,
    network: PodNetwork,
    options: Options,
    build: ClusterBuild,
    *,
    container: dict[str, Yaml],
    volumes: Sequence[Yaml] = (),
    documents: Sequence[Yaml] = (),
    head: Sequence[str] = (),
    because: Sequence[Text] = (),
) -> tuple[Artifact, ...]:
    """Return network.yaml and `<tool>-job.yaml`; `container` is the builder's own."""
    name = named(plan, options, tool)
    init: list[Yaml] = []
    if options["repository"]:
        init.append(_cloner(plan, network, options, build))
    if build.modules_first:
        init.append(_downloader(plan, network, build))
    spec = pod_spec(
        network,
        restartPolicy="Never",
        **({"initContainers": init} if init else {}),
        containers=[container],
        volumes=[*_volumes(plan, options, build), *volumes],
    )
    job: Yaml = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata(name, options),
        "spec": {
            "backoffLimit": 1,
            "activeDeadlineSeconds": 3600,
            "ttlSecondsAfterFinished": 86400,
            "template": {"metadata": {"labels": {"app.kubernetes.io/name": name}}, "spec": spec},
        },
    }
    login = registry_ref(options)
    external = from_a_store(options)
    before: list[Yaml] = [*documents]
    if not options["repository"]:
        before.append(claim(named(plan, options, _SOURCES_CLAIM), options))
    if external and options["image"]:
        before.append(external_secret(login, options))
    notes = [f"- {english(note)}" for note in build.notes]
    return (
        network_file(plan, network, options),
        manifest(
            f"{tool}-job.yaml",
            (
                *head,
                f"Apply {NETWORK_FILE} first. A Job runs once: delete it, and apply it again.",
                *_sources_note(plan, options, build),
                *_image_note(options),
                *(() if external or not options["image"] else secret_notes((login,), options)),
                *(("\n".join(("To know:", *notes)),) if notes else ()),
            ),
            (*before, job),
            because=(
                msg("the modules are there before the build, which then needs no network or login")
                if build.modules_first
                else plan.dockerfile.because,
                plan.base_image.because,
                *because,
                *build.notes,
            ),
            decisions=("dockerfile", "base_image", "module_source", "registry_mirrors", "ca"),
        ),
    )


def builder_mounts(plan: Plan, build: ClusterBuild, *, sources_read_only: bool) -> list[Yaml]:
    """Return what every builder mounts."""
    nested = build.modules_first and build.modules_in_context
    found: list[Yaml] = [
        {
            "name": "workspace",
            "mountPath": WORKSPACE,
            # A volume within it needs a folder to lie on.
            **({"readOnly": True} if sources_read_only and not nested else {}),
        },
        {"name": "registry", "mountPath": REGISTRY_DIR, "readOnly": True},
    ]
    if build.secrets:
        found.append({"name": "given", "mountPath": SECRETS, "readOnly": True})
    if build.modules_first:
        found.append(
            {
                "name": "modules",
                "mountPath": build.modules_at,
                "subPath": "cache/download",
                "readOnly": True,
            }
        )
    if build.lends_key:
        found.append(ssh_mount())
    if has_ca(plan):
        found.append(ca_mount())
    return found


def _volumes(plan: Plan, options: Options, build: ClusterBuild) -> list[Yaml]:
    workspace: dict[str, Yaml] = (
        {"emptyDir": {}}
        if options["repository"]
        else {"persistentVolumeClaim": {"claimName": named(plan, options, _SOURCES_CLAIM)}}
    )
    found: list[Yaml] = [
        {"name": "workspace", **workspace},
        {
            "name": "registry",
            "secret": {
                "secretName": REGISTRY,
                "optional": True,
                "items": [{"key": ".dockerconfigjson", "path": "config.json"}],
            },
        },
        *network_volumes(plan, options),
    ]
    if build.secrets:
        goenv = BUILD_ENV if build.modules_first else "goenv"
        logins = not build.modules_first
        found.append(handed_over_volume(plan, options, "given", goenv, logins=logins))
    if build.modules_first:
        found.append({"name": "modules", "emptyDir": {"sizeLimit": options["storage_size"]}})
    if has_ca(plan):
        found.append(ca_volume())
    return found


def _cloner(plan: Plan, network: PodNetwork, options: Options, build: ClusterBuild) -> Yaml:
    words = ("git", "clone", "--depth", "1", "--", options["repository"], build.project)
    return {
        "name": "sources",
        "image": network.image,
        "command": command(("sh", WITH_NETWORK, *words)),
        "env": [*go_env(), *network_env(network)],
        "volumeMounts": [
            *network_mounts(plan),
            {"name": "workspace", "mountPath": WORKSPACE},
        ],
        "resources": resources("100m", "256Mi", "1Gi", "1Gi"),
        "securityContext": least_privilege(),
    }


def _downloader(plan: Plan, network: PodNetwork, build: ClusterBuild) -> Yaml:
    return {
        "name": "modules",
        "image": network.image,
        "command": command(("sh", WITH_NETWORK, *download_words(plan))),
        "workingDir": build.project,
        "env": [*go_env(), *network_env(network)],
        "volumeMounts": [
            *network_mounts(plan),
            {"name": "workspace", "mountPath": WORKSPACE},
            {"name": "modules", "mountPath": MODULES},
        ],
        "resources": resources("250m", "512Mi", "2Gi", "1Gi"),
        "securityContext": least_privilege(),
    }


def _sources_note(plan: Plan, options: Options, build: ClusterBuild) -> list[str]:
    if options["repository"]:
        return []
    kept = named(plan, options, _SOURCES_CLAIM)
    return [
        f"The sources lie in the claim {kept}, the project in {build.project}. Fill it"
        " first,\nor let the Job clone a repository:"
        " --option repository=https://git.example/team/app.git"
    ]


def _image_note(options: Options) -> list[str]:
    if options["image"]:
        return []
    return ["The image is built and not kept: --option image=registry.example/team/app pushes it."]
