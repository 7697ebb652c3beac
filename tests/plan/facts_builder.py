"""Sane Facts for tests: a Linux laptop with Docker 28, a public module, one proved mirror.

`facts(proxy=proxy_facts(...), ...)` replaces whole areas; every area has its own builder with
the same defaults, so a test names only what it is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wizard.facts import Fact, Facts, known, not_applicable, unknown
from wizard.facts.docker import Client, DockerFacts, DockerNetwork, Engine, Flavour, JsonConfig
from wizard.facts.go import GoFacts, GoSetting, GoToolchain
from wizard.facts.mirrors import Failure, Latency, Mirror, MirrorFacts, MirrorProbe
from wizard.facts.mirrors import Origin as MirrorOrigin
from wizard.facts.network import Interface, NetworkFacts, Resolver, ResolverAnswer, Route
from wizard.facts.private import (
    Authentication,
    Evidence,
    InsteadOf,
    NetrcFile,
    PrivateFacts,
    PrivateHost,
    SshSetup,
)
from wizard.facts.project import (
    DockerfileFacts,
    GoModule,
    IgnoreFacts,
    LocalReplace,
    ProjectFacts,
    Vendor,
    Workspace,
)
from wizard.facts.proxy import (
    GoProxyEnvironment,
    ProxyEndpoint,
    ProxyFacts,
    ProxySetting,
    Reader,
)
from wizard.rules.gomod import GoMod, Require
from wizard.rules.proxy_url import ProxyUrl, parse_proxy_url

HOME = "/home/dev"
SOURCE = "tests"


def absent(reason: str = "there is none") -> Fact[Any]:
    """Return a fact that does not apply."""
    return not_applicable(reason, SOURCE)


def url(text: str) -> ProxyUrl:
    """Return `text` as a proxy."""
    parsed = parse_proxy_url(text)
    assert isinstance(parsed, ProxyUrl), parsed
    return parsed


def probe(
    mirror_url: str = "https://proxy.golang.org",
    *,
    rank: int | None = 1,
    proved: bool | None = True,
    reason: Failure | None = None,
    origin: MirrorOrigin = MirrorOrigin.CATALOGUE,
    checksum_database: bool | None = True,
    through: str | None = None,
    redirects: tuple[str, ...] = (),
    automatic: bool = True,
) -> MirrorProbe:
    """Return one mirror's answer; a `reason` makes it a failed one."""
    failed = reason is not None
    return MirrorProbe(
        mirror=Mirror(url=mirror_url, name=mirror_url, origin=origin, automatic=automatic),
        rank=None if failed else rank,
        ok=not failed,
        proved=False if failed else proved,
        reason=reason,
        detail="" if reason is None else reason.value,
        latency=Latency(first_byte=None if failed else 10.0 * (rank or 1)),
        samples=0 if failed else 3,
        checksum_database=None if failed else checksum_database,
        through=through,
        redirects=redirects,
    )


def mirror_facts(*probes: MirrorProbe) -> MirrorFacts:
    """Return the area `mirrors`; without arguments one proved mirror."""
    return MirrorFacts(ranking=known(probes or (probe(),), SOURCE))


def proxy_facts(
    *,
    http: str | None = None,
    https: str | None = None,
    no_proxy: str = "",
    reader: Reader = Reader.PROCESS,
    lower_case: bool = False,
    loopback: bool = False,
    addresses: tuple[str, ...] = (),
    reachable: bool | None = True,
    connect_status: int | None = 200,
    auth_schemes: tuple[str, ...] = (),
) -> ProxyFacts:
    """Return the area `proxy`, as if one reader had these variables."""
    settings: list[ProxySetting] = []
    for name, value in (("HTTP_PROXY", http), ("HTTPS_PROXY", https), ("NO_PROXY", no_proxy)):
        if value:
            is_list = name == "NO_PROXY"
            settings.append(
                ProxySetting(
                    name=name,
                    spelled=name.lower() if lower_case else name,
                    reader=reader,
                    url=None if is_list else url(value),
                    text=value if is_list else None,
                    problem=None,
                    source=f"{reader}:{name}",
                )
            )
    urls = tuple(dict.fromkeys(url(value) for value in (http, https) if value))
    process = reader is Reader.PROCESS
    return ProxyFacts(
        settings=known(tuple(settings), SOURCE),
        contradictions=known((), SOURCE),
        effective=known(
            GoProxyEnvironment(
                http=url(http) if http and process else None,
                https=url(https) if https and process else None,
                no_proxy=no_proxy if process else "",
            ),
            "process environment",
        ),
        endpoints=known(
            tuple(
                ProxyEndpoint(
                    url=one,
                    addresses=addresses or (("127.0.0.1",) if loopback else ("10.1.2.3",)),
                    loopback=loopback,
                    reachable=reachable,
                    connect_status=connect_status,
                    auth_schemes=auth_schemes,
                    detail="",
                )
                for one in urls
            ),
            SOURCE,
        ),
    )


