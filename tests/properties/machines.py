"""Any machine: facts drawn area by area, each one possibly unknown, with secrets in every place.

Sane values come from `tests.plan.facts_builder`; here they are drawn, so that a property holds for
combinations that nobody thought of.
"""

from __future__ import annotations

from dataclasses import fields, replace
from ipaddress import IPv4Network
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from tests.plan.facts_builder import (
    DOCKER0,
    ETH0,
    ROUTES,
    client,
    docker_facts,
    dockerfile_facts,
    engine,
    facts,
    go_facts,
    json_config,
    mirror_facts,
    module,
    network_facts,
    private_facts,
    private_host,
    probe,
    project_facts,
    proxy_facts,
)
from wizard.facts import Facts, known, unknown
from wizard.facts.docker import DockerNetwork, Flavour
from wizard.facts.mirrors import Authority, Failure
from wizard.facts.network import Interface, Outcome, Resolver, ResolverAnswer, Route
from wizard.facts.private import Authentication, SshSetup
from wizard.facts.project import IgnoreFacts, LocalReplace, Vendor, Workspace
from wizard.facts.proxy import Reader
from wizard.rules.gomod import Replace, Require

MARK = "Zq7"
"""In every secret, in the same spelling however it is escaped."""

PUBLIC_MIRRORS = ("https://proxy.golang.org", "https://goproxy.cn", "https://goproxy.io")
OWN_MIRROR = "https://goproxy.corp.example"

_secrets = st.text("abz09@ %#'\"$:/\\&?é{}|;`!*", max_size=8).map(lambda text: MARK + text)


def _address(network: str) -> st.SearchStrategy[str]:
    return st.ip_addresses(v=4, network=network).map(str)


_inner = st.one_of(
    *(_address(net) for net in ("172.16.0.0/12", "10.0.0.0/8", "192.168.0.0/16")),
)


def _range(address: str, prefix: int) -> str:
    return str(IPv4Network((address, prefix), strict=False))


_ranges = st.builds(_range, _inner, st.integers(9, 30))
_routes = st.builds(
    Route,
    destination=st.one_of(_ranges, st.just("0.0.0.0/0"), st.just("fe80::/64")),
    gateway=st.sampled_from((None, "10.8.0.1")),
    interface=st.sampled_from(("tun0", "eth0")),
    table=st.just("main"),
)
_interfaces = st.builds(
    Interface,
    name=st.sampled_from(("tun0", "wg0")),
    mtu=st.sampled_from((1280, 1400, 1500, 9000)),
    up=st.booleans(),
    addresses=st.lists(_inner.map(lambda a: f"{a}/24"), max_size=1).map(tuple),
    docker=st.just(False),
)
_resolvers = st.builds(
    lambda address, source: Resolver(
        address=address, loopback=address.startswith("127."), source=source
    ),
    st.one_of(_inner, st.sampled_from(("127.0.0.1", "127.0.0.53"))),
    st.sampled_from(("/etc/resolv.conf", "/run/systemd/resolve/resolv.conf")),
)
_names = st.sampled_from(("proxy.golang.org", "proxy.corp.example", "git.corp.example"))
_answers = st.builds(
    lambda resolver, name, outcome, address: ResolverAnswer(
        resolver=resolver,
        name=name,
        outcome=outcome,
        addresses=(address,) if outcome is Outcome.ANSWERED else (),
        milliseconds=1.0,
    ),
    _inner,
    _names,
    st.sampled_from(Outcome),
    _inner,
)
_networks = st.builds(
    lambda interfaces, routes, **rest: network_facts(
        interfaces=(ETH0, DOCKER0, *interfaces), routes=(*ROUTES, *routes), **rest
    ),
    st.lists(_interfaces, max_size=2),
    st.lists(_routes, max_size=6),
    resolvers=st.lists(_resolvers, max_size=3).map(tuple),
    search_domains=st.sampled_from(((), ("corp.example",))),
    answers=st.lists(_answers, max_size=4).map(tuple),
    hosts=st.lists(st.tuples(_names, _inner), max_size=2).map(tuple),
)


def _proxy_url(host: str, login: str | None) -> str:
    user = "" if login is None else f"dev:{quote(login, safe='')}@"
    return f"http://{user}{host}:3128"


