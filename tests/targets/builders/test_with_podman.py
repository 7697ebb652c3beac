"""podman of today and of some years ago builds the same Dockerfile with the script."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.lab.machine import Machine
from tests.lab.podman import lone_podman
from tests.plan.facts_builder import facts, go_facts, proxy_facts
from tests.targets.builders import supply
from tests.targets.builders.test_builders import behind_everything
from wizard.render.dockerfile import whole_text

pytestmark = [
    pytest.mark.engine,
    pytest.mark.root,
    pytest.mark.skipif(os.getuid() != 0, reason="podman in its own namespaces needs root"),
]

PASSWORD = "s3cr3t-of-proxy"
PROXY = f"http://dev:{PASSWORD}@{supply.ADDRESS}:3128"
CHECKED = """
RUN test -n "$HTTPS_PROXY" && test "$http_proxy" != stray && grep -q "10.9.8.7.*named" /etc/hosts \
  && grep -q "fd00::9.*named" /etc/hosts
"""


@pytest.fixture(scope="module", params=["5.8", "4.3"])
def podman(request: pytest.FixtureRequest) -> Iterator[Machine]:
    with lone_podman(request.param) as machine:
        supply.furnish(machine)
        yield machine


def test_it_builds_with_its_secrets_and_keeps_none_of_them(podman: Machine) -> None:
    observed = facts(
        go=go_facts(mod_cache="/root/go/pkg/mod"),
        proxy=proxy_facts(https=PROXY, no_proxy=supply.ADDRESS),
    )
    plan = supply.plan(observed, hosts="named.example=10.9.8.7,named.example=fd00::9")
    text = whole_text(plan).replace("\nFROM deps AS build", f"{CHECKED}\nFROM deps AS build")
    podman.write("/root/app/Dockerfile", text)
    supply.write(podman, plan, "podman")
    podman.run(
        ["deploy/gomod/podman-build.sh", "--no-cache"],
        cwd="/root/app", env={"HTTPS_PROXY": PROXY, "http_proxy": "stray"}, timeout=280,
    ).must()  # fmt: skip
    kept = podman.run(
        ["grep", "-rlsF", "-e", PASSWORD, "-e", supply.TOKEN, "/var/lib/containers", "/root/app"]
    )
    assert kept.stdout == ""


def test_it_takes_the_modules_from_a_context_of_the_hosts_cache(podman: Machine) -> None:
    podman.must(
        ["go", "mod", "download"],
        cwd="/root/app",
        env={
            "GOPROXY": f"https://{supply.ADDRESS}:8443",
            "SSL_CERT_FILE": "/root/in/ca.pem",
            "GOFLAGS": "-modcacherw",
            "GOMODCACHE": "/root/go/pkg/mod",
        },
    )
    podman.write(supply.GO_ENV + ".bridge", "GOPROXY=file:///gomodcache\nGONOPROXY=none\n")
    plan = supply.plan(module_source="bridge", secrets=f"goenv={supply.GO_ENV}.bridge")
    podman.write("/root/app/Dockerfile", whole_text(plan))
    supply.write(podman, plan, "podman")
    podman.run(["deploy/gomod/podman-build.sh", "--no-cache"], cwd="/root/app", timeout=280).must()


def test_it_reads_its_drop_ins(podman: Machine) -> None:
    for artifact in supply.rendered(behind_everything(), "podman"):
        if artifact.name.startswith("podman-") and artifact.name.endswith("s.conf"):
            path = artifact.path.replace("/home/dev/.config", "/etc")
            podman.write(path, artifact.standalone)
    told = podman.must(["podman", "info", "--format", "{{json .Registries}}"])
    assert '"Location":"mirror.corp.example/hub"' in told
