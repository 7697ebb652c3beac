"""What was observed, as tables for each step: who reads which proxy, which mirror answered … Pure.

Three words are kept apart everywhere: not looked yet, not known (with the reason), and no.
"""

from __future__ import annotations

from typing import Any

from screens.grid import Cell, Column, Grid, Tone
from screens.state import State
from wizard.facts import (
    DockerFacts,
    Fact,
    GoFacts,
    NetworkFacts,
    PrivateFacts,
    ProjectFacts,
    ProxyFacts,
)
from wizard.facts import (
    State as Knowledge,
)
from wizard.facts.docker import JsonConfig
from wizard.facts.mirrors import Failure, MirrorProbe
from wizard.facts.private import Authentication, PrivateHost
from wizard.facts.proxy import ProxyEndpoint, ProxySetting, Reader
from wizard.text import Text, msg

BAR_CELLS = 12

LOOKING = msg("looking …")

_READERS = {
    Reader.PROCESS: msg("this shell"),
    Reader.GIT: msg("git"),
    Reader.DOCKER_CLIENT: msg("docker client"),
    Reader.DAEMON_JSON: msg("Docker engine (daemon.json)"),
    Reader.SYSTEMD: msg("Docker engine (systemd)"),
    Reader.ETC_ENVIRONMENT: msg("/etc/environment"),
}

_AUTHENTICATION = {
    Authentication.NETRC: msg("~/.netrc"),
    Authentication.SSH_AGENT: msg("SSH agent"),
    Authentication.SSH_KEY: msg("SSH key"),
    Authentication.GIT_CREDENTIAL_HELPER: msg("git credential helper"),
    Authentication.NONE: msg("nothing found"),
}

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


def reason_of(fact: Fact[Any]) -> Text:
    """Return in words why a fact has no value."""
    if fact.state is Knowledge.NOT_APPLICABLE:
        return fact.reason or msg("does not apply here")
    return msg("not known: {reason}", reason=str(fact.reason) or "?")


