"""The set of files: no secret in any, no contradiction between any two."""

from __future__ import annotations

import csv
import json
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.plan.facts_builder import (
    client,
    docker_facts,
    dockerfile_facts,
    facts,
    go_facts,
    private_facts,
    private_host,
    project_facts,
    proxy_facts,
)
from tests.render.plans import SECRET, TOKEN, WRITTEN, machines, networks, plan, shapes
from wizard.apply.merge.dockerfile import merge_dockerfile
from wizard.facts import Facts
from wizard.facts.project import IgnoreFacts
from wizard.plan.types import Plan
from wizard.render import render
from wizard.render.build_command import build_command
from wizard.render.build_request import secret_env
from wizard.render.dockerfile import block_lines, dockerfile, whole_text
from wizard.render.quoting import csv_field, ignore_pattern
from wizard.render.types import Artifact, DockerfileBlock, GoEnv, JsonKeys
from wizard.rules.dockerignore import hidden_by, parse_dockerignore

HADOLINT = Path(sys.executable).with_name("hadolint")


def artifacts(decided: Plan) -> Mapping[str, Artifact]:
    return {artifact.name: artifact for artifact in render(decided)}


def everything_said(decided: Plan) -> str:
    command = build_command(decided)
    parts = [
        repr(render(decided)),
        command.shell(),
        command.powershell(),
        repr(command),
        repr(secret_env(decided)),
        repr(decided),
        *(str(finding.message) + str(finding.cure) for finding in decided.findings),
        *(str(decision.because) + str(decision.value) for decision in decided.decisions()),
    ]
    return "\n".join(parts)


# Every example is a whole machine and all that is said of it: slow to draw on a loaded one.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(observed=machines)
def test_no_password_is_in_any_artifact_command_or_sentence(observed: Facts) -> None:
    said = everything_said(plan(observed))
    assert not [form for form in (SECRET, quote(SECRET, safe=""), WRITTEN, TOKEN) if form in said]


@given(observed=networks)
def test_the_dockerfile_is_the_same_in_every_network(observed: Facts) -> None:
    assert whole_text(plan(observed)) == whole_text(plan())


def test_a_build_with_the_hosts_module_cache_uses_the_same_dockerfile() -> None:
    assert whole_text(plan(module_source="bridge")) == whole_text(plan())


@given(observed=machines)
def test_this_users_go_and_the_build_get_the_same_settings(observed: Facts) -> None:
    decided = plan(observed)
    if decided.module_source.value.value != "proxy" or not decided.secrets.value:
        return
    found = artifacts(decided)
    content = found["go-env.sh"].content if "go-env.sh" in found else GoEnv(variables={})
    assert isinstance(content, GoEnv)
    lines = found["go.env"].standalone.splitlines()[1:]
    assert dict(line.split("=", 1) for line in lines if line) == content.variables


@given(observed=machines)
def test_the_proxy_of_the_configuration_is_the_proxy_of_the_command(observed: Facts) -> None:
    decided = plan(observed)
    written = artifacts(decided).get("docker-config.json")
    if written is None or not isinstance(written.content, JsonKeys):
        return
    default = json.loads(written.standalone).get("proxies", {}).get("default", {})
    if not default:
        return
    args = [a for a in build_command(decided).argv if a.upper().startswith("HTTPS_PROXY=")]
    assert all(arg.partition("=")[2] == default["httpsProxy"] for arg in args)
    no_proxy = [a for a in build_command(decided).argv if a.startswith("NO_PROXY=")]
    assert all(arg.partition("=")[2] == default["noProxy"] for arg in no_proxy)


@given(observed=machines)
def test_each_password_reaches_the_build_by_the_environment_alone(observed: Facts) -> None:
    decided = plan(observed)
    argv = build_command(decided).argv
    assert all(name in argv for name in secret_env(decided))


@given(observed=machines)
def test_every_json_artifact_is_json(observed: Facts) -> None:
    for artifact in render(plan(observed)):
        if isinstance(artifact.content, JsonKeys):
            assert isinstance(json.loads(artifact.standalone), dict)


@given(observed=machines)
def test_every_artifact_names_the_decisions_it_carries(observed: Facts) -> None:
    keys = {decision.key for decision in plan(observed).decisions()}
    for artifact in render(plan(observed)):
        assert set(artifact.decisions) <= keys
        assert all(str(sentence) for sentence in artifact.because)


@pytest.mark.parametrize(
    ("buildx", "url", "written"),
    [
        (None, "http://dev:s3cret@proxy.corp.example:3128", False),
        (None, "http://proxy.corp.example:3128", True),
        ("0.29.1", "http://dev:s3cret@proxy.corp.example:3128", True),
    ],
)
def test_where_dockers_configuration_would_beat_the_password_it_gets_no_proxy(
    buildx: str | None, url: str, written: bool
) -> None:
    docker = docker_facts(client_facts=client(version="20.10.24", buildx=buildx))
    found = artifacts(plan(facts(proxy=proxy_facts(https=url), docker=docker)))
    assert bool(found["docker-config.json"].path) is written


