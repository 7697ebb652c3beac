"""The pods' own scripts and environment, with a real Go: through a proxy with a login, past a
company's authority, to a mirror with a login; then without any network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.plan.facts_builder import facts, mirror_facts, private_facts, private_host, proxy_facts
from tests.render.plans import CORPORATE, WRITTEN, plan
from tests.route.world import GIT, CodeHost
from tests.servers.authority import Authority
from tests.servers.mirror import Mirror
from tests.servers.module import QUOTE, SHOUT, Module
from tests.servers.proxy import Proxy
from tests.targets.cluster.manifests import documents, environment, find, pod_spec
from tests.targets.cluster.pod_here import Data, PodHere
from wizard.facts import known
from wizard.plan.types import Plan

GO = Path(sys.executable).with_name("go")

pytestmark = [
    pytest.mark.go,
    pytest.mark.skipif(not GO.exists(), reason="there is no go beside this Python"),
]

MIRROR = "mirror.example.test"
LOGIN = ("dev", "made-up")
PROXY_LOGIN = ("dev@corp", "s3cr@t %")
IMAGE = {"PATH": f"{GO.parent}:/usr/bin:/bin", "GOTOOLCHAIN": "local", "GOENV": "off"}
MODULES = (QUOTE, SHOUT)
GO_MOD = "module example.com/app\n\ngo 1.21\n\nrequire (\n{requires}\n)\n"
MAIN = 'package main\n\nimport (\n\t_ "example.test/Loud/Shout"\n\t_ "example.test/quote"\n)\n\n'


def go_mod() -> str:
    return GO_MOD.format(requires="\n".join(f"\t{m.path} {m.version}" for m in MODULES))


def go_sum() -> str:
    lines: list[str] = []
    for module in MODULES:
        lines += _sums(module)
    return "\n".join((*sorted(lines), ""))


def _sums(module: Module) -> list[str]:
    canary = module.canary
    return [
        f"{module.path} {module.version} {canary.zip_hash}",
        f"{module.path} {module.version}/go.mod {canary.mod_hash}",
    ]


@dataclass(frozen=True)
class Company:
    """What a cluster reaches, and the plan of a machine that knows it."""

    plan: Plan
    secrets: Data
    mirror: Mirror
    proxy: Proxy
    code: CodeHost
    stack: ExitStack

    def close(self) -> None:
        """Take the network away."""
        self.stack.close()


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with ExitStack() as stack:
        authority = stack.enter_context(Authority())
        mirror = stack.enter_context(Mirror(authority, modules=MODULES, login=LOGIN))
        code = stack.enter_context(CodeHost(authority, tmp_path / "repositories", {}))
        names = {MIRROR: f"127.0.0.1:{mirror.port}", GIT: f"127.0.0.1:{code.port}"}
        proxy = stack.enter_context(Proxy(login=PROXY_LOGIN, names=names))
        trusted = replace(CORPORATE, pem=authority.bundle.read_text())
        decided = plan(
            facts(
                proxy=proxy_facts(https=WRITTEN),
                mirrors=replace(mirror_facts(), authorities=known((trusted,), "tests")),
                private=private_facts(private_host(), netrc=("git.corp.example",)),
            ),
            goproxy=f"https://{MIRROR}",
        )
        netrc = f"machine {MIRROR} login {LOGIN[0]} password {LOGIN[1]}\n"
        yield Company(
            plan=decided,
            secrets={
                "gomod-netrc": {"netrc": netrc},
                "gomod-proxy": {"HTTPS_PROXY": proxy.url_with_login},
            },
            mirror=mirror,
            proxy=proxy,
            code=code,
            stack=stack,
        )


def files() -> Data:
    return {"gomod-app-files": {"go.mod": go_mod(), "go.sum": go_sum()}}


def pod_of(company: Company, folder: Path, kind: str, name: str, **said: str) -> PodHere:
    found = documents(company.plan, **said)
    return PodHere(
        folder,
        pod_spec(find(found, kind, name)),
        found,
        secrets=company.secrets,
        more=files(),
        image=IMAGE,
    )


def build(pod: PodHere, env: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    folder.mkdir()
    (folder / "go.mod").write_text(go_mod())
    (folder / "go.sum").write_text(go_sum())
    (folder / "main.go").write_text(f"{MAIN}func main() {{}}\n")
    return subprocess.run(
        [GO, "build", "-o", folder / "app", "."],
        env=env,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_job_fills_the_claim_and_proves_it_without_a_network(
    company: Company, tmp_path: Path
) -> None:
    pod = pod_of(company, tmp_path, "Job", "gomod-app-preload")
    pod.run("modules")
    cache = pod.volume("modules") / "cache" / "download"
    assert sorted(p.name for p in cache.glob("example.test/**/*.zip")) == [
        "v0.3.1.zip",
        "v1.5.2.zip",
    ]
    assert f"{MIRROR}:443" in company.proxy.tunnels
    company.close()
    pod.run("proof")


def test_the_proof_fails_where_a_module_is_missing(company: Company, tmp_path: Path) -> None:
    pod = pod_of(company, tmp_path, "Job", "gomod-app-preload")
    with pytest.raises(AssertionError, match="GOPROXY=off"):
        pod.run("proof")


def test_the_main_container_builds_from_the_volume_without_a_network(
    company: Company, tmp_path: Path
) -> None:
    pod = pod_of(company, tmp_path, "Pod", "gomod-app-build")
    pod.run("modules")
    company.close()
    done = build(pod, pod.environment("go"), tmp_path / "src")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "src" / "app").is_file()


def test_no_login_stays_in_a_volume_that_others_mount(company: Company, tmp_path: Path) -> None:
    pod = pod_of(company, tmp_path, "Pod", "gomod-app-build")
    pod.run("modules")
    for volume in ("modules", "scratch"):
        for path in pod.volume(volume).rglob("*"):
            assert not path.is_symlink()
            assert not path.is_file() or LOGIN[1].encode() not in path.read_bytes()


@pytest.mark.parametrize("tool", ["buildkit", "kaniko", "buildah"])
def test_a_builds_own_init_container_downloads_what_its_steps_then_find(
    company: Company, tmp_path: Path, tool: str
) -> None:
    """The steps' environment is that of the Dockerfile's wrapper: goenv, and nothing else."""
    pod = pod_of(company, tmp_path, "Job", f"gomod-app-{tool}")
    sources = pod.volume("workspace") / "src"
    sources.mkdir()
    (sources / "go.mod").write_text(go_mod())
    (sources / "go.sum").write_text(go_sum())
    pod.run("modules")
    company.close()
    mirror = pod.volume("modules") / "cache" / "download"
    settings = find(documents(company.plan), "ConfigMap", "gomod-app-network")["data"]["build.env"]
    env = dict(line.split("=", 1) for line in settings.splitlines() if line[:1] not in ("", "#"))
    env["GOPROXY"] = env["GOPROXY"].replace("/gomodcache", str(mirror))
    home = tmp_path / "step"
    home.mkdir()
    done = build(
        pod, {**IMAGE, **env, "HOME": str(home), "GOFLAGS": "-modcacherw"}, tmp_path / "build"
    )
    assert done.returncode == 0, done.stderr


def test_the_sources_come_from_the_repository_and_the_modules_from_the_sources(
    company: Company, tmp_path: Path
) -> None:
    repository = company.code.root / "app.git"
    commit(repository)
    url = f"https://{GIT}/app.git"
    pod = pod_of(company, tmp_path, "Job", "gomod-app-buildkit", repository=url)
    pod.run("sources")
    assert (pod.volume("workspace") / "src" / "main.go").is_file()
    assert f"{GIT}:443" in company.proxy.tunnels
    pod.run("modules")
    assert list((pod.volume("modules") / "cache" / "download").glob("**/*.zip"))


def commit(repository: Path) -> None:
    repository.mkdir(parents=True)
    (repository / "go.mod").write_text(go_mod())
    (repository / "go.sum").write_text(go_sum())
    (repository / "main.go").write_text(f"{MAIN}func main() {{}}\n")
    env = {"PATH": IMAGE["PATH"], "HOME": str(repository.parent)}
    who = ("-c", "user.name=dev", "-c", "user.email=dev@corp.example")
    for line in (("init", "-q"), ("add", "-A"), (*who, "commit", "-qm", "first")):
        subprocess.run(["git", *line], cwd=repository, env=env, check=True)


def test_the_companys_authority_stands_beside_those_of_the_image(
    company: Company, tmp_path: Path
) -> None:
    """SSL_CERT_DIR, as a builder written in Go reads it: a folder of the kubelet's links."""
    with Authority("Public Test CA") as public, Mirror(public, modules=MODULES) as known_to_all:
        found = documents(company.plan)
        pod = pod_of(company, tmp_path, "Job", "gomod-app-buildkit")
        env = pod.environment("buildkit")
        system = tmp_path / "system"
        system.mkdir()
        (system / "public.pem").write_text(public.bundle.read_text())
        trusted = env["SSL_CERT_DIR"].replace("/etc/ssl/certs", str(system), 1)
        plain = environment(
            pod_spec(find(found, "Job", "gomod-app-buildkit"))["containers"][0], company.secrets
        )
        assert plain["SSL_CERT_DIR"] == "/etc/ssl/certs:/etc/pki/tls/certs:/gomod-ca"
        for url in (known_to_all.url, f"https://{LOGIN[0]}:{LOGIN[1]}@{MIRROR}"):
            done = _fetch(url, tmp_path, trusted, company.proxy.url_with_login)
            assert done.returncode == 0, done.stderr
        done = _fetch(known_to_all.url, tmp_path, str(tmp_path), company.proxy.url_with_login)
        assert "x509" in done.stderr


def _fetch(url: str, folder: Path, certificates: str, proxy: str) -> Any:
    home = folder / f"home-{len(list(folder.iterdir()))}"
    home.mkdir()
    return subprocess.run(
        [GO, "mod", "download", "-modcacherw", f"{QUOTE.path}@{QUOTE.version}"],
        env={
            **IMAGE,
            "HOME": str(home),
            "GOPROXY": url,
            "GONOSUMDB": "example.test",
            "SSL_CERT_DIR": certificates,
            "HTTPS_PROXY": proxy,
        },
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
