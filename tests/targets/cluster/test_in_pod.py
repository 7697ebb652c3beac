"""What of this machine gives way in a pod, and what a person is told of it."""

from __future__ import annotations

import stat
import subprocess
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.plan.facts_builder import (
    client,
    docker_facts,
    facts,
    mirror_facts,
    private_facts,
    probe,
    proxy_facts,
)
from tests.render.plans import (
    AGENT,
    CORPORATE,
    OUTSIDE,
    SECRET,
    SSH_HOST,
    WRITTEN,
    monorepo,
    plan,
    shapes,
)
from tests.targets.cluster.manifests import (
    artifacts,
    container,
    documents,
    environment,
    find,
    options,
    pod_spec,
    text,
    words,
)
from tests.targets.cluster.pod_here import PodHere
from wizard.errors import UsageError
from wizard.facts import known
from wizard.facts.mirrors import Failure
from wizard.plan.types import Plan
from wizard.render.targets.cluster.handed_over import secret_refs
from wizard.render.targets.cluster.in_pod import pod_network
from wizard.text import msg

PROXY = {"gomod-proxy": {"HTTP_PROXY": "http-of-the-secret", "HTTPS_PROXY": "https-of-the-secret"}}


def goenv(decided: Plan) -> dict[str, str]:
    lines = find(documents(decided), "ConfigMap", "gomod-app-network")["data"]["goenv"].splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def downloader_env(decided: Plan) -> dict[str, str]:
    job = find(documents(decided, "kubernetes"), "Job", "gomod-app-preload")
    return environment(container(pod_spec(job), "modules"), PROXY)


@pytest.mark.parametrize(
    ("said", "in_pod"),
    [
        ("http://127.0.0.1:3000,https://go.corp.example", "https://go.corp.example"),
        ("https://go.corp.example|http://localhost:3000|direct", "https://go.corp.example|direct"),
        ("file:///home/dev/mirror,https://go.corp.example", "https://go.corp.example"),
        ("http://[::1]:3000", "off"),
        ("https://go.corp.example,direct", "https://go.corp.example,direct"),
    ],
)
def test_a_mirror_on_this_machine_is_left_out(said: str, in_pod: str) -> None:
    assert goenv(plan(goproxy=said))["GOPROXY"] == in_pod


def test_the_comment_and_the_because_say_what_gave_way() -> None:
    decided = plan(goproxy="http://127.0.0.1:3000,https://go.corp.example")
    file = artifacts(decided, "kubernetes")[0]
    note = "a module mirror on this machine is not in a pod: GOPROXY is without it"
    assert f"# - {note}\n" in text(file)
    assert msg(note) in file.because


def test_the_bridge_is_of_this_machine_alone() -> None:
    decided = shapes()["bridge"]
    assert "file:" not in goenv(decided).get("GOPROXY", "")
    assert any("module cache" in str(note) for note in pod_network(decided).notes)


@pytest.mark.parametrize(
    ("said", "in_pod"),
    [("netrc", "netrc"), ("git /home/dev/app", None), ("netrc;corp-login", "netrc")],
)
def test_a_program_of_this_machine_does_not_log_in_there(said: str, in_pod: str | None) -> None:
    assert goenv(plan(goauth=said)).get("GOAUTH") == in_pod


def test_a_checksum_database_of_this_machine_is_asked_through_the_mirrors() -> None:
    key = "sum.corp.example+0a1b2c3d+AYmVhZGVkLWJlZWYtZGVhZGVkLWJlZWYtZGVhZGVkLWJl"
    assert goenv(plan(gosumdb=f"{key} http://localhost:9000"))["GOSUMDB"] == key
    assert goenv(plan(gosumdb=f"{key} https://s.example"))["GOSUMDB"] == f"{key} https://s.example"


def test_a_proxy_on_loopback_reaches_no_pod() -> None:
    loopback = facts(proxy=proxy_facts(https="http://127.0.0.1:7890", loopback=True))
    assert not [name for name in downloader_env(plan(loopback)) if "proxy" in name.lower()]


def test_a_proxy_is_plain_in_both_spellings_and_the_cluster_itself_goes_past_it() -> None:
    decided = plan(facts(proxy=proxy_facts(https="http://proxy.corp.example:3128")))
    env = downloader_env(decided)
    assert env["HTTPS_PROXY"] == env["https_proxy"] == "http://proxy.corp.example:3128"
    wanted = (*decided.no_proxy.value, ".svc", ".cluster.local")
    assert env["NO_PROXY"] == env["no_proxy"] == ",".join(wanted)


def test_a_proxy_with_a_login_comes_out_of_a_secret() -> None:
    decided = plan(facts(proxy=proxy_facts(https=WRITTEN, http=WRITTEN)))
    env = downloader_env(decided)
    assert env["HTTPS_PROXY"] == "https-of-the-secret"
    assert env["http_proxy"] == "http-of-the-secret"
    told = text(artifacts(decided, "kubernetes")[0])
    assert '"HTTPS_PROXY=${HTTPS_PROXY:-${https_proxy:?}}" |' in told
    assert SECRET not in told


