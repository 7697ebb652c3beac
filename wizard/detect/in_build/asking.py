"""Build and host at once, and what came out of it as facts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TypeVar

from wizard.detect.in_build import cannot_ask
from wizard.detect.in_build.builder import Ran, run_probe
from wizard.detect.in_build.compare import cause_of, compare
from wizard.detect.in_build.host import look_from_here
from wizard.detect.in_build.log import Seen, read_log, why_no_answer
from wizard.detect.in_build.request import InBuild
from wizard.facts import Facts
from wizard.facts.base import Fact, known, not_applicable, unknown
from wizard.facts.build import BuildFacts
from wizard.system import Failed, System
from wizard.text import Text, msg

T = TypeVar("T")

_SOURCE = "RUN step of docker build"


async def ask(system: System, facts: Facts, request: InBuild, limit_s: float) -> BuildFacts:
    """Return the area `build`; unknown, with the builder's own words, where it gave no answer."""
    async with asyncio.TaskGroup() as group:
        building = group.create_task(run_probe(system, request, limit_s))
        looking = group.create_task(look_from_here(request))
    ran, here = building.result(), looking.result()
    if isinstance(ran, Failed):
        if ran.kind == "missing":
            return cannot_ask(msg("there is no docker on PATH"), "PATH")
        return _unknown(msg("the builder gave no answer: {why}", why=ran.detail), request)
    seen = read_log(ran.log, request)
    if seen is None:
        why = why_no_answer(ran.log)
        return _unknown(msg("the builder did not run the probe: {why}", why=why), request)
    skew = _skew(seen, ran)
    rows = compare(facts, request, here, seen, skew)
    cause = cause_of(rows)
    nothing = msg("the build sees the network as this host does")
    if any(mirror.reason is not None for mirror in seen.mirrors):
        nothing = msg("nothing differs: what fails in the build is not seen to work here")
    return BuildFacts(
        base_image=known(request.base_image, _SOURCE),
        go=_fact(seen.go),
        user=_fact(seen.user),
        resolvers=known(seen.resolvers, "/etc/resolv.conf of the step"),
        search_domains=known(seen.search, "/etc/resolv.conf of the step"),
        names=known(seen.names, _SOURCE),
        connections=known(seen.connections, _SOURCE),
        proxies=known(dict(seen.proxies), "environment of the step"),
        mirrors=known(seen.mirrors, "go mod download in the step"),
        mtu=_fact(seen.mtu),
        clock_skew_seconds=_fact(skew),
        free_disk=_fact(seen.free_disk),
        took_seconds=known(ran.seconds, _SOURCE),
        rows=known(rows, "host and build"),
        cause=not_applicable(nothing, "host and build") if cause is None
        else known(cause, "host and build"),
    )  # fmt: skip


def _fact(value: T | None) -> Fact[T]:
    if value is None:
        return unknown(msg("the step could not tell"), _SOURCE)
    return known(value, _SOURCE)


def _skew(seen: Seen, ran: Ran) -> float | None:
    """Return the clocks' difference in seconds, 0 where the step's time lies inside the build's."""
    if seen.begun is None:
        return None
    # The step prints whole seconds.
    if ran.begun - 1 <= seen.begun <= ran.ended + 1:
        return 0.0
    return seen.begun - (ran.begun if seen.begun < ran.begun else ran.ended)


def _unknown(reason: Text, request: InBuild) -> BuildFacts:
    why = unknown(reason, _SOURCE)
    empty = cannot_ask(reason, _SOURCE)
    fields = dict.fromkeys(BuildFacts.__slots__, why)
    fields["base_image"] = known(request.base_image, "docker images")
    return replace(empty, **fields)
