"""The probe build as text: a Dockerfile with one step, its script and arguments as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from wizard.detect.in_build.request import InBuild, Target
from wizard.resources import asset
from wizard.rules.addresses import parse_address


def probe_dockerfile(request: InBuild) -> str:
    """Return the Dockerfile. Nothing of the project and nothing secret is in it.

    The exec form of RUN needs no quoting but JSON's, and works with every builder; a line of a
    Dockerfile may have 64 KiB (bufio.Scanner).
    """
    script = f"{request.prelude}\n{asset('probe/probe.sh').read_text(encoding='utf-8')}"
    words = ["/bin/sh", "-c", script, "probe", *probe_arguments(request)]
    run = " ".join(("RUN", *request.mounts, json.dumps(words)))
    return f"FROM {request.base_image}\n{run}\n"


def probe_arguments(request: InBuild) -> tuple[str, ...]:
    """Return the script's arguments: the limit in seconds, then what to look at."""
    return (str(request.step_seconds), *_looks(request))


def _looks(request: InBuild) -> Iterator[str]:
    for canary in request.canaries:
        yield from ("canary", canary.path, canary.version, canary.zip_hash, canary.mod_hash)
    targets = request.targets()
    for host in dict.fromkeys(target.host for target in targets):
        if parse_address(host) is None:
            yield from ("name", host)
    for target in targets:
        yield from ("tcp", target.host, str(target.port))
    for number, mirror in enumerate(request.mirrors):
        if mirror.tls:
            through = "-" if mirror.through is None else _address(mirror.through)
            yield from ("tls", mirror.target.host, str(mirror.target.port), through)
        yield from ("mirror", str(number), mirror.url)


def _address(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return f"{host}:{target.port}"
