"""Races of the real program inside the emulated network: `probe_mirrors`, heard by its events.

    python -m bench.wan.race SPEC.json

A process of its own for each spec, so that what the first race of a program pays is paid here.
Prints one JSON document; times are seconds from the call.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import wizard.detect.mirrors.contest  # noqa: F401 - the whole process has a row of its own
from wizard.detect.catalogue import mirrors_from_urls
from wizard.detect.mirrors import probe_mirrors
from wizard.detect.request import Event, MirrorAnswered, Request
from wizard.facts.mirrors import Canary
from wizard.facts.proxy import GoProxyEnvironment
from wizard.system import this_machine

SAMPLES = 3
APART_S = 0.5


async def race(
    urls: list[str], canaries: tuple[Canary, ...], timeout_s: float, *, whole_table: bool
) -> dict[str, Any]:
    """Return when each mirror was complete and when the race ended, and the table."""
    answered: dict[str, float] = {}
    complete: dict[str, float] = {}
    loop = asyncio.get_running_loop()
    start, spent = time.perf_counter(), time.process_time()

    def hear(event: Event) -> None:
        if isinstance(event, MirrorAnswered) and event.probe.ok:
            now = time.perf_counter() - start
            answered.setdefault(event.probe.mirror.url, now)
            if event.probe.samples >= SAMPLES:
                complete.setdefault(event.probe.mirror.url, now)

    facts = await probe_mirrors(
        this_machine(),
        Request(project=Path("/nowhere")),
        mirrors_from_urls(urls),
        GoProxyEnvironment(http=None, https=None, no_proxy=""),
        canaries,
        None,
        hear,
        loop.time() + timeout_s,
        whole_table=whole_table,
    )
    ended = time.perf_counter() - start
    return {
        "answered": answered,
        "complete": complete,
        "ended": ended,
        "cpu": time.process_time() - spent,
        "table": [
            {
                "url": row.mirror.url,
                "ok": row.ok,
                "proved": row.proved,
                "reason": row.reason,
                "first_byte": row.latency.first_byte,
                "connect": row.latency.connect,
                "samples": row.samples,
            }
            for row in facts.ranking.or_else(())
        ],
    }


async def _races(spec: dict[str, Any]) -> list[dict[str, Any]]:
    canaries = tuple(Canary(**canary) for canary in spec["canaries"])
    at_once = spec.get("at_once", 1)
    places, turn = asyncio.Semaphore(at_once), asyncio.Lock()

    async def one(urls: list[str]) -> dict[str, Any]:
        async with places:
            if at_once > 1:
                async with turn:  # their handshakes must not meet: each race begins alone
                    await asyncio.sleep(APART_S)
            return await race(urls, canaries, spec["timeout_s"], whole_table=spec["whole_table"])

    return await asyncio.gather(*(one(urls) for urls in spec["runs"]))


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_races(json.loads(Path(sys.argv[1]).read_text())))))