def _proxies(secrets: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    urls = st.builds(
        _proxy_url,
        st.sampled_from(("proxy.corp.example", "127.0.0.1", "localhost", "10.1.2.3")),
        st.one_of(st.none(), secrets),
    )
    return st.builds(
        lambda url, plain, on_bridge, **rest: _seen_on_bridge(
            proxy_facts(
                https=url,
                http=plain,
                loopback=any(one in f"{url}{plain}" for one in ("127.0.0.1", "localhost")),
                **rest,
            ),
            on_bridge,
        ),
        st.one_of(st.none(), urls),
        st.one_of(st.none(), urls),
        st.sampled_from((None, True, False)),
        no_proxy=st.sampled_from(("", "*.corp.example", "corp.example, 10.0.0.0/8", ".corp")),
        reader=st.sampled_from(Reader),
        lower_case=st.booleans(),
        reachable=st.sampled_from((True, False, None)),
        connect_status=st.sampled_from((200, 403, 407, None)),
        auth_schemes=st.sampled_from(((), ("Basic",), ("NTLM",), ("Negotiate", "NTLM"))),
    )


def _seen_on_bridge(found: Any, on_bridge: bool | None) -> Any:
    endpoints = found.endpoints.or_else(())
    seen = tuple(replace(one, on_bridge=on_bridge if one.loopback else None) for one in endpoints)
    return replace(found, endpoints=known(seen, "tests"))


_probes = st.lists(
    st.builds(
        lambda mirror, rank, proved, reason, sumdb: probe(
            mirror, rank=rank, proved=proved, reason=reason, checksum_database=sumdb
        ),
        st.sampled_from((*PUBLIC_MIRRORS, OWN_MIRROR)),
        st.integers(1, 4),
        st.sampled_from((True, False, None)),
        st.one_of(st.none(), st.sampled_from(Failure)),
        st.sampled_from((True, False, None)),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.mirror.url,
)
_authorities = st.lists(
    st.builds(
        Authority,
        subject=st.just("Example Corp Root"),
        sha256=st.sampled_from(("ab" * 32, "cd" * 32)),
        expires=st.just("2030-01-01"),
        pem=st.just("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
        source=st.just("/etc/ssl/certs/corp.pem"),
        hosts=st.just(("proxy.golang.org",)),
    ),
    max_size=2,
    unique_by=lambda one: one.sha256,
)
_mirrors = st.builds(
    lambda probes, authorities: replace(
        mirror_facts(*probes), authorities=known(tuple(authorities), "tests")
    ),
    _probes,
    _authorities,
)

_private_paths = st.from_regex(
    r"(git|code)\.corp\.example/[a-z]{1,4}(/[a-z]{1,4})?", fullmatch=True
)
_private_hosts = st.builds(
    lambda paths, whole, **rest: private_host(
        paths[0].partition("/")[0],
        modules=tuple(paths),
        patterns=tuple(dict.fromkeys(path.partition("/")[0] if whole else path for path in paths)),
        **rest,
    ),
    st.lists(_private_paths, min_size=1, max_size=3, unique=True),
    st.booleans(),
    authentication=st.lists(st.sampled_from(Authentication), max_size=2, unique=True).map(tuple),
    ssh=st.booleans(),
    addresses=st.lists(_inner, max_size=1).map(tuple),
)
_privates = st.builds(
    lambda hosts, **rest: private_facts(*hosts, **rest),
    st.lists(_private_hosts, max_size=2),
    netrc=st.sampled_from((None, (), ("git.corp.example",), ("code.corp.example", "other"))),
    ssh=st.one_of(
        st.none(),
        st.builds(
            SshSetup,
            agent_socket=st.sampled_from((None, "/run/agent")),
            keys=st.sampled_from(((), ("/home/dev/.ssh/id_ed25519",))),
            known_hosts=st.just(()),
            known_hosts_path=st.sampled_from((None, "/home/dev/.ssh/known_hosts")),
        ),
    ),
)

_lists = st.sampled_from(
    (
        "",
        "*",
        "none",
        "old.example",
        "git.corp.example",
        "*.corp.example",
        "a.example, https://git.corp.example",
    )
)


def _gos(secrets: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    goproxies = st.one_of(
        st.sampled_from(
            (
                "",
                OWN_MIRROR,
                f"{OWN_MIRROR}|{PUBLIC_MIRRORS[0]},direct",
                "https://goproxy.cm,direct",
                "off",
                "direct",
            )
        ),
        st.builds(
            lambda login: f"https://dev:{quote(login, safe='')}@goproxy.corp.example,direct",
            secrets,
        ),
    )
    values = st.fixed_dictionaries(
        {},
        optional={
            "GOPROXY": goproxies,
            "GOPRIVATE": _lists,
            "GONOPROXY": _lists,
            "GONOSUMDB": _lists,
            "GOINSECURE": _lists,
            "GOSUMDB": st.sampled_from(("off", "sum.golang.org", "nonsense")),
        },
    )
    return st.builds(
        lambda settings, version: go_facts(
            settings={name: value for name, value in settings.items() if value}, version=version
        ),
        values,
        st.sampled_from(("1.24.3", None)),
    )


_docker_networks = st.lists(
    st.builds(
        lambda name, subnet: DockerNetwork(
            name=name, driver="bridge", subnets=(subnet,), mtu=1500, bridge=f"br-{name}"
        ),
        st.sampled_from(("app_default", "db")),
        _ranges,
    ),
    max_size=2,
    unique_by=lambda one: one.name,
)
_dockers = st.one_of(
    st.just(docker_facts(here=False)),
    st.builds(
        lambda bridge, networks, version, flavour, pools, buildx, off, values, images: docker_facts(
            engine_facts=engine(version=version, flavour=flavour, default_address_pools=pools),
            client_facts=client(
                version=version,
                buildx=buildx,
                legacy_builder=off or buildx is None,
                why_legacy="DOCKER_BUILDKIT=0" if off else "",
            ),
            networks=(
                DockerNetwork(
                    name="bridge", driver="bridge", subnets=(bridge,), mtu=1500, bridge="docker0"
                ),
                *networks,
            ),
            daemon_json=json_config("/etc/docker/daemon.json", exists=bool(values), **values),
            images=images,
        ),
        st.one_of(st.just("172.17.0.0/16"), _ranges.filter(lambda r: int(r.split("/")[1]) < 28)),
        _docker_networks,
        st.sampled_from(("20.10.24", "23.0.6", "28.5.2")),
        st.sampled_from(Flavour),
        st.sampled_from(((), (("172.30.0.0/16", 24),), (("10.0.0.0/8", 16),))),
        st.sampled_from(("0.29.1", None)),
        st.booleans(),
        st.fixed_dictionaries(
            {},
            optional={
                "fixed-cidr": st.just("172.17.128.0/17"),
                "mtu": st.sampled_from((1280, 1500)),
                "iptables": st.just(False),
            },
        ),
        st.sampled_from(((), ("golang:1.24-bookworm",), ("golang:1.24-alpine", "golang:1.23"))),
    ),
)

_outside = LocalReplace(
    module=".",
    replace=Replace(old="a.example/b", old_version=None, new="../shared", new_version=None),
    target="../shared",
    outside=True,
    exists=True,
)
_projects = st.builds(
    project_facts,
    modules=st.sampled_from(
        (
            (module(),),
            (
                module(
                    has_sum=False,
                    requires=(Require(path="a.example/b", version="v1.0.0", indirect=False),),
                ),
            ),
            (module(), module("svc/a b", path="example.com/svc")),
            (module(go="1.99"),),
            (),
        )
    ),
    workspace=st.sampled_from(
        (None, Workspace(path="go.work", uses=(".", "svc/a b"), go="1.24", has_sum=True))
    ),
    replaces=st.sampled_from(((), (_outside,))),
    vendor=st.sampled_from((None, Vendor(path="vendor", consistent=True, workspace=False))),
    dockerfile=st.one_of(
        st.none(),
        st.builds(
            lambda found, bare, numbered: replace(found, lacks_git=bare, numbered=numbered),
            st.sampled_from((dockerfile_facts(), dockerfile_facts(go_stage=None, base_image=None))),
            st.booleans(),
            st.booleans(),
        ),
    ),
    dockerignore=st.sampled_from(
        (None, IgnoreFacts(path=".dockerignore", patterns=("*",), hides=(("go.sum", "*"),)))
    ),
    main_packages=st.sampled_from(((".",), ("cmd/tool", "svc/a b"), ())),
)


def _forgetful(observed: Facts, forgotten: set[str]) -> Facts:
    """Return the facts with some of them unknown."""
    for key in sorted(forgotten):
        name, _, field = key.partition(".")
        area = getattr(observed, name)
        lost = replace(area, **{field: unknown("not looked", "tests")})
        observed = replace(observed, **{name: lost})
    return observed


_AREAS = ("proxy", "mirrors", "docker", "network", "private", "project", "go")
_keys = sorted(
    f"{area}.{field.name}" for area in _AREAS for field in fields(getattr(facts(), area))
)

any_facts: st.SearchStrategy[Facts] = st.builds(
    _forgetful,
    st.builds(
        facts,
        proxy=_proxies(_secrets),
        mirrors=_mirrors,
        docker=_dockers,
        network=_networks,
        private=_privates,
        project=_projects,
        go=_gos(_secrets),
        config_home=st.sampled_from(("", "/home/dev/.config")),
    ),
    st.sets(st.sampled_from(_keys), max_size=2),
)
"""Any machine and any project on it."""
