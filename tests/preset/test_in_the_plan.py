"""What an organisation says enters the plan: mirrors, patterns, authorities, ranges, rules."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from ipaddress import IPv4Interface, IPv4Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plan.facts_builder import (
    docker_facts,
    engine,
    facts,
    mirror_facts,
    private_facts,
    private_host,
    probe,
)
from tests.preset.documents import SOURCE, preset
from wizard.answers import preset_answers, put_over
from wizard.errors import UnsafeError
from wizard.facts import Facts, PresetFacts, known
from wizard.facts.docker import DockerNetwork
from wizard.facts.mirrors import Authority, Failure
from wizard.facts.preset import HostAnswer
from wizard.plan import decide
from wizard.plan.free_ranges import find_free, overlaps_any
from wizard.plan.rulebook import broken
from wizard.plan.types import Answer, BuildNetwork, Finding, ModuleSource, Origin, Plan
from wizard.render.pseudonyms import Pseudonyms, internal_names

OWN = "https://goproxy.corp.example"
MIRROR = f"[[mirror]]\nurl = '{OWN}/'\n"


def _facts(more: str, tested: tuple[HostAnswer, ...] = (), **areas: Any) -> Facts:
    spoken = PresetFacts(document=known(preset(more), SOURCE), self_test=known(tested, "TCP"))
    return replace(facts(**areas), preset=spoken)


def _plan(more: str, answers: dict[str, str] | None = None, **areas: Any) -> Plan:
    given_ = {
        key: Answer(text=text, origin=Origin.FLAG, source="--set")
        for key, text in (answers or {}).items()
    }
    return decide(_facts(more, **areas), put_over(preset_answers(preset(more)), given_))


def _finding(plan: Plan, id_: str) -> Finding:
    (found,) = (one for one in plan.findings if one.id == id_)
    return found


def test_the_organisations_mirror_beats_a_faster_one_and_the_machines_own() -> None:
    plan = _plan(MIRROR, mirrors=mirror_facts(probe(rank=1), probe(OWN, rank=2)))
    assert plan.goproxy.value == OWN
    assert (plan.goproxy.origin, plan.goproxy.source) == (Origin.PRESET, f"{SOURCE}:5")
    assert any(OWN not in str(other.value) for other in plan.goproxy.alternatives)


def test_a_mirror_of_the_organisation_that_fails_is_named_and_not_used() -> None:
    down = probe(OWN, proved=None, reason=Failure.REFUSED)
    plan = _plan(MIRROR, mirrors=mirror_facts(probe(), down))
    assert plan.goproxy.value == "https://proxy.golang.org"
    assert OWN in str(_finding(plan, "preset.mirror").message)


def test_private_patterns_join_those_that_were_found() -> None:
    plan = _plan(
        "[private]\npatterns = ['code.corp.example']\n",
        private=private_facts(private_host("git.corp.example")),
    )
    assert plan.goprivate.value == ("code.corp.example", "git.corp.example")
    assert (plan.goprivate.origin, plan.goprivate.source) == (Origin.PRESET, f"{SOURCE}:5")


def _authority(sha256: str) -> Authority:
    return Authority(
        subject="Inspection CA",
        sha256=sha256,
        expires="2030-01-01",
        pem="-----BEGIN CERTIFICATE-----\n",
        source="/usr/local/share/ca-certificates/x.crt",
        hosts=("proxy.golang.org",),
    )


NAMED = "[[authority]]\nname = 'Corp Root'\nsha256 = '" + ":".join(["AB"] * 32) + "'\n"


def test_an_interception_by_the_named_authority_is_trusted_knowingly() -> None:
    mirrors = replace(mirror_facts(probe()), authorities=known((_authority("ab" * 32),), "TLS"))
    plan = _plan(NAMED, mirrors=mirrors)
    assert [one.sha256 for one in plan.ca.value] == ["ab" * 32]
    assert f"Corp Root of the preset ({SOURCE}:6)" in str(plan.ca.because)
    assert not [one for one in plan.findings if one.id.startswith("preset.")]


def test_an_interception_by_another_authority_is_a_fault_and_no_build_gets_it() -> None:
    mirrors = replace(mirror_facts(probe()), authorities=known((_authority("cd" * 32),), "TLS"))
    plan = _plan(NAMED, mirrors=mirrors)
    assert plan.ca.value == ()
    found = _finding(plan, "preset.unknown-authority")
    assert found.severity == "fault"
    assert f"{SOURCE}:6" in str(found.message)
    assert "cd" * 32 in str(found.message)
    assert _plan("", mirrors=mirrors).ca.value, "without a preset it is trusted as before"


PLANNED = (
    "[addresses]\ndocker = ['10.99.0.0/20']\nreserved = ['172.16.0.0/12']\nbecause = 'campus'\n"
)


def test_docker_moves_into_the_ranges_that_it_is_given() -> None:
    plan = _plan(PLANNED)
    room = IPv4Network("10.99.0.0/20")
    assert plan.bip.value is not None
    bridge = IPv4Interface(plan.bip.value).network
    assert bridge.subnet_of(room)
    assert plan.address_pools.value is not None
    pools = [IPv4Network(pool.base) for pool in plan.address_pools.value]
    assert all(pool.subnet_of(room) and not pool.overlaps(bridge) for pool in pools)
    assert "campus" in str(plan.bip.because)


def test_a_network_that_is_within_the_plan_stays() -> None:
    bridge = DockerNetwork(
        name="bridge", driver="bridge", subnets=("10.99.1.0/24",), mtu=None, bridge="docker0"
    )
    pools = (("10.99.8.0/21", 24),)
    docker = docker_facts(networks=(bridge,), engine_facts=engine(default_address_pools=pools))
    plan = _plan(PLANNED, docker=docker)
    assert (plan.bip.value, plan.address_pools.value) == (None, None)


@pytest.mark.parametrize(
    ("key", "text"), [("bip", "172.20.0.1/24"), ("address_pools", "192.168.0.0/16:24")]
)
def test_an_answer_against_the_address_plan_is_refused_with_its_line(key: str, text: str) -> None:
    with pytest.raises(UnsafeError) as caught:
        _plan(PLANNED, {key: text})
    assert caught.value.where == f"{SOURCE}:5"
    assert "campus" in str(caught.value.message)
    assert "--set" in str(caught.value.hint)


_ranges = st.builds(
    lambda address, prefix: IPv4Network((int(address), prefix), strict=False),
    st.ip_addresses(v=4, network="10.0.0.0/8"),
    st.integers(9, 23),
)


@given(
    within=st.lists(_ranges, min_size=1, max_size=3),
    busy=st.lists(_ranges, max_size=3),
    bridge=st.none() | _ranges,
)
def test_what_is_found_lies_within_the_plan_and_is_free(
    within: list[IPv4Network], busy: list[IPv4Network], bridge: IPv4Network | None
) -> None:
    free = find_free(busy, bridge, within)
    if free is None:
        return
    assert any(free.pool.subnet_of(one) for one in within)
    assert not overlaps_any(free.pool, busy)
    assert not free.pool.overlaps(free.bridge)
    assert bridge is not None or any(free.bridge.subnet_of(one) for one in within)


def test_base_images_come_from_the_organisations_registry() -> None:
    more = "[images]\nregistry = 'registry.corp.example/hub'\n"
    plan = _plan(more)
    assert plan.base_image.value == "registry.corp.example/hub/golang:1.24-bookworm"
    assert plan.base_image.source == f"{SOURCE}:5"
    here = "registry.corp.example/hub/golang:1.25-bookworm"
    assert _plan(more, docker=docker_facts(images=("golang:1.24", here))).base_image.value == here


def _rule(decision: str, words: str) -> str:
    return f"[[rule]]\ndecision = '{decision}'\n{words}\nbecause = 'audit 14'\n"


@pytest.mark.parametrize(
    ("decision", "words", "text"),
    [
        ("build_network", "forbidden = ['host']", "host"),
        ("build_network", "allowed = ['default']", "host"),
        ("goproxy", "allowed = ['https://*.corp.example']", f"{OWN},https://goproxy.cn"),
        ("goproxy", "forbidden = ['direct']", f"{OWN},direct"),
        ("goproxy", "forbidden = ['https://goproxy.cn']", "https://goproxy.cn/"),
        ("dns", "allowed = ['10.*']", "10.0.0.53,192.0.2.1"),
        ("base_image", "allowed = ['registry.corp.example/*']", "golang:1.24"),
        ("module_source", "forbidden = ['bridge']", "bridge"),
        ("ssh", "forbidden = ['true']", "true"),
        ("dockerfile", "forbidden = ['block']", "block:build"),
        ("mtu", "forbidden = ['none']", "none"),
    ],
)  # fmt: skip
def test_a_forbidden_answer_is_refused_with_line_and_reason(
    decision: str, words: str, text: str
) -> None:
    facts_ = _facts(_rule(decision, words))
    answers = {decision: Answer(text=text, origin=Origin.PROJECT, source="gomod-wizard.toml:3")}
    with pytest.raises(UnsafeError) as caught:
        decide(facts_, answers)
    error = caught.value
    assert error.where == f"{SOURCE}:6"
    assert "audit 14" in str(error.message)
    assert "gomod-wizard.toml:3" in str(error.hint)
    assert error.code == 4


def test_an_allowed_answer_stands() -> None:
    more = _rule("dns", "allowed = ['10.*']") + _rule("build_network", "forbidden = ['host']")
    plan = _plan(more, {"dns": "10.0.0.53", "build_network": "none"})
    assert plan.dns.value == ("10.0.0.53",)
    assert plan.build_network.value is BuildNetwork.NONE


def test_what_is_detected_gives_way_to_what_is_allowed() -> None:
    plan = _plan(
        _rule("goproxy", "forbidden = ['https://proxy.golang.org']"),
        mirrors=mirror_facts(probe(rank=1), probe("https://goproxy.io", rank=2)),
    )
    assert plan.goproxy.value == "https://goproxy.io"
    assert (plan.goproxy.origin, plan.goproxy.source) == (Origin.PRESET, f"{SOURCE}:6")
    assert "audit 14" in str(plan.goproxy.because)
    assert plan.goproxy.alternatives[0].value == "https://proxy.golang.org,https://goproxy.io"


def test_where_nothing_that_is_allowed_fits_the_plan_is_refused() -> None:
    with pytest.raises(UnsafeError) as caught:
        _plan(_rule("base_image", "allowed = ['registry.corp.example/*']"))
    assert caught.value.where == f"{SOURCE}:6"
    assert "nothing else fits" in str(caught.value.message)


def test_an_image_that_is_allowed_by_name_is_taken() -> None:
    image = "registry.corp.example/golang:1.24"
    assert _plan(_rule("base_image", f"allowed = ['{image}']")).base_image.value == image


def test_a_host_out_of_reach_is_a_finding_with_the_organisations_reason() -> None:
    down = HostAnswer(
        host="git.corp.example:443", reachable=False, detail="no answer", through=None,
        because="all code lives there", where=f"{SOURCE}:5",
    )  # fmt: skip
    up = replace(down, host="wiki.corp.example:443", reachable=True)
    plan = decide(_facts("", (down, up)), {})
    found = _finding(plan, "preset.self-test")
    assert "git.corp.example:443" in str(found.message)
    assert str(found.cure) == f"all code lives there ({SOURCE}:5)"


def test_a_report_for_outsiders_does_not_name_the_organisation() -> None:
    down = HostAnswer(
        host="git.corp.example:443", reachable=False, detail="no answer", through=None,
        because="", where=f"{SOURCE}:5",
    )  # fmt: skip
    failed = probe(OWN, proved=None, reason=Failure.REFUSED)
    more = MIRROR + NAMED + "[[self_test]]\nhost = 'git.corp.example'\n"
    seen = _facts(more, (down,), mirrors=mirror_facts(probe(), failed))
    names = Pseudonyms(*internal_names(seen))
    plan = decide(seen, {})
    told = [names.hide(str(one.message)) for one in plan.findings if one.id.startswith("preset.")]
    assert len(told) == 2
    assert not [one for one in told if "Example Corp" in one or "corp.example" in one]


_WORDS = st.sampled_from(
    ["none", "*", "host", "default", "true", "false", "1400", "proxy", "vendor", "bridge",
     "create", "keep", "block", "https://proxy.golang.org", "https://*", "golang:*", "auto"]
)  # fmt: skip
_RULES = st.lists(
    st.tuples(
        st.sampled_from(["build_network", "goproxy", "module_source", "dockerfile", "mtu", "ssh",
                         "base_image", "gotoolchain", "goprivate", "secrets", "no_proxy"]),
        st.sampled_from(["allowed", "forbidden"]),
        st.lists(_WORDS, min_size=1, max_size=3, unique=True),
    ),
    max_size=3,
)  # fmt: skip


@given(_RULES)
def test_no_plan_ever_holds_a_forbidden_value(rules: list[tuple[str, str, list[str]]]) -> None:
    more = "".join(_rule(key, f"{kind} = {words}") for key, kind, words in rules)
    plan = None
    with suppress(UnsafeError):  # nothing that fits is allowed
        plan = _plan(more, private=private_facts(private_host(ssh=True)))
    if plan is None:
        return
    spoken = preset(more)
    assert [d.key for d in plan.decisions() if broken(spoken, d.key, d.value) is not None] == []
    assert plan.module_source.value in ModuleSource
