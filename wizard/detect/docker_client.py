"""docker's command line program: its version, its buildx plugin, the builder it would use."""

from __future__ import annotations

import re

from wizard.detect.deadline import Deadline
from wizard.detect.docker_json import RawJson
from wizard.facts.base import Fact, known, not_applicable
from wizard.facts.docker import Client
from wizard.rules.numbers import whole_number
from wizard.system import Completed, System
from wizard.text import msg

_TIMEOUT_S = 2.0
_VERSION = re.compile(r"\bversion v?(\d+\.\d+[^\s,]*)")
_BUILDX = re.compile(r"\bv?(\d+\.\d+\.\d+\S*)")
_FALSE = {"0", "f", "false"}
"""Go's strconv.ParseBool, in lower case."""


async def look_at_client(
    system: System, daemon: RawJson | None, deadline: Deadline
) -> Fact[Client]:
    """Return the docker program on PATH. Nothing is asked of an engine."""
    path = system.which("docker")
    if path is None:
        return not_applicable(msg("there is no docker on PATH"), "PATH")
    version = await _ask(system, ("docker", "--version"), _VERSION, deadline)
    buildx = await _ask(system, ("docker", "buildx", "version"), _BUILDX, deadline)
    why = why_legacy(
        buildkit=system.env.get("DOCKER_BUILDKIT", ""),
        version=version,
        buildx=buildx is not None,
        daemon_buildkit=_daemon_buildkit(daemon),
    )
    client = Client(
        path=path, version=version, buildx=buildx, legacy_builder=bool(why), why_legacy=why
    )
    return known(client, "docker --version, docker buildx version")


async def _ask(
    system: System, argv: tuple[str, ...], pattern: re.Pattern[str], deadline: Deadline
) -> str | None:
    # The client prints hints about an unreachable engine only after a command that needs one.
    result = await system.run(argv, timeout_s=min(_TIMEOUT_S, deadline.left()))
    if not isinstance(result, Completed) or result.code != 0:
        return None
    match = pattern.search(result.out[:2000])
    return None if match is None else match[1]


def why_legacy(
    *, buildkit: str, version: str | None, buildx: bool, daemon_buildkit: bool | None
) -> str:
    """Return why `docker build` takes the legacy builder; empty where it takes BuildKit.

    Rule: docker/cli `processBuilder`. From 23 on BuildKit needs the buildx plugin; 20.10 has
    it built in and asks for it by DOCKER_BUILDKIT=1 or the engine's `features.buildkit`.
    """
    if buildkit.lower() in _FALSE:
        return f"DOCKER_BUILDKIT={buildkit}"
    major = _major(version)
    if major is None or major >= 23:
        return "" if buildx else str(msg("no buildx plugin"))
    if buildkit or daemon_buildkit:
        return ""
    return str(msg("docker {version} without DOCKER_BUILDKIT=1", version=version))


def _major(version: str | None) -> int | None:
    head = (version or "").partition(".")[0]
    return whole_number(head)


def _daemon_buildkit(daemon: RawJson | None) -> bool | None:
    features = daemon.values.get("features") if daemon is not None else None
    value = features.get("buildkit") if isinstance(features, dict) else None
    return value if isinstance(value, bool) else None
