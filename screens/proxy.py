"""The step about forward proxies: who reads which value, and what containers must use."""

from __future__ import annotations

from screens.grid import Cell, Column, Grid, Tone
from screens.readers import proxy_readers
from screens.state import State
from screens.step import Section, StepScreen
from screens.trust import authorities
from wizard.facts.proxy import ProxyEndpoint
from wizard.flow import Step
from wizard.text import msg


def proxy_endpoints(state: State) -> Grid:
    """Each distinct proxy, and what it did when it was asked."""
    facts = state.area("proxy")
    endpoints = () if facts is None else facts.endpoints.or_else(())
    return Grid(
        columns=(Column(title="", least=16, most=44), Column(title="", least=16, most=70)),
        rows=tuple((Cell(str(end.url)), _endpoint(end)) for end in endpoints),
    )


def _endpoint(end: ProxyEndpoint) -> Cell:
    if end.reachable is None:
        return Cell(end.detail or msg("not tried"), Tone.MUTED)
    if not end.reachable:
        return Cell(end.detail or msg("cannot be reached"), Tone.BAD)
    if end.connect_status == 407:
        return Cell(
            msg("wants a password ({schemes})", schemes=", ".join(end.auth_schemes) or "?"),
            Tone.WARN,
        )
    if end.loopback:
        return Cell(msg("answers, on loopback: not for containers"), Tone.WARN)
    return Cell(end.detail or msg("answers"), Tone.GOOD)


class ProxyScreen(StepScreen):
    """Which proxy, seen from the host, a container and the builder."""

    step = Step.PROXY
    heading = msg("The way out: proxy")
    why = msg(
        "Shell, git, docker client and engine each read their own setting. A build works when "
        "all of them name a proxy that a container can reach."
    )
    help_text = msg(
        "The first table lists who reads which proxy, from this shell to the build, and where each "
        "value stands. Passwords are shown as ***. The second one says what each proxy did when it "
        "was asked. The third names authorities that signed what was seen and that no public image "
        "knows: compare the fingerprint with the one that your company publishes.\n\n"
        "A proxy on 127.0.0.1 works for your shell and never for a container: inside a container "
        "127.0.0.1 is the container itself. The row for the proxy in containers shows the address "
        "that is used instead.\n\n"
        "NO_PROXY lists the hosts that are reached without the proxy. Each reader has other rules "
        "for it; the value shown is one that all of them understand."
    )

    def evidence(self, state: State) -> tuple[Section, ...]:
        return (
            (msg("Who reads which proxy"), proxy_readers(state)),
            (msg("Proxies, asked just now"), proxy_endpoints(state)),
            (msg("Trust: authorities of this house"), authorities(state)),
        )
