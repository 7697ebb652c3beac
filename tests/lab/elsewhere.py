"""Another machine in the same office, with Docker: where a project without an engine gets built."""

from __future__ import annotations

import contextlib
import itertools
import posixpath
from typing import TYPE_CHECKING

from . import builds, developer, links
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
    """Carry the project, as `apply` left it, to the other machine, and build it there, cold."""
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
        _carry(desk, there, [developer.PROJECT, *named_files(argv)])
        return there.run(builds.cold_for(there, argv, env), env=env, timeout=limit)


def named_files(argv: list[str]) -> list[str]:
    """What a build command hands over by name: by `--secret` and by `--build-context`."""
    fields = [field for word in argv for field in word.split(",")]
    files = {field.removeprefix("src=") for field in fields if field.startswith("src=/")}
    contexts = {
        posixpath.normpath(posixpath.join(developer.PROJECT, word.partition("=")[2]))
        for option, word in itertools.pairwise(argv)
        if option == "--build-context"
    }
    return sorted(files | contexts)


def _carry(source: Desk, target: Desk, paths: list[str]) -> None:
    """Carry the project, and the files that its command names, to the same places there."""
    packed = "/run/carried.tar"
    source.machine.must(["tar", "-C", "/", "-cf", packed, *(path.lstrip("/") for path in paths)])
    target.machine.write(packed, source.machine.path(packed).read_bytes())
    target.machine.must(["tar", "-C", "/", "-xf", packed])
