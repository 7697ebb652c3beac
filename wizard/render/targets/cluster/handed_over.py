"""What a pod is given, by name: ConfigMaps with what is public, Secrets that somebody makes.

No manifest holds a value of a Secret. A Secret is made by a command on the machine that has the
file, or by the External Secrets Operator from the company's own store.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from wizard.plan.types import Plan
from wizard.render.quoting import posix
from wizard.render.targets.cluster.in_pod import PodNetwork
from wizard.render.targets.options import Options
from wizard.render.yaml_text import Yaml

CA = "gomod-ca"
NETRC = "gomod-netrc"
PROXY = "gomod-proxy"
REGISTRY = "gomod-registry"
"""The company's: every project of a namespace shares them, and a module proxy does."""

CONFIG = "network"
SSH = "ssh"
OTHERS = "secrets"
"""Parts of the names of what is one project's own (`named`)."""

_LONGEST_NAME = 40
"""A label holds 63 characters (Kubernetes, Labels and Selectors), and more stands around it."""

_BY_HAND = "platform"

_OWN_PLACE = ("goenv", "ca", "netrc", "known_hosts")
_PLAIN_NAMES = {"azure": re.compile(r"[^0-9A-Za-z-]"), "gcp": re.compile(r"[^0-9A-Za-z_-]")}
"""What these stores allow in a name: no slash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRef:
    """A Secret that must be there: its name, its keys, and how it is made by hand."""

    name: str
    keys: tuple[str, ...]
    command: str
    """Of a shell on the machine that has the values; none of them stands in it."""
    kind: str = "Opaque"


def secret_refs(plan: Plan, network: PodNetwork, options: Options) -> tuple[SecretRef, ...]:
    """Return the Secrets that the plan needs in a cluster, beside that of the registry."""
    return tuple(_refs(plan, network, options))


def registry_ref(options: Options) -> SecretRef:
    """Return the login of the registry that a build pushes to."""
    return SecretRef(
        name=REGISTRY,
        keys=(".dockerconfigjson",),
        command=f"{_create(options['namespace'], REGISTRY)} \\\n"
        "  --type=kubernetes.io/dockerconfigjson \\\n"
        '  --from-file=.dockerconfigjson="$HOME/.docker/config.json"',
        kind="kubernetes.io/dockerconfigjson",
    )


def _refs(plan: Plan, network: PodNetwork, options: Options) -> Iterator[SecretRef]:
    namespace = options["namespace"]
    ids = [secret.id for secret in plan.secrets.value]
    if "netrc" in ids:
        yield SecretRef(
            name=NETRC,
            keys=("netrc",),
            command=f'{_create(namespace, NETRC)} --from-file=netrc="$HOME/.netrc"',
        )
    if plan.ssh.value:
        yield SecretRef(
            name=named(plan, options, SSH),
            keys=("ssh-privatekey", "known_hosts"),
            command=f"{_create(namespace, named(plan, options, SSH))} \\\n"
            "  --from-file=ssh-privatekey=DEPLOY_KEY_WITHOUT_PASSPHRASE \\\n"
            '  --from-file=known_hosts="$HOME/.ssh/known_hosts"',
        )
    if network.proxy_login:
        names = tuple(
            name
            for name, proxy in (("HTTP_PROXY", network.http), ("HTTPS_PROXY", network.https))
            if proxy is not None and proxy.username is not None
        )
        # Many machines have them in small letters alone; with neither, the shell says so.
        lines = " ".join(f'"{name}=${{{name}:-${{{name.lower()}:?}}}}"' for name in names)
        yield SecretRef(
            name=PROXY,
            keys=names,
            # printf is the shell's own: what it writes stands on no command line.
            command=f"printf '%s\\n' {lines} |\n"
            f"  {_create(namespace, PROXY)} --from-env-file=/dev/stdin",
        )
    others = tuple(id_ for id_ in dict.fromkeys(ids) if id_ not in _OWN_PLACE)
    if others:
        files = "".join(f" \\\n  --from-file={id_}=FILE" for id_ in others)
        name = named(plan, options, OTHERS)
        yield SecretRef(name=name, keys=others, command=f"{_create(namespace, name)}{files}")


def _create(namespace: str, name: str) -> str:
    return posix(("kubectl", "-n", namespace, "create", "secret", "generic", name))


def external_secret(ref: SecretRef, options: Options) -> Yaml:
    """Return the ExternalSecret that makes `ref` out of the company's store.

    external-secrets.io/v1 (api/spec of the operator, 0.16 on): `data[].remoteRef` names one entry
    and one property of it.
    """
    store = options["secret_store"]
    path = options["secret_path"]
    if (other := _PLAIN_NAMES.get(store)) is not None:
        path = other.sub("-", path)
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": metadata(ref.name, options),
        "spec": {
            "refreshInterval": "1h",
            "secretStoreRef": {"kind": "SecretStore", "name": f"gomod-{store}"},
            "target": {
                "name": ref.name,
                "creationPolicy": "Owner",
                "template": {"type": ref.kind},
            },
            "data": [
                {"secretKey": key, "remoteRef": {"key": path, "property": _property(key)}}
                for key in ref.keys
            ],
        },
    }


def _property(key: str) -> str:
    return posixpath.basename(key).lstrip(".")


def from_a_store(options: Options) -> bool:
    """Return whether the Secrets come out of a store outside of the cluster."""
    return options["secret_store"] != _BY_HAND


def named(plan: Plan, options: Options, part: str) -> str:
    """Return the name of an object of this project's own: a namespace may have several projects."""
    project = options["name"] or plan.inputs.image_tag[:_LONGEST_NAME].strip("-")
    return f"gomod-{project}-{part}"


def metadata(name: str, options: Options) -> dict[str, Yaml]:
    """Return the metadata of an object of ours."""
    return {
        "name": name,
        "namespace": options["namespace"],
        "labels": {
            "app.kubernetes.io/name": name,
            "app.kubernetes.io/part-of": "gomod-wizard",
        },
    }


def other_secrets(plan: Plan) -> tuple[str, ...]:
    """Return the ids of secrets that a person named."""
    return tuple(dict.fromkeys(s.id for s in plan.secrets.value if s.id not in _OWN_PLACE))


def has_ca(plan: Plan) -> bool:
    """Return whether a company's authority is handed over."""
    return bool(plan.ca.value) or any(secret.id == "ca" for secret in plan.secrets.value)


def pem(plan: Plan) -> str:
    """Return the certificates of the plan; empty where only a file is known."""
    known = [ca.pem for ca in plan.ca.value]
    return "".join(f"{one.strip()}\n" for one in known) if all(known) else ""


def kubectl_configmap(namespace: str, name: str, files: tuple[str, ...]) -> str:
    """Return the command that makes a ConfigMap out of `KEY=FILE` words."""
    words = [f"--from-file={file}" for file in files]
    head = posix(("kubectl", "-n", namespace, "create", "configmap", name))
    return " \\\n  ".join((head, *(posix((word,)) for word in words)))