def test_no_builder_gets_a_proxys_login_on_its_command_line() -> None:
    decided = plan(facts(proxy=proxy_facts(https=WRITTEN)), dockerfile="keep")
    found = documents(decided)
    for tool in ("buildkit", "kaniko"):
        line = words(container(pod_spec(find(found, "Job", f"gomod-app-{tool}")), tool), {})
        assert not [word for word in line if "PROXY" in word]


def test_fixed_names_and_resolvers_are_the_pods() -> None:
    decided = plan(
        hosts="Git.Corp.example=10.0.0.5,go.corp.example=10.0.0.5,here.example=127.0.0.1",
        dns="10.0.0.2,10.0.0.3,10.0.0.4",
        dns_search="corp.example",
    )
    pod = pod_spec(find(documents(decided, "kubernetes"), "Job", "gomod-app-preload"))
    names = ["git.corp.example", "go.corp.example"]
    assert pod["hostAliases"] == [{"ip": "10.0.0.5", "hostnames": names}]
    assert pod["dnsConfig"] == {
        "nameservers": ["10.0.0.2", "10.0.0.3"],
        "searches": ["corp.example"],
    }
    assert pod["dnsPolicy"] == "ClusterFirst"
    notes = [str(note) for note in pod_network(decided).notes]
    assert any("here.example" in note for note in notes)
    assert any("resolvers" in note for note in notes)


def test_an_image_of_this_machines_registry_becomes_the_public_one() -> None:
    decided = plan(base_image="localhost:5000/golang:1.24-bookworm")
    assert pod_network(decided).image == "golang:1.24-bookworm"


def test_registry_mirrors_reach_every_builder() -> None:
    decided = plan(registry_mirrors="https://mirror.corp.example/hub,http://127.0.0.1:5000")
    found = documents(decided)
    toml = find(found, "ConfigMap", "gomod-app-buildkitd")["data"]["buildkitd.toml"]
    assert 'mirrors = ["mirror.corp.example/hub"]' in toml
    line = words(container(pod_spec(find(found, "Job", "gomod-app-kaniko")), "kaniko"), {})
    assert "--registry-mirror=mirror.corp.example/hub" in line
    conf = find(found, "ConfigMap", "gomod-app-buildah")["data"]["registries.conf"]
    assert 'location = "mirror.corp.example/hub"' in conf
    assert "127.0.0.1" not in f"{toml}{line}{conf}"


def test_folders_outside_are_named_contexts_beside_the_project() -> None:
    assert OUTSIDE.target == "../shared"
    found = documents(plan(monorepo()), "buildkit-job")
    line = words(container(pod_spec(find(found, "Job", "gomod-app-buildkit")), "buildkit"), {})
    (context,) = [w for w in line if w.startswith("context:") and "gomodcache" not in w]
    name = context.removeprefix("context:").split("=")[0]
    assert f"{name}=/workspace/src/shared" in line


def test_an_ssh_repository_needs_the_plans_key() -> None:
    with pytest.raises(UsageError, match="ssh://"):
        artifacts(plan(), "buildah-job", repository="ssh://git@git.corp.example/team/app.git")


@pytest.mark.parametrize("said", ["https://dev:x@git.example/a.git", "--upload-pack=x", "git@a:b"])
def test_a_repository_with_a_login_or_an_option_is_refused(said: str) -> None:
    with pytest.raises(UsageError):
        options(repository=said)


def test_the_wider_context_of_an_old_engine_is_laid_out_as_its_dockerfile_reads_it() -> None:
    old = docker_facts(client_facts=client(version="20.10.24", buildx=None))
    closed = mirror_facts(probe(reason=Failure.CONNECT_TIMEOUT))
    decided = plan(facts(mirrors=closed, docker=old))
    wide = decided.inputs.wide
    assert wide is not None
    found = documents(decided)
    builder = container(pod_spec(find(found, "Job", "gomod-app-buildkit")), "buildkit")
    line = words(builder, {})
    assert "context=/workspace/context" in line
    assert f"dockerfile=/workspace/context/{wide.project}" in line
    places = {mount["mountPath"]: mount for mount in builder["volumeMounts"]}
    assert places[f"/workspace/context/{wide.cache}"]["subPath"] == "cache/download"
    assert "readOnly" not in places["/workspace"]
    script = find(found, "ConfigMap", "gomod-app-buildah")["data"]["build.sh"]
    assert f"--ignorefile /workspace/context/{wide.project}/Dockerfile.gomod" in script