def _nothing(fact: Fact[Any] | None, otherwise: Text) -> Text:
    if fact is None:
        return LOOKING
    return otherwise if fact.state is Knowledge.KNOWN else reason_of(fact)


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
        empty=_nothing(
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
        return Cell(msg("answers, but on this host's loopback: no container reaches it"), Tone.WARN)
    return Cell(end.detail or msg("answers"), Tone.GOOD)


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
    halves = max(1, round(2 * cells * value / most)) if most > 0 else 1
    full, rest = divmod(min(halves, 2 * cells), 2)
    return "━" * full + "╸" * rest


def private_hosts(state: State) -> Grid:
    """Hosts of private modules: by what evidence, and where their credentials live."""
    facts = state.area("private", PrivateFacts)
    hosts = () if facts is None else facts.hosts.or_else(())
    return Grid(
        columns=(
            Column(title=msg("Host"), least=12, most=32),
            Column(title=msg("Signs in by"), least=10, most=30),
            Column(title=msg("State"), least=10, most=34),
            Column(title=msg("Known from"), least=12, weight=1, most=44),
        ),
        rows=tuple(_private(host) for host in hosts),
        empty=_nothing(
            None if facts is None else facts.hosts, msg("nothing here points to a private host")
        ),
    )


def _private(host: PrivateHost) -> tuple[Cell, ...]:
    ways = [str(_AUTHENTICATION[way]) for way in host.authentication]
    return (
        Cell(host.host),
        Cell(", ".join(ways))
        if ways and Authentication.NONE not in host.authentication
        else Cell(_AUTHENTICATION[Authentication.NONE], Tone.WARN),
        _reach(host),
        Cell("; ".join(evidence.source for evidence in host.evidence), Tone.MUTED),
    )


def _reach(host: PrivateHost) -> Cell:
    if host.resolvable is False:
        return Cell(msg("✗ its name does not resolve"), Tone.BAD)
    if host.reachable is False:
        return Cell(msg("✗ cannot be reached"), Tone.BAD)
    if host.reachable:
        return Cell(msg("✓ reachable"), Tone.GOOD)
    return Cell(msg("not tried"), Tone.MUTED)


def credentials(state: State) -> Grid:
    """Where credentials live: names of files and agents, never what is in them."""
    facts = state.area("private", PrivateFacts)
    rows: list[tuple[Cell, ...]] = []
    if facts is not None:
        if (netrc := facts.netrc.value) is not None:
            machines = ", ".join(netrc.machines) or msg("no machine in it")
            rows.append((Cell(netrc.path), Cell(netrc.problem or machines, Tone.MUTED)))
        if (ssh := facts.ssh.value) is not None:
            if ssh.agent_socket:
                rows.append((Cell(msg("SSH agent")), Cell(ssh.agent_socket, Tone.MUTED)))
            rows += [(Cell(msg("SSH key")), Cell(key, Tone.MUTED)) for key in ssh.keys]
        for rule in facts.instead_of.or_else(()):
            rewrite = f"{rule.instead_of} → {rule.base}"
            rows.append((Cell(msg("git insteadOf")), Cell(rewrite, Tone.MUTED)))
    return Grid(
        columns=(Column(title="", least=10, most=40), Column(title="", least=16, most=80)),
        rows=tuple(rows),
    )


def engine(state: State) -> Grid:
    """The Docker client, the engine behind it, and their files."""
    facts = state.area("docker", DockerFacts)
    rows: list[tuple[Cell, ...]] = []
    if facts is None:
        return Grid(columns=_PAIR, rows=(), empty=LOOKING)
    if (found := facts.engine.value) is not None:
        flavour = msg(
            "{version}, {flavour}, context {context}",
            version=found.version,
            flavour=str(found.flavour),
            context=found.context,
        )
        rows.append((Cell(msg("Engine")), Cell(flavour)))
    else:
        rows.append((Cell(msg("Engine")), Cell(reason_of(facts.engine), Tone.WARN)))
    if (client := facts.client.value) is not None:
        builder: Text = (
            msg("legacy builder: {why}", why=client.why_legacy)
            if client.legacy_builder
            else msg("BuildKit (buildx {version})", version=client.buildx or "?")
        )
        rows.append((Cell(msg("Builder")), Cell(builder)))
    else:
        rows.append((Cell(msg("Client")), Cell(reason_of(facts.client), Tone.WARN)))
    rows.append((Cell(msg("daemon.json")), _config(facts.daemon_json)))
    rows.append((Cell(msg("config.json")), _config(facts.client_config)))
    return Grid(columns=_PAIR, rows=tuple(rows))


_PAIR = (Column(title="", least=8, most=24), Column(title="", least=16, most=100))


def _config(fact: Fact[JsonConfig]) -> Cell:
    config = fact.value
    if config is None:
        return Cell(reason_of(fact), Tone.MUTED)
    if config.problem is not None:
        place = f":{config.problem.line}" if config.problem.line is not None else ""
        return Cell(
            msg(
                "✗ {path}{place} cannot be read: {why}",
                path=config.path,
                place=place,
                why=str(config.problem.message),
            ),
            Tone.BAD,
        )
    if not config.exists:
        return Cell(msg("{path} (not there yet)", path=config.path), Tone.MUTED)
    return Cell(config.path)


def address_map(state: State) -> Grid:
    """Who uses which addresses: this host's routes beside Docker's networks, by address."""
    from ipaddress import ip_network

    network = state.area("network", NetworkFacts)
    docker = state.area("docker", DockerFacts)
    used: list[tuple[str, str, str]] = []
    for net in () if docker is None else docker.networks.or_else(()):
        used += [(subnet, str(msg("Docker")), net.name) for subnet in net.subnets]
    for route in () if network is None else network.routes.or_else(()):
        if not _of_docker(network, route.interface):
            used.append((route.destination, str(msg("route")), route.interface))

    def order(row: tuple[str, str, str]) -> tuple[int, int, int]:
        try:
            subnet = ip_network(row[0], strict=False)
        except ValueError:
            return (9, 0, 0)
        return (subnet.version, int(subnet.network_address), subnet.prefixlen)

    rows = (
        (Cell(address), Cell(who), Cell(name, Tone.MUTED))
        for address, who, name in sorted(dict.fromkeys(used), key=order)
    )
    return Grid(
        columns=(
            Column(title=msg("Addresses"), least=12, most=32),
            Column(title=msg("Used by"), least=6, most=12),
            Column(title=msg("Name"), least=6, most=30),
        ),
        rows=tuple(rows),
        empty=LOOKING if network is None or docker is None else msg("no routes are known"),
    )


def _of_docker(network: NetworkFacts | None, interface: str) -> bool:
    interfaces = () if network is None else network.interfaces.or_else(())
    return any(known.name == interface and known.docker for known in interfaces)


def project(state: State) -> Grid:
    """What is to be built, and what it is built with."""
    facts = state.area("project", ProjectFacts)
    go = state.area("go", GoFacts)
    if facts is None:
        return Grid(columns=_PAIR, rows=(), empty=LOOKING)
    rows: list[tuple[Cell, ...]] = []
    for module in facts.modules.or_else(()):
        where = f" ({module.directory})" if module.directory != "." else ""
        rows.append((Cell(msg("Module")), Cell(f"{module.mod.module}{where}")))
    if facts.modules.value is None or not facts.modules.value:
        rows.append((Cell(msg("Module")), Cell(_nothing(facts.modules, msg("none")), Tone.BAD)))
    first = next(iter(facts.modules.or_else(())), None)
    if first is not None and first.mod.go is not None:
        rows.append((Cell(msg("Asks for")), Cell(msg("Go {version}", version=first.mod.go))))
    if go is not None:
        tool = go.toolchain.value
        rows.append(
            (
                Cell(msg("Go here")),
                Cell(tool.version) if tool else Cell(reason_of(go.toolchain), Tone.MUTED),
            )
        )
    dockerfile = facts.dockerfile.value
    if dockerfile is None:
        rows.append((Cell("Dockerfile"), Cell(_nothing(facts.dockerfile, msg("none")), Tone.MUTED)))
    else:
        stage = msg(
            "{path}, modules are downloaded in stage {stage}",
            path=dockerfile.path,
            stage=dockerfile.go_stage or "–",
        )
        rows.append((Cell("Dockerfile"), Cell(stage)))
    if (ignore := facts.dockerignore.value) is not None:
        hides = ", ".join(f"{path} ({pattern})" for path, pattern in ignore.hides)
        rows.append(
            (
                Cell(".dockerignore"),
                Cell(msg("hides {paths}", paths=hides), Tone.WARN) if hides else Cell(ignore.path),
            )
        )
    if (vendor := facts.vendor.value) is not None:
        agrees = {
            True: Cell(msg("there, and agrees with go.mod")),
            False: Cell(msg("there, but does not agree with go.mod"), Tone.WARN),
            None: Cell(msg("there, not compared"), Tone.MUTED),
        }[vendor.consistent]
        rows.append((Cell("vendor/"), agrees))
    missing = [name for module in facts.modules.or_else(()) for name in module.missing_sums]
    if missing:
        listed = msg("has no line for {names}", names=", ".join(missing))
        rows.append((Cell("go.sum"), Cell(listed, Tone.WARN)))
    return Grid(columns=_PAIR, rows=tuple(rows))
