"""What other builders are told: the same as `build-command`, in their languages, and no secret."""

from __future__ import annotations

import itertools
import json
import shlex
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.plan.facts_builder import (
    docker_facts,
    engine,
    facts,
    mirror_facts,
    project_facts,
    proxy_facts,
)
from tests.render.plans import (
    CORPORATE,
    SECRET,
    TOKEN,
    WRITTEN,
    machines,
    plan,
    shapes,
)
from tests.targets.builders import readers
from wizard.errors import UsageError
from wizard.facts import known
from wizard.plan.types import Answer, BuildSecret, Origin, Plan
from wizard.render.build_command import build_command
from wizard.render.dockerignore import dockerignore
from wizard.render.quoting import hcl
from wizard.render.targets import TARGETS
from wizard.render.targets.builders import TARGETS as BUILDERS
from wizard.render.targets.options import Options
from wizard.render.types import Scope
from wizard.rules.dockerignore import hidden_by, parse_dockerignore

FILES = {
    "bake": "docker-bake.gomod.hcl",
    "compose": "compose.gomod.yaml",
    "podman": "deploy/gomod/podman-build.sh",
}
BUILDER, ELSEWHERE = "deploy/gomod", "deploy/gomod/remote"
READERS = {"bake": readers.bake, "compose": readers.compose, "podman": readers.podman}

BUILDKITD_KEYS: Mapping[str, object] = {
    "insecure-entitlements": list,
    "grpc": {"address": list, "tls": {"cert": str, "key": str, "ca": str}},
    "dns": {"nameservers": list, "options": list, "searchDomains": list},
    "registry": {"*": {"mirrors": list, "http": bool, "ca": list}},
}
"""Of moby/buildkit `cmd/buildkitd/config/config.go` (Config, GRPCConfig, TLSConfig, DNSConfig) and
`util/resolver/config/config.go` (RegistryConfig), the keys that may stand in our files."""


def rendered(target: str, decided: Plan, **options: str) -> dict[str, str]:
    """Return the target's files by name."""
    given = Options({k: Answer(text=v, origin=Origin.FLAG) for k, v in options.items()})
    return {one.name: one.standalone for one in TARGETS[target].render(decided, given)}


def named(decided: Plan, target: str) -> str:
    """Return the one file that holds the build."""
    return rendered(target, decided)[FILES[target]]


def behind_everything() -> Plan:
    """Return a plan with mirrors, a resolver, an authority, a smaller MTU and a proxy."""
    return plan(
        facts(
            proxy=proxy_facts(https="http://proxy.corp.example:3128", no_proxy="*.corp.example"),
            mirrors=replace(mirror_facts(), authorities=known((CORPORATE,), "tests")),
        ),
        mtu="1400",
        dns="10.0.0.53",
        dns_search="corp.example",
        hosts="proxy.golang.org=172.17.3.3,proxy.golang.org=::9",
        registry_mirrors="https://mirror.corp.example/hub,http://10.0.0.9:5000",
    )


PLANS = {**shapes(), "behind-everything": behind_everything()}


@pytest.mark.parametrize("shape", PLANS)
@pytest.mark.parametrize("target", READERS)
def test_every_tool_is_given_what_the_build_command_gives(target: str, shape: str) -> None:
    told = READERS[target](named(PLANS[shape], target))
    assert told == readers.command_line(build_command(PLANS[shape]).argv[2:])


@given(machines)
def test_on_any_machine_they_parse_alike_and_hold_no_secret(observed: Any) -> None:
    decided = plan(observed)
    for target in BUILDERS:
        try:
            files = rendered(target.name, decided)
        except UsageError:
            assert target.name == "buildkitd-remote"
            continue
        for name, text in files.items():
            assert SECRET not in text
            assert "s3cr" not in text
            assert TOKEN not in text
            _parses(name, text)
    expected = readers.command_line(build_command(decided).argv[2:])
    for name, read in READERS.items():
        assert read(named(decided, name)) == expected


def _parses(name: str, text: str) -> None:
    if name.endswith((".toml", ".conf")) and "proxy" not in name:
        tomllib.loads(text)
    elif name.endswith(".yaml"):
        yaml.safe_load(text)
    elif name.endswith(".sh"):
        subprocess.run(["sh", "-n"], input=text, text=True, check=True)