def json_config(path: str, *, exists: bool = False, **values: object) -> JsonConfig:
    """Return a readable configuration file of Docker's."""
    return JsonConfig(path=path, exists=exists, values=values, problem=None, writable=True)


def engine(
    *,
    version: str = "28.5.2",
    flavour: Flavour = Flavour.ROOTFUL,
    default_address_pools: tuple[tuple[str, int], ...] = (),
) -> Engine:
    """Return an engine that answered."""
    return Engine(
        endpoint="unix:///var/run/docker.sock",
        context="default",
        flavour=flavour,
        version=version,
        api_version="1.51",
        operating_system="Debian GNU/Linux",
        architecture="x86_64",
        storage_driver="overlay2",
        rootless=flavour is Flavour.ROOTLESS,
        live_restore=False,
        containers_running=0,
        default_address_pools=default_address_pools,
        registry_mirrors=(),
        http_proxy="",
        https_proxy="",
        no_proxy="",
    )


def client(
    *,
    version: str | None = "28.5.2",
    buildx: str | None = "0.29.1",
    legacy_builder: bool = False,
    why_legacy: str = "",
) -> Client:
    """Return the docker command line program."""
    return Client(
        path="/usr/bin/docker",
        version=version,
        buildx=buildx,
        legacy_builder=legacy_builder,
        why_legacy=why_legacy,
    )


BRIDGE = DockerNetwork(
    name="bridge", driver="bridge", subnets=("172.17.0.0/16",), mtu=1500, bridge="docker0"
)


def docker_facts(
    *,
    engine_facts: Engine | None = None,
    client_facts: Client | None = None,
    networks: tuple[DockerNetwork, ...] = (BRIDGE,),
    daemon_json: JsonConfig | None = None,
    images: tuple[str, ...] = (),
    here: bool = True,
) -> DockerFacts:
    """Return the area `docker`; `here=False` for a machine without it."""
    if not here:
        return DockerFacts(
            client=absent("docker is not on PATH"),
            engine=absent("no engine answered"),
            networks=absent(),
            daemon_json=absent(),
            client_config=known(json_config(f"{HOME}/.docker/config.json"), SOURCE),
            images=absent(),
        )
    return DockerFacts(
        client=known(client_facts or client(), "docker version"),
        engine=known(engine_facts or engine(), "docker info"),
        networks=known(networks, "docker network inspect"),
        daemon_json=known(daemon_json or json_config("/etc/docker/daemon.json"), SOURCE),
        client_config=known(json_config(f"{HOME}/.docker/config.json"), SOURCE),
        images=known(images, "docker images"),
    )


ETH0 = Interface(name="eth0", mtu=1500, up=True, addresses=("192.168.178.20/24",), docker=False)
DOCKER0 = Interface(name="docker0", mtu=1500, up=True, addresses=("172.17.0.1/16",), docker=True)
ROUTES = (
    Route(destination="0.0.0.0/0", gateway="192.168.178.1", interface="eth0", table="main"),
    Route(destination="192.168.178.0/24", gateway=None, interface="eth0", table="main"),
    Route(destination="172.17.0.0/16", gateway=None, interface="docker0", table="main"),
)


def network_facts(
    *,
    interfaces: tuple[Interface, ...] = (ETH0, DOCKER0),
    routes: tuple[Route, ...] = ROUTES,
    resolvers: tuple[Resolver, ...] = (
        Resolver(address="192.168.178.1", loopback=False, source="/etc/resolv.conf"),
    ),
    search_domains: tuple[str, ...] = (),
    answers: tuple[ResolverAnswer, ...] = (),
    hosts: tuple[tuple[str, str], ...] = (),
) -> NetworkFacts:
    """Return the area `network`: one Ethernet interface, Docker's bridge, one resolver."""
    return NetworkFacts(
        interfaces=known(interfaces, SOURCE),
        routes=known(routes, SOURCE),
        resolvers=known(resolvers, SOURCE),
        search_domains=known(search_domains, SOURCE),
        answers=known(answers, SOURCE),
        hosts=known(hosts, "/etc/hosts"),
        ip_forward=known(True, SOURCE),
    )


def private_host(
    host: str = "git.corp.example",
    *,
    modules: tuple[str, ...] = ("git.corp.example/team/lib",),
    patterns: tuple[str, ...] = ("git.corp.example",),
    authentication: tuple[Authentication, ...] = (Authentication.NETRC,),
    ssh: bool = False,
    addresses: tuple[str, ...] = ("10.20.0.5",),
    reachable: bool | None = True,
) -> PrivateHost:
    """Return a private host with its evidence."""
    return PrivateHost(
        host=host,
        modules=modules,
        patterns=patterns,
        evidence=(Evidence(what="required by go.mod", source="go.mod"),),
        authentication=authentication,
        ssh=ssh,
        resolvable=bool(addresses),
        addresses=addresses,
        reachable=reachable,
        detail="",
    )


