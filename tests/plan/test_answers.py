"""Answers override what was detected, and unsafe ones need a reason and a date."""

from __future__ import annotations

import pytest

from tests.plan.facts_builder import facts, nothing_known, private_facts, private_host, proxy_facts
from wizard.errors import ExitCode, UnsafeError, UsageError
from wizard.facts import Facts
from wizard.plan import decide
from wizard.plan.types import Answer, Answers, BuildNetwork, DockerfilePlace, Origin


def flags(**texts: str) -> Answers:
    return {
        key: Answer(text=text, origin=Origin.FLAG, source="--set") for key, text in texts.items()
    }


def test_an_answer_wins_and_what_was_detected_becomes_the_alternative() -> None:
    detected = decide(facts(), {}).goproxy
    chosen = decide(facts(), flags(goproxy="https://go.corp.example")).goproxy
    assert chosen.value == "https://go.corp.example"
    assert chosen.origin is Origin.FLAG
    assert "--set" in str(chosen.because)
    assert detected.value in [other.value for other in chosen.alternatives]


def test_none_leaves_it_alone() -> None:
    assert decide(facts(), flags(goproxy="none")).goproxy.value is None


def test_a_wrong_answer_names_where_it_stands_and_what_was_expected() -> None:
    with pytest.raises(UsageError) as caught:
        decide(facts(), flags(mtu="huge"))
    assert caught.value.where == "--set"
    assert "mtu=1400" in str(caught.value.hint)


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(UsageError):
        decide(facts(), flags(gproxy="x"))


UNSAFE = [
    ("gosumdb", "off"),
    ("goinsecure", "git.corp.example"),
    ("gonosumdb", "*"),
    ("goprivate", "*"),
    ("iptables", "false"),
]


@pytest.mark.parametrize(("key", "text"), UNSAFE)
def test_an_unsafe_answer_alone_is_refused(key: str, text: str) -> None:
    with pytest.raises(UnsafeError) as caught:
        decide(facts(), flags(**{key: text}))
    assert caught.value.code is ExitCode.UNSAFE
    assert "--reason" in str(caught.value.hint)


@pytest.mark.parametrize(("key", "text"), UNSAFE)
def test_with_a_reason_and_a_date_it_becomes_a_warning_with_its_day(key: str, text: str) -> None:
    given = flags(**{key: text, "reason": "the lab has no database", "until": "2026-12-31"})
    decided = decide(facts(), given)
    finding = next(one for one in decided.findings if one.id == f"{key}.waived")
    assert "2026-12-31" in str(finding.message)
    assert "the lab has no database" in str(finding.message)


def test_a_waiver_whose_day_is_past_is_refused() -> None:
    with pytest.raises(UnsafeError):
        decide(facts(), flags(gosumdb="off", reason="old", until="2026-07-31"))


def test_a_waiver_holds_on_its_last_day() -> None:
    decide(facts(), flags(gosumdb="off", reason="today", until="2026-08-01"))


def test_a_date_that_is_none_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        decide(facts(), flags(gosumdb="off", reason="x", until="soon"))


def test_a_reason_without_a_day_is_not_enough() -> None:
    with pytest.raises(UnsafeError):
        decide(facts(), flags(gosumdb="off", reason="because"))


BAR = "https://go.corp.example|https://proxy.golang.org"


def test_a_bar_that_could_leak_is_refused() -> None:
    with pytest.raises(UnsafeError):
        decide(nothing_known(), flags(goproxy=BAR))


def test_a_bar_is_taken_where_every_private_module_is_covered() -> None:
    decided = decide(facts(private=private_facts(private_host())), flags(goproxy=BAR))
    assert decided.goproxy.value == BAR


def test_a_bar_is_refused_where_an_answer_uncovers_private_modules() -> None:
    observed = facts(private=private_facts(private_host()))
    with pytest.raises(UnsafeError):
        decide(observed, flags(goproxy=BAR, goprivate="none"))


def test_the_hosts_network_is_allowed_with_a_warning() -> None:
    decided = decide(facts(), flags(build_network="host"))
    assert decided.build_network.value is BuildNetwork.HOST
    assert "build.host-network" in {finding.id for finding in decided.findings}


def test_pools_that_hold_the_bip_are_refused() -> None:
    with pytest.raises(UsageError):
        decide(facts(), flags(bip="172.31.0.1/24", address_pools="172.31.0.0/16:24"))


def test_a_fixed_cidr_outside_of_the_bip_is_refused() -> None:
    with pytest.raises(UsageError):
        decide(facts(), flags(bip="172.30.0.1/24", fixed_cidr="172.29.0.0/24"))


def test_an_answered_proxy_keeps_the_password_that_its_setting_has() -> None:
    observed = facts(proxy=proxy_facts(https="http://dev:s3cret@proxy.corp.example:3128"))
    decided = decide(observed, flags(https_proxy="http://proxy.corp.example:3128"))
    assert decided.https_proxy.value is not None
    assert decided.https_proxy.value.password is not None


def test_a_place_for_the_dockerfile_keeps_the_form_that_the_builder_needs() -> None:
    decided = decide(facts(), flags(dockerfile="keep"))
    assert decided.dockerfile.value.place is DockerfilePlace.KEEP
    assert decided.dockerfile.value.form is decide(facts(), {}).dockerfile.value.form


@pytest.mark.parametrize("observed", [facts(), nothing_known()], ids=["sane", "nothing"])
def test_the_same_facts_and_answers_give_the_same_plan(observed: Facts) -> None:
    assert repr(decide(observed, flags(mtu="1400"))) == repr(decide(observed, flags(mtu="1400")))


@pytest.mark.parametrize("observed", [facts(), nothing_known()], ids=["sane", "nothing"])
def test_every_decision_says_because(observed: Facts) -> None:
    assert all(str(decision.because) for decision in decide(observed, {}).decisions())


def test_every_fact_that_a_decision_names_exists() -> None:
    keys = {key for key, _ in facts().flat()}
    plan = decide(facts(private=private_facts(private_host())), {})
    named = {key for decision in plan.decisions() for key in decision.facts}
    assert named <= keys
