"""GitLab's job on a real engine: it builds, and says why where it cannot."""

from __future__ import annotations

import json
import os
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import trustme

from tests.lab import modules, store
from tests.lab.engine import Engine, lone_engine
from tests.lab.machine import Bind
from tests.lab.shell import Done
from tests.plan.facts_builder import facts, mirror_facts
from tests.render.plans import CORPORATE, plan
from tests.targets.ci_jobs import files, gitlab_steps, job
from wizard.facts import known
from wizard.plan.types import Plan
from wizard.render.dockerfile import whole_text

pytestmark = [
    pytest.mark.engine,
    pytest.mark.root,
    pytest.mark.skipif(os.getuid() != 0, reason="a real dockerd in its own namespaces needs root"),
]

BRIDGE = "172.17.0.1"
TOKEN = "t0ken-of-ci"
PROJECT = "/builds/team/app"
LIBRARY = modules.library("example.com/greeting", "v1.0.0", "hello from the mirror")
MAIN = """package main

import "example.com/greeting"

func main() { println(greeting.Say()) }
"""


@dataclass(frozen=True)
class Runner:
    """A runner with an engine, and a mirror behind a private authority that wants a login."""

    engine: Engine
    plan: Plan

    def build(self, target: str = "gitlab-ci", **given: str) -> Done:
        """Run the job's script."""
        steps = gitlab_steps(self.plan, PROJECT, given, target)
        return self._run(steps.script, steps.env)

    def after(self, status: str) -> Done:
        """Run what follows it."""
        steps = gitlab_steps(self.plan, PROJECT, {})
        return self._run(steps.after_script, {**steps.env, "CI_JOB_STATUS": status})

    def _run(self, script: str, env: Mapping[str, str]) -> Done:
        argv = ["sh", "-e", "-c", script]
        return self.engine.machine.run(argv, cwd=PROJECT, env=env, timeout=240)

    def left(self) -> list[str]:
        """Return what of the job stands beside its checkout."""
        found = self.engine.machine.must(["find", f"{PROJECT}.tmp", "-type", "f"])
        return found.split()


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    authority = trustme.CA(organization_name="Example Corp")
    certificate = authority.issue_cert(BRIDGE)
    binds = [
        Bind(store.REPOSITORY, "/opt/gomod-wizard"),
        Bind(Path(sysconfig.get_path("purelib")), "/opt/packages"),
    ]
    with lone_engine("28.5", binds=binds) as engine:
        machine = engine.machine
        base = f"/srv/{modules.escape(LIBRARY.path)}/@v"
        machine.write(f"{base}/list", f"{LIBRARY.version}\n")
        machine.write(f"{base}/v1.0.0.info", '{"Version":"v1.0.0"}')
        machine.write(f"{base}/v1.0.0.mod", LIBRARY.files["go.mod"])
        machine.write(f"{base}/v1.0.0.zip", LIBRARY.zipped())
        machine.write("/srv.pem", certificate.private_key_and_cert_chain_pem.bytes())
        server = Path(__file__).parent.parent / "render" / "mirror_server.py"
        machine.write("/mirror_server.py", server.read_text())
        machine.spawn(
            ["python3", "/mirror_server.py", "/srv", "/srv.pem", "8443", f"ci:{TOKEN}"], "/m.log"
        )
        machine.until_listening(8443)
        machine.write(
            "/usr/local/bin/gomod-wizard",
            '#!/bin/sh\nPYTHONPATH=/opt/gomod-wizard:/opt/packages exec python3 -m wizard "$@"\n',
            0o755,
        )
        engines = authority.issue_cert("docker")
        machine.write("/engine.pem", engines.private_key_and_cert_chain_pem.bytes())
        machine.write("/authority.pem", authority.cert_pem.bytes())
        relay = Path(__file__).with_name("engine_over_tls.py")
        machine.write("/engine_over_tls.py", relay.read_text())
        machine.spawn(
            ["python3", "/engine_over_tls.py", "2376", "/engine.pem", "/authority.pem"], "/e.log"
        )
        client = authority.issue_cert("job.example")
        machine.write("/certs/client/ca.pem", authority.cert_pem.bytes())
        machine.write("/certs/client/cert.pem", client.cert_chain_pems[0].bytes())
        machine.write("/certs/client/key.pem", client.private_key_pem.bytes(), 0o600)
        machine.write("/etc/hosts", f"127.0.0.1 localhost\n{BRIDGE} docker\n")
        machine.write("/netrc", f"machine {BRIDGE}:8443 login ci password {TOKEN}\n", 0o600)
        signed = replace(CORPORATE, pem=authority.cert_pem.bytes().decode())
        decided = plan(
            facts(mirrors=replace(mirror_facts(), authorities=known((signed,), "tests"))),
            base_image="golang:1.27-bookworm",
            goproxy=f"https://{BRIDGE}:8443",
            secrets="goenv=/root/go.env,ca=/root/ca.pem,netrc=/root/.netrc",
        )
        go_mod = f"module example.com/app\n\ngo 1.24\n\nrequire {LIBRARY.path} v1.0.0\n"
        machine.write(f"{PROJECT}/go.mod", go_mod)
        machine.write(f"{PROJECT}/go.sum", modules.go_sum([LIBRARY]))
        machine.write(f"{PROJECT}/main.go", MAIN)
        machine.write(f"{PROJECT}/Dockerfile", whole_text(decided))
        for path, text in files(decided, "gitlab-ci").items():
            machine.write(f"{PROJECT}/{path}", text)
        yield Runner(engine, decided)


def test_it_says_why_where_its_login_is_missing(runner: Runner) -> None:
    assert not runner.build().ok
    runner.after("failed").must()
    report = json.loads(runner.engine.machine.read(f"{PROJECT}/gomod-diagnosis.json"))
    assert "401" in report[0]["description"]
    assert runner.left() == []


def test_it_builds_with_what_the_platform_hands_over(runner: Runner) -> None:
    built = runner.build(GOMOD_NETRC="/netrc", CI_REGISTRY_IMAGE="registry.example/Team/App").must()
    assert TOKEN not in built.output
    ran = runner.engine.docker("run", "--rm", "registry.example/team/app:c0ffee").must()
    assert "hello from the mirror" in ran.output
    runner.after("success").must()
    assert runner.left() == []


def test_it_builds_with_an_engine_of_its_own_past_the_proxy(runner: Runner) -> None:
    """As with docker in docker: over TLS, and the proxy of the job leads to nobody."""
    built = runner.build(
        "gitlab-ci-dind",
        CI_JOB_ID="43",
        CI_REGISTRY_IMAGE="registry.example/team/dind",
        GOMOD_NETRC="/netrc",
        GOMOD_HTTPS_PROXY="http://127.0.0.9:9",
        GOMOD_NO_PROXY=BRIDGE,
    )
    assert built.ok, built.output
    runner.engine.docker("image", "inspect", "registry.example/team/dind:c0ffee").must()


def test_an_engine_of_the_job_takes_its_flags(runner: Runner) -> None:
    decided = plan(
        mtu="1400",
        registry_mirrors="https://mirror.corp.example",
        bip="192.168.200.1/24",
        address_pools="192.168.208.0/20:24",
    )
    (service,) = job(decided, "gitlab-ci-dind")["gomod-wizard-build"]["services"]
    read = runner.engine.machine.run(["dockerd", "--validate", *service["command"]])
    assert "configuration OK" in read.output, read.output