HOSTILE = st.text(
    st.one_of(
        st.sampled_from("$%{}\"'\\, =:#\n\t\r`;&|~!*é中\x7f\x07\x85"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    min_size=1,
)


@given(HOSTILE)
def test_a_hostile_path_of_a_secret_comes_back_from_compose(path: str) -> None:
    decided = _with_secret(f"/{path}")
    assert readers.compose(named(decided, "compose")).secrets == {("netrc", f"/{path}")}


@given(HOSTILE)
def test_a_hostile_path_of_a_secret_comes_back_from_the_shell(path: str) -> None:
    path = path.replace(",", "")
    decided = _with_secret(f"/{path}")
    script = named(decided, "podman").replace("exec podman build", "printf '%s\\0'")
    script = script.replace('cd -- "$(dirname -- "$0")/../.."', "true")
    ran = subprocess.run(["sh"], input=script.encode(), capture_output=True, check=True)
    assert f"id=netrc,src=/{path}".encode() in ran.stdout.split(b"\0")


@given(HOSTILE)
def test_a_text_of_hcl_is_read_as_json_and_begins_no_template(text: str) -> None:
    written = hcl(text)
    assert json.loads(written) == text
    assert "${" not in written
    assert "%{" not in written
    assert "\n" not in written


def _with_secret(path: str) -> Plan:
    decided = plan()
    secret = BuildSecret(id="netrc", source=path, because="")
    return replace(decided, secrets=replace(decided.secrets, value=(secret,)))


def test_a_path_with_a_comma_is_not_given_to_podman() -> None:
    with pytest.raises(UsageError, match="comma"):
        named(_with_secret("/home/dev/a,b"), "podman")


def test_a_path_that_hcl_would_change_is_not_given_to_bake() -> None:
    with pytest.raises(UsageError, match="accents"):
        named(_with_secret("/home/e\u0301t\u00e9/netrc"), "bake")


@pytest.mark.parametrize("target", READERS)
def test_without_a_project_there_is_nothing_to_build(target: str) -> None:
    with pytest.raises(UsageError, match=r"no go\.mod"):
        rendered(target, plan(facts(project=project_facts(modules=()))))


def test_the_service_of_ones_own_compose_file_gets_the_build() -> None:
    text = rendered("compose", plan(), compose_service="web.1")["compose.gomod.yaml"]
    assert list(yaml.safe_load(text)["services"]) == ["web.1"]


@pytest.mark.parametrize(
    ("target", "folder"),
    [("buildkitd", BUILDER), ("buildkitd-remote", ELSEWHERE)],
)
@pytest.mark.parametrize("network", ["default", "host"])
def test_buildkit_knows_every_key(target: str, folder: str, network: str) -> None:
    decided = behind_everything()
    value = type(decided.build_network.value)(network)
    decided = replace(decided, build_network=replace(decided.build_network, value=value))
    _known(tomllib.loads(rendered(target, decided)[f"{folder}/buildkitd.toml"]), BUILDKITD_KEYS)


def _known(table: Mapping[str, Any], keys: Any) -> None:
    for key, value in table.items():
        kind = keys.get(key, keys.get("*"))
        assert kind is not None, key
        if isinstance(kind, type):
            assert type(value) is kind, key
        else:
            _known(value, kind)


def test_buildkitd_gets_the_mirrors_resolvers_and_authority_of_the_plan() -> None:
    told = tomllib.loads(rendered("buildkitd", behind_everything())[f"{BUILDER}/buildkitd.toml"])
    ca = ["deploy/gomod/ca.pem"]
    assert told == {
        "dns": {"nameservers": ["10.0.0.53"], "searchDomains": ["corp.example"]},
        "registry": {
            "docker.io": {"mirrors": ["mirror.corp.example/hub", "10.0.0.9:5000"], "ca": ca},
            "10.0.0.9:5000": {"http": True},
            "mirror.corp.example": {"ca": ca},
        },
    }


def test_a_builder_gets_the_mirrors_that_only_the_engine_had() -> None:
    has = replace(engine(), registry_mirrors=("https://m.example",))
    observed = facts(docker=docker_facts(engine_facts=has))
    told = tomllib.loads(rendered("buildkitd", plan(observed))[f"{BUILDER}/buildkitd.toml"])
    assert told["registry"]["docker.io"]["mirrors"] == ["m.example"]


def driver_options(script: str) -> list[str]:
    """Return the words behind `--driver-opt`, as the shell reads them."""
    start = script.index("set -- ")
    words = shlex.split(script[start : script.index("\nif ", start)].replace("\\\n", " "))
    return [word for flag, word in itertools.pairwise(words) if flag == "--driver-opt"]


def test_a_list_of_hosts_is_one_field_of_a_driver_option() -> None:
    script = rendered("buildkitd", behind_everything())[f"{BUILDER}/create-builder.sh"]
    assert '"env.NO_PROXY=corp.example,localhost,127.0.0.1,::1"' in driver_options(script)


def test_a_proxy_with_a_login_is_no_driver_option() -> None:
    script = rendered("buildkitd", plan(facts(proxy=proxy_facts(https=WRITTEN))))
    assert driver_options(script[f"{BUILDER}/create-builder.sh"]) == ["default-load=true"]


def test_a_loopback_proxy_puts_the_builder_on_the_hosts_network() -> None:
    observed = facts(proxy=proxy_facts(https="http://127.0.0.1:7890", loopback=True))
    script = rendered("buildkitd", plan(observed, build_network="host"))[
        f"{BUILDER}/create-builder.sh"
    ]
    assert driver_options(script)[1:3] == [
        "network=host", "env.HTTPS_PROXY=http://127.0.0.1:7890"
    ]  # fmt: skip


def test_a_builder_elsewhere_is_not_told_of_a_proxy_of_this_machine() -> None:
    observed = facts(proxy=proxy_facts(https="http://127.0.0.1:7890", loopback=True))
    with pytest.raises(UsageError, match="this machine itself"):
        rendered("buildkitd-remote", plan(observed))


def test_a_builder_elsewhere_is_not_told_of_docker_desktops_name_for_this_machine() -> None:
    answered = plan(container_proxy="http://host.docker.internal:3128")
    with pytest.raises(UsageError, match="this machine itself"):
        rendered("buildkitd-remote", answered)


def test_a_service_reads_the_login_of_its_proxy_from_a_file_of_its_own() -> None:
    files = rendered("buildkitd-remote", plan(facts(proxy=proxy_facts(https=WRITTEN))))
    lines = files[f"{ELSEWHERE}/buildkit-proxy.conf"].splitlines()
    assert "EnvironmentFile=/etc/buildkit/proxy.env" in lines
    assert not any("3128" in line for line in lines)


def test_podman_gets_the_mirrors_resolvers_and_authority_of_the_plan() -> None:
    files = rendered("podman", behind_everything())
    (hub,) = tomllib.loads(files["podman-registries.conf"])["registry"]
    assert [one["location"] for one in hub["mirror"]] == [
        "mirror.corp.example/hub", "10.0.0.9:5000"
    ]  # fmt: skip
    containers = tomllib.loads(files["podman-containers.conf"])["containers"]
    assert containers == {"dns_servers": ["10.0.0.53"], "dns_searches": ["corp.example"]}
    assert files["podman-certs.d/mirror.corp.example/gomod-wizard.crt"] == CORPORATE.pem


def project_paths() -> list[str]:
    """Return where everything of these targets lies in the project."""
    return [
        artifact.path
        for target in BUILDERS
        for artifact in target.render(behind_everything(), Options({}))
        if artifact.scope is Scope.PROJECT
    ]


def test_nothing_is_written_under_a_name_that_is_the_users_own() -> None:
    users = {"docker-bake.hcl", "docker-bake.json", "compose.yaml", "docker-compose.yml"}
    paths = project_paths()
    assert not users & {Path(path).name for path in paths}
    assert len(paths) == len(set(paths))


def test_another_network_for_a_builder_is_no_new_build() -> None:
    """They name what differs between networks, so they must stay out of the build's context."""
    (ignored,) = dockerignore(behind_everything())
    patterns = parse_dockerignore(ignored.standalone)
    assert [path for path in project_paths() if hidden_by(patterns, path) is None] == []
