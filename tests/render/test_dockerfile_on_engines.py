"""The Dockerfile on real engines: with every secret, with none, and nothing left behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from tests.lab import modules
from tests.lab.engine import Engine, lone_engine
from tests.lab.shell import Done
from tests.plan.facts_builder import dockerfile_facts, facts, go_facts, project_facts
from wizard.apply.merge.dockerfile import merge_dockerfile
from wizard.facts import Facts
from wizard.plan import decide
from wizard.plan.types import Answer, Origin, Plan
from wizard.render.build_command import build_command
from wizard.render.dockerfile import dockerfile, whole_text
from wizard.render.types import DockerfileBlock

pytestmark = [
    pytest.mark.engine,
    pytest.mark.root,
    pytest.mark.skipif(os.getuid() != 0, reason="a real dockerd in its own namespaces needs root"),
]

BRIDGE = "172.17.0.1"
LOGIN, TOKEN = "dev", "t0ken-of-dev"
LIBRARY = modules.library("example.com/greeting", "v1.0.0", "hello from the mirror")
MAIN = """package main

import "example.com/greeting"

func main() { println(greeting.Say()) }
"""


@dataclass(frozen=True)
class Bench:
    """An engine, a mirror that wants a login behind a private authority, and a project."""

    engine: Engine

    def plan(self, observed: Facts | None = None, **answers: str) -> Plan:
        given = {
            "base_image": "golang:1.27-bookworm",
            "goproxy": f"https://{BRIDGE}:8443",
            "secrets": "goenv=/root/in/go.env,ca=/root/in/ca.pem,netrc=/root/.netrc",
            **answers,
        }
        return decide(
            observed or facts(go=go_facts(mod_cache="/root/go/pkg/mod")),
            {k: Answer(text=v, origin=Origin.FLAG) for k, v in given.items()},
        )

    def build(self, dockerfile: str, *words: str) -> Done:
        self.engine.machine.write("/root/app/Dockerfile", dockerfile)
        # A new name for the cache mounts: what an earlier build downloaded must not help.
        namespace = f"--build-arg=BUILDKIT_CACHE_MOUNT_NS={os.urandom(4).hex()}"
        return self.engine.docker(
            "build", "--no-cache", "--progress=plain", namespace, *words,
            cwd="/root/app", env={"DOCKER_BUILDKIT": "1"}, timeout=240,
        )  # fmt: skip

    def handed_over(self, plan: Plan) -> list[str]:
        return list(build_command(plan).argv[2:])


@pytest.fixture(scope="module", params=["28.5", "20.10"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    authority = trustme.CA(organization_name="Example Corp")
    certificate = authority.issue_cert(BRIDGE)
    with lone_engine(request.param) as engine:
        machine = engine.machine
        base = f"/srv/{modules.escape(LIBRARY.path)}/@v"
        machine.write(f"{base}/list", f"{LIBRARY.version}\n")
        machine.write(f"{base}/v1.0.0.info", '{"Version":"v1.0.0"}')
        machine.write(f"{base}/v1.0.0.mod", LIBRARY.files["go.mod"])
        machine.write(f"{base}/v1.0.0.zip", LIBRARY.zipped())
        machine.write("/srv.pem", certificate.private_key_and_cert_chain_pem.bytes())
        server = Path(__file__).with_name("mirror_server.py").read_text()
        machine.write("/mirror_server.py", server)
        machine.spawn(
            ["python3", "/mirror_server.py", "/srv", "/srv.pem", "8443", f"{LOGIN}:{TOKEN}"],
            "/mirror.log",
        )
        machine.until_listening(8443)
        machine.write("/root/in/ca.pem", authority.cert_pem.bytes())
        machine.write("/root/in/go.env", f"GOPROXY=https://{BRIDGE}:8443\nGOSUMDB=sum.golang.org\n")
        machine.write(
            "/root/.netrc", f"machine {BRIDGE}:8443 login {LOGIN} password {TOKEN}\n", 0o600
        )
        go_mod = f"module example.com/app\n\ngo 1.24\n\nrequire {LIBRARY.path} v1.0.0\n"
        machine.write("/root/app/go.mod", go_mod)
        machine.write("/root/app/go.sum", modules.go_sum([LIBRARY]))
        machine.write("/root/app/main.go", MAIN)
        yield Bench(engine)


def test_it_downloads_with_its_secrets_and_keeps_none_of_them(bench: Bench) -> None:
    plan = bench.plan()
    bench.build(whole_text(plan), "--target=deps", *bench.handed_over(plan)).must()
    left = bench.engine.docker(
        "run", "--rm", plan.inputs.image_tag, "sh", "-c",
        f"grep -rlsF -e {TOKEN} -e 'BEGIN CERTIFICATE' /root /run /dev/shm /src /tmp;"
        " find /root /run/secrets -name .netrc -o -type f -path '/run/secrets/*' -size +0; true",
    ).must()  # fmt: skip
    assert left.stdout == ""
    history = bench.engine.docker("history", "--no-trunc", plan.inputs.image_tag).must()
    assert TOKEN not in history.stdout
    assert BRIDGE not in history.stdout


def test_the_program_runs_in_the_empty_last_stage_as_nobody(bench: Bench) -> None:
    plan = bench.plan()
    bench.build(whole_text(plan), *bench.handed_over(plan)).must()
    ran = bench.engine.docker("run", "--rm", plan.inputs.image_tag).must()
    assert "hello from the mirror" in ran.output
    user = bench.engine.docker(
        "image", "inspect", "--format={{.Config.User}}", plan.inputs.image_tag
    )
    assert user.stdout.strip() == "65532:65532"


@pytest.mark.parametrize("missing", ["goenv", "ca", "netrc"])
def test_each_secret_is_what_it_is_for(bench: Bench, missing: str) -> None:
    signs = {
        "goenv": "proxy.golang.org",
        "ca": "certificate signed by unknown authority",
        "netrc": "401 Unauthorized",
    }
    plan = bench.plan()
    kept = ",".join(f"{s.id}={s.source}" for s in plan.secrets.value if s.id != missing)
    failed = bench.build(
        whole_text(plan), "--target=deps", *bench.handed_over(bench.plan(secrets=kept))
    )
    assert not failed.ok
    assert signs[missing] in failed.output


def test_it_builds_without_any_secret_where_nothing_must_be_downloaded(bench: Bench) -> None:
    machine = bench.engine.machine
    go_mod, main = machine.read("/root/app/go.mod"), machine.read("/root/app/main.go")
    try:
        machine.write("/root/app/go.mod", "module example.com/app\n\ngo 1.24\n")
        machine.write("/root/app/main.go", "package main\n\nfunc main() {}\n")
        bench.build(whole_text(bench.plan()), "-t", "bare", ".").must()
    finally:
        machine.write("/root/app/go.mod", go_mod)
        machine.write("/root/app/main.go", main)


def test_the_settings_beat_an_env_of_the_base_image(bench: Bench) -> None:
    base = "FROM golang:1.27-bookworm\nENV GOPROXY=off GOSUMDB=off\n"
    bench.build(base, "-t", "stubborn:1", ".").must()
    plan = bench.plan(base_image="stubborn:1")
    bench.build(whole_text(plan), "--target=deps", *bench.handed_over(plan)).must()


def test_a_block_serves_a_stage_whose_user_is_not_root(bench: Bench) -> None:
    standing = (
        "FROM golang:1.27-bookworm AS build\n"
        "RUN mkdir -p /home/me /go && chown 1000:1000 /home/me /go\n"
        "ENV HOME=/home/me GOPATH=/go\n"
        "WORKDIR /home/me/app\n"
        "USER 1000:1000\n"
        "COPY --chown=1000:1000 go.mod go.sum ./\n"
        "RUN go mod download\n"
        "COPY --chown=1000:1000 . .\n"
        "RUN go build -o /home/me/app.bin .\n"
    )
    observed = facts(
        project=project_facts(dockerfile=dockerfile_facts(base_image="golang:1.27-bookworm"))
    )
    plan = bench.plan(observed)
    (artifact,) = dockerfile(plan)
    assert isinstance(artifact.content, DockerfileBlock)
    merged, _ = merge_dockerfile(standing, artifact.content)
    bench.build(merged, *bench.handed_over(plan)).must()
    left = bench.engine.docker(
        "run", "--rm", plan.inputs.image_tag, "ls", "-A", "/home/me", "/dev/shm"
    ).must()
    assert ".netrc" not in left.stdout
    assert "roots.pem" not in left.stdout


def test_the_bridge_serves_the_hosts_own_module_cache(bench: Bench) -> None:
    machine = bench.engine.machine
    machine.must(
        ["go", "mod", "download"],
        cwd="/root/app",
        env={
            "GOPROXY": f"https://{BRIDGE}:8443",
            "SSL_CERT_FILE": "/root/in/ca.pem",
            "GOFLAGS": "-modcacherw",
            "GOMODCACHE": "/root/go/pkg/mod",
        },
    )
    plan = bench.plan(module_source="bridge", secrets="goenv=/root/in/bridge.env")
    machine.write("/root/in/bridge.env", "GOPROXY=file:///gomodcache\nGONOPROXY=none\n")
    done = bench.build(whole_text(plan), *bench.handed_over(plan))
    if bench.engine.version == "20.10":
        assert not done.ok
    else:
        done.must()


def test_the_plain_form_builds_with_the_legacy_builder(bench: Bench) -> None:
    machine = bench.engine.machine
    plan = bench.plan(dockerfile="create+plain", goproxy="file:///src/mirror", secrets="none")
    machine.must(["cp", "-r", "/srv", "/root/app/mirror"])
    text = whole_text(plan).replace("COPY go.mod", "COPY mirror ./mirror\nCOPY go.mod")
    machine.write("/root/app/Dockerfile", text)
    done = bench.engine.docker(
        "build", *bench.handed_over(plan), cwd="/root/app", env={"DOCKER_BUILDKIT": "0"}
    )
    machine.must(["rm", "-r", "/root/app/mirror"])
    done.must()


def test_an_image_whose_user_is_not_root_builds_too(bench: Bench) -> None:
    base = "FROM golang:1.27-bookworm\nUSER 1000:1000\n"
    bench.build(base, "-t", "rootless:1", ".").must()
    plan = bench.plan(base_image="rootless:1")
    bench.build(whole_text(plan), *bench.handed_over(plan)).must()