def test_a_proxy_that_is_gone_is_removed_from_dockers_configuration() -> None:
    from wizard.facts.proxy import Reader

    office = proxy_facts(
        https="http://office.example:3128", reachable=False, reader=Reader.DOCKER_CLIENT
    )
    content = artifacts(plan(facts(proxy=office)))["docker-config.json"].content
    assert isinstance(content, JsonKeys)
    assert content.keys == {
        "proxies": {"default": {"httpProxy": None, "httpsProxy": None, "noProxy": None}}
    }


def test_daemon_json_holds_what_was_decided_and_nothing_else() -> None:
    decided = plan(
        bip="172.30.255.1/24",
        address_pools="172.31.0.0/16:24",
        mtu="1400",
        dns="10.0.0.53",
        dns_search="corp.example",
    )
    assert json.loads(artifacts(decided)["daemon.json"].standalone) == {
        "bip": "172.30.255.1/24",
        "default-address-pools": [{"base": "172.31.0.0/16", "size": 24}],
        "mtu": 1400,
        "dns": ["10.0.0.53"],
        "dns-search": ["corp.example"],
    }


def test_a_machine_without_needs_gets_no_daemon_json() -> None:
    artifact = artifacts(plan())["daemon.json"]
    assert (artifact.path, artifact.standalone) == ("", "{}\n")


def test_the_profile_holds_the_answers_and_no_path_of_ones_own() -> None:
    decided = plan(mtu="1400", ca="/home/dev/corp.pem", secrets="netrc=/home/dev/.netrc")
    text = artifacts(decided)["gomod-wizard.toml"].standalone
    assert tomllib.loads(text) == {"answers": {"mtu": 1400}}


def test_the_profile_takes_reason_and_date_along() -> None:
    decided = plan(gosumdb="off", reason='the "lab"', until="2026-12-31")
    text = artifacts(decided)["gomod-wizard.toml"].standalone
    assert tomllib.loads(text)["answers"] == {
        "gosumdb": "off",
        "reason": 'the "lab"',
        "until": "2026-12-31",
    }


def test_the_profile_gives_the_same_plan_again() -> None:
    decided = plan(goproxy="https://go.corp.example|https://b.example", no_proxy="a.example")
    answers = tomllib.loads(artifacts(decided)["gomod-wizard.toml"].standalone)["answers"]
    assert plan(**answers).goproxy.value == decided.goproxy.value


def test_without_answers_there_is_no_profile() -> None:
    assert "gomod-wizard.toml" not in artifacts(plan())


def test_what_dockerignore_hides_is_brought_back() -> None:
    ignore = IgnoreFacts(
        path=".dockerignore",
        patterns=("*.sum", "vendor"),
        hides=(("go.sum", "*.sum"), ("vendor", "vendor")),
    )
    found = artifacts(plan(facts(project=project_facts(dockerignore=ignore))))[".dockerignore"]
    whole = "\n".join((*ignore.patterns, found.standalone))
    read = parse_dockerignore(whole)
    assert not [p for p in ("go.sum", "vendor", "vendor/modules.txt") if hidden_by(read, p)]


@given(st.text(min_size=1, max_size=12).filter(lambda t: t.strip("/. ") == t and "/" not in t))
def test_a_line_that_brings_a_path_back_means_that_path(name: str) -> None:
    if any(c in name for c in "\r\n\0\\") or name != name.strip() or name == "..":
        return
    assert not hidden_by(parse_dockerignore(f"*\n{ignore_pattern(name)}\n"), name)


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_secret_option_survives_the_reader_of_its_fields(id_: str, path: str) -> None:
    if any(c in id_ + path for c in "\r\n\0"):
        return
    line = f"{csv_field('id', id_)},{csv_field('src', path)}"
    assert next(csv.reader([line])) == [f"id={id_}", f"src={path}"]


@given(observed=machines)
def test_the_command_is_the_same_after_a_shell_read_it(observed: Facts) -> None:
    command = build_command(plan(observed))
    words = shlex.split(command.shell())
    assert tuple(words[len(command.env) :]) == command.argv


def test_a_callers_own_proxy_is_passed_by_name() -> None:
    decided = plan(facts(proxy=proxy_facts(https=WRITTEN, lower_case=True)))
    assert "https_proxy" in build_command(decided).argv
    assert secret_env(decided)["https_proxy"].reveal() == WRITTEN


def test_a_moved_proxy_with_a_password_is_passed_by_name_with_its_new_address() -> None:
    moved = WRITTEN.replace("proxy.corp.example", "127.0.0.1")
    decided = plan(facts(proxy=proxy_facts(https=moved, loopback=True)))
    assert "HTTPS_PROXY" in build_command(decided).argv
    assert "@172.17.0.1:3128" in secret_env(decided)["HTTPS_PROXY"].reveal()


def test_a_moved_proxy_without_a_password_is_written_out() -> None:
    decided = plan(facts(proxy=proxy_facts(https="http://localhost:7890", loopback=True)))
    assert "HTTPS_PROXY=http://172.17.0.1:7890" in build_command(decided).argv


