"""Modules that are downloaded before they are needed: by a Job, or by an init container."""

from __future__ import annotations

from wizard.plan.types import ModuleSource, Plan
from wizard.render.targets.cluster.files import NETWORK_FILE, manifest, network_file
from wizard.render.targets.cluster.handed_over import kubectl_configmap, metadata, named
from wizard.render.targets.cluster.in_pod import PodNetwork, pod_network
from wizard.render.targets.cluster.pods import (
    MODULES,
    SCRATCH,
    command,
    go_env,
    least_privilege,
    network_env,
    network_mounts,
    network_volumes,
    pod_spec,
    resources,
    variable,
)
from wizard.render.targets.cluster.scripts import FILES, WITH_NETWORK, module_files
from wizard.render.targets.options import Options
from wizard.render.types import Artifact
from wizard.render.yaml_text import Commented, Yaml
from wizard.text import msg

_CLAIM = "modules"
_FILES_MAP = "files"
_DECISIONS = ("base_image", "module_source", "goproxy", "https_proxy", "no_proxy", "hosts", "dns")


def kubernetes(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    """Return a Job that fills a claim, and a Pod whose init container fills its own volume."""
    if plan.module_source.value is ModuleSource.VENDOR:
        return (_vendored(plan, options),)
    network = pod_network(plan)
    return (
        network_file(plan, network, options),
        _job(plan, network, options),
        _pod(plan, network, options),
    )


def offline_env(plan: Plan, network: PodNetwork) -> list[Yaml]:
    """Return the environment of a container that has all modules and asks nobody.

    What is private stays so: a line that go.sum lacks would be asked of the checksum database.
    """
    # -mod=mod leaves a vendor/ aside, and a workspace forbids it (go help modules).
    flags = "-mod=readonly" if plan.inputs.workspace else "-mod=mod"
    kept = {k: v for k, v in network.settings.items() if k not in ("GOPROXY", "GONOPROXY")}
    return [
        *go_env(),
        *(variable(name, value) for name, value in kept.items()),
        variable("GOFLAGS", flags),
        variable("GOPROXY", "off"),
        Commented(variable("GONOPROXY", "none"), "Else private modules would go past GOPROXY."),
    ]


def claim(name: str, options: Options) -> Yaml:
    """Return a claim for a volume."""
    spec: dict[str, Yaml] = {
        "accessModes": Commented(
            ["ReadWriteOnce"], "ReadWriteMany, where the class has it: pods on several nodes."
        ),
        "resources": {"requests": {"storage": options["storage_size"]}},
    }
    if options["storage_class"]:
        spec["storageClassName"] = options["storage_class"]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata(name, options),
        "spec": spec,
    }


def _downloader(plan: Plan, network: PodNetwork) -> Yaml:
    return {
        "name": "modules",
        "image": network.image,
        "command": command(("sh", WITH_NETWORK, "sh", "/gomod/preload.sh")),
        "env": [*go_env(), *network_env(network)],
        "volumeMounts": [
            *network_mounts(plan),
            {"name": "files", "mountPath": FILES, "readOnly": True},
            {"name": "modules", "mountPath": MODULES},
        ],
        "resources": resources("250m", "512Mi", "2Gi", "1Gi"),
        "securityContext": least_privilege(),
    }


def _volumes(plan: Plan, options: Options, modules: Yaml) -> list[Yaml]:
    return [
        {"name": "modules", **_mapping(modules)},
        {"name": "files", "configMap": {"name": named(plan, options, _FILES_MAP)}},
        *network_volumes(plan, options),
    ]


def _mapping(value: Yaml) -> dict[str, Yaml]:
    if not isinstance(value, dict):
        raise TypeError("a volume is a mapping")
    return value


def _files_note(plan: Plan, options: Options) -> str:
    files = module_files(plan)
    words = tuple(f"{one.key}={one.source}" for one in files if not one.optional)
    made = kubectl_configmap(options["namespace"], named(plan, options, _FILES_MAP), words)
    rest = [f"{one.key} ({one.source})" for one in files if one.optional]
    more = f"\nAnd where there is one: {', '.join(rest)}." if rest else ""
    return (
        "The module files, made again when they change (a ConfigMap holds 1 MiB):\n\n"
        f"{made} \\\n  --dry-run=client -o yaml | kubectl apply -f -{more}"
    )


