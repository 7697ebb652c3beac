"""The step about forward proxies: who reads which value, and what containers must use."""

from __future__ import annotations

from screens.evidence import nothing
from screens.grid import Cell, Column, Grid, Tone
from screens.state import State
from screens.step import Section, StepScreen
from wizard.facts import ProxyFacts
from wizard.facts.proxy import ProxyEndpoint, ProxySetting, Reader
from wizard.flow import Step
from wizard.text import msg

_READERS = {
    Reader.PROCESS: msg("this shell"),
    Reader.GIT: msg("git"),
    Reader.DOCKER_CLIENT: msg("docker client"),
    Reader.DAEMON_JSON: msg("Docker engine (daemon.json)"),
    Reader.SYSTEMD: msg("Docker engine (systemd)"),
    Reader.ETC_ENVIRONMENT: msg("/etc/environment"),
}


def proxy_settings(state: State) -> Grid:
    """Who on this machine reads which proxy, and where it stands."""
    facts = state.area("proxy", ProxyFacts)
    settings = () if facts is None else facts.settings.or_else(())
    return Grid(
        columns=(
            Column(title=msg("Read by"), least=8, most=28),
            Column(title=msg("Variable"), least=8, weight=1, most=14),
            Column(title=msg("Value"), least=16, most=44),
            Column(title=msg("Where"), least=10, weight=2, most=40),
        ),
        rows=tuple(_setting(setting) for setting in settings),
        empty=nothing(
            None if facts is None else facts.settings,
            msg("no proxy is set anywhere on this machine"),
        ),
    )


def _setting(setting: ProxySetting) -> tuple[Cell, ...]:
    if setting.problem is not None:
        value = Cell(msg("cannot be used: {why}", why=str(setting.problem.message)), Tone.BAD)
    elif setting.url is not None:
        value = Cell(str(setting.url))
    else:
        value = Cell(setting.text or "")
    return (
        Cell(_READERS[setting.reader]),
        Cell(setting.spelled),
        value,
        Cell(setting.source, Tone.MUTED),
    )


def proxy_endpoints(state: State) -> Grid:
    """Each distinct proxy, and what it did when it was asked."""
    facts = state.area("proxy", ProxyFacts)
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
        "The first table lists every place that sets a proxy, and its value there. Passwords are "
        "shown as ***. The second one says what each proxy did when it was asked.\n\n"
        "A proxy on 127.0.0.1 works for your shell and never for a container: inside a container "
        "127.0.0.1 is the container itself. The row for the proxy in containers shows the address "
        "that is used instead.\n\n"
        "NO_PROXY lists the hosts that are reached without the proxy. Each reader has other rules "
        "for it; the value shown is one that all of them understand."
    )

    def evidence(self, state: State) -> tuple[Section, ...]:
        return (
            (msg("Set on this machine"), proxy_settings(state)),
            (msg("Asked just now"), proxy_endpoints(state)),
        )
