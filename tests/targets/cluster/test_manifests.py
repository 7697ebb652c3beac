"""What is written for a cluster: Kubernetes' schemas, yamllint, no secret, one plan's values."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from yamllint import linter
from yamllint.config import YamlLintConfig

from tests.plan.facts_builder import facts, mirror_facts, private_facts, private_host, proxy_facts
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
from tests.targets.cluster.manifests import (
    CLUSTER,
    artifacts,
    container,
    containers,
    documents,
    environment,
    find,
    pod_spec,
    pods,
    text,
    words,
)
from wizard.facts import known
from wizard.plan import decide
from wizard.plan.types import DockerfileForm, ModuleSource, Plan
from wizard.render import render
from wizard.render.dockerfile import whole_text

STRICT = YamlLintConfig("extends: default")
VERSIONS = ("1.30", "1.32", "1.34", kubernetes_validate.latest_version())
STORES = ("platform", "vault", "aws", "gcp", "azure")
WITH_ALL = {
    "image": "registry.corp.example:5000/team/app:v1",
    "namespace": "build",
    "storage_class": "fast-ssd",
    "storage_size": "50Gi",
    "repository": "https://git.corp.example/team/app.git",
}


def company(**answers: str) -> Plan:
    """Return a plan with a proxy that wants a login, an authority, and a private host."""
    return plan(
        facts(
            proxy=proxy_facts(https=WRITTEN, http=WRITTEN, no_proxy="*.corp.example"),
            mirrors=replace(mirror_facts(), authorities=known((CORPORATE,), "tests")),
            private=private_facts(private_host(), netrc=("git.corp.example",)),
        ),
        **answers,
    )


def by_ssh() -> Plan:
    return plan(facts(private=private_facts(SSH_HOST, ssh=AGENT)))


def check(found: list[dict[str, Any]], version: str) -> None:
    """Validate strictly; of a resource that is not Kubernetes' own, what is known of its form."""
    for one in found:
        if one["kind"] == "ExternalSecret":
            check_external_secret(one)
        else:
            kubernetes_validate.validate(one, version, strict=True)


def check_external_secret(one: dict[str, Any]) -> None:
    """The fields that are used here, as the operator's own CRD has them, read for v1:
    external-secrets/external-secrets config/crds/bases/external-secrets.io_externalsecrets.yaml.
    """
    assert one["apiVersion"] == "external-secrets.io/v1"
    spec = one["spec"]
    assert set(spec) == {"refreshInterval", "secretStoreRef", "target", "data"}
    assert spec["secretStoreRef"]["kind"] in ("SecretStore", "ClusterSecretStore")
    assert set(spec["target"]) == {"name", "creationPolicy", "template"}
    assert spec["target"]["creationPolicy"] in ("Owner", "Orphan", "Merge", "None")
    for entry in spec["data"]:
        assert re.fullmatch(r"[-._a-zA-Z0-9]{1,253}", entry["secretKey"])
        assert set(entry) == {"secretKey", "remoteRef"}
        assert set(entry["remoteRef"]) == {"key", "property"}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schemas_of_several_versions_accept_them(version: str) -> None:
    check(documents(company(), secret_store="vault", **WITH_ALL), version)
    check(documents(shapes()["block-ssh"]), version)


@pytest.mark.parametrize("shape", list(shapes()))
def test_the_newest_schemas_accept_every_shape(shape: str) -> None:
    check(documents(shapes()[shape], **WITH_ALL), kubernetes_validate.latest_version())


@settings(max_examples=15)
@given(st.sampled_from(STORES), st.booleans(), machines)
def test_any_machine_makes_valid_manifests(store: str, all_said: bool, observed: Any) -> None:
    said = {**(WITH_ALL if all_said else {}), "secret_store": store}
    check(documents(decide(observed, {}), **said), kubernetes_validate.latest_version())


@settings(max_examples=30)
@given(st.sampled_from(STORES), machines)
def test_no_secret_stands_in_any_file(store: str, observed: Any) -> None:
    for file in artifacts(decide(observed, {}), secret_store=store, **WITH_ALL):
        for secret in (SECRET, TOKEN, "s3cr", "dev%40corp"):
            assert secret not in text(file)
        for one in yaml.safe_load_all(text(file)):
            assert one["kind"] != "Secret"


@pytest.mark.parametrize("store", ["platform", "vault"])
def test_yamllint_has_nothing_to_say(store: str) -> None:
    for decided in (company(), *(shapes()[one] for one in ("vendor", "ssh", "block-workspace"))):
        for file in artifacts(decided, secret_store=store, **WITH_ALL):
            problems = list(linter.run(text(file), STRICT))
            assert not problems, (file.path, problems)


