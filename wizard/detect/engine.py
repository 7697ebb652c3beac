"""The engine itself, asked through the docker SDK: who it is, its networks, its golang images.

The SDK blocks and costs 200 ms to import, so it lives in a thread of its own and is imported
only where something listens at the endpoint.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from wizard.detect.docker_endpoint import Endpoint, flavour_of, socket_path
from wizard.facts.docker import DockerNetwork, Engine
from wizard.rules.credentials import mask_credentials
from wizard.rules.numbers import whole_number
from wizard.system import System
from wizard.text import Text, msg
from wizard.untrusted import clean_line

REQUEST_S = 2
"""Seconds for one request to the engine."""
_MAX_NETWORKS = 200
_MAX_TAGS = 200
_MAX_LOCAL = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the engine said."""

    engine: Engine
    networks: tuple[DockerNetwork, ...] | None
    """None: it did not tell."""
    images: tuple[str, ...] | None
    local: tuple[str, ...] | None = None
    """Tags and digests of every image, as Docker writes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoEngine:
    """Why there is no answer. `absent`: nothing is there, as opposed to: it does not answer."""

    reason: Text
    absent: bool


def why_not_asked(system: System, endpoint: Endpoint) -> NoEngine | None:
    """Return why the endpoint is not worth a connection; None where something listens."""
    if not endpoint.host:
        reason = msg("the docker context {name} names no engine", name=clean_line(endpoint.context))
        return NoEngine(reason=reason, absent=True)
    path = socket_path(system, endpoint)
    if path is not None:
        return _socket_problem(path)
    if endpoint.host.startswith(("ssh://", "fd://")):
        reason = msg("an engine at {host} is not asked", host=clean_line(endpoint.host, 200))
        return NoEngine(reason=reason, absent=False)
    return None


def _socket_problem(path: Path) -> NoEngine | None:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return NoEngine(reason=msg("there is no socket {path}", path=str(path)), absent=True)
    except OSError as error:
        reason = msg("{path}: {why}", path=str(path), why=error.strerror or str(error))
        return NoEngine(reason=reason, absent=False)
    if not stat.S_ISSOCK(mode):
        return NoEngine(reason=msg("{path} is no socket", path=str(path)), absent=True)
    return None


def ask_engine(system: System, endpoint: Endpoint) -> Answer | NoEngine:
    """Ask the engine behind `endpoint`. Blocks up to a few times `REQUEST_S`."""
    not_asked = why_not_asked(system, endpoint)
    if not_asked is not None:
        return not_asked
    import docker
    import docker.errors
    import requests
    from docker import constants

    path = socket_path(system, endpoint)
    url = endpoint.host if path is None else f"unix://{path}"
    try:
        # A version given to the constructor keeps it from connecting before the proxies of
        # the environment are out of its way.
        first = _client(docker, url, endpoint, version=constants.DEFAULT_DOCKER_API_VERSION)
        try:
            version = first.version(api_version=False)
        finally:
            first.close()
        api = _api_version(constants.DEFAULT_DOCKER_API_VERSION, str(version.get("ApiVersion", "")))
        client = _client(docker, url, endpoint, version=api)
        try:
            local = _local_images(docker, client)
            return Answer(
                engine=_engine(system, endpoint, client.info(), version),
                networks=_networks(docker, client),
                images=_golang(local),
                local=local,
            )
        finally:
            client.close()
    except (docker.errors.DockerException, requests.exceptions.RequestException, OSError) as error:
        return NoEngine(reason=_why(url, error), absent=False)
    except (ValueError, TypeError, AttributeError, KeyError):
        # What answered is no Docker engine: the SDK trusts the shape of what it gets.
        return NoEngine(
            reason=msg("what listens at {url} does not answer like a Docker engine", url=url),
            absent=False,
        )


def _client(docker: Any, url: str, endpoint: Endpoint, *, version: str) -> Any:
    tls: Any = False
    folder = endpoint.tls_folder
    if folder is not None and url.startswith("tcp://"):
        tls = docker.tls.TLSConfig(
            client_cert=(str(folder / "cert.pem"), str(folder / "key.pem")),
            ca_cert=str(folder / "ca.pem"),
            verify=True,
        )
    client = docker.APIClient(base_url=url, version=version, timeout=REQUEST_S, tls=tls)
    client.trust_env = False
    return client


def _api_version(ours: str, offered: str) -> str:
    """Return the newest API version that both sides know."""

    def numbers(text: str) -> tuple[int, ...]:
        return tuple(n for part in text.split(".") if (n := whole_number(part)) is not None)

    return min(ours, offered, key=numbers) if numbers(offered) else ours


def _why(url: str, error: Exception) -> Text:
    text = str(error)
    if "PermissionError" in text or "Permission denied" in text:
        return msg("this user may not talk to {url}: join the group docker, or use sudo", url=url)
    if "timed out" in text.lower():
        return msg("no answer from {url} in {seconds} s", url=url, seconds=REQUEST_S)
    if "ConnectionRefusedError" in text or "Connection refused" in text:
        return msg("nothing listens at {url}: the engine is not running", url=url)
    return msg("{url}: {why}", url=url, why=clean_line(mask_credentials(text), 200))


def _networks(docker: Any, client: Any) -> tuple[DockerNetwork, ...] | None:
    try:
        listed = client.networks()
    except docker.errors.APIError:
        return None
    return tuple(_network(item) for item in listed[:_MAX_NETWORKS])


def _network(item: Mapping[str, Any]) -> DockerNetwork:
    pools = (item.get("IPAM") or {}).get("Config") or []
    options = item.get("Options") or {}
    mtu = str(options.get("com.docker.network.driver.mtu", ""))
    bridge = options.get("com.docker.network.bridge.name")
    if bridge is None and item.get("Driver") == "bridge":
        bridge = f"br-{str(item.get('Id', ''))[:12]}"
    return DockerNetwork(
        name=clean_line(str(item.get("Name", "")), 200),
        driver=clean_line(str(item.get("Driver", "")), 80),
        subnets=tuple(str(pool["Subnet"]) for pool in pools if pool.get("Subnet")),
        mtu=whole_number(mtu),
        bridge=None if bridge is None else clean_line(str(bridge), 80),
    )


def _local_images(docker: Any, client: Any) -> tuple[str, ...] | None:
    try:
        listed = client.images()
    except docker.errors.APIError:
        return None
    names = (
        str(name)
        for item in listed
        for name in (*(item.get("RepoTags") or ()), *(item.get("RepoDigests") or ()))
    )
    return tuple(clean_line(name, 300) for name in islice(names, _MAX_LOCAL))


def _golang(local: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if local is None:
        return None
    tags = (name for name in local if "@" not in name)
    golang = (tag for tag in tags if tag.rpartition(":")[0].rpartition("/")[2] == "golang")
    return tuple(sorted(golang)[:_MAX_TAGS])


def _engine(
    system: System, endpoint: Endpoint, info: Mapping[str, Any], version: Mapping[str, Any]
) -> Engine:
    """Return the engine as it describes itself, credentials masked."""
    security = tuple(str(item) for item in info.get("SecurityOptions") or ())
    registry = info.get("RegistryConfig") or {}
    pools = info.get("DefaultAddressPools") or ()
    return Engine(
        endpoint=clean_line(mask_credentials(endpoint.host), 300),
        context=clean_line(endpoint.context, 100),
        flavour=flavour_of(system, endpoint, _with_components(info, version)),
        version=_text(version, "Version"),
        api_version=_text(version, "ApiVersion"),
        operating_system=_text(info, "OperatingSystem"),
        architecture=_text(version, "Arch") or _text(info, "Architecture"),
        storage_driver=_text(info, "Driver"),
        rootless=any("rootless" in item for item in security),
        live_restore=info.get("LiveRestoreEnabled") is True,
        containers_running=_number(info, "ContainersRunning"),
        default_address_pools=tuple(
            (str(pool.get("Base", "")), _number(pool, "Size")) for pool in pools
        ),
        registry_mirrors=tuple(
            clean_line(mask_credentials(str(url)), 300) for url in registry.get("Mirrors") or ()
        ),
        http_proxy=_proxy(info, "HttpProxy"),
        https_proxy=_proxy(info, "HttpsProxy"),
        no_proxy=_text(info, "NoProxy"),
    )


def _with_components(info: Mapping[str, Any], version: Mapping[str, Any]) -> Mapping[str, Any]:
    names = tuple(str(item.get("Name")) for item in version.get("Components") or ())
    return {**info, "Components": names}


def _text(source: Mapping[str, Any], key: str) -> str:
    return clean_line(str(source.get(key) or ""), 300)


def _proxy(info: Mapping[str, Any], key: str) -> str:
    # The engine masks both parts as xxxxx; podman masks nothing.
    return mask_credentials(_text(info, key))


def _number(source: Mapping[str, Any], key: str) -> int:
    value = source.get(key)
    return value if isinstance(value, int) else 0
