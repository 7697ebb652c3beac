"""What is said of Docker where a real engine runs, the newest and the oldest of the lab."""

from __future__ import annotations

import json
import os
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from tests.lab import store
from tests.lab.engine import lone_engine
from tests.lab.machine import Bind

pytestmark = [pytest.mark.root, pytest.mark.engine]

_PROGRAM, _PACKAGES = "/opt/gomod-wizard", "/opt/packages"
_DAEMON_JSON = '{"mtu": 1400, "bip": "10.77.0.1/24"}'


def _facts(version: str) -> dict[str, Any]:
    """Return what `detect --json` says on a machine with a real engine."""
    if os.getuid() != 0:
        pytest.skip("a real dockerd in its own namespaces needs root")
    binds = [
        Bind(store.REPOSITORY, _PROGRAM),
        Bind(Path(sysconfig.get_path("purelib")), _PACKAGES),
    ]
    with lone_engine(version, daemon_json=_DAEMON_JSON, binds=binds) as engine:
        done = engine.machine.run(
            ["python3", "-m", "wizard", "detect", "--json"],
            cwd="/root",
            env={"PYTHONPATH": f"{_PROGRAM}:{_PACKAGES}", "HOME": "/root"},
            timeout=120,
        )
    return {fact["key"]: fact["value"] for fact in json.loads(done.stdout)["facts"]}


@pytest.mark.parametrize(
    ("version", "legacy", "buildx"), [("28.5", False, True), ("20.10", True, False)]
)
def test_a_real_engine_and_its_client_are_described_as_they_are(
    version: str, legacy: bool, buildx: bool
) -> None:
    facts = _facts(version)

    client, engine = facts["docker.client"], facts["docker.engine"]
    assert engine["version"].startswith(version)
    assert (engine["flavour"], engine["rootless"]) == ("rootful", False)
    assert (client["legacy_builder"], client["buildx"] is not None) == (legacy, buildx)
    assert facts["docker.daemon_json"]["values"] == {"mtu": 1400, "bip": "10.77.0.1/24"}
    bridge = next(item for item in facts["docker.networks"] if item["name"] == "bridge")
    assert (bridge["subnets"], bridge["mtu"], bridge["bridge"]) == (
        ["10.77.0.0/24"],
        1400,
        "docker0",
    )
    assert "10.77.0.0/24" in [route["destination"] for route in facts["network.routes"]]
    assert any(image.startswith("golang:") for image in facts["docker.images"])
