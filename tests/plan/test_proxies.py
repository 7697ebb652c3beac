"""Proxies: as the host has them, and as a build must name them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plan.facts_builder import (
    docker_facts,
    engine,
    facts,
    mirror_facts,
    network_facts,
    private_facts,
    private_host,
    probe,
    proxy_facts,
    url,
)
from wizard.facts import Facts, known
from wizard.facts.docker import Flavour
from wizard.facts.mirrors import Failure, Origin
from wizard.facts.network import Outcome, ResolverAnswer
from wizard.facts.proxy import Reader
from wizard.plan import decide
from wizard.plan.types import BuildNetwork, Plan

LOOPBACK = "http://127.0.0.1:7890"


def plan(**areas: object) -> Plan:
    return decide(facts(**areas), {})


def ids(decided: Plan) -> set[str]:
    return {finding.id for finding in decided.findings}


def test_the_shells_proxy_is_the_hosts_and_the_builds() -> None:
    decided = plan(proxy=proxy_facts(https="http://proxy.corp.example:3128"))
    assert decided.https_proxy.value == url("http://proxy.corp.example:3128")
    assert decided.container_proxy.value is not None
    assert decided.container_proxy.value.https == decided.https_proxy.value


def test_no_proxy_always_names_loopback_for_git_and_curl() -> None:
    decided = plan(proxy=proxy_facts(https="http://proxy.corp.example:3128"))
    assert decided.no_proxy.value == ("localhost", "127.0.0.1", "::1")


def test_no_proxy_is_written_in_the_form_that_all_readers_share() -> None:
    decided = plan(proxy=proxy_facts(https="http://p.example:3128", no_proxy="*.corp.example,10.*"))
    assert decided.no_proxy.value[:2] == ("corp.example", "10.0.0.0/8")
    assert "no-proxy.disagreement" in ids(decided)


def test_an_internal_mirror_that_the_proxy_refuses_is_reached_directly() -> None:
    decided = plan(
        proxy=proxy_facts(https="http://p.example:3128"),
        mirrors=mirror_facts(
            probe(
                "https://go.corp.example",
                reason=Failure.PROXY_REFUSED,
                origin=Origin.GOPROXY,
                through="http://p.example:3128",
            )
        ),
        network=network_facts(
            answers=(
                ResolverAnswer(
                    resolver="192.168.178.1",
                    name="go.corp.example",
                    outcome=Outcome.ANSWERED,
                    addresses=("10.9.9.9",),
                    milliseconds=1.0,
                ),
            )
        ),
    )
    assert "go.corp.example" in decided.no_proxy.value


def test_a_private_host_that_answers_directly_goes_past_the_proxy() -> None:
    decided = plan(
        proxy=proxy_facts(https="http://p.example:3128"),
        private=private_facts(private_host("git.corp.example")),
    )
    assert "git.corp.example" in decided.no_proxy.value


def test_a_loopback_proxy_becomes_the_bridges_address_on_linux() -> None:
    decided = plan(proxy=proxy_facts(https=LOOPBACK, loopback=True))
    value = decided.container_proxy.value
    assert value is not None
    assert (value.https, value.rewritten) == (url("http://172.17.0.1:7890"), True)
    assert "proxy.loopback" in ids(decided)


def test_a_loopback_proxy_follows_the_bridge_to_its_new_address() -> None:
    decided = plan(
        proxy=proxy_facts(https=LOOPBACK, loopback=True),
        network=network_facts(hosts=(("go.corp.example", "172.17.4.4"),)),
    )
    assert decided.bip.value is not None
    assert decided.container_proxy.value is not None
    assert decided.container_proxy.value.https is not None
    assert decided.container_proxy.value.https.host == decided.bip.value.partition("/")[0]


@pytest.mark.parametrize(
    ("flavour", "host"),
    [
        (Flavour.DESKTOP, "host.docker.internal"),
        (Flavour.COLIMA, "host.docker.internal"),
        (Flavour.PODMAN, "host.containers.internal"),
    ],
)
def test_a_loopback_proxy_gets_the_products_name_of_the_host(flavour: Flavour, host: str) -> None:
    decided = plan(
        proxy=proxy_facts(https=LOOPBACK, loopback=True),
        docker=docker_facts(engine_facts=engine(flavour=flavour)),
    )
    assert decided.container_proxy.value is not None
    assert decided.container_proxy.value.https == url(f"http://{host}:7890")


def _seen_on_bridge(answer: bool | None) -> Facts:
    area = proxy_facts(https=LOOPBACK, loopback=True)
    endpoints = tuple(replace(one, on_bridge=answer) for one in area.endpoints.or_else(()))
    return facts(proxy=replace(area, endpoints=known(endpoints, "tests")))


def test_the_hosts_network_is_taken_only_where_the_bridge_was_tried_and_refused() -> None:
    networks = [decide(_seen_on_bridge(a), {}).build_network.value for a in (None, True, False)]
    assert networks == [BuildNetwork.DEFAULT, BuildNetwork.DEFAULT, BuildNetwork.HOST]


def test_on_the_hosts_network_loopback_stays_loopback() -> None:
    value = decide(_seen_on_bridge(False), {}).container_proxy.value
    assert value is not None
    assert (value.https, value.rewritten) == (url(LOOPBACK), False)


def test_a_proxy_that_is_seen_to_listen_on_the_bridge_is_no_finding() -> None:
    assert "proxy.loopback" not in ids(decide(_seen_on_bridge(True), {}))


def test_a_proxy_that_is_gone_is_dropped_where_mirrors_answer_without_it() -> None:
    decided = plan(proxy=proxy_facts(https="http://office.example:3128", reachable=False))
    assert decided.https_proxy.value is None
    assert "proxy.gone" in ids(decided)


def test_a_proxy_that_is_gone_is_taken_out_of_dockers_configuration() -> None:
    decided = plan(
        proxy=proxy_facts(
            https="http://office.example:3128", reachable=False, reader=Reader.DOCKER_CLIENT
        )
    )
    assert decided.container_proxy.value is not None
    assert decided.container_proxy.value.https is None


def test_a_proxy_that_only_etc_environment_knows_is_taken_where_nothing_answers_directly() -> None:
    decided = plan(
        proxy=proxy_facts(https="http://p.example:3128", reader=Reader.ETC_ENVIRONMENT),
        mirrors=mirror_facts(probe(reason=Failure.CONNECT_TIMEOUT)),
    )
    assert decided.https_proxy.value == url("http://p.example:3128")


def test_https_takes_the_http_proxy_where_no_mirror_answers_directly() -> None:
    decided = plan(
        proxy=proxy_facts(http="http://p.example:3128"),
        mirrors=mirror_facts(probe(reason=Failure.CONNECT_TIMEOUT)),
    )
    assert decided.https_proxy.value == url("http://p.example:3128")


def test_an_ntlm_proxy_is_named_with_its_scheme() -> None:
    decided = plan(
        proxy=proxy_facts(
            https="http://p.example:3128", connect_status=407, auth_schemes=("NTLM", "Negotiate")
        )
    )
    finding = next(one for one in decided.findings if one.id == "proxy.scheme")
    assert "NTLM" in str(finding.message)
    assert "relay" in str(finding.cure)


def test_a_password_that_the_proxy_wants_is_a_finding() -> None:
    decided = plan(
        proxy=proxy_facts(
            https="http://p.example:3128", connect_status=407, auth_schemes=("Basic",)
        )
    )
    assert "proxy.credentials" in ids(decided)


def test_a_proxy_that_nobody_listens_for_brings_no_build_onto_the_hosts_network() -> None:
    area = proxy_facts(https=LOOPBACK, loopback=True, reachable=False)
    endpoints = tuple(replace(one, on_bridge=False) for one in area.endpoints.or_else(()))
    dead = facts(
        proxy=replace(area, endpoints=known(endpoints, "tests")),
        mirrors=mirror_facts(probe(reason=Failure.REFUSED)),
    )
    decided = decide(dead, {})
    assert decided.build_network.value is BuildNetwork.DEFAULT
    assert "proxy.unreachable" in ids(decided)
    assert not [one for one in decided.findings if "build_network=host" in str(one.cure)]
