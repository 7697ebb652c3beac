"""All areas at once: who waits for whom, and what becomes of what is late."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass, fields
from typing import Any, TypeVar
from urllib.parse import urlsplit

from wizard.detect.catalogue import (
    Catalogue,
    goproxy_mirrors,
    load_catalogue,
    mirrors_from_urls,
    parse_catalogue,
)
from wizard.detect.deadline import PATIENCE, Deadline, in_thread, in_time, late, starting_now
from wizard.detect.docker import detect_docker, dns_of_docker
from wizard.detect.git_config import GitSetting, user_git_config
from wizard.detect.go import DEFAULT_GOPROXY, detect_go, written_setting
from wizard.detect.network import detect_network, local_names
from wizard.detect.network_links import interfaces
from wizard.detect.private import SURELY_PUBLIC, PrivateRead, look_at_hosts, read_private
from wizard.detect.project import ProjectRead, read_project
from wizard.detect.proxy import detect_proxy
from wizard.detect.proxy_of_go import go_proxy_environment
from wizard.detect.registries_needed import needed_images
from wizard.detect.request import AreaKnown, Listener, Request, ignore
from wizard.facts import (
    DockerFacts,
    Facts,
    GoFacts,
    MirrorFacts,
    NetworkFacts,
    PrivateFacts,
    ProjectFacts,
    ProxyFacts,
)
from wizard.facts.base import Fact, Problem, known
from wizard.facts.mirrors import Mirror, Origin
from wizard.facts.network import Interface
from wizard.facts.preset import HostAnswer, Preset, PresetFacts
from wizard.facts.registries import MissingImage
from wizard.resources import asset
from wizard.rules.goproxy import GoProxyError, parse_goproxy
from wizard.rules.noproxy import parse_no_proxy
from wizard.system import System

A = TypeVar("A")
T = TypeVar("T")

GO_MIRROR = "https://proxy.golang.org"
_GRACE_S = 0.25
"""Seconds after the deadline in which an area may hand over what it has."""
_RANKING_GRACE_S = 2.0
"""The same for the ranking, which keeps its time by itself and is worth waiting for."""
_NO_SETTINGS: dict[str, Any] = {}


async def look_at_everything(system: System, request: Request, listener: Listener) -> Facts:
    """Return the facts of every area. Raises UsageError for a catalogue that cannot be used."""
    mirrors = mirrors_from_urls(request.mirror_urls)
    if not mirrors:
        load_catalogue(system)
    look = _Look(system, request, listener, mirrors)
    try:
        async with asyncio.TaskGroup() as group:
            proxy = group.create_task(look.area("proxy", ProxyFacts, look.proxy()))
            found = group.create_task(look.area("mirrors", MirrorFacts, look.mirrors()))
            docker = group.create_task(look.area("docker", DockerFacts, look.docker()))
            network = group.create_task(look.area("network", NetworkFacts, look.network()))
            private = group.create_task(look.area("private", PrivateFacts, look.private()))
            project = group.create_task(look.area("project", ProjectFacts, look.project()))
            go = group.create_task(look.area("go", GoFacts, look.go()))
            tested = group.create_task(look.tested())
    finally:
        look.stop()
    config = system.config_home()
    return Facts(
        observed_at=system.stamp(),
        platform=system.platform,
        proxy=proxy.result(),
        mirrors=found.result(),
        docker=docker.result(),
        network=network.result(),
        private=private.result(),
        project=project.result(),
        go=go.result(),
        config_home="" if config is None else str(config),
        preset=_preset_facts(request.preset, tested.result()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesRead:
    """What files and `go env` tell; nobody on the network was asked."""

    go: GoFacts
    project: ProjectRead
    private: PrivateRead


async def look_at_files(system: System, request: Request) -> FilesRead:
    """Return Go's settings, the project and the private hosts; nobody is asked."""
    look = _Look(system, request, ignore, ())
    try:
        return await look.files()
    finally:
        look.stop()


async def list_contacts(system: System, request: Request) -> tuple[str, ...]:
    """Return what a detection would contact, as URLs and `host:port`; nothing is contacted."""
    look = _Look(system, request, ignore, mirrors_from_urls(request.mirror_urls))
    try:
        return await look.contacts()
    finally:
        look.stop()


