"""The step about module mirrors: the ranking, and what GOPROXY becomes."""

from __future__ import annotations

from screens.evidence import LOOKING
from screens.grid import Cell, Column, Grid, Tone
from screens.state import State
from screens.step import Section, StepScreen
from wizard.facts.mirrors import Failure, MirrorProbe
from wizard.flow import Step
from wizard.text import msg

BAR_CELLS = 12

_FAILURES = {
    Failure.DNS: msg("its name does not resolve"),
    Failure.DNS_TIMEOUT: msg("the resolver did not answer"),
    Failure.CONNECT_TIMEOUT: msg("no connection in time"),
    Failure.REFUSED: msg("connection refused"),
    Failure.RESET: msg("connection reset"),
    Failure.TLS_UNTRUSTED: msg("certificate not trusted"),
    Failure.TLS_HOSTNAME: msg("certificate of another name"),
    Failure.TLS_EXPIRED: msg("certificate expired"),
    Failure.PROXY_AUTH: msg("the proxy wants a password"),
    Failure.PROXY_REFUSED: msg("the proxy refused"),
    Failure.HTTP_403: msg("forbidden (403)"),
    Failure.HTTP_404: msg("not there (404)"),
    Failure.HTTP_410: msg("gone (410)"),
    Failure.HTTP_429: msg("too many requests (429)"),
    Failure.HTTP_4XX: msg("refused the request (4xx)"),
    Failure.HTTP_5XX: msg("broken (5xx)"),
    Failure.NOT_A_MODULE_PROXY: msg("login or block page"),
    Failure.HASH_MISMATCH: msg("wrong bytes (hash mismatch)"),
    Failure.REDIRECT_BLOCKED: msg("redirects to a blocked host"),
    Failure.TRUNCATED: msg("answer cut short"),
    Failure.TIMEOUT: msg("too slow"),
}


def mirrors(state: State) -> Grid:
    """The ranking of module mirrors; rows appear as answers come."""
    slowest = max((_speed(probe) or 0.0 for probe in state.probes if probe.ok), default=0.0)
    return Grid(
        columns=(
            Column(title="#", least=2, most=3),
            Column(title=msg("Mirror"), least=14, most=34),
            Column(title="", least=BAR_CELLS, weight=2, most=BAR_CELLS),
            Column(title=msg("Speed"), least=7, most=10, right=True),
            Column(title=msg("State"), least=16, most=48),
        ),
        rows=tuple(_mirror(probe, slowest) for probe in state.probes),
        empty=LOOKING if state.looking or state.facts is None else msg("no mirror was asked"),
    )


def _speed(probe: MirrorProbe) -> float | None:
    return probe.latency.first_byte if probe.ok else None


def _mirror(probe: MirrorProbe, slowest: float) -> tuple[Cell, ...]:
    speed = _speed(probe)
    return (
        Cell("–" if probe.rank is None else str(probe.rank), Tone.MUTED),
        Cell(probe.mirror.url.partition("://")[2] or probe.mirror.url),
        Cell("" if speed is None else bar(speed, slowest), Tone.ACCENT),
        Cell("" if speed is None else msg("{ms} ms", ms=f"{speed:.0f}")),
        mirror_state(probe),
    )


def mirror_state(probe: MirrorProbe) -> Cell:
    """Return in words what a mirror is worth."""
    if not probe.ok:
        why = _FAILURES[probe.reason] if probe.reason is not None else probe.detail
        return Cell(msg("✗ {why}", why=why), Tone.BAD)
    if probe.proved is False:
        why = _FAILURES[probe.reason] if probe.reason is not None else probe.detail
        return Cell(msg("! {why}", why=why), Tone.WARN)
    if probe.proved:
        return Cell(msg("✓ proved"), Tone.GOOD)
    return Cell(msg("✓ answers rightly"))


def bar(value: float, most: float, cells: int = BAR_CELLS) -> str:
    """Return a bar of at most `cells` cells, in halves; something is always drawn."""
    share = min(1.0, value / most) if most > 0 else 0.0
    full, rest = divmod(max(1, round(2 * cells * share)), 2)
    return "━" * full + "╸" * rest


class MirrorsScreen(StepScreen):
    """Which module mirrors answer rightly from here, and in which order Go asks them."""

    step = Step.MIRRORS
    evidence_first = True
    heading = msg("Where modules come from: mirrors")
    why = msg(
        "`go mod download` asks the servers in GOPROXY in turn. Each was asked by the real "
        "protocol, through the proxy that Go would use."
    )
    help_text = msg(
        "The table is sorted by what counts: a mirror that proved itself with a module's bytes, "
        "then how fast it answers on a warm connection. A mirror that answers with a login page, "
        "a wrong hash or a wrong answer is listed as failed, however fast it was.\n\n"
        "GOPROXY lists mirrors in the order in which Go asks them. After a comma Go goes on only "
        "when a server says that it does not have the module (404 or 410); after a | it goes on "
        "after any error.\n\n"
        "GOSUMDB is the checksum database that proves that nobody changed a module. It is never "
        "turned off by itself.\n\n"
        "Press r to measure again."
    )

    def evidence(self, state: State) -> tuple[Section, ...]:
        return (("", mirrors(state)),)
