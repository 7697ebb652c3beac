"""The mirrors alone: what `gomod-wizard mirrors` looks at, and nothing else."""

from __future__ import annotations

from pathlib import Path

from wizard.detect.catalogue import load_catalogue, mirrors_from_urls
from wizard.detect.deadline import in_thread, starting_now
from wizard.detect.go import DEFAULT_GOPROXY, detect_go, written_setting
from wizard.detect.mirrors import probe_mirrors
from wizard.detect.paths import exists
from wizard.detect.proxy_of_go import go_proxy_environment
from wizard.detect.request import Listener, Request
from wizard.facts.mirrors import Canary, MirrorFacts
from wizard.system import System


async def rank_mirrors(system: System, request: Request, listener: Listener) -> MirrorFacts:
    """Return the ranking under the request's deadline. Raises UsageError for a bad catalogue."""
    deadline = starting_now(request.timeout_s)
    chosen = mirrors_from_urls(request.mirror_urls)
    settings = (await detect_go(system, deadline)).settings.or_else({})

    def setting(name: str) -> str | None:
        return settings[name].value if name in settings else None

    catalogue = load_catalogue(
        system,
        setting("GOPROXY") or written_setting(system, "GOPROXY") or DEFAULT_GOPROXY,
        preset=request.preset,
    )
    own = await in_thread(lambda: _own_canary(system, request.project))
    return await probe_mirrors(
        system,
        request,
        chosen or catalogue.mirrors,
        go_proxy_environment(system),
        catalogue.canaries if own is None else (own, *catalogue.canaries),
        setting("GOSUMDB"),
        listener,
        deadline.at,
    )


def _own_canary(system: System, project: Path) -> Canary | None:
    """Return the project's own module to prove with, where it has a go.sum; blocks."""
    if not any(exists(project / name) for name in ("go.sum", "go.work.sum")):
        return None
    from wizard.detect.project_canary import canary_of_files

    return canary_of_files(system, project, written_setting(system, "GOPRIVATE"))
