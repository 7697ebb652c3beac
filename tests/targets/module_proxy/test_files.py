"""What is written for a module proxy: schemas, yamllint, no secret, nothing private let out."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import check_jsonschema  # type: ignore[import-untyped]
import jsonschema
import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from yamllint import linter
from yamllint.config import YamlLintConfig

from tests.plan.facts_builder import facts, mirror_facts, private_facts, private_host, proxy_facts
from tests.render.plans import CORPORATE, SECRET, TOKEN, WRITTEN, machines, plan, shapes
from tests.targets.cluster.manifests import options
from wizard.facts import known
from wizard.plan import decide
from wizard.plan.types import Plan
from wizard.render.targets import render_targets
from wizard.render.targets.module_proxy.values import (
    env_list,
    hcl,
    no_sum_patterns,
    private_patterns,
)
from wizard.rules.modpath import escape_path
from wizard.rules.patterns import match, match_prefix_patterns

TARGETS = ("athens-compose", "athens-kubernetes", "goproxy-compose")
STORES = ("platform", "vault", "aws", "gcp", "azure")
STRICT = YamlLintConfig("extends: default")
SPEC = json.loads(
    (
        Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
    ).read_text()
)


def company(**answers: str) -> Plan:
    return plan(
        facts(
            proxy=proxy_facts(https=WRITTEN, http=WRITTEN, no_proxy="*.corp.example"),
            mirrors=replace(mirror_facts(), authorities=known((CORPORATE,), "tests")),
            private=private_facts(private_host(), netrc=("git.corp.example",)),
        ),
        **answers,
    )


def written(decided: Plan, *targets: str, **said: str) -> dict[str, str]:
    found = render_targets(decided, targets or TARGETS, options(**said))
    return {Path(one.path).name: one.standalone for one in found}


def compose(decided: Plan, name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(
        written(decided, f"{name}-compose")[f"compose.{name}.yaml"]
    )
    return found


def athens(decided: Plan) -> dict[str, str]:
    """Return Athens' variables as Compose gives them: `$$` is one `$`."""
    env = compose(decided, "athens")["services"]["athens"]["environment"]
    return {name: value.replace("$$", "$") for name, value in env.items()}


def check(files: dict[str, str]) -> None:
    for name, text in files.items():
        if not name.endswith(".yaml"):
            continue
        assert not list(linter.run(text, STRICT)), name
        for one in yaml.safe_load_all(text):
            if name.startswith("compose."):
                jsonschema.Draft7Validator(SPEC).validate(one)
            elif one["kind"] != "ExternalSecret":
                kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize("shape", list(shapes()))
def test_the_schemas_accept_every_shape(shape: str) -> None:
    check(written(shapes()[shape]))


@pytest.mark.parametrize("version", ["1.30", "1.32", "1.34"])
def test_the_schemas_of_several_clusters_accept_it(version: str) -> None:
    text = written(company(), "athens-kubernetes", storage_class="fast")["athens.yaml"]
    for one in yaml.safe_load_all(text):
        kubernetes_validate.validate(one, version, strict=True)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(STORES), machines)
def test_any_machine_makes_valid_files(store: str, observed: Any) -> None:
    check(written(decide(observed, {}), secret_store=store))


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(STORES), machines)
def test_no_secret_stands_in_any_file(store: str, observed: Any) -> None:
    for name, text in written(decide(observed, {}), secret_store=store).items():
        for secret in (SECRET, TOKEN, "s3cr", "dev%40corp"):
            assert secret not in text, name


@settings(max_examples=30, deadline=None)
@given(machines)
def test_what_is_private_is_kept_from_mirror_and_database_alike(observed: Any) -> None:
    decided = decide(observed, {})
    patterns = private_patterns(decided)
    env = athens(decided)
    go = dict(one.split("=", 1) for one in env["ATHENS_GO_BINARY_ENV_VARS"].split(";"))
    no_sum = env.get("ATHENS_GONOSUM_PATTERNS", "").split(",")
    for pattern in patterns:
        assert pattern in go["GONOSUMDB"].split(",")
        assert pattern in no_sum
    assert go.get("GOPRIVATE", "") == ",".join(decided.goprivate.value)
    assert set(decided.goprivate.value) <= set(patterns)


def asked_of_the_database(patterns: str, lookup: str) -> bool:
    """Athens' own rule: pkg/paths/path.go MatchesPattern, actions/sumdb.go."""
    for pattern in patterns.split(","):
        wanted = pattern.count("/")
        elements = lookup.split("/")
        if len(elements) > wanted and match(pattern, "/".join(elements[: wanted + 1])):
            return False
    return True


_words = st.from_regex(r"[a-zA-Z][a-zA-Z0-9]{0,5}", fullmatch=True).filter(
    # Names of devices on Windows, which no module may have (x/mod module.CheckPath).
    lambda word: not re.fullmatch(r"(?i)con|prn|aux|nul|com\d|lpt\d", word)
)


