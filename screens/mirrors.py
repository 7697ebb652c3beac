"""The step about module mirrors: the ranking, and what GOPROXY becomes."""

from __future__ import annotations

from screens.evidence import LOOKING
from screens.grid import Cell, Column, Grid, Tone
from screens.latency import BAR_CELLS, LEGS, legend, legs_bar
from screens.latency import total as _sum
from screens.state import State
from screens.step import Section, StepScreen
from wizard.facts.mirrors import Failure, MirrorProbe
from wizard.flow import Step
from wizard.text import Text, msg

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
    longest = max((_sum(probe) for probe in state.probes if probe.ok), default=0.0)
    return Grid(
        columns=(
            Column(title="#", least=2, most=3),
            Column(title=msg("Mirror"), least=16, most=34, whole=True),
            Column(title=msg("Time"), least=BAR_CELLS, weight=2, most=BAR_CELLS),
            Column(title=msg("Speed"), least=7, most=10, right=True),
            Column(title=msg("State"), least=12, most=34, whole=True),
            Column(title="DNS/TCP/TLS", least=11, weight=3, most=14, right=True, from_width=90),
            Column(title=msg("Way"), least=6, weight=4, most=32, from_width=110),
        ),
        rows=tuple(_mirror(probe, longest) for probe in state.probes),
        empty=LOOKING if state.looking or state.facts is None else msg("no mirror was asked"),
    )


def _mirror(probe: MirrorProbe, longest: float) -> tuple[Cell, ...]:
    speed = probe.latency.first_byte if probe.ok else None
    return (
        Cell("–" if probe.rank is None else str(probe.rank), Tone.MUTED),
        Cell(probe.mirror.url.partition("://")[2] or probe.mirror.url),
        Cell(legs_bar(probe.latency, longest) if probe.ok else "", Tone.ACCENT),
        Cell("" if speed is None else msg("{ms} ms", ms=f"{speed:.0f}")),
        mirror_state(probe),
        Cell("/".join(_leg(getattr(probe.latency, leg.name)) for leg in LEGS[:3]), Tone.MUTED),
        Cell(msg("direct") if probe.through is None else probe.through, Tone.MUTED),
    )


def _leg(milliseconds: float | None) -> str:
    return "–" if milliseconds is None else f"{milliseconds:.0f}"


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


class MirrorsScreen(StepScreen):
    """Which module mirrors answer rightly from here, and in which order Go asks them."""

    step = Step.MIRRORS
    evidence_first = 2
    heading = msg("Where modules come from: mirrors")
    why = msg(
        "`go mod download` asks the servers in GOPROXY in turn. Each was asked by the real "
        "protocol, through the proxy that Go would use."
    )
    help_text = msg(
        "The table is sorted by what counts: a mirror that proved itself with a module's bytes, "
        "then how fast it answers on a warm connection. A mirror that answers with a login page, "
        "a wrong hash or a wrong answer is listed as failed, however fast it was.\n\n"
        "The bar divides the time of a first request: looking up the name, connecting, TLS, and "
        "the first byte of the answer, each with a sign of its own. Behind a proxy the first three "
        "cannot be seen.\n\n"
        "GOPROXY lists mirrors in the order in which Go asks them. After a comma Go goes on only "
        "when a server says that it does not have the module (404 or 410); after a | it goes on "
        "after any error.\n\n"
        "GOSUMDB is the checksum database that proves that nobody changed a module. It is never "
        "turned off by itself.\n\n"
        "Press r to measure again."
    )

    def evidence(self, state: State) -> tuple[Section, ...]:
        return ((self.asked_title(state), mirrors(state)), ("", legend(state.probes)))

    def asked_title(self, state: State) -> Text:
        """Say how far the asking is: the rows move while answers come."""
        good = sum(probe.ok for probe in state.probes)
        counts = {"all": len(state.probes), "good": good}
        if state.looking:
            return msg("{all} have answered so far, {good} of them rightly …", **counts)
        return msg("{all} were asked, {good} of them answer rightly", **counts)
