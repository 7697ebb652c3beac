"""One deterministic machine for the screens: a laptop behind a proxy with a VPN, and its plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from wizard.facts import (
    DockerFacts,
    Facts,
    GoFacts,
    MirrorFacts,
    NetworkFacts,
    PrivateFacts,
    ProjectFacts,
    ProxyFacts,
    known,
    not_applicable,
)
from wizard.facts.docker import Client, DockerNetwork, Engine, Flavour, JsonConfig
from wizard.facts.go import GoSetting, GoToolchain
from wizard.facts.mirrors import Failure, Latency, Mirror, MirrorProbe
from wizard.facts.network import Interface, Resolver, Route
from wizard.facts.private import Authentication, Evidence, NetrcFile, PrivateHost, SshSetup
from wizard.facts.project import DockerfileFacts, GoModule, IgnoreFacts
from wizard.facts.proxy import (
    Contradiction,
    GoProxyEnvironment,
    ProxyEndpoint,
    ProxySetting,
    Reader,
)
from wizard.plan.types import (
    AddressPool,
    Alternative,
    Answers,
    BuildInputs,
    BuildNetwork,
    BuildSecret,
    ContainerProxy,
    Decision,
    DockerfileForm,
    DockerfilePlace,
    DockerfileShape,
    Finding,
    ModuleSource,
    Plan,
    Severity,
)
from wizard.questions import BY_KEY
from wizard.rules.gomod import GoMod, Require
from wizard.rules.proxy_url import ProxyUrl
from wizard.secret import Secret

HOME = "/home/dev"
PROJECT = f"{HOME}/src/billing"
PASSWORD = "s3cret-pa55"  # must never be seen on a screen

PROXY = ProxyUrl(
    scheme="http", host="127.0.0.1", port=3128, username="dev", password=Secret(PASSWORD)
)
OFFICE = ProxyUrl(scheme="http", host="proxy.corp.example", port=3128)


def _probe(
    url: str,
    rank: int | None,
    speed: float | None,
    *,
    proved: bool | None = None,
    reason: Failure | None = None,
    legs: tuple[float, float, float] | None = None,
) -> MirrorProbe:
    return MirrorProbe(
        mirror=Mirror(url=url, name=url),
        rank=rank,
        ok=rank is not None,
        proved=proved,
        reason=reason,
        detail="",
        latency=Latency(
            dns=None if legs is None else legs[0],
            connect=None if legs is None else legs[1],
            tls=None if legs is None else legs[2],
            first_byte=speed,
            total=None if speed is None else speed * 3,
        ),
        samples=3 if rank else 0,
        checksum_database=True if rank else None,
        through=str(PROXY),
    )


PROBES = (
    _probe("https://goproxy.corp.example", 1, 9.4, proved=True, legs=(1.8, 3.9, 11.2)),
    _probe("https://proxy.golang.org", 2, 31.7, proved=True, legs=(22.0, 28.4, 61.3)),
    _probe("https://goproxy.io", 3, 148.2, legs=(41.5, 96.0, 143.7)),
    _probe("https://goproxy.cn", None, None, reason=Failure.NOT_A_MODULE_PROXY),
    _probe("https://mirrors.aliyun.com/goproxy", None, None, reason=Failure.TLS_UNTRUSTED),
)


def _setting(
    name: str, reader: Reader, source: str, url: ProxyUrl | None, text: str | None = None
) -> ProxySetting:
    return ProxySetting(
        name=name, spelled=name, reader=reader, url=url, text=text, problem=None, source=source
    )


def proxy_facts() -> ProxyFacts:
    """Return a proxy on loopback for the shell, and another one for the engine."""
    settings = (
        _setting("HTTPS_PROXY", Reader.PROCESS, "HTTPS_PROXY", PROXY),
        _setting("NO_PROXY", Reader.PROCESS, "NO_PROXY", None, "localhost,.corp.example"),
        _setting("HTTPS_PROXY", Reader.GIT, "~/.gitconfig:7", PROXY),
        _setting(
            "HTTPS_PROXY",
            Reader.SYSTEMD,
            "/etc/systemd/system/docker.service.d/proxy.conf:3",
            OFFICE,
        ),
    )
    return ProxyFacts(
        settings=known(settings, "test"),
        contradictions=known(
            (
                Contradiction(
                    name="HTTPS_PROXY",
                    settings=(settings[0], settings[3]),
                    meaning="the engine pulls through another proxy",
                ),
            ),
            "test",
        ),
        effective=known(
            GoProxyEnvironment(http=None, https=PROXY, no_proxy="localhost,.corp.example"), "test"
        ),
        endpoints=known(
            (
                ProxyEndpoint(
                    url=PROXY,
                    addresses=("127.0.0.1",),
                    loopback=True,
                    reachable=True,
                    connect_status=200,
                    auth_schemes=(),
                    detail="",
                ),
                ProxyEndpoint(
                    url=OFFICE,
                    addresses=("10.20.0.8",),
                    loopback=False,
                    reachable=True,
                    connect_status=200,
                    auth_schemes=(),
                    detail="",
                ),
            ),
            "test",
        ),
    )


def facts() -> Facts:
    """Return everything that was observed on the sample machine."""
    return Facts(
        observed_at="2026-08-23T10:15:00Z",
        platform="linux",
        proxy=proxy_facts(),
        mirrors=MirrorFacts(ranking=known(PROBES, "probe")),
        docker=DockerFacts(
            client=known(
                Client(
                    path="/usr/bin/docker",
                    version="28.5.2",
                    buildx="0.29.1",
                    legacy_builder=False,
                    why_legacy="",
                ),
                "docker version",
            ),
            engine=known(
                Engine(
                    endpoint="unix:///var/run/docker.sock",
                    context="default",
                    flavour=Flavour.ROOTFUL,
                    version="28.5.2",
                    api_version="1.51",
                    operating_system="Debian GNU/Linux 12",
                    architecture="x86_64",
                    storage_driver="overlay2",
                    rootless=False,
                    live_restore=False,
                    containers_running=2,
                    default_address_pools=(),
                    registry_mirrors=(),
                    http_proxy="",
                    https_proxy="",
                    no_proxy="",
                ),
                "docker info",
            ),
            networks=known(
                (
                    DockerNetwork(
                        name="bridge",
                        driver="bridge",
                        subnets=("172.17.0.0/16",),
                        mtu=1500,
                        bridge="docker0",
                    ),
                    DockerNetwork(
                        name="billing_default",
                        driver="bridge",
                        subnets=("172.18.0.0/16",),
                        mtu=1500,
                        bridge="br-1",
                    ),
                ),
                "docker network ls",
            ),
            daemon_json=known(
                JsonConfig(
                    path="/etc/docker/daemon.json",
                    exists=True,
                    values={},
                    problem=None,
                    writable=False,
                ),
                "file",
            ),
            client_config=known(
                JsonConfig(
                    path=f"{HOME}/.docker/config.json",
                    exists=False,
                    values={},
                    problem=None,
                    writable=True,
                ),
                "file",
            ),
            images=known(("golang:1.27-bookworm",), "docker image ls"),
        ),
        network=NetworkFacts(
            interfaces=known(
                (
                    Interface(
                        name="eth0", mtu=1500, up=True, addresses=("192.168.1.7/24",), docker=False
                    ),
                    Interface(
                        name="tun0", mtu=1400, up=True, addresses=("10.8.0.6/24",), docker=False
                    ),
                    Interface(
                        name="docker0",
                        mtu=1500,
                        up=True,
                        addresses=("172.17.0.1/16",),
                        docker=True,
                    ),
                ),
                "ip addr",
            ),
            routes=known(
                (
                    Route(
                        destination="0.0.0.0/0",
                        gateway="192.168.1.1",
                        interface="eth0",
                        table="main",
                    ),
                    Route(
                        destination="192.168.1.0/24", gateway=None, interface="eth0", table="main"
                    ),
                    Route(
                        destination="10.0.0.0/8", gateway="10.8.0.1", interface="tun0", table="main"
                    ),
                    Route(
                        destination="172.16.0.0/12",
                        gateway="10.8.0.1",
                        interface="tun0",
                        table="main",
                    ),
                ),
                "ip route",
            ),
            resolvers=known(
                (Resolver(address="127.0.0.53", loopback=True, source="/etc/resolv.conf"),),
                "/etc/resolv.conf",
            ),
            search_domains=known(("corp.example",), "/etc/resolv.conf"),
            answers=known((), "dns"),
            hosts=known((), "/etc/hosts"),
            ip_forward=known(True, "/proc"),
        ),
        private=PrivateFacts(
            hosts=known(
                (
                    PrivateHost(
                        host="git.corp.example",
                        modules=("git.corp.example/platform/auth",),
                        patterns=("git.corp.example/platform",),
                        evidence=(
                            Evidence(what="it is required", source="go.mod:9"),
                            Evidence(what="credentials are there", source="~/.netrc"),
                        ),
                        authentication=(Authentication.NETRC,),
                        ssh=False,
                        resolvable=True,
                        addresses=("10.20.0.5",),
                        reachable=True,
                        detail="",
                    ),
                    PrivateHost(
                        host="gitlab.lab.example",
                        modules=("gitlab.lab.example/tools/gen",),
                        patterns=("gitlab.lab.example",),
                        evidence=(Evidence(what="it is required", source="go.mod:11"),),
                        authentication=(Authentication.NONE,),
                        ssh=False,
                        resolvable=False,
                        addresses=(),
                        reachable=None,
                        detail="",
                    ),
                ),
                "test",
            ),
            netrc=known(
                NetrcFile(path=f"{HOME}/.netrc", machines=("git.corp.example",)), "~/.netrc"
            ),
            ssh=known(
                SshSetup(
                    agent_socket=None,
                    keys=(f"{HOME}/.ssh/id_ed25519",),
                    known_hosts=("git.corp.example",),
                    known_hosts_path=f"{HOME}/.ssh/known_hosts",
                ),
                "~/.ssh",
            ),
            instead_of=known((), "git config"),
        ),
        project=ProjectFacts(
            root=known(PROJECT, "--project"),
            modules=known(
                (
                    GoModule(
                        directory=".",
                        mod=GoMod(
                            module="git.corp.example/platform/billing",
                            go="1.27",
                            toolchain=None,
                            requires=(
                                Require(
                                    path="git.corp.example/platform/auth",
                                    version="v1.4.0",
                                    indirect=False,
                                ),
                            ),
                            replaces=(),
                        ),
                        has_sum=True,
                        missing_sums=(),
                    ),
                ),
                "go.mod",
            ),
            workspace=not_applicable("no go.work", "go.work"),
            replaces=known((), "go.mod"),
            vendor=not_applicable("no vendor folder", "vendor"),
            dockerfile=known(
                DockerfileFacts(
                    path="Dockerfile",
                    syntax=None,
                    stages=(("build", "golang:1.27-bookworm"), ("1", "scratch")),
                    go_stage="build",
                    base_image="golang:1.27-bookworm",
                    managed=False,
                    problem=None,
                ),
                "Dockerfile",
            ),
            dockerignore=known(
                IgnoreFacts(
                    path=".dockerignore", patterns=("*.sum",), hides=(("go.sum", "*.sum"),)
                ),
                ".dockerignore",
            ),
            canary=not_applicable("nothing public in go.sum", "go.sum"),
            main_packages=known(("./cmd/billing",), "go files"),
            writable=known(True, "stat"),
        ),
        go=GoFacts(
            toolchain=known(GoToolchain(path="/usr/local/go/bin/go", version="1.27.3"), "go"),
            settings=known(
                {"GOPROXY": GoSetting(value="https://proxy.golang.org,direct", origin="default")},
                "go env",
            ),
            env_file=known(f"{HOME}/.config/go/env", "go env GOENV"),
            mod_cache=known(f"{HOME}/go/pkg/mod", "go env GOMODCACHE"),
        ),
    )


def _decision(key: str, value: Any, because: str, *others: tuple[Any, str]) -> Decision[Any]:
    return Decision(
        key=key,
        value=value,
        because=because,
        alternatives=tuple(Alternative(value=other, because=why) for other, why in others),
    )


def _decisions() -> dict[str, Decision[Any]]:
    bridge = ContainerProxy(
        http=PROXY.at("172.30.255.1"), https=PROXY.at("172.30.255.1"), rewritten=True
    )
    shape = DockerfileShape(form=DockerfileForm.MOUNTS, place=DockerfilePlace.BLOCK, stage="build")
    beside = replace(shape, place=DockerfilePlace.BESIDE)
    secrets = tuple(
        BuildSecret(id=name, source=source, because="the build reads it")
        for name, source in (
            ("goenv", f"{HOME}/.config/gomod-wizard/billing/go.env"),
            ("netrc", f"{HOME}/.netrc"),
        )
    )
    found = (
        _decision("http_proxy", None, "no place on this machine sets one"),
        _decision("https_proxy", PROXY, "this shell and git use it, and it answered just now"),
        _decision(
            "no_proxy",
            ("localhost", "127.0.0.1", "::1", ".corp.example", "10.0.0.0/8"),
            "internal hosts answer without it, and the VPN's range has no other way",
        ),
        _decision(
            "container_proxy",
            bridge,
            "the proxy listens on this host's loopback; a build reaches it at Docker's bridge",
            (ContainerProxy(http=OFFICE, https=OFFICE, rewritten=False), "the engine pulls by it"),
        ),
        _decision("ca", (), "every certificate was signed by an authority that images know"),
        _decision(
            "goproxy",
            "https://goproxy.corp.example,https://proxy.golang.org,direct",
            "the company's mirror proved itself and answered first, in 9 ms",
            ("https://proxy.golang.org,direct", "proved itself too, in 32 ms"),
            (None, "Go would ask proxy.golang.org alone, as it does now"),
        ),
        _decision("gosumdb", "sum.golang.org", "the mirror in front of it passes it on"),
        _decision("gotoolchain", None, "Go 1.27.3 of the base image is new enough for go.mod"),
        _decision(
            "goprivate",
            ("git.corp.example/platform", "gitlab.lab.example"),
            "go.mod requires modules of these hosts, and only this network knows them",
            (("git.corp.example",), "covers more than the modules that are required"),
        ),
        _decision("gonoproxy", (), "it follows GOPRIVATE"),
        _decision("gonosumdb", (), "it follows GOPRIVATE"),
        _decision("goinsecure", (), "every host has a certificate"),
        _decision("goauth", "netrc", "~/.netrc has a line for git.corp.example"),
        _decision("ssh", False, "git reaches every private host over https"),
        _decision(
            "bip",
            "192.168.200.1/24",
            "the VPN routes 172.16.0.0/12, where Docker's bridge lies now; this range is free",
            ("10.200.0.1/24", "the VPN routes 10.0.0.0/8"),
        ),
        _decision("fixed_cidr", None, "the whole bridge may be used"),
        _decision(
            "address_pools",
            (AddressPool(base="192.168.201.0/24", size=28),),
            "Docker's own pools overlap the VPN's route 172.16.0.0/12",
        ),
        _decision("mtu", 1400, "the VPN's interface tun0 carries 1400 bytes, Docker's bridge 1500"),
        _decision("dns", ("10.20.0.53",), "the host's resolver 127.0.0.53 is the container itself"),
        _decision("dns_search", ("corp.example",), "/etc/resolv.conf has it"),
        _decision("iptables", None, "Docker's own rules are in force and nothing speaks against"),
        _decision("ip_forward", None, "forwarding is on"),
        _decision("userland_proxy", None, "it matters for published ports alone"),
        _decision("registry_mirrors", None, "the base image is here already"),
        _decision("hosts", (), "no name of /etc/hosts is needed"),
        _decision("base_image", "golang:1.27-bookworm", "your Dockerfile names it"),
        _decision("build_network", BuildNetwork.DEFAULT, "nothing narrower was seen to fail"),
        _decision("module_source", ModuleSource.PROXY, "a mirror proved itself"),
        _decision("secrets", secrets, "they reach one step of the build and no layer"),
        _decision(
            "dockerfile",
            shape,
            "a Dockerfile is there; one block goes into its stage build",
            (beside, "leaves your Dockerfile as it is, and you build with -f"),
        ),
    )
    return {decision.key: decision for decision in found}


FINDINGS = (
    Finding(
        id="proxy.loopback",
        severity=Severity.FAULT,
        message="the proxy http://127.0.0.1:3128 cannot be reached from a container",
        cure="the build names it at the address of Docker's bridge",
        decision="container_proxy",
        facts=("proxy.endpoints",),
    ),
    Finding(
        id="proxy.contradiction",
        severity=Severity.WARNING,
        message="this shell and the Docker engine use different proxies",
        facts=("proxy.contradictions",),
    ),
    Finding(
        id="docker.overlap",
        severity=Severity.FAULT,
        message="Docker's bridge 172.17.0.0/16 lies inside the VPN's route 172.16.0.0/12",
        cure="the bridge moves to 192.168.200.0/24",
        decision="bip",
        facts=("network.routes", "docker.networks"),
    ),
    Finding(
        id="private.no-credentials",
        severity=Severity.WARNING,
        message="there are no credentials for gitlab.lab.example",
        cure="add a line for it to ~/.netrc",
        facts=("private.hosts",),
    ),
    Finding(
        id="project.hidden",
        severity=Severity.FAULT,
        message=".dockerignore hides go.sum from the build (pattern *.sum)",
        cure="the line !go.sum is added",
        decision="dockerfile",
        facts=("project.dockerignore",),
    ),
)


def plan(answers: Answers) -> Plan:
    """Return the sample plan with `answers` in it. Raises UsageError as `decide` does."""
    decisions = _decisions()
    for key, answer in answers.items():
        if key not in decisions:
            continue
        decisions[key] = Decision(
            key=key,
            value=BY_KEY[key].parse(answer.text),
            because="you chose it",
            alternatives=(
                Alternative(value=decisions[key].value, because=decisions[key].because),
                *decisions[key].alternatives,
            ),
            origin=answer.origin,
        )
    return Plan(
        **decisions,
        findings=FINDINGS,
        inputs=BuildInputs(
            project_root=PROJECT,
            module_dirs=(".",),
            sum_dirs=(".",),
            workspace=False,
            workspace_sum=False,
            local_dirs=(),
            main_package="./cmd/billing",
            image_tag="billing",
            config_dir=f"{HOME}/.config/gomod-wizard/billing",
            go_env_file=f"{HOME}/.config/go/env",
            daemon_json="/etc/docker/daemon.json",
            docker_config=f"{HOME}/.docker/config.json",
            dockerfile="Dockerfile",
            engine="28.5.2",
            client="28.5.2",
            buildx=True,
            has_go=True,
        ),
    )


def moved(value: Any, home: str) -> Any:
    """Return facts in which `HOME` lies at `home`."""
    if isinstance(value, str):
        return value.replace(HOME, home) if type(value) is str else value
    if isinstance(value, tuple):
        return tuple(moved(item, home) for item in value)
    if isinstance(value, Mapping):
        return {key: moved(item, home) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changes = {field.name: moved(getattr(value, field.name), home) for field in fields(value)}
        return replace(value, **changes)
    return value
