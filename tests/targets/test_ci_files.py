"""The files of CI jobs: the platforms' own schemas, linters and readers accept them."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
from dataclasses import replace
from functools import cache
from importlib.resources import files as package_files
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema.validators import validator_for
from yamllint import linter
from yamllint.config import YamlLintConfig

from tests.plan.facts_builder import (
    facts,
    mirror_facts,
    private_facts,
    private_host,
    proxy_facts,
)
from tests.render.plans import (
    AGENT,
    CORPORATE,
    PEM,
    SECRET,
    SSH_HOST,
    TOKEN,
    WRITTEN,
    machines,
    plan,
    shapes,
)
from tests.targets.ci_jobs import CI, files, job
from wizard.apply import unified_diff
from wizard.apply.types import Action, Change
from wizard.errors import UsageError
from wizard.facts import Facts, known
from wizard.plan import decide
from wizard.plan.types import Plan
from wizard.render.types import Scope

STORES = ("platform", "vault", "aws", "gcp", "azure")
_OPTIONS = st.fixed_dictionaries(
    {
        "secret_store": st.sampled_from(STORES),
        "secret_path": st.sampled_from(("ci/gomod", "Team_a/x.y")),
        "image": st.sampled_from(("", "registry.corp.example:5000/team/app", "r.example/a:v1")),
    }
)
_SCHEMAS = {"gitlab": "gitlab-ci.json", "github": "github-workflows.json"}


@cache
def _validator(target: str) -> Any:
    """Return the published schema of the platform, as check-jsonschema brings it."""
    name = _SCHEMAS[target.partition("-")[0]]
    folder = package_files("check_jsonschema.builtin_schemas.vendor")
    schema = json.loads((folder / name).read_text())
    return validator_for(schema)(schema)


def _problems(target: str, text: str) -> list[str]:
    return [error.message for error in _validator(target).iter_errors(yaml.safe_load(text))]


@settings(max_examples=30)
@given(machines, _OPTIONS)
def test_the_platforms_schema_accepts_every_plan(observed: Facts, said: dict[str, str]) -> None:
    decided = decide(observed, {})
    for target in ("gitlab-ci", "gitlab-ci-dind", "github-actions"):
        for path, text in files(decided, target, **said).items():
            if path.endswith(".yml"):
                assert _problems(target, text) == []


@given(machines, _OPTIONS)
def test_no_secret_is_in_any_file(observed: Facts, said: dict[str, str]) -> None:
    decided = decide(observed, {})
    for target, secret in itertools.product(CI, (SECRET, TOKEN, "s3cr%40t")):
        for text in files(decided, target, **said).values():
            assert secret not in text


@pytest.mark.parametrize("target", CI[:3])
@pytest.mark.parametrize("store", STORES)
def test_yamllint_is_content(target: str, store: str) -> None:
    """Its default rules, warnings included; a few lines cannot be broken."""
    config = YamlLintConfig("{extends: default, rules: {line-length: {max: 140}}}")
    for decided in (_needy(), plan()):
        said = {"secret_store": store, "image": "registry.corp.example/team/app"}
        for path, text in files(decided, target, **said).items():
            if path.endswith(".yml"):
                assert [str(problem) for problem in linter.run(text, config)] == []


@pytest.mark.parametrize("shell", ["dash", "bash"])
@pytest.mark.parametrize("shape", shapes())
def test_a_shell_reads_the_script(shell: str, shape: str) -> None:
    script = files(shapes()[shape], "jenkins")[".gomod-wizard/ci.sh"]
    done = subprocess.run(
        [shell, "-n"], input=script, text=True, capture_output=True, check=False, timeout=30
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_all_platforms_build_by_the_same_script() -> None:
    scripts = {files(plan(), target)[".gomod-wizard/ci.sh"] for target in CI}
    assert len(scripts) == 1


def test_only_the_job_that_pushes_may_write_packages() -> None:
    workflow = job(plan(), "github-actions")
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["jobs"]["build"]["permissions"] == {"contents": "read"}
    assert workflow["jobs"]["publish"]["permissions"] == {"contents": "read", "packages": "write"}


def test_every_action_is_pinned_to_a_commit() -> None:
    for store in STORES:
        workflow = files(_needy(), "github-actions", secret_store=store)
        used = re.findall(r"uses: (.*)", workflow[".github/workflows/gomod-wizard.yml"])
        assert used
        assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", one) for one in used)


def test_every_job_has_an_end_and_cleans_up() -> None:
    for one in job(_needy(), "gitlab-ci").values():
        assert one["timeout"]
        assert one["after_script"][-1].endswith("clean")
    for one in job(_needy(), "github-actions")["jobs"].values():
        assert one["timeout-minutes"]
        assert one["steps"][-1]["if"] == "always()"
        assert one["steps"][-1]["run"].endswith("clean")


@pytest.mark.parametrize(
    ("store", "place"),
    [
        ("vault", {"vault": {"engine": {"name": "kv-v2", "path": "secret"},
                             "path": "team/x", "field": "netrc"}}),
        ("aws", {"aws_secrets_manager": {"secret_id": "team/x/netrc"}}),
        ("gcp", {"gcp_secret_manager": {"name": "team-x-netrc"}}),
        ("azure", {"azure_key_vault": {"name": "team-x-netrc"}}),
    ],
)  # fmt: skip
def test_gitlab_names_a_secret_in_its_store(store: str, place: dict[str, object]) -> None:
    build = job(_needy(), "gitlab-ci", secret_store=store, secret_path="team/x")
    secret = build["gomod-wizard-build"]["secrets"]["GOMOD_NETRC"]
    assert secret == {**place, "token": "$GOMOD_ID_TOKEN", "file": True}


def test_the_engine_of_the_job_has_the_plans_mtu_and_mirrors_and_tls() -> None:
    decided = plan(mtu="1400", registry_mirrors="https://mirror.corp.example")
    build = job(decided, "gitlab-ci-dind")["gomod-wizard-build"]
    (service,) = build["services"]
    assert service["command"] == ["--mtu=1400", "--registry-mirror=https://mirror.corp.example"]
    assert build["variables"]["DOCKER_TLS_VERIFY"] == "1"
    assert build["variables"]["DOCKER_HOST"] == "tcp://docker:2376"


def test_the_engine_of_the_job_trusts_the_plans_authority() -> None:
    (service,) = job(_needy(), "gitlab-ci-dind")["gomod-wizard-build"]["services"]
    assert service["variables"]["GOMOD_CA"] == PEM


def test_the_engine_of_the_job_has_the_proxy_where_it_can_be_given_one() -> None:
    by_platform = job(_needy(), "gitlab-ci-dind")["gomod-wizard-build"]["variables"]
    by_vault = job(_needy(), "gitlab-ci-dind", secret_store="vault")["gomod-wizard-build"]
    assert by_platform["HTTPS_PROXY"] == "$GOMOD_HTTPS_PROXY"
    assert by_platform["NO_PROXY"].endswith(",docker")
    assert "HTTPS_PROXY" not in by_vault["variables"]


def test_no_engine_is_ever_told_to_do_without_tls() -> None:
    for shape in shapes().values():
        text = files(shape, "gitlab-ci-dind")[".gitlab/gomod-wizard-dind.gitlab-ci.yml"]
        assert "insecure" not in text
        assert "2375" not in text


def test_a_proxy_of_this_machine_alone_is_left_out_and_named() -> None:
    here = plan(facts(proxy=proxy_facts(https="http://127.0.0.1:7890", loopback=True)))
    made = files(here, "gitlab-ci")
    assert all("7890" not in text for text in made.values())
    assert all("The proxy of the plan is on this machine itself" in t for t in made.values())


def test_a_proxy_with_a_login_is_named_as_a_secret() -> None:
    text = files(_needy(), "jenkins")["Jenkinsfile.gomod"]
    assert "string(credentialsId: 'gomod-https-proxy', variable: 'GOMOD_HTTPS_PROXY')" in text


def test_jenkins_builds_where_nobody_can_check() -> None:
    """An agent with docker and sh alone: Groovy's `error` would end the pipeline."""
    check = files(plan(), "jenkins")["Jenkinsfile.gomod"].partition("stage('build')")[0]
    assert check.count("unstable(") == 2
    assert "error(" not in check


