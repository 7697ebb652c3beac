"""The area `proxy`: who on this machine has which proxy, and whether it works."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from dataclasses import replace

from wizard.detect.deadline import Deadline, in_thread, in_time
from wizard.detect.docker_endpoint import (
    client_config,
    daemon_json_path,
    flavour_of,
    resolve_endpoint,
)
from wizard.detect.docker_json import read_json
from wizard.detect.git_config import GitSetting
from wizard.detect.proxy_contradictions import contradictions
from wizard.detect.proxy_endpoints import distinct_proxies, look_at
from wizard.detect.proxy_of_go import go_proxy_environment
from wizard.detect.proxy_readers import (
    daemon_json_settings,
    docker_client_settings,
    etc_environment_settings,
    process_settings,
    setting,
)
from wizard.detect.proxy_systemd import ServiceProxies, service_proxies
from wizard.detect.sockets import can_connect
from wizard.facts.base import Fact, known, not_applicable
from wizard.facts.docker import Flavour
from wizard.facts.network import Interface
from wizard.facts.proxy import (
    ProxyEndpoint,
    ProxyFacts,
    ProxySetting,
    Reader,
)
from wizard.system import System
from wizard.text import msg

_MAX_ENDPOINTS = 8


async def detect_proxy(
    system: System,
    git: tuple[GitSetting, ...],
    target: str,
    links: Awaitable[Fact[tuple[Interface, ...]]],
    deadline: Deadline,
) -> ProxyFacts:
    """Look at every reader's proxies and try each distinct one.

    `target` is the `host:port` of a module mirror that a proxy is asked to connect to; `links`
    are this host's interfaces, Docker's bridge among them.
    """
    files, service = await in_thread(lambda: _file_settings(system))
    settings = (*process_settings(system), *_git_settings(git), *files, *service.settings)
    environment = go_proxy_environment(system)
    return ProxyFacts(
        settings=_settings_fact(settings, service),
        contradictions=known(contradictions(settings), "proxy.settings"),
        effective=known(environment, "environment"),
        endpoints=await in_time(
            deadline, _endpoints(settings, target, links), f"CONNECT {target} through each proxy"
        ),
    )


async def _endpoints(
    settings: tuple[ProxySetting, ...],
    target: str,
    links: Awaitable[Fact[tuple[Interface, ...]]],
) -> Fact[tuple[ProxyEndpoint, ...]]:
    proxies = distinct_proxies(settings)
    if not proxies:
        return not_applicable(msg("no proxy is set anywhere"), "proxy.settings")
    found = await asyncio.gather(*(look_at(proxy, target) for proxy in proxies[:_MAX_ENDPOINTS]))
    if any(item.loopback for item in found):
        bridge = _bridge_addresses((await links).or_else(()))
        found = await asyncio.gather(*(_with_bridge(item, bridge) for item in found))
    return known(tuple(found), f"CONNECT {target} through each proxy")


def _bridge_addresses(links: tuple[Interface, ...]) -> tuple[str, ...]:
    """Return the IPv4 addresses of docker0, as a container sees its host."""
    return tuple(
        address.partition("/")[0]
        for link in links
        if link.name == "docker0"
        for address in link.addresses
        if ":" not in address
    )


async def _with_bridge(item: ProxyEndpoint, bridge: tuple[str, ...]) -> ProxyEndpoint:
    """Add whether a loopback proxy also answers on Docker's bridge."""
    if not item.loopback or not bridge:
        return item
    answers, _ = await can_connect(bridge, item.url.port)
    return replace(item, on_bridge=answers)


def _git_settings(git: tuple[GitSetting, ...]) -> Iterator[ProxySetting]:
    """Yield git's proxies: `http.proxy` is for http and https alike."""
    for item in git:
        if not item.key.startswith("http.") or not item.key.endswith(".proxy") or not item.value:
            continue
        spelled = item.key
        names: tuple[str, ...] = ("HTTP_PROXY", "HTTPS_PROXY")
        if item.subsection:
            spelled = f"http.{item.subsection}.proxy"
            names = ("HTTPS_PROXY",) if item.subsection.startswith("https:") else ("HTTP_PROXY",)
        for name in names:
            yield setting(name, spelled, Reader.GIT, item.value, item.source)


def _settings_fact(
    settings: tuple[ProxySetting, ...], service: ServiceProxies
) -> Fact[tuple[ProxySetting, ...]]:
    fact = known(settings, "environment, git config, docker's files, systemd, /etc/environment")
    if not service.unread:
        return fact
    # Known as far as this user may see; what root alone may read can hold another proxy.
    return replace(
        fact, reason=msg("{path} can be read by root alone", path=", ".join(service.unread))
    )


def _file_settings(system: System) -> tuple[tuple[ProxySetting, ...], ServiceProxies]:
    found: list[ProxySetting] = []
    config = client_config(system)
    endpoint = resolve_endpoint(system, config)
    if config is not None:
        found += docker_client_settings(config.values, str(config.path), endpoint.host)
    flavour = flavour_of(system, endpoint, None)
    path = daemon_json_path(system, flavour)
    # Docker Desktop ignores the proxies of its daemon.json.
    if path is not None and flavour is not Flavour.DESKTOP:
        found += daemon_json_settings(read_json(system, path).values, str(path))
    found += etc_environment_settings(system)
    service = ServiceProxies(settings=(), unread=())
    if system.platform.startswith("linux"):
        service = service_proxies(system, user=flavour is Flavour.ROOTLESS)
    return tuple(found), service
