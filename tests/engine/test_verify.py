"""`verify` on real engines: cold, told as it goes, nothing left, repaired where set up wrongly."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from tests.engine.conftest import PACKAGES, PRODUCT, Developer, Machines
from tests.engine.project import BRIDGE, MIRROR, write_project
from tests.lab import store
from tests.lab.shell import Done

pytestmark = [pytest.mark.root, pytest.mark.engine]

VERSIONS = ("28.5", "20.10")


def _run(developer: Developer, *argv: str, env: dict[str, str] | None = None) -> Done:
    return developer.engine.machine.run(
        ["python3", "-m", "wizard", *argv],
        cwd="/root/app",
        env={"PYTHONPATH": f"{PRODUCT}:{PACKAGES}", "HOME": "/root", **(env or {})},
        timeout=240,
    )


def _verify(
    developer: Developer, *flags: str, code: int = 0, env: dict[str, str] | None = None
) -> dict[str, Any]:
    """Run `verify --json`, which must end with `code`, and return its document."""
    done = _run(developer, "verify", "--json", *flags, env=env)
    assert done.code == code, done.output
    document: dict[str, Any] = json.loads(done.stdout)
    schema = store.REPOSITORY / "docs/schemas/verify.schema.json"
    jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(document)
    return document


def _set_up(developer: Developer, *flags: str, env: dict[str, str] | None = None) -> None:
    done = _run(developer, "apply", "--yes", *flags, env=env)
    assert done.code == 0, done.output


def _left(developer: Developer) -> tuple[list[str], list[str], list[str]]:
    """Containers, images, and the cache mounts of the engine by the modules in them."""
    docker = developer.engine.docker
    cache = developer.engine.machine.must(
        ["curl", "-s", "--unix-socket", "/run/docker.sock", "http://docker/system/df"]
    )
    return (
        docker("ps", "-aq").must().stdout.split(),
        docker("images", "-aq").must().stdout.split(),
        [item["ID"] for item in json.loads(cache).get("BuildCache") or ()
         if item["Type"] == "exec.cachemount"],
    )  # fmt: skip


def _forget(developer: Developer, path: str) -> None:
    developer.engine.machine.must(["rm", "-rf", path])


@pytest.mark.parametrize("version", VERSIONS)
def test_host_and_build_are_verified_and_nothing_of_it_stays(
    developer: Machines, version: str
) -> None:
    with developer(version) as dev:
        write_project(dev)
        _set_up(dev)
        before = _left(dev)
        document = _verify(dev)
        assert document["ok"] is True
        assert document["diagnosis"] is None
        assert [(p["part"], p["modules"], p["expected"]) for p in document["parts"]] == [
            ("host", 1, 1), ("build", 1, 1),
        ]  # fmt: skip
        left = _left(dev)
        assert left[:2] == before[:2]
        told = document["parts"][1]["left"]
        if version == "28.5":
            assert (left[2], told) == (before[2], None)
        else:  # 20.10 does not tell which cache mount is whose
            assert "docker builder prune" in told
        assert dev.engine.machine.must(["ls", "/tmp"]) == ""


@pytest.mark.parametrize("version", VERSIONS)
def test_a_build_that_is_green_by_its_cache_alone_is_found_out(
    developer: Machines, version: str
) -> None:
    with developer(version) as dev:
        write_project(dev)
        _set_up(dev)
        done = _run(dev, "build")
        assert done.code == 0, done.output
        mounts = _left(dev)[2]
        _forget(dev, "/root/mirror/example.test")
        document = _verify(dev, "--build", code=1)
        (part,) = document["parts"]
        assert part["green_by_cache"] is True
        assert document["diagnosis"]["faults"][0]["cause"] == "mirror-not-found"
        assert document["diagnosis"]["step"]["instruction"].startswith("RUN")
        assert set(mounts) <= set(_left(dev)[2]), "a cache of the user's was taken away"


def test_the_legacy_builder_is_verified_too_and_leaves_no_image(developer: Machines) -> None:
    legacy = {"DOCKER_BUILDKIT": "0"}
    with developer("28.5") as dev:
        write_project(dev)
        _set_up(dev, env=legacy)
        before = _left(dev)[:2]
        assert _verify(dev, "--build", env=legacy)["modules"] == 1
        assert _left(dev)[:2] == before
        _forget(dev, "/root/mirror/example.test")
        document = _verify(dev, "--build", code=1, env=legacy)
        assert document["diagnosis"]["faults"][0]["cause"] == "mirror-not-found"
        assert _left(dev)[:2] == before


@pytest.mark.parametrize("version", VERSIONS)
def test_a_wrong_answer_is_revisited_and_the_repair_can_be_undone(
    developer: Machines, version: str
) -> None:
    with developer(version) as dev:
        write_project(dev)
        _set_up(dev, "--set", f"goproxy=http://{BRIDGE}:9")
        profile = dev.engine.machine.read("/root/app/gomod-wizard.toml")
        document = _verify(dev, "--build", "--repair", "--yes")
        (done,) = document["rounds"]
        assert (done["revisited"], done["ok"]) == (["goproxy"], True)
        assert "goproxy" not in dev.engine.machine.read("/root/app/gomod-wizard.toml")
        undone = _run(dev, "undo", done["id"])
        assert undone.code == 0, undone.output
        assert dev.engine.machine.read("/root/app/gomod-wizard.toml") == profile


def test_a_project_without_a_dockerfile_gets_one_in_the_first_round(developer: Machines) -> None:
    with developer("28.5") as dev:
        write_project(dev)
        assert _run(dev, "verify", "--build").code == 2
        document = _verify(dev, "--build", "--repair", "--yes")
        assert document["ok"] is True
        assert len(document["rounds"]) == 1


def test_an_engine_that_is_gone_is_said_and_the_host_verified(developer: Machines) -> None:
    with developer("28.5") as dev:
        write_project(dev)
        away = {"DOCKER_HOST": "unix:///nowhere.sock", "GOPROXY": MIRROR}
        parts = _verify(dev, env=away)["parts"]
        assert [(part["part"], part["ok"]) for part in parts] == [("host", True), ("build", None)]
        assert _run(dev, "verify", "--build", env=away).code == 3


def test_ctrl_c_ends_the_build_and_leaves_nothing(developer: Machines) -> None:
    with developer("28.5") as dev:
        write_project(dev)
        _set_up(dev)
        machine = dev.engine.machine
        machine.must(["sed", "-i", "s/with-network go mod/sleep 300 \\&\\& go mod/",
                      "/root/app/Dockerfile"])  # fmt: skip
        before = _left(dev)
        # A shell's background programs ignore Ctrl-C; whoever sits at a terminal does not.
        program = (
            "import runpy, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
            "sys.argv = ['wizard', 'verify', '--build'];"
            "runpy.run_module('wizard', None, '__main__')"
        )
        script = (
            f'python3 -c "{program}" >/tmp/log 2>&1 & pid=$!;'
            "for i in $(seq 300); do pgrep -f '^sleep 300' >/dev/null && break; sleep 0.1; done;"
            "kill -INT $pid; wait $pid; code=$?; cat /tmp/log; rm /tmp/log; exit $code"
        )
        done = machine.run(
            ["bash", "-c", script], cwd="/root/app", timeout=120,
            env={"PYTHONPATH": f"{PRODUCT}:{PACKAGES}", "HOME": "/root"},
        )  # fmt: skip
        assert done.code == 130, done.output
        assert machine.run(["pgrep", "-f", "^sleep 300"]).code == 1
        assert _left(dev) == before
        assert machine.must(["ls", "/tmp"]) == ""


def test_a_login_that_a_step_prints_is_masked_in_log_and_diagnosis(developer: Machines) -> None:
    token = "t0ken-of-the-developer"
    with developer("28.5") as dev:
        write_project(dev)
        _set_up(dev)
        machine = dev.engine.machine
        machine.write("/root/.netrc", f"machine git.example login dev password {token}\n", 0o600)
        machine.must(["sed", "-i", "s/with-network go mod/cat \\/run\\/secrets\\/netrc; go mod/",
                      "/root/app/Dockerfile"])  # fmt: skip
        done = _run(dev, "verify", "--build", "--json", "--set", "secrets=netrc=/root/.netrc")
        assert "machine git.example login dev password" in done.output
        assert token not in done.output