def test_every_secret_that_a_pod_wants_is_made_by_a_store_or_told_in_a_comment() -> None:
    for store in STORES:
        for decided in (company(), by_ssh()):
            files = artifacts(decided, secret_store=store, **WITH_ALL)
            found = documents(decided, secret_store=store, **WITH_ALL)
            wanted = _secrets_of(found)
            assert wanted
            if store == "platform":
                comments = "".join(map(text, files))
                assert all(f"create secret generic {name}" in comments for name in wanted)
            else:
                made = {one["metadata"]["name"] for one in found if one["kind"] == "ExternalSecret"}
                assert wanted == made


def _secrets_of(found: list[dict[str, Any]]) -> set[str]:
    names: set[str] = set()
    for pod in pods(found):
        for volume in pod["volumes"]:
            if "secret" in volume:
                names.add(volume["secret"]["secretName"])
            for source in volume.get("projected", {}).get("sources", ()):
                if "secret" in source:
                    names.add(source["secret"]["name"])
        for one in containers(pod):
            for entry in one.get("env", ()):
                if "valueFrom" in entry:
                    names.add(entry["valueFrom"]["secretKeyRef"]["name"])
    return names


@pytest.mark.parametrize(("store", "key"), [("azure", "ci-team-x"), ("vault", "ci/team/x")])
def test_a_store_is_asked_by_names_that_it_can_have(store: str, key: str) -> None:
    found = documents(company(), secret_store=store, secret_path="ci/team/x")
    netrc = find(found, "ExternalSecret", "gomod-netrc")
    assert netrc["spec"]["data"][0]["remoteRef"] == {"key": key, "property": "netrc"}


@settings(max_examples=30)
@given(machines)
def test_a_pod_has_the_settings_of_the_build_here(observed: Any) -> None:
    """Where nothing of the plan is this machine's own, the texts are the same to the byte."""
    decided = decide(observed, {})
    config = find(documents(decided), "ConfigMap", "gomod-app-network")["data"]
    here = {one.name: one.standalone for one in render(decided)}
    if "go.env" in here and decided.module_source.value is not ModuleSource.BRIDGE:
        assert config["goenv"] == here["go.env"]
    pem = [d["data"]["ca.pem"] for d in documents(decided) if d["metadata"]["name"] == "gomod-ca"]
    assert pem == ([here["ca.pem"]] if "ca.pem" in here else [])


def test_the_authority_is_that_of_the_plan() -> None:
    found = find(documents(company()), "ConfigMap", "gomod-ca")
    assert found["data"] == {"ca.pem": PEM}


def test_every_container_has_least_rights_and_bounds() -> None:
    for pod in pods(documents(company(), **WITH_ALL)):
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        for one in containers(pod):
            rights = one["securityContext"]
            assert rights["capabilities"]["drop"] == ["ALL"]
            assert not rights.get("privileged")
            assert one["resources"]["limits"]["memory"]
            if one["name"] not in ("buildkit", "buildah", "kaniko"):
                assert rights["readOnlyRootFilesystem"] is True
                assert rights["allowPrivilegeEscalation"] is False
            if one["name"] != "kaniko":
                assert rights.get("runAsUser", 65534) > 0


def test_the_preloading_pods_keep_the_restricted_pod_security_standard() -> None:
    """Kubernetes, Pod Security Standards, level `restricted`."""
    for decided in (company(), by_ssh(), shapes()["vendor"]):
        for pod in pods(documents(decided, "kubernetes")):
            kinds = {key for volume in pod["volumes"] for key in volume if key != "name"}
            assert kinds <= {
                "configMap",
                "emptyDir",
                "projected",
                "secret",
                "persistentVolumeClaim",
            }
            assert pod["securityContext"]["runAsNonRoot"] is True
            assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
            assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
            for one in containers(pod):
                assert one["securityContext"] == {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                }


def test_a_job_ends_and_is_cleaned_up() -> None:
    jobs = [one["spec"] for one in documents(company()) if one["kind"] == "Job"]
    assert len(jobs) == 4
    for spec in jobs:
        assert {"activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"} <= set(spec)
        assert spec["template"]["spec"]["restartPolicy"] == "Never"


def test_secrets_are_files_that_their_owner_alone_may_read() -> None:
    for pod in pods(documents(by_ssh(), **WITH_ALL)):
        for volume in pod["volumes"]:
            body = volume.get("projected", volume.get("secret", {}))
            if body and not body.get("optional"):
                assert body["defaultMode"] == 0o400


@pytest.mark.parametrize("target", CLUSTER)
def test_volumes_and_mounts_meet(target: str) -> None:
    for decided in (*shapes().values(), company(), by_ssh()):
        for said in ({}, WITH_ALL):
            for pod in pods(documents(decided, target, **said)):
                have = {volume["name"] for volume in pod["volumes"]}
                used = {m["name"] for c in containers(pod) for m in c["volumeMounts"]}
                assert used <= have
                for one in containers(pod):
                    paths = [mount["mountPath"] for mount in one["volumeMounts"]]
                    assert len(paths) == len(set(paths))


