"""The module mirrors of this network: who speaks the protocol, how fast, and with right bytes.

A light race ranks (own client, `race`), httpx proves (`prove`); both go through the proxy that Go
would use for each mirror, under one deadline.
"""

from __future__ import annotations

from wizard.detect.request import Listener, MirrorAnswered, Request
from wizard.facts.base import unknown
from wizard.facts.mirrors import Canary, Mirror, MirrorFacts, Origin
from wizard.facts.proxy import GoProxyEnvironment
from wizard.rules.goproxy import sumdb_name
from wizard.system import System
from wizard.text import msg

SOURCE = "probe"
FINALISTS = 3
"""As many as a plan's GOPROXY list has use for."""


async def probe_mirrors(
    system: System,
    request: Request,
    mirrors: tuple[Mirror, ...],
    environment: GoProxyEnvironment,
    canaries: tuple[Canary, ...],
    gosumdb: str | None,
    listener: Listener,
    deadline: float,
    *,
    whole_table: bool = False,
) -> MirrorFacts:
    """Ask every automatic mirror and prove the best three, or all with `request.prove_all`.

    `deadline` is loop time. `whole_table` waits for every mirror, as `gomod-wizard mirrors` does;
    otherwise the slow are left once three are complete. Never raises for the world.
    """
    asked = tuple(m for m in mirrors if m.automatic or m.origin in (Origin.FLAG, Origin.GOPROXY))
    if not asked:
        return MirrorFacts(ranking=unknown(msg("there is no mirror to ask"), SOURCE))
    if not canaries:
        return MirrorFacts(
            ranking=unknown(msg("there is no module with a known hash to ask for"), SOURCE)
        )
    from wizard.detect.mirrors.contest import Contest

    contest = Contest(
        system=system,
        mirrors=asked,
        environment=environment,
        canaries=canaries,
        sumdb=sumdb_name(gosumdb),
        listener=lambda probe: listener(MirrorAnswered(probe=probe)),
        deadline=deadline,
        wanted=len(asked) if request.prove_all else FINALISTS,
        whole_table=whole_table or request.prove_all,
        patient=request.patient,
    )
    return await contest.run()
