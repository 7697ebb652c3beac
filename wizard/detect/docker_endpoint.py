"""Which engine docker's client would talk to, and which product that is: local files only.

Order: docker/cli `resolveContextName` - a non-empty DOCKER_HOST wins over DOCKER_CONTEXT
(its documentation says the opposite), then config.json's currentContext, then `default`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.detect.docker_json import RawJson, read_json
from wizard.detect.paths import exists, is_dir
from wizard.facts.docker import Flavour
from wizard.rules.addresses import is_loopback
from wizard.system import Failed, System

DEFAULT_SOCKET = "/var/run/docker.sock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where the engine listens, as the client sees it."""

    context: str
    host: str
    """`unix:///var/run/docker.sock`; empty where the context names none."""
    source: str
    tls_folder: Path | None = None
    """Folder with ca.pem, cert.pem and key.pem for a tcp:// endpoint."""

    @property
    def socket(self) -> str | None:
        """The path of a unix socket."""
        return self.host.removeprefix("unix://") if self.host.startswith("unix://") else None


def docker_config_folder(system: System) -> Path | None:
    """Return the folder of the client's config.json, or None without a HOME."""
    if chosen := system.env.get("DOCKER_CONFIG"):
        return Path(chosen)
    return None if system.home is None else system.home / ".docker"


def client_config(system: System) -> RawJson | None:
    """Return the client's config.json, secrets included; None where there is no place for it."""
    folder = docker_config_folder(system)
    return None if folder is None else read_json(system, folder / "config.json")


def resolve_endpoint(system: System, config: RawJson | None) -> Endpoint:
    """Return the endpoint that `docker build` would use here."""
    if host := system.env.get("DOCKER_HOST"):
        tls = system.env.get("DOCKER_TLS_VERIFY") and _tls_folder(system)
        return Endpoint(
            context="", host=host, source="environment DOCKER_HOST", tls_folder=tls or None
        )
    name, source = system.env.get("DOCKER_CONTEXT", ""), "environment DOCKER_CONTEXT"
    if not name and config is not None:
        current = config.values.get("currentContext")
        name, source = (current if isinstance(current, str) else ""), str(config.path)
    if name and name != "default":
        return _of_context(system, name, source)
    if system.platform == "win32":
        return Endpoint(context="default", host="npipe:////./pipe/docker_engine", source="default")
    return Endpoint(context="default", host=f"unix://{DEFAULT_SOCKET}", source="default")


def _tls_folder(system: System) -> Path | None:
    chosen = system.env.get("DOCKER_CERT_PATH")
    return Path(chosen) if chosen else docker_config_folder(system)


def _of_context(system: System, name: str, source: str) -> Endpoint:
    folder = docker_config_folder(system)
    host = ""
    tls: Path | None = None
    if folder is not None:
        digest = hashlib.sha256(name.encode()).hexdigest()
        text = system.read_text(folder / "contexts" / "meta" / digest / "meta.json")
        host = "" if isinstance(text, Failed) else _docker_host(text)
        tls_folder = folder / "contexts" / "tls" / digest / "docker"
        tls = tls_folder if is_dir(tls_folder) else None
    return Endpoint(context=name, host=host, source=source, tls_folder=tls)


def _docker_host(text: str) -> str:
    try:
        meta = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    for key in ("Endpoints", "docker", "Host"):
        meta = meta.get(key) if isinstance(meta, Mapping) else None
    return meta if isinstance(meta, str) else ""


def socket_path(system: System, endpoint: Endpoint) -> Path | None:
    """Return the file of a unix endpoint; the default one lies below the system's root."""
    if endpoint.socket is None:
        return None
    if endpoint.socket == DEFAULT_SOCKET and endpoint.source != "environment DOCKER_HOST":
        return system.path(DEFAULT_SOCKET)
    return Path(endpoint.socket)


_BY_PATH = (
    ("podman", Flavour.PODMAN),
    ("/.colima/", Flavour.COLIMA),
    ("/colima/", Flavour.COLIMA),
    ("/.orbstack/", Flavour.ORBSTACK),
    ("/.rd/", Flavour.RANCHER),
    ("/.docker/run/", Flavour.DESKTOP),
    ("/.docker/desktop/", Flavour.DESKTOP),
    ("dockerDesktop", Flavour.DESKTOP),
)


def flavour_of(system: System, endpoint: Endpoint, info: Mapping[str, Any] | None) -> Flavour:
    """Return the product behind an endpoint; `info` is what the engine said, if it answered."""
    if info is not None:
        if "Podman Engine" in (info.get("Components") or ()):
            return Flavour.PODMAN
        security = info.get("SecurityOptions")
        if isinstance(security, list) and any("rootless" in str(item) for item in security):
            return Flavour.ROOTLESS
        name, system_name = str(info.get("Name", "")), str(info.get("OperatingSystem", ""))
        if "Docker Desktop" in system_name or name == "docker-desktop":
            return Flavour.DESKTOP
        if "OrbStack" in system_name:
            return Flavour.ORBSTACK
        if name.startswith("colima"):
            return Flavour.COLIMA
        if "Rancher Desktop" in system_name or name in {"lima-rancher-desktop", "rancher-desktop"}:
            return Flavour.RANCHER
        if str(info.get("DockerRootDir", "")).startswith("/var/snap/"):
            return Flavour.SNAP
    for part, flavour in _BY_PATH:
        if part in endpoint.host:
            return flavour
    return _by_socket(system, endpoint)


def _by_socket(system: System, endpoint: Endpoint) -> Flavour:
    if endpoint.host.startswith("ssh://"):
        return Flavour.REMOTE
    if endpoint.host.startswith("tcp://"):
        host = endpoint.host.removeprefix("tcp://").rpartition(":")[0]
        local = host == "localhost" or is_loopback(host)
        return Flavour.UNKNOWN if local else Flavour.REMOTE
    path = endpoint.socket
    if path is None:
        return Flavour.UNKNOWN
    runtime = system.env.get("XDG_RUNTIME_DIR", "")
    if (runtime and path.startswith(runtime)) or path.startswith("/run/user/"):
        return Flavour.ROOTLESS
    if system.platform == "darwin":
        return Flavour.DESKTOP
    if not exists(system.path("/etc/docker")) and exists(system.path("/var/snap/docker")):
        return Flavour.SNAP
    return Flavour.ROOTFUL


def daemon_json_path(system: System, flavour: Flavour) -> Path | None:
    """Return where this product keeps daemon.json, or None where it keeps none on this host."""
    home = system.home
    if flavour is Flavour.ROOTFUL:
        return system.path("/etc/docker/daemon.json")
    if flavour is Flavour.SNAP:
        return system.path("/var/snap/docker/current/config/daemon.json")
    if flavour is Flavour.ROOTLESS:
        config = system.config_home()
        return None if config is None else config / "docker" / "daemon.json"
    if flavour is Flavour.DESKTOP:
        return None if home is None else home / ".docker" / "daemon.json"
    if flavour is Flavour.ORBSTACK:
        return None if home is None else home / ".orbstack" / "config" / "docker.json"
    return None