class _Look:
    """One detection: the parts that several areas wait for are looked at once."""

    def __init__(
        self, system: System, request: Request, listener: Listener, mirrors: tuple[Mirror, ...]
    ) -> None:
        self.system = system
        self.request = request
        self.listener = listener
        self.chosen = mirrors
        self.deadline: Deadline = starting_now(request.timeout_s)
        self.goproxy = written_setting(system, "GOPROXY") or DEFAULT_GOPROXY
        self._shared: list[asyncio.Task[Any]] = []
        self._git = self._share(user_git_config(system))
        self._go = self._share(detect_go(system, self.deadline))
        self._project = self._share(self._read_project())
        self._links = self._share(
            in_time(self.deadline, interfaces(system, self.deadline), "ip addr")
        )
        self._private = self._share(self._read_private())

    def _share(self, look: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(look)
        self._shared.append(task)
        return task

    def stop(self) -> None:
        """Give up what is still being looked at."""
        for task in self._shared:
            task.cancel()

    async def area(self, name: str, kind: type[A], look: Awaitable[A]) -> A:
        """Return an area's facts, all of them unknown where they are late; and tell of it."""
        try:
            grace = _GRACE_S
            if kind is MirrorFacts:
                grace = _RANKING_GRACE_S + PATIENCE * self.deadline.seconds
            async with asyncio.timeout_at(self.deadline.at + grace):
                facts = await look
        except TimeoutError:
            missed = late(self.deadline, name)
            facts = kind(**{field.name: missed for field in fields(kind)})  # type: ignore[arg-type]
        self.listener(AreaKnown(area=name, facts=facts))
        return facts

    async def _read_project(self) -> ProjectRead:
        private = written_setting(self.system, "GOPRIVATE")
        return await in_thread(lambda: read_project(self.system, self.request.project, private))

    async def _read_private(self) -> PrivateRead:
        project = await asyncio.shield(self._project)
        go = await asyncio.shield(self._go)
        domains, hosts = await in_thread(lambda: local_names(self.system))
        return await read_private(
            self.system,
            self.request.project,
            modules=project.module_paths,
            own_modules=project.own_modules,
            settings=go.settings.or_else(_NO_SETTINGS),
            git=await asyncio.shield(self._git),
            search_domains=domains,
            hosts_file=hosts,
            own_mirror=_is_own(self.goproxy),
        )

    async def files(self) -> FilesRead:
        return FilesRead(
            go=await asyncio.shield(self._go),
            project=await asyncio.shield(self._project),
            private=await asyncio.shield(self._private),
        )

    async def go(self) -> GoFacts:
        return await asyncio.shield(self._go)

    async def project(self) -> ProjectFacts:
        return (await asyncio.shield(self._project)).facts

    async def proxy(self) -> ProxyFacts:
        git: tuple[GitSetting, ...] = await asyncio.shield(self._git)
        return await detect_proxy(
            self.system, git, self._target(), asyncio.shield(self._links), self.deadline
        )

    async def docker(self) -> DockerFacts:
        return await detect_docker(self.system, self.deadline, self._needed_images())

    async def _needed_images(self) -> tuple[MissingImage, ...]:
        project = await asyncio.shield(self._project)
        preset = self.request.preset
        registry = "" if preset is None else preset.registry
        return await in_thread(
            lambda: needed_images(self.system, self.request.project, project, registry)
        )

    async def network(self) -> NetworkFacts:
        links: Awaitable[Fact[tuple[Interface, ...]]] = asyncio.shield(self._links)
        of_docker = await in_thread(lambda: dns_of_docker(self.system))
        return await detect_network(self.system, links, self._names(), self.deadline, of_docker)

    async def tested(self) -> Fact[tuple[HostAnswer, ...]]:
        """Return how the hosts answered that the organisation wants reached."""
        from wizard.detect.self_test import self_test

        hosts = () if self.request.preset is None else self.request.preset.self_test
        environment = go_proxy_environment(self.system)
        return await in_time(self.deadline, self_test(hosts, environment), "TCP connections")

    async def private(self) -> PrivateFacts:
        return await look_at_hosts(
            await asyncio.shield(self._private), self.deadline, self.system.stamp
        )

    async def contacts(self) -> tuple[str, ...]:
        """Return every mirror, proxy, resolver, host, engine and registry that may be asked."""
        from wizard.detect.docker_endpoint import client_config, resolve_endpoint
        from wizard.detect.resolvers import resolvers_of
        from wizard.system import Failed

        environment = go_proxy_environment(self.system)
        resolvers = resolvers_of(self.system)
        read = await asyncio.shield(self._private)
        catalogue, _ = await self._catalogue()
        registries = await self._registry_contacts()
        preset = self.request.preset
        contacts = (
            *(mirror.url for mirror in self.chosen or catalogue.mirrors if mirror.automatic),
            *(str(url) for url in (environment.http, environment.https) if url),
            *(f"{address}:53" for address in await in_thread(lambda: dns_of_docker(self.system))),
            *(() if isinstance(resolvers, Failed) else (f"{r.address}:53" for r in resolvers[0])),
            *(item.host for item in (*read.candidates, *read.suspects)),
            *(one.address for one in (() if preset is None else preset.self_test)),
            *((SURELY_PUBLIC,) if read.suspects else ()),
            resolve_endpoint(self.system, client_config(self.system)).host,
            *registries,
        )
        return tuple(dict.fromkeys(contacts))

    async def _registry_contacts(self) -> tuple[str, ...]:
        from wizard.detect.docker import known_daemon_json
        from wizard.detect.registries import registry_contacts

        needed = await self._needed_images()
        return await in_thread(
            lambda: registry_contacts(self.system, needed, known_daemon_json(self.system))
        )

    async def _catalogue(self) -> tuple[Catalogue, str | None]:
        """Return what may be asked, and the checksum database's setting."""
        go = await asyncio.shield(self._go)
        settings = go.settings.or_else(_NO_SETTINGS)
        goproxy = settings["GOPROXY"].value if "GOPROXY" in settings else self.goproxy
        gosumdb = settings["GOSUMDB"].value if "GOSUMDB" in settings else None
        request = self.request
        found = load_catalogue(self.system, goproxy, request.goproxy_before, request.preset)
        return found, gosumdb

    async def mirrors(self) -> MirrorFacts:
        from wizard.detect.mirrors import probe_mirrors

        catalogue, gosumdb = await self._catalogue()
        project = await asyncio.shield(self._project)
        own = project.facts.canary.value
        canaries = catalogue.canaries if own is None else (own, *catalogue.canaries)
        return await probe_mirrors(
            self.system,
            self.request,
            self.chosen or catalogue.mirrors,
            go_proxy_environment(self.system),
            canaries,
            gosumdb,
            self.listener,
            self.deadline.at,
        )

    def _mirror_urls(self) -> tuple[str, ...]:
        """Return the mirrors in use, the first one first: `--url`, else GOPROXY, else Go's own."""
        if self.chosen:
            return tuple(mirror.url for mirror in self.chosen)
        try:
            hops = parse_goproxy(self.goproxy)
        except GoProxyError:
            hops = ()
        urls = tuple(hop.url for hop in hops if hop.url.startswith(("http://", "https://")))
        return (*urls, GO_MIRROR)

    def _target(self) -> str:
        """Return what a proxy is asked to connect to: a mirror that is not reached directly."""
        urls = self._mirror_urls()
        direct = parse_no_proxy(go_proxy_environment(self.system).no_proxy)
        tunnelled = (
            url
            for url in urls
            if url.startswith("https:") and not direct.covers(*_host_and_port(url))
        )
        host, port = _host_and_port(next(tunnelled, urls[0]))
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    async def _names(self) -> tuple[str, ...]:
        """Return what a build may have to resolve: every mirror that may be chosen comes first."""
        catalogue, _ = await self._catalogue()
        listed = (mirror.url for mirror in self.chosen or catalogue.mirrors if mirror.automatic)
        mirrors = [_host_and_port(url)[0] for url in (self._mirror_urls()[0], *listed)]
        used = go_proxy_environment(self.system)
        proxies = [url.host for url in (used.https, used.http) if url is not None]
        read = await asyncio.shield(self._private)
        private = (item.host for item in read.candidates)
        return tuple(dict.fromkeys((mirrors[0], *proxies, *mirrors[1:], *private)))


def _preset_facts(
    preset: Preset | None, tested: Fact[tuple[HostAnswer, ...]]
) -> PresetFacts | None:
    if preset is None:
        return None
    return PresetFacts(document=known(preset, preset.source), self_test=tested)


def _host_and_port(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.hostname or "", str(parts.port or (80 if parts.scheme == "http" else 443))


def _is_own(goproxy: str) -> bool:
    """Whether the first mirror of a GOPROXY list is none of those that the world shares."""
    shipped = parse_catalogue(asset("mirrors.toml").read_text("utf-8"), Origin.CATALOGUE)
    public = set() if isinstance(shipped, Problem) else {mirror.url for mirror in shipped.mirrors}
    return any(mirror.url not in public for mirror in goproxy_mirrors(goproxy)[:1])
