"""Athens in a cluster: a volume of its own, one pod, a Service.

One pod: its disk storage and its lock in memory are not for several (ATHENS_SINGLE_FLIGHT_TYPE in
Athens' config.dev.toml). Fields after the Kubernetes API reference, v1.30 on.
"""

from __future__ import annotations

from wizard.plan.types import Plan
from wizard.render.targets.cluster.files import secret_notes
from wizard.render.targets.cluster.handed_over import (
    CA,
    PROXY,
    external_secret,
    from_a_store,
    kubectl_configmap,
    metadata,
    pem,
    secret_refs,
)
from wizard.render.targets.cluster.handed_over import (
    NETRC as NETRC_SECRET,
)
from wizard.render.targets.cluster.in_pod import english
from wizard.render.targets.cluster.pods import (
    ca_mount,
    ca_volume,
    command,
    least_privilege,
    network_env,
    pod_spec,
    variable,
)
from wizard.render.targets.module_proxy.files import (
    FOLDER,
    file,
    smoke_file,
    smoke_name,
    start_text,
)
from wizard.render.targets.module_proxy.values import (
    ATHENS_IMAGE,
    NETRC,
    SCRATCH,
    START,
    STORAGE,
    ProxyValues,
    athens_env,
    download_modes,
    mirrored,
    proxy_values,
)
from wizard.render.targets.options import Options
from wizard.render.types import Artifact
from wizard.render.yaml_text import Commented, Yaml, document
from wizard.text import msg

_NAME = "gomod-athens"
_PORT = 3000
_LONGEST_LINE = 80


def athens_kubernetes(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    """Return athens.yaml and the smoke test."""
    values = proxy_values(plan)
    refs = tuple(
        ref for ref in secret_refs(plan, values.network, options) if ref.name in _used(plan, values)
    )
    documents: list[Yaml] = [_config(plan, values, options)]
    head = [
        "Written by gomod-wizard; it holds no secret.",
        f"kubectl apply -f {FOLDER}/athens.yaml\n"
        f"kubectl -n {options['namespace']} port-forward service/{_NAME} {_PORT}:80 &\n"
        f"sh {FOLDER}/{smoke_name('athens')} http://127.0.0.1:{_PORT}",
        _users(values, options),
        *secret_notes(refs, options),
    ]
    if values.ca:
        if text := pem(plan):
            documents.append(
                {
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "metadata": metadata(CA, options),
                    "data": {"ca.pem": text},
                }
            )
        else:
            made = kubectl_configmap(options["namespace"], CA, ("ca.pem=FILE",))
            head.append(f"The company's authority, out of its PEM file:\n{made}")
    if plan.ssh.value:
        head.append("SSH is not set up here: give the proxy a token over HTTPS, in its netrc.")
    if values.network.notes:
        lines = "\n".join(f"- {english(note)}" for note in values.network.notes)
        head.append(f"Where this differs from the machine that it was written on:\n{lines}")
    if from_a_store(options):
        documents += [external_secret(ref, options) for ref in refs]
    documents += [_claim(options), _deployment(plan, values, options), _service(options)]
    first, *others = documents
    text = document(first, "\n\n".join(head)) + "".join(document(one) for one in others)
    if any(len(line) > _LONGEST_LINE for line in text.splitlines()):
        text = text.replace("---\n", "---\n# yamllint disable rule:line-length\n", 1)
    return (
        file(
            "athens.yaml",
            text,
            because=(
                msg(
                    "one place fetches every module once, keeps it, and tells nobody of"
                    " private ones"
                ),
                plan.goproxy.because,
                plan.goprivate.because,
            ),
            decisions=("goproxy", "gosumdb", "goprivate", "gonoproxy", "gonosumdb", "ca",
                       "secrets", "http_proxy", "https_proxy", "no_proxy"),
        ),
        smoke_file("athens", values, _PORT, health="/healthz /readyz", relays=True),
    )  # fmt: skip


def _used(plan: Plan, values: ProxyValues) -> tuple[str, ...]:
    names = [NETRC_SECRET] if any(s.id == "netrc" for s in plan.secrets.value) else []
    return (*names, *((PROXY,) if values.network.proxy_login else ()))


def _users(values: ProxyValues, options: Options) -> str:
    settings = f"GOPROXY=http://{_NAME}.{options['namespace']}.svc"
    if values.private:
        settings += f" GONOPROXY=none GONOSUMDB={','.join(values.private)}"
    return f"Who uses it sets: {settings}"


def _config(plan: Plan, values: ProxyValues, options: Options) -> Yaml:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(_NAME, options),
        "data": {"start.sh": start_text(), "download-mode.hcl": download_modes(values)},
    }


def _claim(options: Options) -> Yaml:
    storage_class = options["storage_class"]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata(_NAME, options),
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            **({"storageClassName": storage_class} if storage_class else {}),
            "resources": {"requests": {"storage": options["storage_size"]}},
        },
    }


def _deployment(plan: Plan, values: ProxyValues, options: Options) -> Yaml:
    labels: Yaml = {"app.kubernetes.io/name": _NAME}
    env = athens_env(values)
    netrc = NETRC_SECRET in _used(plan, values)
    if netrc:
        env["ATHENS_NETRC_PATH"] = NETRC
    volumes: list[Yaml] = [
        {"name": "config", "configMap": {"name": _NAME}},
        {"name": "modules", "persistentVolumeClaim": {"claimName": _NAME}},
        {"name": "scratch", "emptyDir": {"sizeLimit": "10Gi"}},
        {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}},
    ]
    mounts: list[Yaml] = [
        {"name": "config", "mountPath": "/gomod", "readOnly": True},
        {"name": "modules", "mountPath": STORAGE},
        {"name": "scratch", "mountPath": SCRATCH},
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - a volume of the pod's own
    ]
    if netrc:
        secret: Yaml = {
            "secretName": NETRC_SECRET,
            "defaultMode": Commented(0o440, "0440, in decimal: the pod's group reads it."),
        }
        volumes.append({"name": "netrc", "secret": secret})
        mounts.append({"name": "netrc", "mountPath": "/run/secrets", "readOnly": True})
    if values.ca:
        volumes.append(ca_volume())
        mounts.append(ca_mount())
    container: Yaml = {
        "name": "athens",
        "image": mirrored(ATHENS_IMAGE, values.network),
        "args": command(("sh", START, "athens-proxy", "-config_file=/config/config.toml")),
        "env": [
            *(variable(name, value) for name, value in env.items()),
            *network_env(values.network),
        ],
        "ports": [{"name": "http", "containerPort": _PORT}],
        "startupProbe": _probe("/healthz", 30),
        "livenessProbe": _probe("/healthz", 3),
        "readinessProbe": _probe("/readyz", 3),
        "resources": {
            "requests": {"cpu": "100m", "memory": "256Mi", "ephemeral-storage": "1Gi"},
            "limits": {"memory": "2Gi", "ephemeral-storage": "12Gi"},
        },
        "securityContext": least_privilege(),
        "volumeMounts": mounts,
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(_NAME, options),
        "spec": {
            "replicas": Commented(1, "Disk storage, and a lock in memory: one pod and no more."),
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": pod_spec(values.network, containers=[container], volumes=volumes),
            },
        },
    }


def _probe(path: str, failures: int) -> Yaml:
    return {
        "httpGet": {"path": path, "port": "http"},
        "periodSeconds": 10,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }


def _service(options: Options) -> Yaml:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(_NAME, options),
        "spec": {
            "selector": {"app.kubernetes.io/name": _NAME},
            "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
        },
    }