def test_a_build_of_our_dockerfile_is_given_modules_and_no_login() -> None:
    found = documents(company(), **WITH_ALL)
    for tool in ("buildkit", "kaniko", "buildah"):
        pod = pod_spec(find(found, "Job", f"gomod-app-{tool}"))
        builder = container(pod, tool)
        given = next(v for v in pod["volumes"] if v["name"] == "given")["projected"]["sources"]
        assert [next(iter(source)) for source in given] == ["configMap", "configMap"]
        assert {m["mountPath"] for m in builder["volumeMounts"]} >= {"/gomodcache", "/run/secrets"}
    assert "/gomodcache" in whole_text(company())
    build_env = find(found, "ConfigMap", "gomod-app-network")["data"]["build.env"]
    assert "GOPROXY=file:///gomodcache\n" in build_env
    assert "GONOPROXY=none\n" in build_env


def test_a_build_of_a_dockerfile_that_is_not_ours_is_handed_what_it_mounts() -> None:
    found = documents(shapes()["block-ssh"], "buildkit-job", **WITH_ALL)
    pod = pod_spec(find(found, "Job", "gomod-app-buildkit"))
    line = words(container(pod, "buildkit"), {})
    assert "id=goenv,src=/run/secrets/goenv" in line
    assert "id=known_hosts,src=/run/secrets/known_hosts" in line
    assert "default=/run/gomod-ssh/ssh-privatekey" in line
    assert not any("gomodcache" in word for word in line)


def test_vendor_asks_for_nothing() -> None:
    found = documents(shapes()["vendor"])
    assert not _secrets_of(found) - {"gomod-registry"}
    names = [c["name"] for pod in pods(found) for c in containers(pod)]
    assert "modules" not in names
    pod = find(found, "Pod", "gomod-app-build")
    env = environment(pod["spec"]["containers"][0], {})
    assert (env["GOFLAGS"], env["GOPROXY"]) == ("-mod=vendor", "off")


def test_the_legacy_builder_is_given_arguments_instead() -> None:
    decided = shapes()["plain"]
    assert decided.dockerfile.value.form is DockerfileForm.PLAIN
    found = documents(decided, "kaniko-job")
    line = words(container(pod_spec(find(found, "Job", "gomod-app-kaniko")), "kaniko"), {})
    assert f"--build-arg=GOPROXY={decided.goproxy.value}" in line


def test_the_main_container_asks_nobody_and_a_workspace_stays_readable() -> None:
    for shape, flags in (("proxy", "-mod=mod"), ("workspace", "-mod=readonly")):
        pod = find(documents(shapes()[shape], "kubernetes"), "Pod", "gomod-app-build")
        env = environment(container(pod["spec"], "go"), {})
        wanted = {"GOFLAGS": flags, "GOPROXY": "off", "GONOPROXY": "none"}
        assert wanted.items() <= env.items()
        assert env["GOMODCACHE"] == "/go/pkg/mod"


SHARED = {"gomod-ca", "gomod-netrc", "gomod-proxy", "gomod-registry"}
"""The company's, and the same for every project."""


def _names(found: list[dict[str, Any]]) -> set[str]:
    made = {one["metadata"]["name"] for one in found} | _secrets_of(found)
    for pod in pods(found):
        made |= {v["configMap"]["name"] for v in pod["volumes"] if "configMap" in v}
        claims = [
            v["persistentVolumeClaim"] for v in pod["volumes"] if "persistentVolumeClaim" in v
        ]
        made |= {one["claimName"] for one in claims}
    return made - SHARED


def test_two_projects_share_nothing_of_their_own_in_one_namespace() -> None:
    here, there = (
        _names(documents(replace(by_ssh(), inputs=replace(by_ssh().inputs, image_tag=tag))))
        for tag in ("billing", "mail")
    )
    assert len(here) == len(there) > 8
    assert not here & there


def test_a_name_that_was_said_tells_two_modules_of_one_name_apart() -> None:
    said = _names(documents(by_ssh(), name="team-a"))
    assert all(name.startswith("gomod-team-a-") for name in said)


def test_the_longest_name_fits_a_label() -> None:
    decided = company()
    decided = replace(decided, inputs=replace(decided.inputs, image_tag="a-" * 50))
    for one in documents(decided, **WITH_ALL):
        assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", one["metadata"]["name"])


def test_rendering_is_pure() -> None:
    once, again = (tuple(map(text, artifacts(company()))) for _ in range(2))
    assert once == again


def test_each_target_alone_names_the_same_shared_file() -> None:
    shared = {text(artifacts(company(), target)[0]) for target in CLUSTER}
    assert len(shared) == 1
