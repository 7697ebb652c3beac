"""The area `docker`: client, engine, networks, images, and the files of both."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from wizard.detect.deadline import Deadline, in_thread, in_time
from wizard.detect.docker_client import look_at_client
from wizard.detect.docker_endpoint import (
    Endpoint,
    client_config,
    daemon_json_path,
    flavour_of,
    resolve_endpoint,
)
from wizard.detect.docker_json import CLIENT_KEYS, DAEMON_KEYS, RawJson, read_json, shown
from wizard.detect.engine import Answer, NoEngine, ask_engine
from wizard.detect.proxy_of_go import go_proxy_environment
from wizard.detect.registries import look_at_registries
from wizard.detect.registries_needed import without_local
from wizard.facts.base import Fact, known, not_applicable, unknown
from wizard.facts.docker import (
    DockerFacts,
    DockerNetwork,
    Engine,
    Flavour,
    JsonConfig,
)
from wizard.facts.registries import MissingImage, RegistryProbe
from wizard.system import System
from wizard.text import msg


async def _nothing() -> tuple[MissingImage, ...]:
    return ()


async def detect_docker(
    system: System,
    deadline: Deadline,
    needed: Awaitable[tuple[MissingImage, ...]] | None = None,
) -> DockerFacts:
    """Look at Docker; nothing of it being there is a normal answer.

    `needed` are the images that the project's build takes; registries are asked for those
    that the engine does not have.
    """
    config = await in_thread(lambda: client_config(system))
    endpoint = resolve_endpoint(system, config)
    early = await in_thread(lambda: flavour_of(system, endpoint, None))
    daemon = await in_thread(lambda: _read_daemon(system, early))
    client, reply = await asyncio.gather(
        in_time(deadline, look_at_client(system, daemon, deadline), "docker --version"),
        in_time(deadline, _ask(system, endpoint), endpoint.host),
    )
    answer = reply.value
    engine = _engine(endpoint, reply)
    flavour = engine.value.flavour if engine.value is not None else early
    if flavour is not early:
        daemon = await in_thread(lambda: _read_daemon(system, flavour))
    missing = _missing(reply, endpoint, await (needed or _nothing()))
    registries = await in_time(
        deadline, _registries(system, engine, daemon, missing, deadline), "GET /v2/"
    )
    used = client.value is not None or isinstance(answer, Answer)
    return DockerFacts(
        client=client,
        engine=engine,
        networks=_networks(reply, endpoint),
        daemon_json=await in_thread(lambda: _daemon_fact(system, flavour, daemon, used=used)),
        client_config=await in_thread(lambda: _client_fact(system, config, used=used)),
        images=_images(reply, endpoint),
        missing_images=missing,
        registries=registries,
    )


def known_daemon_json(system: System) -> RawJson | None:
    """Return daemon.json where it lies by this side's knowledge; no engine is asked. Blocks."""
    endpoint = resolve_endpoint(system, client_config(system))
    return _read_daemon(system, flavour_of(system, endpoint, None))


def dns_of_docker(system: System) -> tuple[str, ...]:
    """Return the resolvers that daemon.json gives to containers. Blocks, reads files alone."""
    found = known_daemon_json(system)
    listed = None if found is None else found.values.get("dns")
    return tuple(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else ()


async def _ask(system: System, endpoint: Endpoint) -> Fact[Answer | NoEngine]:
    return known(await in_thread(lambda: ask_engine(system, endpoint)), endpoint.host)


def _read_daemon(system: System, flavour: Flavour) -> RawJson | None:
    path = daemon_json_path(system, flavour)
    return None if path is None else read_json(system, path)


def _without_answer(reply: Fact[Answer | NoEngine], endpoint: Endpoint) -> Fact[object] | None:
    """Return the fact for everything that only the engine knows, where it did not answer."""
    where = endpoint.host or endpoint.source
    if reply.value is None:
        return unknown(reply.reason, where)
    if isinstance(reply.value, NoEngine):
        state = not_applicable if reply.value.absent else unknown
        return state(reply.value.reason, where)
    return None


def _engine(endpoint: Endpoint, reply: Fact[Answer | NoEngine]) -> Fact[Engine]:
    if isinstance(reply.value, Answer):
        return known(reply.value.engine, f"docker info {endpoint.host}")
    return _without_answer(reply, endpoint)  # type: ignore[return-value]


def _networks(
    reply: Fact[Answer | NoEngine], endpoint: Endpoint
) -> Fact[tuple[DockerNetwork, ...]]:
    source = f"docker network ls {endpoint.host}"
    if not isinstance(reply.value, Answer):
        return _without_answer(reply, endpoint)  # type: ignore[return-value]
    if reply.value.networks is None:
        return unknown(msg("the engine did not list its networks"), source)
    return known(reply.value.networks, source)


def _images(reply: Fact[Answer | NoEngine], endpoint: Endpoint) -> Fact[tuple[str, ...]]:
    source = f"docker image ls {endpoint.host}"
    if not isinstance(reply.value, Answer):
        return _without_answer(reply, endpoint)  # type: ignore[return-value]
    if reply.value.images is None:
        return unknown(msg("the engine did not list its images"), source)
    return known(reply.value.images, source)


def _missing(
    reply: Fact[Answer | NoEngine], endpoint: Endpoint, needed: tuple[MissingImage, ...]
) -> Fact[tuple[MissingImage, ...]]:
    listed = _images(reply, endpoint)
    answer = reply.value
    if listed.value is None or not isinstance(answer, Answer) or answer.local is None:
        return listed  # type: ignore[return-value]
    return known(without_local(needed, answer.local), listed.source)


async def _registries(
    system: System,
    engine: Fact[Engine],
    daemon: RawJson | None,
    missing: Fact[tuple[MissingImage, ...]],
    deadline: Deadline,
) -> Fact[tuple[RegistryProbe, ...]]:
    if engine.value is None or missing.value is None:
        return missing  # type: ignore[return-value]
    return await look_at_registries(
        system, engine.value, daemon, missing.value, go_proxy_environment(system), deadline
    )


_ELSEWHERE = {
    Flavour.REMOTE: msg("the engine runs on another machine, and its daemon.json with it"),
    Flavour.PODMAN: msg("podman has no daemon.json; it reads containers.conf"),
    Flavour.COLIMA: msg("colima writes daemon.json in its VM from colima.yaml, key docker"),
    Flavour.RANCHER: msg("Rancher Desktop rewrites daemon.json in its VM at every start"),
}


def _daemon_fact(
    system: System, flavour: Flavour, daemon: RawJson | None, *, used: bool
) -> Fact[JsonConfig]:
    if daemon is None:
        default = msg("this kind of engine has no daemon.json that is known")
        return not_applicable(_ELSEWHERE.get(flavour, default), flavour.value)
    if not used and not daemon.exists:
        return not_applicable(msg("there is no Docker on this machine"), str(daemon.path))
    return known(shown(system, daemon, DAEMON_KEYS), str(daemon.path))


def _client_fact(system: System, config: RawJson | None, *, used: bool) -> Fact[JsonConfig]:
    if config is None:
        return not_applicable(msg("there is no HOME to keep it in"), "DOCKER_CONFIG")
    if not used and not config.exists:
        return not_applicable(msg("there is no docker on PATH"), str(config.path))
    return known(shown(system, config, CLIENT_KEYS), str(config.path))
