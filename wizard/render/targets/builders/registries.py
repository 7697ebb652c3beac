"""The registries of a plan, for builders that see nothing of the engine's own settings."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from wizard.plan.types import Plan
from wizard.rules.image_reference import DOCKER_HUB, parse_image_reference


@dataclass(frozen=True, slots=True, kw_only=True)
class HubMirror:
    """A mirror of Docker Hub."""

    host: str
    """`host[:port]`."""
    location: str
    """The host, and the path where there is one."""
    plain_http: bool


def hub_mirrors(plan: Plan) -> tuple[HubMirror, ...]:
    """Return the mirrors of the plan; where it leaves them alone, those that the engine has."""
    urls = plan.registry_mirrors.value
    found: dict[str, HubMirror] = {}
    for url in plan.inputs.engine_mirrors if urls is None else urls:
        try:
            parts = urlsplit(url)
            host = parts.netloc.rpartition("@")[2]
        except ValueError:
            continue
        if host:
            mirror = HubMirror(
                host=host,
                location=f"{host}{parts.path}".rstrip("/"),
                plain_http=parts.scheme == "http",
            )
            found.setdefault(mirror.location, mirror)
    return tuple(found.values())


def asked_over_tls(plan: Plan) -> tuple[str, ...]:
    """Return the registries that a build asks over TLS: Docker Hub, its mirrors, the image's."""
    base = parse_image_reference(plan.base_image.value)
    mirrors = hub_mirrors(plan)
    plain = {one.host for one in mirrors if one.plain_http}
    hosts = [DOCKER_HUB, *(one.host for one in mirrors)]
    if base is not None:
        hosts.append(base.registry)
    return tuple(dict.fromkeys(host for host in hosts if host not in plain))


def ca_text(plan: Plan) -> str:
    """Return the authorities of the plan as PEM; empty where none is needed."""
    return "".join(f"{ca.pem.strip()}\n" for ca in plan.ca.value if ca.pem)
