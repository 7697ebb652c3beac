"""The step about private modules: which hosts, and how a build signs in to them."""

from __future__ import annotations

from screens.evidence import nothing
from screens.grid import Cell, Column, Grid, Tone
from screens.state import State
from screens.step import Section, StepScreen
from wizard.facts import PrivateFacts
from wizard.facts.private import Authentication, PrivateHost
from wizard.flow import Step
from wizard.text import msg

_AUTHENTICATION = {
    Authentication.NETRC: msg("~/.netrc"),
    Authentication.SSH_AGENT: msg("SSH agent"),
    Authentication.SSH_KEY: msg("SSH key"),
    Authentication.GIT_CREDENTIAL_HELPER: msg("git credential helper"),
    Authentication.NONE: msg("nothing found"),
}


def private_hosts(state: State) -> Grid:
    """Hosts of private modules: by what evidence, and where their credentials live."""
    facts = state.area("private")
    hosts = () if facts is None else facts.hosts.or_else(())
    return Grid(
        columns=(
            Column(title=msg("Host"), least=12, most=32),
            Column(title=msg("Signs in by"), least=10, most=30),
            Column(title=msg("State"), least=10, most=34),
            Column(title=msg("Credentials in"), least=12, weight=1, most=44),
            Column(title=msg("Known from"), least=12, weight=2, most=44),
        ),
        rows=() if facts is None else tuple(_private(host, facts) for host in hosts),
        empty=nothing(
            None if facts is None else facts.hosts, msg("nothing here points to a private host")
        ),
    )


def _private(host: PrivateHost, facts: PrivateFacts) -> tuple[Cell, ...]:
    ways = [str(_AUTHENTICATION[way]) for way in host.authentication]
    return (
        Cell(host.host),
        Cell(", ".join(ways))
        if ways and Authentication.NONE not in host.authentication
        else Cell(_AUTHENTICATION[Authentication.NONE], Tone.WARN),
        _reach(host),
        Cell(_places(host, facts) or "–", Tone.MUTED),
        Cell("; ".join(evidence.source for evidence in host.evidence), Tone.MUTED),
    )


def _places(host: PrivateHost, facts: PrivateFacts) -> str:
    """Return the files and sockets that hold the credentials of a host, never what is in them."""
    netrc, ssh = facts.netrc.value, facts.ssh.value
    places: list[str] = []
    for way in host.authentication:
        if way is Authentication.NETRC and netrc is not None:
            places.append(netrc.path)
        elif way is Authentication.SSH_AGENT and ssh is not None and ssh.agent_socket:
            places.append(ssh.agent_socket)
        elif way is Authentication.SSH_KEY and ssh is not None:
            places += ssh.keys
        elif way is Authentication.GIT_CREDENTIAL_HELPER:
            places.append(facts.hosts.source)
    return ", ".join(dict.fromkeys(places))


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
    facts = state.area("private")
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


class PrivateScreen(StepScreen):
    """Which hosts serve private modules, and where their credentials live."""

    step = Step.PRIVATE
    heading = msg("Your own modules: private hosts")
    why = msg(
        "Their modules are fetched straight from them: no public mirror hears their names. "
        "Credentials are used from where they live."
    )
    help_text = msg(
        "A host counts as private when this machine says so: GOPRIVATE, a git remote, an "
        "insteadOf rule, a line of ~/.netrc, an address that only the inner network has.\n\n"
        "GOPRIVATE holds the patterns of module paths that Go fetches directly. The narrowest "
        "patterns that cover your modules are recommended.\n\n"
        "A build gets credentials as BuildKit secrets or through the SSH agent: they are there "
        "while one step runs, and reach neither the image nor its history. This program names the "
        "file that holds them and never shows what is in it."
    )

    def evidence(self, state: State) -> tuple[Section, ...]:
        return (
            (msg("Hosts"), private_hosts(state)),
            (msg("Where credentials live"), credentials(state)),
        )
