"""Address ranges, resolvers, MTU and firewall switches."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plan.facts_builder import (
    DOCKER0,
    ETH0,
    ROUTES,
    docker_facts,
    engine,
    facts,
    go_facts,
    json_config,
    mirror_facts,
    network_facts,
    private_facts,
    private_host,
    probe,
    proxy_facts,
)
from wizard.facts import Problem
from wizard.facts.docker import DockerNetwork, JsonConfig
from wizard.facts.network import Interface, Outcome, Resolver, ResolverAnswer, Route
from wizard.plan import decide
from wizard.plan.types import Plan
from wizard.text import msg

TUN0 = Interface(name="tun0", mtu=1400, up=True, addresses=("10.8.0.2/24",), docker=False)


def plan(**areas: object) -> Plan:
    return decide(facts(**areas), {})


def ids(decided: Plan) -> set[str]:
    return {finding.id for finding in decided.findings}


def route(destination: str, *, gateway: str | None = "10.8.0.1", interface: str = "tun0") -> Route:
    return Route(destination=destination, gateway=gateway, interface=interface, table="main")


def answered(name: str, *addresses: str, resolver: str = "192.168.178.1") -> ResolverAnswer:
    return ResolverAnswer(
        resolver=resolver,
        name=name,
        outcome=Outcome.ANSWERED if addresses else Outcome.NXDOMAIN,
        addresses=addresses,
        milliseconds=1.0,
    )


def resolver(address: str, source: str = "/etc/resolv.conf") -> Resolver:
    return Resolver(address=address, loopback=address.startswith("127."), source=source)


def test_an_ordinary_machine_keeps_dockers_ranges() -> None:
    decided = plan()
    assert (decided.bip.value, decided.address_pools.value) == (None, None)


def test_a_vpn_route_over_the_bridge_moves_the_bridge_and_the_pools() -> None:
    decided = plan(network=network_facts(routes=(*ROUTES, route("172.16.0.0/12"))))
    assert decided.bip.value is not None
    assert decided.address_pools.value is not None
    assert "docker.range-clash" in ids(decided)


def test_a_default_route_cut_in_halves_is_no_clash() -> None:
    decided = plan(
        network=network_facts(routes=(*ROUTES, route("0.0.0.0/1"), route("128.0.0.0/1")))
    )
    assert decided.bip.value is None


def test_an_office_network_that_docker_avoids_by_itself_is_no_clash() -> None:
    assert plan().address_pools.value is None


def test_a_proxy_inside_the_bridges_range_moves_the_bridge() -> None:
    decided = plan(proxy=proxy_facts(https="http://p.example:3128", addresses=("172.17.0.80",)))
    assert decided.bip.value is not None


def test_a_private_host_in_a_pool_moves_the_pools_and_leaves_the_bridge() -> None:
    decided = plan(private=private_facts(private_host(addresses=("172.20.1.1",))))
    assert decided.bip.value is None
    assert decided.address_pools.value is not None


def test_a_network_of_the_users_that_clashes_is_named_with_what_to_do() -> None:
    compose = DockerNetwork(
        name="app_default", driver="bridge", subnets=("10.9.0.0/16",), mtu=None, bridge="br-1"
    )
    decided = plan(
        docker=docker_facts(networks=(compose,)),
        network=network_facts(routes=(*ROUTES, route("10.9.0.0/16"))),
    )
    finding = next(one for one in decided.findings if one.id == "docker.range-clash")
    assert "app_default" in str(finding.cure)


def test_a_fixed_cidr_outside_of_the_new_bip_moves_with_it() -> None:
    decided = plan(
        docker=docker_facts(
            daemon_json=json_config(
                "/etc/docker/daemon.json", exists=True, **{"fixed-cidr": "172.17.128.0/17"}
            )
        ),
        network=network_facts(routes=(*ROUTES, route("172.17.0.0/16"))),
    )
    assert decided.bip.value is not None
    assert decided.fixed_cidr.value is not None
    bridge = IPv4Network(decided.bip.value, strict=False)
    assert IPv4Network(decided.fixed_cidr.value).subnet_of(bridge)


_routes = st.lists(
    st.builds(
        lambda address, prefix: str(IPv4Network((int(address), prefix), strict=False)),
        st.one_of(
            st.ip_addresses(v=4, network="172.16.0.0/12"),
            st.ip_addresses(v=4, network="10.0.0.0/8"),
            st.ip_addresses(v=4, network="192.168.0.0/16"),
        ),
        st.integers(8, 30),
    ),
    max_size=8,
)


@given(destinations=_routes)
def test_no_decided_range_ever_covers_a_route(destinations: list[str]) -> None:
    decided = plan(network=network_facts(routes=(*ROUTES, *(route(d) for d in destinations))))
    ranges = [IPv4Network(pool.base) for pool in decided.address_pools.value or ()]
    if decided.bip.value is not None:
        ranges.append(IPv4Network(decided.bip.value, strict=False))
    taken = [IPv4Network(d) for d in destinations]
    assert not any(one.overlaps(other) for one in ranges for other in taken)


@pytest.mark.parametrize(("mtu", "decided_mtu"), [(1400, 1400), (1500, None), (9000, None)])
def test_the_smallest_way_out_sets_the_mtu(mtu: int, decided_mtu: int | None) -> None:
    tunnel = Interface(name="tun0", mtu=mtu, up=True, addresses=("10.8.0.2/24",), docker=False)
    network = network_facts(
        interfaces=(ETH0, DOCKER0, tunnel), routes=(*ROUTES, route("10.9.0.0/16"))
    )
    assert plan(network=network).mtu.value == decided_mtu


def test_an_interface_without_a_route_does_not_count_for_the_mtu() -> None:
    assert plan(network=network_facts(interfaces=(ETH0, DOCKER0, TUN0))).mtu.value is None


def test_a_daemon_json_whose_mtu_fits_already_stays() -> None:
    decided = plan(
        docker=docker_facts(daemon_json=json_config("/etc/docker/daemon.json", mtu=1380)),
        network=network_facts(
            interfaces=(ETH0, DOCKER0, TUN0), routes=(*ROUTES, route("10.9.0.0/16"))
        ),
    )
    assert decided.mtu.value is None


def test_resolvers_that_containers_reach_stay_as_they_are() -> None:
    assert plan().dns.value is None


def test_behind_a_stub_the_routable_resolvers_are_written_out() -> None:
    decided = plan(
        network=network_facts(
            resolvers=(resolver("127.0.0.1"), resolver("10.0.0.53", "NetworkManager")),
            search_domains=("corp.example",),
        )
    )
    assert decided.dns.value == ("10.0.0.53",)
    assert decided.dns_search.value == ("corp.example",)


def test_systemds_stub_is_left_to_docker_which_knows_it() -> None:
    upstream = resolver("10.0.0.53", "/run/systemd/resolve/resolv.conf")
    decided = plan(network=network_facts(resolvers=(resolver("127.0.0.53"), upstream)))
    assert decided.dns.value is None


def test_behind_a_lonely_stub_the_build_is_told_the_addresses_it_needs() -> None:
    decided = plan(
        network=network_facts(
            resolvers=(resolver("127.0.0.1"),),
            answers=(answered("proxy.golang.org", "203.0.113.9", resolver="127.0.0.1"),),
        )
    )
    assert decided.hosts.value == (("proxy.golang.org", "203.0.113.9"),)
    assert "dns.loopback-stub" in ids(decided)


def test_behind_a_lonely_stub_the_build_is_told_where_its_proxy_is() -> None:
    decided = plan(
        proxy=proxy_facts(https="http://proxy.corp.example:3128", addresses=("10.1.2.3",)),
        private=private_facts(private_host("git.corp.example", addresses=("10.20.0.5",))),
        network=network_facts(
            resolvers=(resolver("127.0.0.1"),), hosts=(("git.corp.example", "10.7.7.7"),)
        ),
    )
    assert dict(decided.hosts.value) == {
        "proxy.corp.example": "10.1.2.3",
        "git.corp.example": "10.7.7.7",
    }


def test_a_silent_resolver_of_daemon_json_does_not_keep_the_addresses_from_the_build() -> None:
    silent = ResolverAnswer(
        resolver="10.0.0.99",
        name="proxy.golang.org",
        outcome=Outcome.TIMEOUT,
        addresses=(),
        milliseconds=None,
    )
    decided = plan(
        docker=docker_facts(
            daemon_json=json_config("/etc/docker/daemon.json", exists=True, dns=["10.0.0.99"])
        ),
        network=network_facts(
            resolvers=(resolver("127.0.0.1"),),
            answers=(silent, answered("proxy.golang.org", "203.0.113.9", resolver="127.0.0.1")),
        ),
    )
    assert decided.hosts.value == (("proxy.golang.org", "203.0.113.9"),)


def test_a_resolver_behind_a_stub_that_answers_nobody_is_not_written_out() -> None:
    silent = ResolverAnswer(
        resolver="10.0.0.53",
        name="proxy.golang.org",
        outcome=Outcome.TIMEOUT,
        addresses=(),
        milliseconds=None,
    )
    decided = plan(
        network=network_facts(
            resolvers=(resolver("127.0.0.1"), resolver("10.0.0.53", "NetworkManager")),
            answers=(silent, answered("proxy.golang.org", "203.0.113.9", resolver="127.0.0.1")),
        )
    )
    assert decided.dns.value is None
    assert decided.hosts.value == (("proxy.golang.org", "203.0.113.9"),)


def _unheard(address: str) -> ResolverAnswer:
    return replace(answered("proxy.golang.org", resolver=address), outcome=Outcome.TIMEOUT)


@pytest.mark.parametrize(
    ("said", "dns"),
    [
        (_unheard("10.99.0.53"), ("192.168.178.1",)),
        (answered("proxy.golang.org", resolver="10.99.0.53"), ("192.168.178.1",)),
        (answered("proxy.golang.org", "203.0.113.9", resolver="10.99.0.53"), None),
    ],
)
def test_a_resolver_of_daemon_json_stays_where_it_answers(
    said: ResolverAnswer, dns: tuple[str, ...] | None
) -> None:
    standing = json_config("/etc/docker/daemon.json", exists=True, dns=["10.99.0.53"])
    decided = plan(
        docker=docker_facts(daemon_json=standing),
        network=network_facts(answers=(said, answered("proxy.golang.org", "203.0.113.9"))),
    )
    assert decided.dns.value == dns


def test_a_resolver_that_knows_internal_names_comes_before_one_that_denies_them() -> None:
    decided = plan(
        network=network_facts(
            resolvers=(resolver("192.0.2.1"), resolver("10.0.0.53")),
            answers=(
                answered("git.corp.example", resolver="192.0.2.1"),
                answered("git.corp.example", "10.1.1.1", resolver="10.0.0.53"),
            ),
        )
    )
    assert decided.dns.value == ("10.0.0.53",)


def test_a_needed_name_that_only_etc_hosts_knows_is_handed_over() -> None:
    decided = plan(
        private=private_facts(private_host("git.corp.example", addresses=())),
        network=network_facts(hosts=(("git.corp.example", "10.7.7.7"), ("other", "10.7.7.8"))),
    )
    assert decided.hosts.value == (("git.corp.example", "10.7.7.7"),)


def test_a_mirror_that_the_proxy_is_passed_by_for_is_handed_over_too() -> None:
    own = "https://goproxy.corp.example"
    decided = plan(
        proxy=proxy_facts(https="http://10.1.2.3:3128", no_proxy="corp.example"),
        mirrors=mirror_facts(probe(own), probe("https://proxy.golang.org", rank=2)),
        go=go_facts(settings={"GOPROXY": own}),
        network=network_facts(
            hosts=(("goproxy.corp.example", "10.7.7.7"), ("proxy.golang.org", "10.7.7.8"))
        ),
    )
    assert decided.hosts.value == (("goproxy.corp.example", "10.7.7.7"),)


def test_switched_off_iptables_are_switched_on_because_builds_have_no_way_out() -> None:
    decided = plan(
        docker=docker_facts(daemon_json=json_config("/etc/docker/daemon.json", iptables=False))
    )
    assert decided.iptables.value is True
    assert "docker.no-masquerade" in ids(decided)


@pytest.mark.parametrize("key", ["iptables", "ip_forward", "userland_proxy"])
def test_each_switch_stays_and_says_what_the_other_choice_costs(key: str) -> None:
    decision = getattr(plan(), key)
    assert decision.value is None
    assert any(other.value is False and str(other.because) for other in decision.alternatives)


@given(version=st.sampled_from(("20.10.24", "23.0.6", "28.5.2")), routes=_routes)
def test_iptables_false_is_never_chosen(version: str, routes: list[str]) -> None:
    decided = plan(
        docker=docker_facts(engine_facts=engine(version=version)),
        network=network_facts(routes=(*ROUTES, *(route(d) for d in routes))),
    )
    assert decided.iptables.value is not False


def test_all_pools_that_one_route_covers_are_one_finding() -> None:
    decided = plan(network=network_facts(routes=(*ROUTES, route("172.16.0.0/12"))))
    assert [one.id for one in decided.findings].count("docker.pool-clash") == 1


def test_a_file_that_cannot_be_opened_is_not_said_to_be_wrong_in_some_line() -> None:
    closed = JsonConfig(
        path="/etc/docker/daemon.json",
        exists=True,
        values={},
        problem=Problem(message=msg("it cannot be read: {why}", why="Permission denied")),
        writable=False,
    )
    decided = decide(facts(docker=docker_facts(daemon_json=closed)), {})
    found = next(one for one in decided.findings if one.id == "daemon-json.broken")
    assert str(found.message) == "/etc/docker/daemon.json: it cannot be read: Permission denied"
    assert "by hand" not in str(found.cure)
