"""Facts about Docker: the client, the engine behind it, and their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from wizard.facts.base import Fact, Problem, unknown
from wizard.facts.registries import MissingImage, RegistryProbe
from wizard.text import msg


class Flavour(StrEnum):
    """The products differ in where files live and how a container reaches the host."""

    ROOTFUL = "rootful"
    ROOTLESS = "rootless"
    DESKTOP = "desktop"
    COLIMA = "colima"
    ORBSTACK = "orbstack"
    RANCHER = "rancher-desktop"
    SNAP = "snap"
    PODMAN = "podman"
    REMOTE = "remote"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The docker command line program on PATH."""

    path: str
    version: str | None
    buildx: str | None
    """buildx's version; None: the plugin is not there."""
    legacy_builder: bool
    """`docker build` here uses the legacy builder: DOCKER_BUILDKIT=0, or no buildx."""
    why_legacy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A Docker engine that answered."""

    endpoint: str
    context: str
    flavour: Flavour
    version: str
    api_version: str
    operating_system: str
    architecture: str
    storage_driver: str
    rootless: bool
    live_restore: bool
    containers_running: int
    default_address_pools: tuple[tuple[str, int], ...]
    """(base CIDR, size); empty: Docker's built-in list."""
    registry_mirrors: tuple[str, ...]
    http_proxy: str
    https_proxy: str
    no_proxy: str
    """The engine's own proxies, as `docker info` shows them: credentials masked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerNetwork:
    """One network of the engine."""

    name: str
    driver: str
    subnets: tuple[str, ...]
    mtu: int | None
    bridge: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonConfig:
    """A JSON file of Docker's, as far as it could be read; secrets left out."""

    path: str
    exists: bool
    values: Mapping[str, object]
    """The keys that matter here, already freed of credentials; empty where unreadable."""
    problem: Problem | None
    writable: bool


_NO_IMAGES: Fact[tuple[MissingImage, ...]] = unknown(msg("not looked"), "docker image ls")
_NO_REGISTRIES: Fact[tuple[RegistryProbe, ...]] = unknown(msg("not looked"), "GET /v2/")


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerFacts:
    """The area `docker`."""

    client: Fact[Client]
    engine: Fact[Engine]
    networks: Fact[tuple[DockerNetwork, ...]]
    daemon_json: Fact[JsonConfig]
    client_config: Fact[JsonConfig]
    images: Fact[tuple[str, ...]]
    """Tags of the golang images that the engine already has, such as `golang:1.25-bookworm`."""
    missing_images: Fact[tuple[MissingImage, ...]] = _NO_IMAGES
    """Images that the build needs and the engine does not have."""
    registries: Fact[tuple[RegistryProbe, ...]] = _NO_REGISTRIES
    """The registries of those images and their mirrors; nothing missing: not applicable."""
