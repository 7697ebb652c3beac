"""GOPROXY, GOSUMDB and the private patterns."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plan.facts_builder import (
    DOCKER0,
    ETH0,
    facts,
    go_facts,
    mirror_facts,
    module,
    network_facts,
    private_facts,
    private_host,
    probe,
    project_facts,
)
from wizard.facts import Facts, known
from wizard.facts.go import GoSetting
from wizard.facts.mirrors import Failure, Origin
from wizard.plan import decide
from wizard.plan.types import Plan
from wizard.rules.gomod import Require
from wizard.rules.goproxy import parse_goproxy
from wizard.rules.patterns import match_prefix_patterns

INCOMPLETE = project_facts(
    modules=(
        module(
            requires=(Require(path="a.example/b", version="v1.0.0", indirect=False),),
            missing_sums=("a.example/b@v1.0.0",),
        ),
    )
)


def plan(**areas: object) -> Plan:
    return decide(facts(**areas), {})


def ids(decided: Plan) -> set[str]:
    return {finding.id for finding in decided.findings}


def set_to(**settings: str) -> Facts:
    return facts(go=go_facts(settings=settings))


def test_only_proved_mirrors_are_taken_best_first_and_at_most_three() -> None:
    decided = plan(
        mirrors=mirror_facts(
            probe("https://fast-liar.example", rank=1, proved=False),
            probe("https://b.example", rank=3),
            probe("https://a.example", rank=2),
            probe("https://c.example", rank=4),
            probe("https://d.example", rank=5),
            probe("https://dead.example", reason=Failure.CONNECT_TIMEOUT),
        )
    )
    assert decided.goproxy.value == "https://a.example,https://b.example,https://c.example"


def test_a_mirror_that_is_listed_for_the_users_choice_alone_is_never_taken() -> None:
    decided = plan(
        mirrors=mirror_facts(
            probe("https://a.example", automatic=False), probe("https://b.example")
        )
    )
    assert decided.goproxy.value == "https://b.example"


def test_without_a_proved_mirror_nothing_is_invented() -> None:
    decided = plan(mirrors=mirror_facts(probe(reason=Failure.HTTP_403)))
    assert decided.goproxy.value is None
    assert "goproxy.none-proved" in ids(decided)


def test_the_machines_own_mirror_stays_where_it_proved_itself() -> None:
    decided = plan(
        go=go_facts(settings={"GOPROXY": "https://go.corp.example|https://b.example,direct"}),
        mirrors=mirror_facts(
            probe("https://fast.example", rank=1),
            probe("https://b.example", rank=2),
            probe("https://go.corp.example", rank=3, origin=Origin.GOPROXY),
        ),
    )
    assert decided.goproxy.value == "https://go.corp.example|https://b.example,direct"


def test_of_the_machines_own_list_the_dead_entry_goes() -> None:
    decided = plan(
        go=go_facts(settings={"GOPROXY": "https://dead.example,https://b.example"}),
        mirrors=mirror_facts(
            probe("https://fast.example", rank=1),
            probe("https://b.example", rank=2),
            probe("https://dead.example", reason=Failure.HTTP_403, origin=Origin.GOPROXY),
        ),
    )
    assert decided.goproxy.value == "https://b.example"


def test_credentials_in_goproxy_are_never_copied() -> None:
    decided = decide(set_to(GOPROXY="https://dev:***@proxy.golang.org"), {})
    assert decided.goproxy.value == "https://proxy.golang.org"
    assert "goproxy.credentials" in ids(decided)


def test_a_typo_in_goproxy_is_named_and_replaced() -> None:
    decided = decide(set_to(GOPROXY="https://proxy.golang.org,direc"), {})
    assert decided.goproxy.value == "https://proxy.golang.org"
    finding = next(one for one in decided.findings if one.id == "goproxy.invalid")
    assert "direc" in str(finding.message)


def test_an_exported_goproxy_that_would_win_is_named() -> None:
    area = go_facts()
    settings = {"GOPROXY": GoSetting(value="https://dead.example", origin="process")}
    decided = plan(go=replace(area, settings=known(settings, "tests")))
    assert "goproxy.variable-wins" in ids(decided)


def test_an_own_mirror_behind_dockers_bridge_stays_and_the_bridge_moves() -> None:
    decided = plan(
        go=go_facts(settings={"GOPROXY": "https://go.corp.example"}),
        mirrors=mirror_facts(
            probe("https://go.corp.example", reason=Failure.CONNECT_TIMEOUT, origin=Origin.GOPROXY),
            probe("https://public.example"),
        ),
        network=network_facts(
            interfaces=(ETH0, DOCKER0), hosts=(("go.corp.example", "172.17.9.9"),)
        ),
    )
    assert decided.goproxy.value == "https://go.corp.example"
    assert decided.bip.value is not None


def test_where_go_sum_lacks_entries_a_mirror_with_the_checksum_database_comes_first() -> None:
    decided = plan(
        project=INCOMPLETE,
        mirrors=mirror_facts(
            probe("https://fast.example", rank=1, checksum_database=False),
            probe("https://relay.example", rank=2, checksum_database=True),
        ),
    )
    assert decided.goproxy.value == "https://relay.example,https://fast.example"


def test_a_missing_relay_is_named_where_go_sum_lacks_entries() -> None:
    decided = plan(project=INCOMPLETE, mirrors=mirror_facts(probe(checksum_database=False)))
    assert "gosumdb.not-relayed" in ids(decided)


def test_a_bar_becomes_a_comma_where_private_modules_are_unknown() -> None:
    known_list = "https://a.example|https://b.example"
    area = private_facts()
    decided = plan(
        go=go_facts(settings={"GOPROXY": known_list}),
        mirrors=mirror_facts(probe("https://a.example"), probe("https://b.example", rank=2)),
        private=replace(area, hosts=replace(area.hosts, value=None)),
    )
    assert decided.goproxy.value == "https://a.example,https://b.example"


OWN = "sum.corp.example+0a1b2c3d+AYmVhZGVkLWJlZWYtZGVhZGVkLWJlZWYtZGVhZGVkLWJl"


@pytest.mark.parametrize(
    ("standing", "carried"),
    [("", None), ("off", None), ("sum.golang.org", None), (OWN, OWN), ("nonsense", None)],
)
def test_a_checksum_database_is_carried_on_and_never_switched_off(
    standing: str, carried: str | None
) -> None:
    decided = decide(set_to(GOSUMDB=standing) if standing else facts(), {})
    assert decided.gosumdb.value == carried


def test_the_alias_that_goes_past_a_relay_is_replaced() -> None:
    decided = decide(set_to(GOSUMDB="sum.golang.google.cn"), {})
    assert decided.gosumdb.value == "sum.golang.org"


def test_private_patterns_join_the_ones_that_stand() -> None:
    decided = plan(
        go=go_facts(settings={"GOPRIVATE": "old.example"}),
        private=private_facts(private_host(patterns=("git.corp.example/team",))),
    )
    assert decided.goprivate.value == ("old.example", "git.corp.example/team")


def test_a_pattern_that_is_covered_already_is_not_repeated() -> None:
    decided = plan(
        go=go_facts(settings={"GOPRIVATE": "*.corp.example"}),
        private=private_facts(private_host(patterns=("git.corp.example/team",))),
    )
    assert decided.goprivate.value == ("*.corp.example",)


def test_a_pattern_that_never_matches_is_named_and_mended() -> None:
    decided = decide(set_to(GOPRIVATE="a.example, https://b.example"), {})
    assert decided.goprivate.value == ("a.example", "b.example")
    assert "goprivate.never-matches" in ids(decided)


@pytest.mark.parametrize("name", ["GOPRIVATE", "GONOSUMDB", "GONOPROXY"])
def test_a_lone_star_never_enters_the_plan(name: str) -> None:
    decided = decide(set_to(**{name: "*"}), {})
    assert getattr(decided, name.lower()).value == ()
    assert f"{name.lower()}.unsafe" in ids(decided)


def test_goinsecure_is_not_carried_on() -> None:
    decided = decide(set_to(GOINSECURE="git.corp.example"), {})
    assert decided.goinsecure.value == ()
    assert "goinsecure.unsafe" in ids(decided)


def test_an_own_gonoproxy_is_completed_so_that_no_private_module_leaks() -> None:
    decided = plan(
        go=go_facts(settings={"GONOPROXY": "old.example"}),
        private=private_facts(private_host(patterns=("git.corp.example",))),
    )
    assert decided.gonoproxy.value == ("old.example", "git.corp.example")


def test_private_modules_by_ones_own_mirror_stay_there() -> None:
    own = "https://goproxy.corp.example"
    decided = plan(
        go=go_facts(settings={"GOPROXY": own, "GONOPROXY": "none"}),
        private=private_facts(private_host()),
        mirrors=mirror_facts(probe(own)),
    )
    assert decided.gonoproxy.value == ("none",)


def test_private_modules_stay_at_no_mirror_that_takes_the_place_of_ones_own() -> None:
    decided = plan(
        go=go_facts(settings={"GOPROXY": "https://goproxy.corp.example", "GONOPROXY": "none"}),
        private=private_facts(private_host()),
    )
    assert decided.gonoproxy.value == ()
    assert decided.gonoproxy.alternatives[0].value == ("none",)


def test_the_public_checksum_database_hears_of_no_private_module() -> None:
    decided = plan(
        go=go_facts(settings={"GONOSUMDB": "none"}), private=private_facts(private_host())
    )
    assert decided.gonosumdb.value == ()


_paths = st.from_regex(r"git[a-z]{0,3}\.corp\.example/[a-z]{1,4}(/[a-z]{1,4})?", fullmatch=True)


@given(patterns=st.lists(_paths, min_size=1, max_size=4), standing=st.lists(_paths, max_size=2))
def test_no_private_module_is_ever_asked_for_at_a_mirror(
    patterns: list[str], standing: list[str]
) -> None:
    decided = plan(
        go=go_facts(settings={"GONOPROXY": ",".join(standing)} if standing else {}),
        private=private_facts(private_host(patterns=tuple(patterns), modules=tuple(patterns))),
    )
    for key in ("gonoproxy", "gonosumdb"):
        followed = getattr(decided, key).value or decided.goprivate.value
        assert all(match_prefix_patterns(",".join(followed), path) for path in patterns)


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefg"), st.sampled_from((True, False, None)), st.booleans()),
        max_size=6,
        unique_by=lambda item: item[0],
    )
)
def test_every_mirror_of_a_decided_list_was_proved(
    seen: list[tuple[str, bool | None, bool]],
) -> None:
    probes = tuple(
        probe(
            f"https://{name}.example",
            rank=rank,
            proved=proved,
            reason=None if ok else Failure.RESET,
        )
        for rank, (name, proved, ok) in enumerate(seen, start=1)
    )
    value = plan(mirrors=replace(mirror_facts(), ranking=known(probes, "tests"))).goproxy.value
    good = {p.mirror.url for p in probes if p.proved is True and p.ok}
    assert {hop.url for hop in parse_goproxy(value)} <= good if value else not good