def private_facts(
    *hosts: PrivateHost,
    netrc: tuple[str, ...] | None = None,
    ssh: SshSetup | None = None,
    instead_of: tuple[InsteadOf, ...] = (),
) -> PrivateFacts:
    """Return the area `private`; `netrc` names its machines, None: there is no such file."""
    return PrivateFacts(
        hosts=known(hosts, SOURCE),
        netrc=(
            absent("no netrc")
            if netrc is None
            else known(NetrcFile(path=f"{HOME}/.netrc", machines=netrc), f"{HOME}/.netrc")
        ),
        ssh=absent("no ssh") if ssh is None else known(ssh, SOURCE),
        instead_of=known(instead_of, "git config"),
    )


def module(
    directory: str = ".",
    *,
    path: str = "example.com/app",
    go: str | None = "1.24",
    toolchain: str | None = None,
    requires: tuple[Require, ...] = (),
    has_sum: bool = True,
    missing_sums: tuple[str, ...] = (),
) -> GoModule:
    """Return one go.mod of the project."""
    return GoModule(
        directory=directory,
        mod=GoMod(module=path, go=go, toolchain=toolchain, requires=requires, replaces=()),
        has_sum=has_sum,
        missing_sums=missing_sums,
    )


def project_facts(
    *,
    root: str = f"{HOME}/src/app",
    modules: tuple[GoModule, ...] | None = None,
    workspace: Workspace | None = None,
    replaces: tuple[LocalReplace, ...] = (),
    vendor: Vendor | None = None,
    dockerfile: DockerfileFacts | None = None,
    dockerignore: IgnoreFacts | None = None,
    main_packages: tuple[str, ...] = (".",),
) -> ProjectFacts:
    """Return the area `project`: one public module with a main package, no Dockerfile."""
    return ProjectFacts(
        root=known(root, SOURCE),
        modules=known((module(),) if modules is None else modules, SOURCE),
        workspace=absent() if workspace is None else known(workspace, "go.work"),
        replaces=known(replaces, SOURCE),
        vendor=absent() if vendor is None else known(vendor, "vendor"),
        dockerfile=absent() if dockerfile is None else known(dockerfile, "Dockerfile"),
        dockerignore=absent() if dockerignore is None else known(dockerignore, ".dockerignore"),
        canary=absent(),
        main_packages=known(main_packages, SOURCE),
        writable=known(True, SOURCE),
    )


def dockerfile_facts(
    *,
    path: str = "Dockerfile",
    stages: tuple[tuple[str, str], ...] = (("build", "golang:1.24-bookworm"),),
    go_stage: str | None = "build",
    base_image: str | None = "golang:1.24-bookworm",
    managed: bool = False,
    syntax: str | None = None,
) -> DockerfileFacts:
    """Return an existing Dockerfile."""
    return DockerfileFacts(
        path=path,
        syntax=syntax,
        stages=stages,
        go_stage=go_stage,
        base_image=base_image,
        managed=managed,
        problem=None,
    )


def go_facts(
    *,
    settings: Mapping[str, str] | None = None,
    version: str | None = "1.24.3",
    mod_cache: str | None = f"{HOME}/go/pkg/mod",
) -> GoFacts:
    """Return the area `go`; `settings` are what the user's go/env file says."""
    values = {
        "GOPROXY": GoSetting(value="https://proxy.golang.org,direct", origin="default"),
        "GOSUMDB": GoSetting(value="sum.golang.org", origin="default"),
        "GOPRIVATE": GoSetting(value="", origin="default"),
    }
    values |= {
        name: GoSetting(value=value, origin="go/env file")
        for name, value in (settings or {}).items()
    }
    return GoFacts(
        toolchain=(
            absent("no go on PATH")
            if version is None
            else known(GoToolchain(path="/usr/local/go/bin/go", version=version), SOURCE)
        ),
        settings=known(values, "go env"),
        env_file=known(f"{HOME}/.config/go/env", SOURCE),
        mod_cache=absent() if mod_cache is None else known(mod_cache, SOURCE),
    )


def facts(**areas: Any) -> Facts:
    """Return Facts with every area sane, but for the ones given."""
    return replace(
        Facts(
            observed_at="2026-08-01T09:00:00+00:00",
            platform="linux",
            proxy=proxy_facts(),
            mirrors=mirror_facts(),
            docker=docker_facts(),
            network=network_facts(),
            private=private_facts(),
            project=project_facts(),
            go=go_facts(),
        ),
        **areas,
    )


def nothing_known() -> Facts:
    """Return Facts of a machine on which every look failed."""

    def empty(area: Any) -> Any:
        return area(**{name: unknown("not looked", SOURCE) for name in area.__slots__})

    return Facts(
        observed_at="2026-08-01T09:00:00+00:00",
        platform="linux",
        proxy=empty(ProxyFacts),
        mirrors=empty(MirrorFacts),
        docker=empty(DockerFacts),
        network=empty(NetworkFacts),
        private=empty(PrivateFacts),
        project=empty(ProjectFacts),
        go=empty(GoFacts),
    )