def test_a_key_for_ssh_is_asked_for() -> None:
    by_ssh = plan(facts(private=private_facts(SSH_HOST, ssh=AGENT)))
    text = files(by_ssh, "jenkins")["Jenkinsfile.gomod"]
    assert "sshUserPrivateKey(credentialsId: 'gomod-ssh-key', keyFileVariable:" in text
    assert "file(credentialsId: 'gomod-known-hosts', variable: 'GOMOD_KNOWN_HOSTS')" in text


@pytest.mark.parametrize("target", CI)
def test_an_image_with_a_digest_cannot_be_pushed(target: str) -> None:
    with pytest.raises(UsageError):
        files(plan(), target, image=f"r.example/app@sha256:{'0' * 64}")


@pytest.mark.parametrize("target", CI)
@pytest.mark.parametrize(
    ("image", "registry"),
    [("team/app", "docker.io"), ("r.example:5000/team/app:1", "r.example:5000")],
)
def test_the_login_is_for_the_registry_of_the_image(target: str, image: str, registry: str) -> None:
    """A name without a host is Docker Hub's; `docker login team` asks nobody."""
    text = "".join(t for p, t in files(plan(), target, image=image).items() if "ci.sh" not in p)
    assert re.search(rf"GOMOD_REGISTRY\b[ :='\"]+{re.escape(registry)}['\"]?$", text, re.M)


@pytest.mark.parametrize("target", CI)
@pytest.mark.parametrize("image", ["r.example/", "r.example/a//b", "r.example/a:1:2"])
def test_what_is_no_image_is_refused(target: str, image: str) -> None:
    with pytest.raises(UsageError):
        files(plan(), target, image=image)


@pytest.mark.parametrize("target", CI)
@pytest.mark.parametrize("store", ["platform", "vault", "gcp", "azure"])
def test_the_diff_that_is_confirmed_shows_every_line_as_it_is(target: str, store: str) -> None:
    """No secret stands in it, so nothing is to hide: least of all what a job is permitted."""
    for path, text in files(_needy(), target, secret_store=store, image="r.example/a").items():
        new = Change(
            path=path, scope=Scope.PROJECT, action=Action.CREATE, artifact=path, before=None,
            after=text.encode(), mode=0o644, needs_root=False,
        )  # fmt: skip
        shown = [line.removeprefix("+") for line in unified_diff(new).splitlines()[3:]]
        assert shown == text.splitlines()


def _needy() -> Plan:
    """Return a plan that needs credentials and an authority."""
    return plan(
        facts(
            proxy=proxy_facts(https=WRITTEN, http=WRITTEN, no_proxy="*.corp.example"),
            mirrors=replace(mirror_facts(), authorities=known((CORPORATE,), "tests")),
            private=private_facts(private_host(), netrc=("git.corp.example",)),
        )
    )
