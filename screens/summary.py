"""One line for each area of the facts: what the welcome screen says while it looks. Pure."""

from __future__ import annotations

from screens.evidence import LOOKING, reason_of
from screens.grid import Cell, Column, Grid, Tone
from screens.state import AREAS, State
from wizard.text import msg, nmsg

_NAMES = {
    "project": msg("Project"),
    "go": msg("Go"),
    "network": msg("Network"),
    "proxy": msg("Proxy"),
    "private": msg("Private hosts"),
    "docker": msg("Docker"),
    "mirrors": msg("Module mirrors"),
}


def overview(state: State) -> Grid:
    """Every area in one line: what was found, or that it is being looked at."""
    return Grid(
        columns=(
            Column(title="", least=1, most=1),
            Column(title="", least=8, most=16),
            Column(title="", least=20, most=90),
        ),
        rows=tuple(_row(state, name) for name in AREAS),
    )


def _row(state: State, name: str) -> tuple[Cell, ...]:
    cell = _SUMMARIES[name](state)
    pending = cell is None or (state.looking and name not in state.areas and name != "mirrors")
    if cell is None or pending:
        return (Cell("·", Tone.MUTED), Cell(_NAMES[name]), Cell(LOOKING, Tone.MUTED))
    glyph = {Tone.BAD: "✗", Tone.WARN: "!", Tone.MUTED: "–"}.get(cell.tone, "✓")
    tone = Tone.GOOD if glyph == "✓" else cell.tone
    return (Cell(glyph, tone), Cell(_NAMES[name]), cell)


def _project(state: State) -> Cell | None:
    facts = state.area("project")
    if facts is None:
        return None
    modules = facts.modules.or_else(())
    if not modules:
        return Cell(facts.modules.reason or msg("no go.mod here"), Tone.BAD)
    name = modules[0].mod.module
    if len(modules) == 1:
        return Cell(name)
    return Cell(msg("{name} and {n} more modules", name=name, n=len(modules) - 1))


def _go(state: State) -> Cell | None:
    facts = state.area("go")
    if facts is None:
        return None
    if (tool := facts.toolchain.value) is None:
        return Cell(facts.toolchain.reason or reason_of(facts.toolchain), Tone.MUTED)
    return Cell(msg("go {version}", version=tool.version))


def _network(state: State) -> Cell | None:
    facts = state.area("network")
    if facts is None:
        return None
    resolvers = facts.resolvers.or_else(())
    mtus = [i.mtu for i in facts.interfaces.or_else(()) if i.up and not i.docker and i.name != "lo"]
    if not mtus:
        return Cell(msg("no interface is up"), Tone.WARN)
    stub = all(resolver.loopback for resolver in resolvers)
    words = msg(
        "MTU {mtu}, resolver {resolvers}",
        mtu=min(mtus),
        resolvers=", ".join(resolver.address for resolver in resolvers) or "–",
    )
    if resolvers and stub:
        return Cell(msg("{words} (on loopback)", words=str(words)), Tone.WARN)
    return Cell(words)


def _proxy(state: State) -> Cell | None:
    facts = state.area("proxy")
    if facts is None:
        return None
    broken = [one for one in facts.settings.or_else(()) if one.problem is not None]
    if broken:
        names = ", ".join(dict.fromkeys(one.spelled for one in broken))
        return Cell(msg("{names} cannot be used", names=names), Tone.BAD)
    disagree = facts.contradictions.or_else(())
    if disagree:
        names = ", ".join(dict.fromkeys(one.name for one in disagree))
        return Cell(msg("places disagree about {names}", names=names), Tone.WARN)
    effective = facts.effective.value
    url = None if effective is None else effective.https or effective.http
    if url is None:
        return Cell(msg("none: this shell goes straight out"))
    if any(end.loopback for end in facts.endpoints.or_else(())):
        return Cell(msg("{url} (on loopback)", url=str(url)), Tone.WARN)
    return Cell(str(url))


def _private(state: State) -> Cell | None:
    facts = state.area("private")
    if facts is None:
        return None
    hosts = facts.hosts.or_else(())
    if not hosts:
        return Cell(msg("none found"), Tone.MUTED)
    names = ", ".join(host.host for host in hosts)
    if any(host.resolvable is False or host.reachable is False for host in hosts):
        return Cell(msg("{names}: not all can be reached", names=names), Tone.WARN)
    if not any(host.patterns for host in hosts):
        return Cell(msg("{names}: no module needs them here", names=names), Tone.MUTED)
    return Cell(names)


def _docker(state: State) -> Cell | None:
    facts = state.area("docker")
    if facts is None:
        return None
    if (engine := facts.engine.value) is None:
        return Cell(facts.engine.reason or reason_of(facts.engine), Tone.WARN)
    client = facts.client.value
    legacy = client is not None and client.legacy_builder
    builder = msg("legacy builder") if legacy else msg("BuildKit")
    words = msg(
        "{flavour} engine {version}, {builder}",
        flavour=str(engine.flavour),
        version=engine.version,
        builder=str(builder),
    )
    return Cell(words, Tone.WARN if legacy else Tone.PLAIN)


def _mirrors(state: State) -> Cell | None:
    probes = state.probes
    if not probes and (state.looking or state.area("mirrors") is None):
        return None
    good = [probe for probe in probes if probe.ok]
    if not good:
        if state.looking:
            return None
        return Cell(
            nmsg("the one asked failed", "all {n} that were asked failed", n=len(probes)),
            Tone.BAD,
        )
    best = good[0]
    speed = best.latency.first_byte
    return Cell(
        msg(
            "{ok} of {all} answer, first {name}{speed}",
            ok=len(good),
            all=len(probes),
            name=best.mirror.url.partition("://")[2],
            speed="" if speed is None else f" ({speed:.0f} ms)",
        )
    )


_SUMMARIES = {
    "project": _project,
    "go": _go,
    "network": _network,
    "proxy": _proxy,
    "private": _private,
    "docker": _docker,
    "mirrors": _mirrors,
}