def _job(plan: Plan, network: PodNetwork, options: Options) -> Artifact:
    proof: Yaml = {
        "name": "proof",
        "image": network.image,
        "command": command(("sh", "/gomod/preload.sh")),
        "env": offline_env(plan, network),
        "volumeMounts": [
            {"name": "config", "mountPath": "/gomod", "readOnly": True},
            {"name": "scratch", "mountPath": SCRATCH},
            {"name": "files", "mountPath": FILES, "readOnly": True},
            {"name": "modules", "mountPath": MODULES},
        ],
        "resources": resources("100m", "256Mi", "1Gi", "100Mi"),
        "securityContext": least_privilege(),
    }
    name = named(plan, options, "preload")
    kept = named(plan, options, _CLAIM)
    job: Yaml = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata(name, options),
        "spec": {
            "backoffLimit": 2,
            "activeDeadlineSeconds": 1800,
            "ttlSecondsAfterFinished": 86400,
            "template": {
                "metadata": {"labels": {"app.kubernetes.io/name": name}},
                "spec": pod_spec(
                    network,
                    restartPolicy="Never",
                    initContainers=[_downloader(plan, network)],
                    containers=Commented(
                        [proof], "The same again without any network: it fails if one is missing."
                    ),
                    volumes=_volumes(plan, options, {"persistentVolumeClaim": {"claimName": kept}}),
                ),
            },
        },
    }
    return manifest(
        "preload-job.yaml",
        (
            f"A Job that downloads all modules into the claim {kept}. Apply {NETWORK_FILE}"
            " first. A pod\nthat mounts the claim at /go/pkg/mod needs what the container `proof`"
            " has in `env`.",
            _files_note(plan, options),
        ),
        (claim(kept, options), job),
        because=(
            msg("modules are downloaded once, and the pods that build need no network"),
            plan.base_image.because,
        ),
        decisions=_DECISIONS,
    )


def _pod(plan: Plan, network: PodNetwork, options: Options) -> Artifact:
    main: Yaml = {
        "name": "go",
        "image": network.image,
        "command": ["sleep", "infinity"],
        "workingDir": "/src",
        "env": offline_env(plan, network),
        "volumeMounts": [
            {"name": "modules", "mountPath": MODULES},
            {"name": "sources", "mountPath": "/src"},
            {"name": "work", "mountPath": SCRATCH},
        ],
        "resources": resources("500m", "1Gi", "4Gi", "1Gi"),
        "securityContext": least_privilege(),
    }
    name = named(plan, options, "build")
    pod: Yaml = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(name, options),
        "spec": pod_spec(
            network,
            restartPolicy="Never",
            activeDeadlineSeconds=14400,
            initContainers=[_downloader(plan, network)],
            containers=Commented(
                [main], "Your own container: what it needs of this is `env` and `volumeMounts`."
            ),
            volumes=[
                *_volumes(plan, options, {"emptyDir": {"sizeLimit": options["storage_size"]}}),
                {"name": "sources", "emptyDir": {}},
                {"name": "work", "emptyDir": {}},
            ],
        ),
    }
    return manifest(
        "preload-pod.yaml",
        (
            "A pod whose init container downloads all modules into a volume that the main"
            " container\nuses without any network. In a Deployment the same `spec` stands below"
            f" `template`. Apply {NETWORK_FILE}\nfirst. Then, for example:\n"
            f"  kubectl -n {options['namespace']} cp . {name}:/src\n"
            f"  kubectl -n {options['namespace']} exec {name} -- go build ./...",
            _files_note(plan, options),
        ),
        (pod,),
        because=(
            msg("the container that builds gets its modules from a volume, and no login"),
            plan.base_image.because,
        ),
        decisions=_DECISIONS,
    )


def _vendored(plan: Plan, options: Options) -> Artifact:
    network = pod_network(plan)
    pod: Yaml = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(named(plan, options, "build"), options),
        "spec": pod_spec(
            network,
            restartPolicy="Never",
            activeDeadlineSeconds=14400,
            containers=[
                {
                    "name": "go",
                    "image": network.image,
                    "command": ["sleep", "infinity"],
                    "workingDir": "/src",
                    "env": [
                        *go_env(),
                        variable("GOFLAGS", "-mod=vendor"),
                        variable("GOPROXY", "off"),
                    ],
                    "volumeMounts": [
                        {"name": "sources", "mountPath": "/src"},
                        {"name": "work", "mountPath": "/go/pkg/mod", "subPath": "modules"},
                        {"name": "work", "mountPath": SCRATCH, "subPath": "tmp"},
                    ],
                    "resources": resources("500m", "1Gi", "4Gi", "1Gi"),
                    "securityContext": least_privilege(),
                }
            ],
            volumes=[{"name": "sources", "emptyDir": {}}, {"name": "work", "emptyDir": {}}],
        ),
    }
    return manifest(
        "preload-pod.yaml",
        ("Every module is in vendor/: there is nothing to download, and no login is needed.",),
        (pod,),
        because=(plan.module_source.because,),
        decisions=("base_image", "module_source"),
    )
