"""One route command: settings, the modules that are wanted, and every walk at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from wizard.detect.catalogue import parse_catalogue
from wizard.detect.deadline import Deadline
from wizard.detect.proxy_of_go import go_proxy_environment
from wizard.detect.request import Request
from wizard.detect.stream import GO_MIRROR, FilesRead, look_at_files
from wizard.facts.base import Problem
from wizard.facts.mirrors import Origin
from wizard.facts.proxy import GoProxyEnvironment
from wizard.plan.types import Plan
from wizard.resources import asset
from wizard.route.asking import Asker, ImageTrust, session_name
from wizard.route.settings import (
    BARE,
    build_proxies,
    build_route_settings,
    shell_settings,
    turned_proxies,
    wanted_of,
)
from wizard.route.types import Outcome, Settings, Wanted
from wizard.route.walk import Walk
from wizard.rules.goproxy import DEFAULT_GOSUMDB
from wizard.rules.gosum import ModuleSums
from wizard.rules.proxy_url import ProxyUrl
from wizard.system import System


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Where the walks take place: the settings, the proxies, and the git that would be run."""

    settings: Settings
    environment: GoProxyEnvironment
    git_env: Mapping[str, str] | None = None
    git: bool = True
    given: tuple[str, ...] | None = None
    """What an image trusts beside the public authorities, PEM; None: as this machine trusts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One module's way to its end."""

    walk: Walk
    outcome: Outcome


async def read_files(system: System, request: Request) -> FilesRead:
    """Return what the files of machine and project say; nobody is asked."""
    return await look_at_files(system, request)


def ways_of_shell(
    system: System,
    read: FilesRead,
    *,
    texts: Mapping[str, str],
    values: Mapping[str, object],
) -> Ways:
    """Return the ways of this shell, with the what-ifs put over them, as text and as value."""
    environment = turned_proxies(go_proxy_environment(system), values)
    settings = shell_settings(
        read.go,
        read.private.facts,
        suspects=_suspects(read),
        public=public_hosts(),
        vendored=read.project.facts.vendor.value is not None,
        what_if=texts,
    )
    turned = any(key in values for key in ("http_proxy", "https_proxy", "no_proxy"))
    git_env = _with_proxies(system.env, environment) if turned else None
    return Ways(settings=settings, environment=environment, git_env=git_env)


def ways_of_build(system: System, read: FilesRead, plan: Plan) -> Ways:
    """Return the ways of a RUN step of the plan's build; asked from this host all the same."""
    environment = build_proxies(plan)
    settings = build_route_settings(
        plan, read.private.facts, suspects=_suspects(read), public=public_hosts()
    )
    git_env = dict(_with_proxies(system.env, environment))
    for index, (base, prefix) in enumerate(plan.inputs.ssh_rewrites if plan.ssh.value else ()):
        git_env[f"GIT_CONFIG_KEY_{index}"] = f"url.{base}.insteadOf"
        git_env[f"GIT_CONFIG_VALUE_{index}"] = prefix
        git_env["GIT_CONFIG_COUNT"] = str(index + 1)
    return Ways(
        settings=settings,
        environment=environment,
        git_env=git_env,
        git=_git_in_build(read, plan),
        given=tuple(authority.pem for authority in plan.ca.value),
    )


def _git_in_build(read: FilesRead, plan: Plan) -> bool:
    """Whether the stage that downloads has git, or another one fetches in its place."""
    if plan.inputs.fetch_image:
        return True
    dockerfile = read.project.facts.dockerfile.value
    if dockerfile is None:
        return BARE.search(plan.base_image.value) is None
    return not dockerfile.lacks_git


def _with_proxies(env: Mapping[str, str], environment: GoProxyEnvironment) -> Mapping[str, str]:
    names = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")
    kept = {name: value for name, value in env.items() if name.upper() not in names}
    for name, url in (("http_proxy", environment.http), ("HTTPS_PROXY", environment.https)):
        if isinstance(url, ProxyUrl):
            kept[name] = url.reveal()
    return kept | ({"NO_PROXY": environment.no_proxy} if environment.no_proxy else {})


def _suspects(read: FilesRead) -> str:
    hosts = read.private.facts.hosts.or_else(())
    return ",".join(pattern for host in hosts for pattern in host.patterns)


def public_hosts() -> frozenset[str]:
    """Return the hosts of the shipped catalogue, Go's own mirror and Go's checksum database."""
    shipped = parse_catalogue(asset("mirrors.toml").read_text("utf-8"), Origin.CATALOGUE)
    mirrors = () if isinstance(shipped, Problem) else shipped.mirrors
    names = {session_name(mirror.url).partition(":")[0] for mirror in mirrors}
    return frozenset(names | {session_name(GO_MIRROR), DEFAULT_GOSUMDB, "sum.golang.google.cn"})


def required(read: FilesRead) -> tuple[Wanted, ...]:
    """Return what `go mod download` in the project's folder wants, each once, as replaced.

    That is what its own go.mod requires; with a go.work, what every go.mod of it does.
    """
    facts = read.project.facts
    modules = facts.modules.or_else(())
    together = facts.workspace.value is not None
    own = set(read.project.own_modules) if together else set()
    root = [module for module in modules if module.directory == "."]
    folders = {item.replace.new: item.exists for item in facts.replaces.or_else(())}
    found: dict[tuple[str, str | None], Wanted] = {}
    for module in modules if together or not root else root:
        for require in module.mod.requires:
            wanted = wanted_of(require, module.mod.replaces, read.project.sums, folders)
            if require.path not in own:
                found.setdefault((wanted.path, wanted.version), wanted)
    return tuple(found.values())


def wanted_by_name(read: FilesRead, path: str, version: str | None) -> Wanted:
    """Return the module that was named: as go.mod wants it where it is required there."""
    for wanted in required(read):
        if wanted.path == path and version in (None, wanted.version):
            return wanted
    sums = read.project.sums.get((path, version or ""), ModuleSums())
    return Wanted(path=path, version=version, sums=sums)


async def walk_all(
    system: System, ways: Ways, wanted: Iterable[Wanted], deadline: Deadline
) -> tuple[Route, ...]:
    """Walk every way at once, under the one deadline. Never raises for the world."""
    asker = Asker(
        system=system,
        settings=ways.settings,
        environment=ways.environment,
        deadline=deadline,
        git_env=ways.git_env,
        git=ways.git,
        trust=None if ways.given is None else ImageTrust(system, ways.given),
    )
    try:
        ends = await asyncio.gather(*(asker.walk(one) for one in wanted))
    finally:
        asker.close()
    return tuple(Route(walk=walk, outcome=outcome) for walk, outcome in ends)


def group_of(route: Route) -> str:
    """Return the id of the group that a route is counted in."""
    walk, outcome = route.walk, route.outcome
    if outcome.ok:
        return {"mirror": "by-mirror", "direct": "direct", "folder": "folder"}[outcome.way]
    unknown = not any(hop.answer.credentials for hop in walk.hops)
    closed = {"no-credentials", "http-403", "http-404", "http-4xx", "meta"}
    if outcome.reason == "no-credentials" or (
        walk.private and unknown and outcome.reason in closed
    ):
        return "private-without-credentials"
    return outcome.reason or "failed"


def with_request(request: Request, seconds: float) -> Request:
    """Return the same request with another deadline."""
    return replace(request, timeout_s=seconds)