def test_an_image_of_a_companys_registry_is_no_default_of_the_file() -> None:
    decided = plan(base_image="registry.corp.example/golang:1.26-bookworm")
    assert "ARG BASE_IMAGE=golang:1.26-bookworm\n" in whole_text(decided)
    argv = build_command(decided).argv
    assert "BASE_IMAGE=registry.corp.example/golang:1.26-bookworm" in argv


def test_the_legacy_builder_gets_the_settings_as_arguments() -> None:
    observed = facts(private=private_facts(private_host()))
    argv = build_command(plan(observed, dockerfile="create+plain")).argv
    assert "GOPRIVATE=git.corp.example" in argv
    assert "--secret" not in argv


def test_without_go_the_settings_are_only_generated() -> None:
    assert artifacts(plan(facts(go=go_facts(version=None))))["go-env.sh"].path == ""


@pytest.mark.parametrize("name", list(shapes()))
def test_hadolint_accepts_every_shape(name: str) -> None:
    decided = shapes()[name]
    linted = subprocess.run(
        [HADOLINT, "-"], input=whole_text(decided), text=True, capture_output=True, check=False
    )
    assert (linted.returncode, linted.stdout) == (0, "")


@pytest.mark.parametrize("name", [name for name in shapes() if name.startswith("block")])
def test_hadolint_accepts_every_block(name: str) -> None:
    (artifact,) = dockerfile(shapes()[name])
    assert isinstance(artifact.content, DockerfileBlock)
    standing = (
        "FROM golang:1.24-bookworm AS build\nWORKDIR /src\nCOPY go.mod ./\n"
        "RUN go mod download\nCOPY . .\nRUN go build -o /app .\n"
    )
    text = merge_dockerfile(standing, artifact.content)[0]
    linted = subprocess.run(
        [HADOLINT, "-"], input=text, text=True, capture_output=True, check=False
    )
    assert (linted.returncode, linted.stdout) == (0, "")


def test_a_block_takes_a_folder_outside_relative_to_its_own_working_folder() -> None:
    lines = block_lines(shapes()["block-outside"])
    assert "COPY --from=outside-shared . ../shared/" in lines
    assert "outside-shared=../shared" in build_command(shapes()["block-outside"]).argv


def test_a_block_brings_every_module_file_of_a_workspace() -> None:
    lines = block_lines(shapes()["block-workspace"])
    assert "COPY go.work go.work.sum* ./" in lines
    assert 'COPY ["svc/a b/go.mod", "svc/a b/go.sum*", "./svc/a b/"]' in lines


def test_a_block_leaves_go_mod_of_the_root_to_its_stage() -> None:
    assert not [line for line in block_lines(shapes()["block"]) if line.startswith("COPY")]


@pytest.mark.parametrize(("available", "dropped"), [(False, True), (True, False), (None, False)])
def test_a_syntax_line_goes_only_where_its_image_was_seen_to_be_out_of_reach(
    available: bool | None, dropped: bool
) -> None:
    standing = replace(dockerfile_facts(syntax="docker/dockerfile:1"), syntax_available=available)
    content = artifacts(plan(facts(project=project_facts(dockerfile=standing))))["Dockerfile"]
    assert isinstance(content.content, DockerfileBlock)
    assert content.content.drop_syntax is dropped


def test_a_block_mounts_the_hosts_module_cache_only_where_the_plan_brings_it() -> None:
    with_it, without = (
        "from=gomodcache" in str(dockerfile(shapes()[name])[0].content)
        for name in ("block-bridge", "block")
    )
    assert (with_it, without) == (True, False)


@pytest.mark.parametrize("name", list(shapes()))
def test_no_dockerfile_names_a_syntax_image_or_an_address_of_the_network(name: str) -> None:
    text = whole_text(shapes()[name])
    assert "# syntax" not in text
    assert "proxy.golang.org" not in text
    assert "/home/dev" not in text


def test_a_token_that_stands_as_the_user_of_a_proxy_is_in_no_argument() -> None:
    decided = plan(facts(proxy=proxy_facts(https="http://ghp_hunter2@proxy.corp.example:3128")))
    said = [*build_command(decided).argv, *(artifact.standalone for artifact in render(decided))]
    assert not [text for text in said if "ghp_hunter2" in text]
    assert not [text for text in said if "***@" in text]


@pytest.mark.parametrize(
    ("key", "text"),
    [("goauth", "git /home/alice/work"), ("goproxy", "file:///home/alice/modules,off")],
)
def test_a_path_of_ones_own_machine_is_not_shared(key: str, text: str) -> None:
    found = artifacts(plan(None, mtu="1400", **{key: text}))["gomod-wizard.toml"]
    assert "alice" not in found.standalone
    assert key not in found.decisions


def test_a_number_and_a_switch_stay_what_they_are_in_a_profile() -> None:
    found = artifacts(plan(mtu="1400", ssh="true"))["gomod-wizard.toml"]
    assert tomllib.loads(found.standalone)["answers"] == {"mtu": 1400, "ssh": True}