def test_buildkitd_reads_the_same_mirrors_and_authority_as_any_other_builder() -> None:
    decided = plan(
        facts(mirrors=replace(mirror_facts(), authorities=known((CORPORATE,), "tests"))),
        registry_mirrors="https://mirror.corp.example/hub,http://plain.corp.example:5000",
        base_image="registry.corp.example/golang:1.24",
    )
    made = find(documents(decided, "buildkit-job"), "ConfigMap", "gomod-app-buildkitd")["data"]
    read = tomllib.loads(made["buildkitd.toml"])["registry"]
    assert read["docker.io"]["mirrors"] == [
        "mirror.corp.example/hub",
        "plain.corp.example:5000",
    ]
    assert read["plain.corp.example:5000"] == {"http": True}
    for host in ("docker.io", "mirror.corp.example", "registry.corp.example"):
        assert read[host]["ca"] == ["/gomod-ca/ca.pem"]


def test_git_takes_the_key_of_the_secret_and_no_host_key_but_those_beside_it(
    tmp_path: Path,
) -> None:
    found = documents(plan(facts(private=private_facts(SSH_HOST, ssh=AGENT))), "kubernetes")
    secrets = {"gomod-app-ssh": {"ssh-privatekey": "made up", "known_hosts": ""}}
    image = {"PATH": "/usr/bin:/bin"}
    pod = PodHere(
        tmp_path,
        find(found, "Pod", "gomod-app-build")["spec"],
        found,
        secrets=secrets,
        more={"gomod-app-files": {}},
        image=image,
    )
    env = pod.environment("modules")
    script = next(tmp_path.glob("run-1/config/with-network.sh"))
    done = subprocess.run(
        ["sh", script, "sh", "-c", 'echo "$GIT_SSH_COMMAND"; git config --get-regexp "^url[.]"'],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    ssh, rewrite = done.stdout.splitlines()
    assert ssh.endswith(f"-o IdentitiesOnly=yes -i {tmp_path}/run-1/ssh/ssh-privatekey")
    assert "StrictHostKeyChecking=yes" in ssh
    assert f"UserKnownHostsFile={tmp_path}/run-1/handed-over/known_hosts" in ssh
    assert rewrite == "url.ssh://git@ssh.corp.example/.insteadof https://ssh.corp.example/"


@pytest.mark.parametrize(("tool", "volume"), [("buildkit", "state"), ("buildah", "storage")])
def test_a_rootless_builder_keeps_nothing_under_the_volumes_group(
    tmp_path: Path, tool: str, volume: str
) -> None:
    """The kubelet's SetVolumeOwnership: an emptyDir has setgid, and the group of fsGroup.

    rootlesskit's user namespace has no id for that group, and chown refuses there what belongs to
    it; buildah 1.28.2 was seen to give `/` of its images setgid. The builders do not run here: a
    script in their place makes one folder where they would.
    """
    found = documents(shapes()["proxy"], f"{tool}-job", image="registry.example/app")
    here = PodHere(tmp_path, pod_spec(find(found, "Job", f"gomod-app-{tool}")), found, image={})
    here.volume(volume).chmod(0o2777)
    program = tmp_path / "bin" / {"buildkit": "buildctl-daemonless.sh", "buildah": "buildah"}[tool]
    program.parent.mkdir()
    root = {"buildkit": "${BUILDKITD_FLAGS#*--root=}", "buildah": f"{here.volume(volume)}/storage"}
    program.write_text(f'#!/bin/sh\nroot={root[tool]}\nmkdir -p "${{root%% *}}/snapshot"\n')
    program.chmod(0o755)
    here.run(tool, PATH=f"{program.parent}:/usr/bin:/bin")
    (snapshot,) = here.volume(volume).glob("*/snapshot")
    assert not snapshot.stat().st_mode & stat.S_ISGID


@pytest.mark.parametrize("tool", ["buildkit", "buildah", "kaniko"])
def test_what_a_dockerfile_for_the_legacy_builder_cannot_be_handed_is_said(tool: str) -> None:
    """Its steps would go without the authority, and fail in the cluster for no visible reason."""
    observed = facts(mirrors=replace(mirror_facts(), authorities=known((CORPORATE,), "tests")))
    legacy = plan(observed, dockerfile="create+plain")
    said = text(artifacts(legacy, f"{tool}-job")[-1])
    assert "nothing of ca; these builders can: answer dockerfile=create+mounts" in said
    assert "legacy" not in text(artifacts(plan(observed), f"{tool}-job")[-1])


def test_the_secret_of_a_proxy_is_made_from_either_spelling(tmp_path: Path) -> None:
    """kubectl, which needs a cluster, is a script that keeps what it reads."""
    decided = plan(facts(proxy=proxy_facts(https=WRITTEN, http=WRITTEN)))
    network = pod_network(decided)
    (made,) = (one for one in secret_refs(decided, network, options()) if one.name == "gomod-proxy")
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(f"#!/bin/sh\ncat >{tmp_path}/read\n")
    kubectl.chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "https_proxy": "small", "HTTP_PROXY": "large"}
    subprocess.run(["sh", "-c", made.command], env=env, check=True)
    assert (tmp_path / "read").read_text().split() == ["HTTP_PROXY=large", "HTTPS_PROXY=small"]
