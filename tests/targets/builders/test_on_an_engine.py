"""bake, compose and buildx on a real engine: what is written builds, and leaves no secret.

The builder of `docker-container` itself is an image that cannot be had here. What is seen is what
buildx makes of our files and flags: it reads buildkitd.toml with BuildKit's own reader.
"""

from __future__ import annotations

import base64
import json
import os
import shlex
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lab import trees
from tests.lab.engine import Engine, lone_engine
from tests.lab.machine import Bind
from tests.plan.facts_builder import facts, go_facts, proxy_facts
from tests.targets.builders import supply
from tests.targets.builders.test_builders import HOSTILE, behind_everything
from wizard.facts import Facts
from wizard.plan.types import Plan
from wizard.render.dockerfile import whole_text
from wizard.render.quoting import hcl

pytestmark = [
    pytest.mark.engine,
    pytest.mark.root,
    pytest.mark.skipif(os.getuid() != 0, reason="a real dockerd in its own namespaces needs root"),
]

PASSWORD = "s3cr3t-of-proxy"
PROXY = {"HTTPS_PROXY": f"http://dev:{PASSWORD}@{supply.ADDRESS}:3128"}
COMPOSE = "usr/libexec/docker/cli-plugins/docker-compose"
PROXIED = """
RUN --mount=type=secret,id=goenv test -n "$HTTPS_PROXY" && grep -q "10.9.8.7.*named" /etc/hosts \
  && grep -q "fd00::9.*named" /etc/hosts
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    plugin = Bind(trees.tree("podman-5") / COMPOSE, f"/{COMPOSE}")
    with lone_engine("28.5", binds=[plugin]) as engine:
        supply.furnish(engine.machine)
        yield engine


def observed() -> Facts:
    return facts(
        go=go_facts(mod_cache="/root/go/pkg/mod"),
        proxy=proxy_facts(https=PROXY["HTTPS_PROXY"], no_proxy=supply.ADDRESS),
    )


@pytest.fixture(scope="module")
def plan(engine: Engine) -> Plan:
    """A proxy with a login, a host, and a build that fails without its secrets."""
    plan = supply.plan(observed(), hosts="named.example=10.9.8.7,named.example=fd00::9")
    text = whole_text(plan).replace("\nFROM deps AS build", f"{PROXIED}\nFROM deps AS build")
    engine.machine.write("/root/app/Dockerfile", text)
    supply.write(engine.machine, plan, "bake", "compose")
    return plan


def without_a_trace(engine: Engine, plan: Plan) -> None:
    """Insist that the image runs, and that nobody kept the password or the token."""
    ran = engine.docker("run", "--rm", plan.inputs.image_tag).must()
    assert "hello from the mirror" in ran.output
    history = engine.docker("history", "--no-trunc", plan.inputs.image_tag).must()
    for secret in (PASSWORD, supply.TOKEN):
        assert secret not in history.stdout
        kept = engine.machine.run(["grep", "-rlF", secret, "/root/.docker", "/root/app"])
        assert kept.stdout == ""


def test_bake_builds_with_the_command_that_its_file_names(engine: Engine, plan: Plan) -> None:
    lines = engine.machine.read("/root/app/docker-bake.gomod.hcl").splitlines()
    (command,) = (line[2:] for line in lines if "docker buildx bake" in line)
    engine.machine.run(
        [*shlex.split(command), "--no-cache", "--progress=plain"],
        cwd="/root/app", env=PROXY, timeout=240,
    ).must()  # fmt: skip
    without_a_trace(engine, plan)


def test_compose_builds_what_its_file_names(engine: Engine, plan: Plan) -> None:
    engine.docker(
        "compose", "-f", "compose.gomod.yaml", "build", "--no-cache",
        cwd="/root/app", env={**PROXY, "BUILDKIT_PROGRESS": "plain"}, timeout=240,
    ).must()  # fmt: skip
    without_a_trace(engine, plan)


def test_compose_reads_the_paths_as_they_are(engine: Engine, plan: Plan) -> None:
    done = engine.docker(
        "compose", "-f", "compose.gomod.yaml", "config", "--format=json", cwd="/root/app"
    ).must()
    files = [one["file"] for one in json.loads(done.stdout)["secrets"].values()]
    assert sorted(f.replace("$$", "$") for f in files) == sorted(
        one.source for one in plan.secrets.value
    )


@pytest.mark.parametrize(
    "text", ["$", "$$", "${x}", "$${x}", "%{x}", '"\\', "a,b", "é", "\x7f\x01"]
)
def test_buildx_reads_a_hostile_text_of_hcl_as_it_is(engine: Engine, text: str) -> None:
    path = f"/root/in/{text}"
    engine.machine.write(path, "x")
    supply.write(engine.machine, supply.plan_with_secret(path), "bake")
    done = engine.docker(
        "buildx", "bake", "-f", "docker-bake.gomod.hcl", "--print", cwd="/root/app"
    ).must()
    ((_, target),) = json.loads(done.stdout)["target"].items()
    assert target["secret"] == [{"id": "netrc", "src": path}]


@settings(max_examples=5, deadline=None)
@given(texts=st.lists(HOSTILE, min_size=20, max_size=60))
def test_buildx_reads_any_text_of_hcl_as_it_is(engine: Engine, texts: list[str]) -> None:
    """HCL composes what it reads (NFC); the renderer refuses a path that this would change."""
    values = {f"A{number}": unicodedata.normalize("NFC", one) for number, one in enumerate(texts)}
    args = "".join(f"{name} = {hcl(value)}\n" for name, value in values.items())
    engine.machine.write("/root/hcl/docker-bake.hcl", f'target "x" {{\nargs = {{\n{args}}}\n}}\n')
    done = engine.docker("buildx", "bake", "--print", "x", cwd="/root/hcl").must()
    printed = json.loads(done.stdout)["target"]["x"]["args"]
    # `--print` writes JSON for bake, in which `${` would be a template again.
    shown = {k: v.replace("$${", "${").replace("%%{", "%{") for k, v in printed.items()}
    assert shown == values


def test_buildx_prints_a_context_a_key_and_a_network(engine: Engine) -> None:
    machine = engine.machine
    machine.must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/in/key"])
    supply.write(machine, supply.plan_with_everything("/root/in/key"), "bake")
    done = engine.docker(
        "buildx", "bake", "-f", "docker-bake.gomod.hcl", "--print", cwd="/root/app"
    ).must()
    ((_, target),) = json.loads(done.stdout)["target"].items()
    assert target["ssh"] == [{"id": "default", "paths": ["/root/in/key"]}]
    assert target["network"] == "host"
    assert target["contexts"] == {"outside-shared": "../shared"}


def created(engine: Engine, name: str) -> Any:
    return json.loads(engine.machine.read(f"/root/.docker/buildx/instances/{name}"))["Nodes"][0]


def test_buildx_takes_the_builder_its_options_and_its_authority(engine: Engine) -> None:
    machine = engine.machine
    plan = behind_everything()
    supply.write(machine, plan, "buildkitd")
    # The MTU of a bridge is the engine's: see the test of it below.
    script = machine.read("/root/app/deploy/gomod/create-builder.sh").replace("1400", "1500")
    machine.write("/root/app/deploy/gomod/create-builder.sh", script, 0o755)
    machine.run(["/root/app/deploy/gomod/create-builder.sh"], cwd="/").must()
    node = created(engine, "gomod")
    assert node["DriverOpts"] == {
        "default-load": "true",
        "env.HTTPS_PROXY": "http://proxy.corp.example:3128",
        "env.NO_PROXY": ",".join(plan.no_proxy.value),
    }
    pem = base64.b64decode(node["Files"]["certs/mirror.corp.example/ca.pem"]).decode()
    assert pem == plan.ca.value[0].pem
    toml = base64.b64decode(node["Files"]["buildkitd.toml"]).decode()
    assert '"mirror.corp.example/hub", "10.0.0.9:5000"' in toml


def test_a_builder_is_not_created_on_a_bridge_that_is_too_wide(engine: Engine) -> None:
    supply.write(engine.machine, behind_everything(), "buildkitd")
    done = engine.machine.run(["/root/app/deploy/gomod/create-builder.sh", "wide"], cwd="/")
    assert not done.ok
    assert "carries 1500 bytes, the way out 1400" in done.output


def test_buildx_finds_the_certificates_of_a_remote_builder(engine: Engine) -> None:
    machine, folder = engine.machine, '/root/ce,"rt'
    for name in ("ca.pem", "cert.pem", "key.pem"):
        machine.write(f"{folder}/{name}", "x")
    address = "tcp://builder.corp.example:1234"
    supply.write(machine, behind_everything(), "buildkitd-remote", builder_address=address)
    machine.run(
        ["/root/app/deploy/gomod/remote/connect-builder.sh"],
        cwd="/", env={"BUILDKIT_CERTS": folder},
    ).must()  # fmt: skip
    node = created(engine, "gomod-remote")
    assert node["Endpoint"] == address
    assert node["DriverOpts"] == {
        "default-load": "true",
        "cacert": f"{folder}/ca.pem",
        "cert": f"{folder}/cert.pem",
        "key": f"{folder}/key.pem",
    }
