"""Another machine in the same office, with Docker: where a project without an engine gets built."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from . import builds, developer, links, shell
from .engine import Engine

if TYPE_CHECKING:
    from .company import Company
    from .developer import Desk
    from .scenario import Scenario
    from .shell import Done


def build(
    network: Scenario,
    around: Company,
    desk: Desk,
    argv: list[str],
    env: dict[str, str],
    limit: float,
) -> Done:
    """Copy the project, as `apply` left it, to the other machine, and build it there, cold."""
    with contextlib.ExitStack() as stack:
        namespace = links.Namespace.create("elsewhere")
        stack.callback(namespace.delete)
        links.connect(
            namespace, "eth0", "10.42.1.10/24", around.office.namespace, "dev1", "10.42.1.1/24"
        )
        namespace.ip("route", "add", "default", "via", "10.42.1.1")
        engine = Engine.install("28.5", namespace, name="elsewhere")
        stack.callback(engine.leave)
        engine.machine.write("/etc/resolv.conf", network.names.resolv_conf)
        engine.start()
        engine.load(*(developer.IMAGES[name] for name in network.engine.images))
        there = developer.Desk(engine, desk.env)
        _copy(desk, there)
        return there.run(builds.cold_for(there, argv, env), env=env, timeout=limit)


def _copy(source: Desk, target: Desk) -> None:
    """Carry the project's folder over, as a tar file through the lab."""
    packed = "/run/project.tar"
    source.machine.must(["tar", "-C", developer.PROJECT, "-cf", packed, "."])
    data = source.machine.path(packed).read_bytes()
    target.machine.write(packed, data)
    target.machine.must(["mkdir", "-p", developer.PROJECT])
    unpacked = target.machine.run(["tar", "-C", developer.PROJECT, "-xf", packed])
    if not unpacked.ok:
        raise shell.LabError(f"the project did not arrive: {unpacked.output}")