@given(
    host=st.sampled_from(("git.corp.example", "*.corp.example")),
    path=st.lists(_words, max_size=3),
    more=st.lists(_words, max_size=2),
)
def test_athens_keeps_from_the_database_what_go_calls_private(
    host: str, path: list[str], more: list[str]
) -> None:
    pattern = "/".join((host, *path))
    module = "/".join((host.replace("*", "git"), *path, *more))
    assert match_prefix_patterns(pattern, module)
    lookup = f"{escape_path(module)}@v1.2.3"
    assert not asked_of_the_database(no_sum_patterns((pattern,)), lookup)


def test_a_proxys_login_comes_from_a_file_or_a_secret_alone() -> None:
    service = compose(company(), "athens")["services"]["athens"]
    assert service["env_file"] == ["${GOMOD_PROXY_ENV:?a file of mode 0600 with the proxy's login}"]
    assert not {"HTTPS_PROXY", "https_proxy"} & set(service["environment"])
    text = written(company(), "athens-kubernetes")["athens.yaml"]
    (deployment,) = [d for d in yaml.safe_load_all(text) if d["kind"] == "Deployment"]
    env = deployment["spec"]["template"]["spec"]["containers"][0]["env"]
    (https,) = [one for one in env if one["name"] == "HTTPS_PROXY"]
    assert https["valueFrom"]["secretKeyRef"] == {"name": "gomod-proxy", "key": "HTTPS_PROXY"}


def test_the_login_of_git_is_a_file_of_the_users_own() -> None:
    body = compose(company(), "athens")
    assert body["secrets"]["netrc"]["file"].startswith("${GOMOD_NETRC:?")
    assert athens(company())["ATHENS_NETRC_PATH"] == "/run/secrets/netrc"


def test_the_authority_reaches_go_and_git_inside_athens() -> None:
    env = athens(company())
    go = dict(one.split("=", 1) for one in env["ATHENS_GO_BINARY_ENV_VARS"].split(";"))
    assert go["SSL_CERT_FILE"] == go["GIT_SSL_CAINFO"] == env["SSL_CERT_FILE"]
    assert written(company())["ca.pem"].strip() == CORPORATE.pem.strip()


def test_a_module_that_wants_a_newer_go_than_the_image_has_is_served() -> None:
    """With GOTOOLCHAIN=local, or no go.env, go answers an error for it (gomods/athens#2054)."""
    go = dict(one.split("=", 1) for one in athens(plan())["ATHENS_GO_BINARY_ENV_VARS"].split(";"))
    assert go["GOTOOLCHAIN"] == "auto"
    assert compose(plan(), "goproxy")["services"]["goproxy"]["environment"]["GOTOOLCHAIN"] == "auto"


def test_a_checksum_database_is_relayed_by_goproxy_only_without_private_modules() -> None:
    command = compose(plan(), "goproxy")["services"]["goproxy"]["command"]
    assert "--proxied-sumdbs" in command
    command = compose(company(), "goproxy")["services"]["goproxy"]["command"]
    assert "--proxied-sumdbs" not in command


def test_the_image_comes_from_the_companys_mirror_of_docker_hub() -> None:
    decided = plan(registry_mirrors="https://hub.corp.example")
    image = compose(decided, "athens")["services"]["athens"]["image"]
    assert image.startswith("${GOMOD_ATHENS_IMAGE:-hub.corp.example/gomods/athens:v")


@settings(max_examples=10, deadline=None)
@given(machines)
def test_two_targets_never_write_one_file_differently(observed: Any) -> None:
    decided = decide(observed, {})
    found: dict[str, str] = {}
    for target in TARGETS:
        for one in render_targets(decided, (target,), options()):
            assert found.setdefault(one.path, one.standalone) == one.standalone, one.path


def test_storage_survives_and_nobody_is_root() -> None:
    body = compose(company(), "athens")
    assert set(body["volumes"]) == {"modules", "scratch"}
    service = body["services"]["athens"]
    assert service["user"] == "${GOMOD_UID:-65534}:${GOMOD_GID:-65534}"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


@given(st.text(max_size=40))
def test_no_value_ends_the_list_of_variables(value: str) -> None:
    assert len(env_list({"GOPROXY": value, "GOSUMDB": "x"}).split(";")) == 2


@given(st.text(st.characters(codec="ascii", exclude_characters="\r\0"), max_size=40))
def test_no_text_ends_a_string_of_hcl_or_begins_a_template(value: str) -> None:
    quoted = hcl(value)[1:-1]
    bare = quoted.replace("\\\\", "").replace('\\"', "").replace("$${", "").replace("%%{", "")
    assert '"' not in bare
    assert "${" not in bare
    assert "%{" not in bare
    assert "\n" not in bare
