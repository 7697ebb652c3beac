"""The parts that every pod of ours is put together from.

Fields after the Kubernetes API reference, v1.30 on (`appArmorProfile` is new there); each is
checked against the published schemas in the tests.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from wizard.plan.types import Plan
from wizard.render.targets.cluster.handed_over import (
    CA,
    CONFIG,
    NETRC,
    OTHERS,
    PROXY,
    SSH,
    has_ca,
    named,
    other_secrets,
)
from wizard.render.targets.cluster.in_pod import PodNetwork, proxy_env
from wizard.render.targets.options import Options
from wizard.render.yaml_text import Commented, Yaml

NOBODY = 65534
"""A user without rights that every image has in /etc/passwd: ssh wants an entry there."""
SECRETS = "/run/secrets"
"""Where `with-network` looks, in a build as in a pod."""
SSH_KEY = "/run/gomod-ssh/ssh-privatekey"
CONFIG_DIR = "/gomod"
CA_DIR = "/gomod-ca"
MODULES = "/go/pkg/mod"
SCRATCH = "/tmp"  # noqa: S108 - an empty volume of the pod's own
_SYSTEM_CERTIFICATES = "/etc/ssl/certs:/etc/pki/tls/certs"

_MODE_0400 = 0o400
_READ_ONLY: Mapping[str, Yaml] = {"readOnly": True}


def expansion_safe(text: str) -> str:
    """Return `text` for `command`, `args` and `env`, where Kubernetes expands `$(NAME)`.

    `$$` is one `$` there, wherever it stands (k8s.io/kubernetes third_party expansion.Expand).
    """
    return text.replace("$", "$$")


def command(words: Iterable[str]) -> list[Yaml]:
    """Return the words of a command line, each as it is meant."""
    return [expansion_safe(word) for word in words]


def variable(name: str, value: str) -> Yaml:
    """Return one variable with a value that is public."""
    return {"name": name, "value": expansion_safe(value)}


def network_env(network: PodNetwork) -> list[Yaml]:
    """Return the proxies: by reference where one wants a login. In both spellings: git and curl
    read the lower one alone for http."""
    found: list[Yaml] = []
    for name, proxy in proxy_env(network):
        for spelled in (name, name.lower()):
            if proxy.username is None:
                found.append(variable(spelled, str(proxy)))
            else:
                found.append(
                    {"name": spelled, "valueFrom": {"secretKeyRef": {"name": PROXY, "key": name}}}
                )
    if network.no_proxy:
        value = ",".join(network.no_proxy)
        note = "The cluster's own names; add the range of its Services (often 10.96.0.0/12)."
        found += [Commented(variable("NO_PROXY", value), note), variable("no_proxy", value)]
    return found


def authorities_env(plan: Plan, own: str = _SYSTEM_CERTIFICATES) -> list[Yaml]:
    """Return SSL_CERT_DIR for a program written in Go: the company's beside the public ones.

    crypto/x509 reads the system's bundle as well as long as SSL_CERT_FILE is not set.
    """
    if not has_ca(plan):
        return []
    return [variable("SSL_CERT_DIR", f"{own}:{CA_DIR}")]


def pod_spec(network: PodNetwork, **more: Yaml) -> dict[str, Yaml]:
    """Return what holds for the whole pod; `more` comes after it."""
    spec: dict[str, Yaml] = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": NOBODY,
            "runAsGroup": NOBODY,
            "fsGroup": NOBODY,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    if network.hosts:
        spec["hostAliases"] = [
            {"ip": address, "hostnames": list(names)} for address, names in network.hosts
        ]
    dns: dict[str, Yaml] = {}
    if network.nameservers:
        dns["nameservers"] = list(network.nameservers)
    if network.searches:
        dns["searches"] = list(network.searches)
    if dns:
        spec["dnsPolicy"] = Commented(
            "ClusterFirst", "The cluster's resolver first; the company's are asked after it."
        )
        spec["dnsConfig"] = dns
    return spec | more


def least_privilege(*, read_only: bool = True) -> Yaml:
    """Return the security context of a container that needs no right at all."""
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": read_only,
        "capabilities": {"drop": ["ALL"]},
    }


def user_namespace_rights() -> Yaml:
    """Return the rights of a builder without root, whose image knows the user 1000."""
    return Commented(
        {
            "runAsNonRoot": True,
            "runAsUser": 1000,
            "runAsGroup": 1000,
            "allowPrivilegeEscalation": True,
            "capabilities": {"drop": ["ALL"], "add": ["SETUID", "SETGID"]},
            "seccompProfile": {"type": "Unconfined"},
            "appArmorProfile": {"type": "Unconfined"},
        },
        "No root, not privileged; a user namespace of its own needs what is open here.",
    )


def resources(cpu: str, memory: str, most_memory: str, disk: str) -> Yaml:
    """Return what the scheduler keeps free for a container, and where it is stopped."""
    return {
        "requests": {"cpu": cpu, "memory": memory, "ephemeral-storage": disk},
        "limits": {"memory": most_memory},
    }


def go_env(cache: str = MODULES) -> list[Yaml]:
    """Return where go keeps what it writes: nothing of it lies in the image."""
    return [
        variable("HOME", SCRATCH),
        variable("GOPATH", f"{SCRATCH}/go"),
        variable("GOCACHE", f"{SCRATCH}/go-build"),
        variable("GOMODCACHE", cache),
    ]


def network_mounts(plan: Plan) -> list[Yaml]:
    """Return the mounts of a container that talks to the network with go and git."""
    found: list[Yaml] = [
        {"name": "config", "mountPath": CONFIG_DIR, **_READ_ONLY},
        {"name": "handed-over", "mountPath": SECRETS, **_READ_ONLY},
        {"name": "scratch", "mountPath": SCRATCH},
    ]
    if plan.ssh.value:
        found.append(ssh_mount())
    return found


def network_volumes(plan: Plan, options: Options) -> list[Yaml]:
    """Return the volumes for `network_mounts`."""
    return [
        {"name": "config", "configMap": {"name": named(plan, options, CONFIG)}},
        handed_over_volume(plan, options, "handed-over", "goenv"),
        {"name": "scratch", "emptyDir": {}},
        *([ssh_volume(plan, options)] if plan.ssh.value else ()),
    ]


def ssh_mount() -> Yaml:
    """Return the mount of the private key."""
    return {"name": "ssh", "mountPath": posixpath.dirname(SSH_KEY), **_READ_ONLY}


def ssh_volume(plan: Plan, options: Options) -> Yaml:
    """Return its volume."""
    items: list[Yaml] = [{"key": "ssh-privatekey", "path": posixpath.basename(SSH_KEY)}]
    name = named(plan, options, SSH)
    return {"name": "ssh", "secret": {"secretName": name, "defaultMode": _mode(), "items": items}}


def handed_over_volume(
    plan: Plan, options: Options, name: str, goenv: str, *, logins: bool = True
) -> Yaml:
    """Return the files of /run/secrets; `goenv`: the key with the module settings."""
    config = named(plan, options, CONFIG)
    sources: list[Yaml] = [
        {"configMap": {"name": config, "items": [{"key": goenv, "path": "goenv"}]}}
    ]
    if has_ca(plan):
        sources.append({"configMap": {"name": CA, "items": [{"key": "ca.pem", "path": "ca"}]}})
    if logins:
        ids = [secret.id for secret in plan.secrets.value]
        if "netrc" in ids:
            sources.append(_secret(NETRC, "netrc"))
        if plan.ssh.value:
            sources.append(_secret(named(plan, options, SSH), "known_hosts"))
    if others := other_secrets(plan):
        sources.append(_secret(named(plan, options, OTHERS), *others))
    return {"name": name, "projected": {"defaultMode": _mode(), "sources": sources}}


def ca_volume() -> Yaml:
    """Return the volume of the company's authority."""
    return {"name": "ca", "configMap": {"name": CA}}


def ca_mount() -> Yaml:
    """Return its mount, a folder of its own for SSL_CERT_DIR."""
    return {"name": "ca", "mountPath": CA_DIR, **_READ_ONLY}


def _secret(name: str, *keys: str) -> Yaml:
    return {"secret": {"name": name, "items": [{"key": key, "path": key} for key in keys]}}


def _mode() -> Yaml:
    return Commented(_MODE_0400, "0400, in decimal; fsGroup adds the group's right to read.")
