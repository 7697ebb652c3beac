"""Mirrors of Docker Hub, the image of `# syntax`, and images that nobody hands out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plan.facts_builder import (
    docker_facts,
    dockerfile_facts,
    engine,
    facts,
    json_config,
    project_facts,
    proxy_facts,
)
from tests.plan.facts_builder import url as proxy_url
from wizard.facts import Facts, known
from wizard.facts.docker import Flavour, JsonConfig
from wizard.facts.mirrors import Failure
from wizard.facts.registries import ImageRole, MissingImage, RegistryProbe
from wizard.plan import decide
from wizard.plan.types import Answer, Finding, Origin, Plan
from wizard.render.docker_json import daemon_json

HUB = "https://registry-1.docker.io"
MIRROR = "https://mirror.corp.example"
GOLANG = "docker.io/library/golang:1.24-bookworm"
SYNTAX = "docker.io/docker/dockerfile:1"


def image(reference: str = GOLANG, role: ImageRole = ImageRole.BASE) -> MissingImage:
    registry, _, rest = reference.partition("/")
    name = rest.removeprefix("library/") if registry == "docker.io" else reference
    return MissingImage(name=name, reference=reference, registry=registry, role=role)


def hub(
    *, answers: bool | None = False, reason: Failure | None = Failure.REFUSED, **more: Any
) -> RegistryProbe:
    reason = None if answers else reason
    return RegistryProbe(
        registry="docker.io", url=HUB, mirror=False, source="docker.io", answers=answers,
        reason=reason, detail="" if reason is None else f"the answer was {reason}", **more,
    )  # fmt: skip


def mirror(url: str = MIRROR, *, serves: tuple[str, ...] = (GOLANG,), **more: Any) -> RegistryProbe:
    return RegistryProbe(
        registry="docker.io", url=url, mirror=True, source="registries.conf",
        answers=more.pop("answers", True), serves=serves, **more,
    )  # fmt: skip


def case(
    *probes: RegistryProbe,
    missing: tuple[MissingImage, ...] = (image(),),
    active: tuple[str, ...] = (),
    daemon_json: JsonConfig | None = None,
    version: str = "28.5.2",
    dockerfile: bool = True,
) -> Facts:
    docker = docker_facts(
        engine_facts=replace(engine(version=version), registry_mirrors=active),
        daemon_json=daemon_json,
    )
    docker = replace(
        docker, missing_images=known(missing, "test"), registries=known(probes, "test")
    )
    project = project_facts(dockerfile=dockerfile_facts() if dockerfile else None)
    return facts(docker=docker, project=project)


def planned(*probes: RegistryProbe, **more: Any) -> Plan:
    return decide(case(*probes, **more), {})


def finding(plan: Plan, wanted: str) -> Finding | None:
    return next((one for one in plan.findings if one.id == wanted), None)


def test_nothing_is_set_where_no_image_is_missing() -> None:
    assert planned(missing=()).registry_mirrors.value is None


def test_nothing_is_set_where_nobody_looked() -> None:
    assert decide(facts(), {}).registry_mirrors.value is None


def test_nothing_is_set_while_docker_hub_answers() -> None:
    assert planned(hub(answers=True), mirror()).registry_mirrors.value is None


def test_a_mirror_that_serves_the_image_stands_in_for_docker_hub() -> None:
    decided = planned(hub(), mirror()).registry_mirrors
    assert (decided.value, "refused" in str(decided.because)) == ((MIRROR,), True)


def test_the_blocked_docker_hub_is_a_finding_that_the_decision_answers() -> None:
    told = finding(planned(hub(), mirror()), "registry.docker-hub")
    assert told is not None
    assert (told.decision, told.stops) == ("registry_mirrors", False)


def test_mirrors_that_daemon_json_has_are_kept_behind_the_one_that_serves() -> None:
    old = "https://old.corp.example"
    standing = json_config("/etc/docker/daemon.json", exists=True, **{"registry-mirrors": (old,)})
    decided = planned(
        hub(), mirror(old, serves=(), answers=False), mirror(), active=(old,), daemon_json=standing
    )
    assert decided.registry_mirrors.value == (MIRROR, old)


def test_a_mirror_that_the_engine_asks_already_needs_no_change() -> None:
    assert planned(hub(), mirror(), active=(f"{MIRROR}/",)).registry_mirrors.value is None


def test_mirrors_that_came_by_a_flag_are_not_named_again_in_daemon_json() -> None:
    old = "https://old.corp.example"
    decided = planned(hub(), mirror(old, serves=(), answers=False), mirror(), active=(old,))
    assert decided.registry_mirrors.value is None


@pytest.mark.parametrize(
    "rejected",
    [
        mirror(serves=(), lacks=(GOLANG,)),
        mirror(serves=(), answers=False, reason=Failure.TLS_UNTRUSTED),
        mirror(serves=(), answers=None),
        mirror("http://mirror.corp.example"),
    ],
)
def test_a_mirror_that_will_not_do_is_an_alternative_and_never_the_choice(
    rejected: RegistryProbe,
) -> None:
    decided = planned(hub(), rejected).registry_mirrors
    assert decided.value is None
    assert (rejected.url,) in [one.value for one in decided.alternatives]


def test_a_mirror_that_would_not_say_is_taken_where_no_better_one_answers() -> None:
    assert planned(hub(), mirror(serves=())).registry_mirrors.value == (MIRROR,)


@pytest.mark.parametrize(
    ("version", "value"), [("24.0.7", None), ("24.0.8", ("https://corp.example/hub",))]
)
def test_a_mirror_with_a_path_is_for_engines_that_take_one(
    version: str, value: tuple[str, ...] | None
) -> None:
    decided = planned(hub(), mirror("https://corp.example/hub"), version=version)
    assert decided.registry_mirrors.value == value


def test_an_image_that_nobody_hands_out_stops_and_says_what_to_do() -> None:
    told = finding(planned(hub()), "registry.unreachable")
    assert told is not None
    assert (told.stops, "registry_mirrors" in str(told.cure)) == (True, True)


@pytest.mark.parametrize("reason", [Failure.TIMEOUT, Failure.DNS_TIMEOUT, Failure.HTTP_5XX])
def test_an_answer_that_may_come_the_next_time_stops_nobody(reason: Failure) -> None:
    told = finding(planned(hub(reason=reason)), "registry.unreachable")
    assert told is not None
    assert told.stops is False


def test_what_could_not_be_asked_is_no_finding() -> None:
    assert finding(planned(hub(answers=None)), "registry.unreachable") is None


def test_a_mirror_named_by_hand_may_have_everything() -> None:
    answers = {
        "registry_mirrors": Answer(text="https://by-hand.example", origin=Origin.FLAG),
    }
    assert finding(decide(case(hub()), answers), "registry.unreachable") is None


def test_the_shells_proxy_is_the_cure_where_docker_hub_answers_through_it() -> None:
    through = "http://proxy.corp.example:3128"
    told = finding(
        planned(hub(), hub(answers=True, shell_proxy=True, through=through)),
        "registry.unreachable",
    )
    assert told is not None
    assert through in str(told.cure)


def test_podman_asks_the_mirrors_of_registries_conf_by_itself() -> None:
    looked = case(hub(), mirror())
    podman = engine(flavour=Flavour.PODMAN)
    plan = decide(replace(looked, docker=replace(looked.docker, engine=known(podman, "test"))), {})
    assert plan.registry_mirrors.value is None
    assert finding(plan, "registry.unreachable") is None


def test_a_registry_of_its_own_has_no_mirror() -> None:
    own = RegistryProbe(
        registry="r.corp", url="https://r.corp", mirror=False, source="r.corp", answers=False,
        reason=Failure.REFUSED, detail="refused",
    )  # fmt: skip
    plan = planned(own, missing=(image("r.corp/base:1"),))
    assert finding(plan, "registry.unreachable") is not None
    assert plan.registry_mirrors.value is None


PROXY = "http://proxy.corp.example:3128"


def behind_a_proxy(url: str = PROXY, *, through: str | None = None, **more: Any) -> Plan:
    found = case(
        hub(), hub(answers=True, shell_proxy=True, through=through or str(proxy_url(url))), **more
    )
    return decide(replace(found, proxy=proxy_facts(http=url, https=url, no_proxy=".corp")), {})


def test_an_engine_that_must_pull_gets_the_proxy_that_only_the_shell_had() -> None:
    plan = behind_a_proxy()
    keys = dict(plan.inputs.engine_proxies)
    assert (keys["http-proxy"], keys["https-proxy"]) == (PROXY, PROXY)
    assert set(keys["no-proxy"].split(",")) == set(plan.no_proxy.value)
    assert not any(one.stops for one in plan.findings)


def test_daemon_json_names_the_engines_proxy_and_docker_restarts_for_it() -> None:
    (artifact,) = daemon_json(behind_a_proxy())
    assert json.loads(artifact.standalone)["proxies"]["https-proxy"] == PROXY
    assert artifact.restarts == ("docker",)
    assert "https_proxy" in artifact.decisions


@pytest.mark.parametrize(
    ("url", "more"),
    [
        ("http://dev:pw1@proxy.corp.example:3128", {}),
        ("http://127.0.0.1:3128", {}),
        (PROXY, {"version": "20.10.24"}),
        (PROXY, {"missing": ()}),
        (PROXY, {"missing": (image(SYNTAX, ImageRole.SYNTAX),)}),
        (PROXY, {"through": "http://another.example:3128"}),
        (
            PROXY,
            {"daemon_json": json_config("/etc/docker/daemon.json", exists=True, proxies={})},
        ),
    ],
)
def test_no_proxy_is_written_for_an_engine_that_may_not_or_need_not_have_it(
    url: str, more: dict[str, Any]
) -> None:
    plan = behind_a_proxy(url, **more)
    assert plan.inputs.engine_proxies == ()
    assert "pw1" not in repr(plan.findings)


def syntax(*probes: RegistryProbe, **more: Any) -> Plan:
    return planned(*probes, missing=(image(SYNTAX, ImageRole.SYNTAX),), **more)


def test_a_syntax_image_that_nobody_serves_is_dropped() -> None:
    assert syntax(hub()).inputs.drop_syntax is True


@pytest.mark.parametrize(
    "probes",
    [(hub(answers=True),), (hub(answers=None),), (hub(), mirror(serves=(SYNTAX,))), ()],
)
def test_a_syntax_line_stays_while_its_image_was_not_seen_out_of_reach(
    probes: tuple[RegistryProbe, ...],
) -> None:
    assert syntax(*probes).inputs.drop_syntax is False


def test_a_mirror_that_nobody_asked_keeps_no_syntax_line_beside_a_dead_docker_hub() -> None:
    by_hand = {"registry_mirrors": Answer(text="https://by-hand.example", origin=Origin.FLAG)}
    looked = case(hub(), missing=(image(SYNTAX, ImageRole.SYNTAX),))
    assert decide(looked, by_hand).inputs.drop_syntax is True


def test_a_mirror_that_has_the_base_and_not_the_syntax_image_serves_the_one() -> None:
    plan = planned(
        hub(),
        mirror(lacks=(SYNTAX,)),
        missing=(image(), image(SYNTAX, ImageRole.SYNTAX)),
    )
    assert (plan.registry_mirrors.value, plan.inputs.drop_syntax) == ((MIRROR,), True)


def test_a_missing_syntax_image_stops_nobody() -> None:
    assert not any(one.stops for one in syntax(hub()).findings)


def test_without_a_dockerfile_an_image_is_taken_that_the_mirror_has() -> None:
    plan = planned(
        hub(),
        mirror(serves=(), lacks=(GOLANG,), golang=("golang:1.23", "golang:1.25-bookworm")),
        missing=(image(role=ImageRole.PLANNED),),
        dockerfile=False,
    )
    assert plan.base_image.value == "golang:1.25-bookworm"
    assert plan.registry_mirrors.value == (MIRROR,)


def test_a_planned_image_that_is_not_used_asks_for_no_mirror() -> None:
    looked = case(hub(), mirror(), missing=(image(role=ImageRole.PLANNED),), dockerfile=False)
    looked = replace(
        looked, docker=replace(looked.docker, images=known(("golang:1.30-bookworm",), "test"))
    )
    assert decide(looked, {}).registry_mirrors.value is None


_PROBES = st.builds(
    mirror,
    st.sampled_from((MIRROR, "http://plain.example", "https://corp.example/hub")),
    serves=st.sampled_from(((), (GOLANG,), (SYNTAX,))),
    lacks=st.sampled_from(((), (GOLANG,), (SYNTAX,))),
    answers=st.sampled_from((True, False, None)),
)
_HUBS = st.builds(hub, answers=st.sampled_from((True, False, None)))


@given(_HUBS, st.lists(_PROBES, max_size=3, unique_by=lambda one: one.url))
def test_only_a_mirror_that_answered_over_tls_is_ever_chosen(
    docker_hub: RegistryProbe, mirrors: list[RegistryProbe]
) -> None:
    plan = planned(docker_hub, *mirrors, missing=(image(), image(SYNTAX, ImageRole.SYNTAX)))
    good = {one.url for one in mirrors if one.answers and one.url.startswith("https://")}
    assert set(plan.registry_mirrors.value or ()) <= good


@given(_HUBS, st.lists(_PROBES, max_size=3, unique_by=lambda one: one.url))
def test_a_syntax_line_is_never_dropped_while_docker_hub_answers_or_was_not_asked(
    docker_hub: RegistryProbe, mirrors: list[RegistryProbe]
) -> None:
    plan = syntax(docker_hub, *mirrors)
    assert docker_hub.answers is False or plan.inputs.drop_syntax is False
