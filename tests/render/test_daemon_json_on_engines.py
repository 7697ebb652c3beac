"""A real dockerd starts with the rendered daemon.json and obeys it."""

from __future__ import annotations

import json
import os

import pytest

from tests.lab.engine import lone_engine
from tests.plan.facts_builder import ROUTES, facts, network_facts
from tests.render.plans import plan
from wizard.facts.network import Interface, Route
from wizard.plan.types import Plan
from wizard.render.docker_json import daemon_json

pytestmark = [
    pytest.mark.engine,
    pytest.mark.root,
    pytest.mark.skipif(os.getuid() != 0, reason="a real dockerd in its own namespaces needs root"),
]


def behind_a_vpn() -> Plan:
    """Return the plan of a machine whose VPN routes cover Docker's ranges."""
    tunnel = Interface(name="tun0", mtu=1400, up=True, addresses=("10.8.0.2/24",), docker=False)
    route = Route(destination="172.16.0.0/12", gateway="10.8.0.1", interface="tun0", table="main")
    network = network_facts(interfaces=(tunnel,), routes=(*ROUTES, route))
    return plan(
        facts(network=network),
        dns="10.0.0.53",
        dns_search="corp.example",
        ip_forward="true",
        userland_proxy="false",
        registry_mirrors="https://mirror.corp.example",
    )


@pytest.mark.parametrize("version", ["28.5", "20.10"])
def test_an_engine_starts_with_it_and_its_bridge_is_where_it_was_put(version: str) -> None:
    decided = behind_a_vpn()
    (artifact,) = daemon_json(decided)
    with lone_engine(version, daemon_json=artifact.standalone, image=None) as engine:
        shown = engine.docker("network", "inspect", "bridge").must()
        (bridge,) = json.loads(shown.stdout)
        created = engine.docker("network", "create", "another").must()
        another = json.loads(engine.docker("network", "inspect", created.stdout.strip()).stdout)
    assert decided.bip.value is not None
    assert decided.address_pools.value is not None
    assert bridge["IPAM"]["Config"][0]["Gateway"] == decided.bip.value.partition("/")[0]
    assert bridge["Options"]["com.docker.network.driver.mtu"] == "1400"
    pool = decided.address_pools.value[0].base.rpartition(".")[0].rpartition(".")[0]
    assert another[0]["IPAM"]["Config"][0]["Subnet"].startswith(f"{pool}.")
