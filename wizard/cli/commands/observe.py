"""`detect` and `mirrors`: what was observed, nothing decided."""

from __future__ import annotations

from wizard.cli.context import Context
from wizard.cli.output import BOLD, DIM, GREEN, RED
from wizard.errors import ExitCode
from wizard.facts.base import State
from wizard.facts.mirrors import Failure, MirrorProbe
from wizard.text import msg

_OWN_TABLE = ("build.rows", "build.cause")
"""Facts that are shown side by side at the end."""


async def detect(context: Context) -> int:
    """Show every fact with its source."""
    if context.flag("explain", False):
        return await _explain(context)
    from wizard.cli.describe import describe

    facts = await context.facts()
    if context.flag("in_build", False):
        from wizard.repairing import with_build

        facts = await with_build(context.session, facts)
    rows = [{"key": key, "value": fact.value, "state": fact.state, "source": fact.source,
             "reason": fact.reason or None} for key, fact in facts.flat()]  # fmt: skip
    context.emit("detect", facts=rows)
    output = context.output
    area = ""
    for key, fact in facts.flat():
        if key in _OWN_TABLE:
            continue
        head, _, name = key.partition(".")
        if head != area:
            area = head
            output.line()
            output.line(area, BOLD)
        label = name.replace("_", " ")
        if fact.state is State.KNOWN:
            lines = describe(fact.value, everything=output.verbose)
            output.line(f"  {label}: {lines[0]}" if len(lines) == 1 else f"  {label}:")
            for text in lines if len(lines) > 1 else ():
                output.line(f"    {text}")
            if output.verbose:
                output.line(f"      ({fact.source})", DIM)
        else:
            word = msg("unknown") if fact.state is State.UNKNOWN else msg("not here")
            output.line(f"  {label}: {word} - {fact.reason}", DIM)
    if facts.build is not None:
        from wizard.cli.in_build import show_comparison

        show_comparison(output, facts.build)
    return ExitCode.OK


async def _explain(context: Context) -> int:
    from wizard.detect import contacts

    hosts = await contacts(context.session.system, context.session.request)
    context.emit("detect", facts=(), contacts=hosts)  # `facts` is a key of every `detect`
    output = context.output
    output.line(msg("A detection here would contact:"), BOLD)
    for host in hosts:
        output.line(f"  {host}")
    return ExitCode.OK


async def mirrors(context: Context) -> int:
    """Show the ranking; exit 1 when no mirror is good."""
    from wizard.detect import detect_mirrors

    facts = await detect_mirrors(context.session.system, context.session.request)
    ranking = facts.ranking.or_else(())
    context.emit("mirrors", mirrors=[_row(probe) for probe in ranking])
    good = [probe for probe in ranking if probe.ok]
    output = context.output
    output.table(
        ("", "ms", "dns", "tcp", "tls", str(msg("state")), "sumdb", str(msg("mirror"))),
        [_cells(probe) for probe in ranking],
    )
    output.line()
    if not good:
        output.line(msg("No mirror is good from here."), RED)
        return ExitCode.NO
    output.line(msg("Best: {url}", url=good[0].mirror.url), GREEN)
    output.line(msg(
        "ms: fastest first byte on a warm connection; through a proxy only the tunnel can be timed."
    ), DIM)  # fmt: skip
    if any(probe.reason is Failure.TIMEOUT for probe in ranking) and not context.flag("prove"):
        output.line(msg("The slow are not waited for; --prove waits for every one."), DIM)
    return ExitCode.OK


def _row(probe: MirrorProbe) -> dict[str, object]:
    return {
        "url": probe.mirror.url,
        "name": probe.mirror.name,
        "rank": probe.rank,
        "state": "ok" if probe.ok else "failed",
        "proved": probe.proved,
        "reason": probe.reason,
        "detail": probe.detail,
        "latency_ms": probe.latency,
        "samples": probe.samples,
        "checksum_database": probe.checksum_database,
        "operator": probe.mirror.operator,
        "region": probe.mirror.region,
        "origin": probe.mirror.origin,
        "through": probe.through,
        "redirects": probe.redirects,
        "issuer": probe.issuer,
        "at": probe.at,
    }


def _cells(probe: MirrorProbe) -> tuple[str, ...]:
    def ms(value: float | None) -> str:
        return "" if value is None else f"{value:.0f}"

    if probe.ok:
        state = str(msg("proved") if probe.proved else msg("answers, not proved"))
    else:
        state = str(probe.reason or msg("failed"))
    database = {True: msg("yes"), False: msg("no"), None: ""}[probe.checksum_database]
    leg = probe.latency
    url = probe.mirror.url
    detail = f"  {probe.detail}" if str(probe.detail) else ""
    rank = "" if probe.rank is None else str(probe.rank)
    return (rank, ms(leg.first_byte), ms(leg.dns), ms(leg.connect), ms(leg.tls), state,
            str(database), f"{url}{detail}")  # fmt: skip
