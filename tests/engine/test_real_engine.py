"""Real dockerds: they start with the generated daemon.json and build the generated Dockerfile."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.conftest import Developer, Machines
from tests.servers import QUOTE

pytestmark = [pytest.mark.root, pytest.mark.engine]

VERSIONS = ("28.5", "20.10")
MIRROR = "http://172.17.0.1:8081"
"""Where the build finds its modules: on the engine's own bridge, which is all the network there."""


def _new_project(developer: Developer) -> None:
    """A program with one public requirement, and a mirror of it that the bridge can reach."""
    machine, module = developer.engine.machine, QUOTE
    machine.write(
        "/root/app/go.mod",
        f"module example.org/app\n\ngo 1.25\n\nrequire {module.path} {module.version}\n",
    )
    canary = module.canary
    machine.write(
        "/root/app/go.sum",
        f"{canary.path} {canary.version} {canary.zip_hash}\n"
        f"{canary.path} {canary.version}/go.mod {canary.mod_hash}\n",
    )
    machine.write(
        "/root/app/main.go",
        f'package main\n\nimport "{module.path}"\n\nfunc main() {{ println(quote.Name) }}\n',
    )
    for suffix, data in (("info", module.info), ("mod", module.mod), ("zip", module.zip)):
        machine.write(f"/root/mirror{module.wire}.{suffix}", data)
    machine.write(
        "/root/.config/gomod-wizard/mirrors.toml",
        f'shipped = false\n\n[[mirror]]\nname = "bridge"\nurl = "{MIRROR}"\n\n'
        f'[[canary]]\npath = "{canary.path}"\nversion = "{canary.version}"\n'
        f'zip_hash = "{canary.zip_hash}"\nmod_hash = "{canary.mod_hash}"\nsource = "test"\n',
    )
    machine.spawn(
        ["python3", "-m", "http.server", "8081", "--bind", "0.0.0.0", "-d", "/root/mirror"],
        "/root/mirror.log",
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_a_real_dockerd_starts_with_the_generated_daemon_json(
    developer: Machines, version: str
) -> None:
    with developer(version) as dev:
        _new_project(dev)
        applied = dev.wizard(
            "apply", "--yes", "--scope", "system",
            "--set", "bip=172.30.255.1/24", "--set", "fixed_cidr=172.30.255.128/25",
            "--set", "address_pools=172.31.0.0/16:24", "--set", "mtu=1400",
            "--set", "dns=10.42.0.53", "--set", "dns_search=corp.example",
            "--set", "userland_proxy=false", "--set", "ip_forward=true",
        )  # fmt: skip
        assert applied.code == 0, applied.output
        (bridge,) = json.loads(dev.engine.docker("network", "inspect", "bridge").must().stdout)
        assert bridge["IPAM"]["Config"][0]["Subnet"] == "172.30.255.0/24"
        assert bridge["Options"]["com.docker.network.driver.mtu"] == "1400"
        dev.engine.docker("network", "create", "made-after").must()
        (made,) = json.loads(dev.engine.docker("network", "inspect", "made-after").must().stdout)
        assert made["IPAM"]["Config"][0]["Subnet"].startswith("172.31.")
        undone = dev.wizard("undo")
        assert undone.code == 0, undone.output
        assert not dev.engine.machine.path("/etc/docker/daemon.json").exists()
        (bridge,) = json.loads(dev.engine.docker("network", "inspect", "bridge").must().stdout)
        assert bridge["Options"]["com.docker.network.driver.mtu"] == "1500"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_real_build_accepts_the_generated_dockerfile_and_command(
    developer: Machines, version: str
) -> None:
    with developer(version) as dev:
        _new_project(dev)
        applied = dev.wizard("apply", "--yes")
        assert applied.code == 0, applied.output
        built = dev.build()
        assert built.code == 0, built.output
        command = dev.answer("build-command")["argv"]
        tag = command[command.index("-t") + 1]
        ran = dev.engine.docker("run", "--rm", tag)
        assert ran.output.strip() == "1", ran.output
        log = dev.engine.machine.read("/root/mirror.log")
        assert f"GET {QUOTE.wire}.zip" in log


def test_the_dockerfile_is_the_same_and_its_layers_are_kept_when_the_network_changed(
    developer: Machines,
) -> None:
    with developer() as dev:
        _new_project(dev)
        assert dev.wizard("apply", "--yes").code == 0
        before = dev.engine.machine.read("/root/app/Dockerfile")
        command = dev.answer("build-command")
        assert dev.engine.docker(*command["argv"][1:], cwd="/root/app").ok
        moved = dev.wizard("apply", "--yes", "--set", "goproxy=http://10.42.0.99:8081")
        assert moved.code == 0, moved.output
        assert dev.engine.machine.read("/root/app/Dockerfile") == before
        command = dev.answer("build-command")
        again = dev.engine.docker(*command["argv"][1:], cwd="/root/app")
        assert again.ok, again.output
        download = [line for line in again.output.splitlines() if "CACHED" in line]
        assert download, again.output


@pytest.mark.parametrize("version", VERSIONS)
def test_what_did_not_exist_is_gone_after_undo(developer: Machines, version: str) -> None:
    with developer(version) as dev:
        _new_project(dev)

        def written() -> set[str]:
            return {str(path) for path in dev.engine.machine.written() if path.is_file()
                    and ".local/state" not in str(path) and "/root/mirror" not in str(path)
                    and ("/root/" in str(path) or "/etc/docker" in str(path))}  # fmt: skip

        before = written()
        assert dev.wizard("apply", "--yes", "--set", "mtu=1400").code == 0
        assert written() > before
        undone = dev.wizard("undo")
        assert undone.code == 0, undone.output
        assert written() == before


def test_hadolint_accepts_the_generated_dockerfile(developer: Machines, tmp_path: Path) -> None:
    with developer() as dev:
        _new_project(dev)
        assert dev.wizard("generate", "--out", "/root/out").code == 0
        file = tmp_path / "Dockerfile"
        file.write_text(dev.engine.machine.read("/root/out/Dockerfile"))
    lint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([lint, file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
