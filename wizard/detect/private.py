"""The area `private`: hosts of private modules, and how this user gets at them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from wizard.detect.deadline import Deadline, in_thread, in_time
from wizard.detect.git_config import GitSetting, project_git_config
from wizard.detect.netrc import netrc_fact
from wizard.detect.private_evidence import (
    Candidate,
    Known,
    find_private_hosts,
    instead_of_rules,
    remotes_of,
    suspects,
)
from wizard.detect.sockets import addresses_of, can_connect
from wizard.detect.ssh import agent_has_keys, ssh_fact, ssh_hosts
from wizard.facts.base import Fact, known
from wizard.facts.go import GoSetting
from wizard.facts.private import (
    Authentication,
    NetrcFile,
    PrivateFacts,
    PrivateHost,
    SshSetup,
)
from wizard.rules.addresses import is_internal
from wizard.rules.remote_url import parse_remote
from wizard.system import System
from wizard.text import msg

SOURCE = "go.mod, go.sum, go env, git, netrc, ssh"
_MAX_HOSTS = 12
_MAX_SUSPECTS = 24
SURELY_PUBLIC = "proxy.golang.org"
"""A name whose address shows whether DNS here tells public hosts from private ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateRead:
    """The area as files tell it, and the hosts that the network is to be asked about."""

    facts: PrivateFacts
    candidates: tuple[Candidate, ...]
    """In the order of the facts' hosts."""
    suspects: tuple[Candidate, ...]
    """Private only where their addresses say so."""


async def read_private(
    system: System,
    project: Path,
    *,
    modules: tuple[str, ...],
    own_modules: tuple[str, ...],
    settings: Mapping[str, GoSetting],
    git: tuple[GitSetting, ...],
    search_domains: tuple[str, ...] = (),
    hosts_file: tuple[str, ...] = (),
    own_mirror: bool = False,
) -> PrivateRead:
    """Return the area without the network's answers, and the hosts to look at.

    `own_mirror`: GOPROXY begins with a mirror that is in no public catalogue.
    """
    netrc = await in_thread(lambda: netrc_fact(system))
    ssh = await in_thread(lambda: ssh_fact(system))
    blocks = await in_thread(lambda: ssh_hosts(system))
    own_git = await in_thread(lambda: project_git_config(system, project))
    rules = tuple(instead_of_rules((*git, *own_git)))
    evidence = Known(
        modules=modules,
        own_modules=own_modules,
        go=tuple(
            (name, settings[name].value)
            for name in ("GOPRIVATE", "GONOPROXY", "GONOSUMDB")
            if name in settings and settings[name].origin != "default"
        ),
        remotes=tuple(remotes_of(own_git)),
        instead_of=rules,
        netrc=_hosts_of(netrc),
        netrc_source=netrc.source,
        ssh_hosts=blocks,
        known_hosts=ssh.value.known_hosts if ssh.value is not None else (),
        known_hosts_source=(ssh.value.known_hosts_path or "") if ssh.value is not None else "",
        own_mirror=own_mirror,
        search_domains=search_domains,
        hosts_file=hosts_file,
    )
    found = find_private_hosts(evidence)
    candidates = found[:_MAX_HOSTS]
    agent = ssh.value.agent_socket if ssh.value is not None else None
    # An agent that does not answer is counted as one with keys: it may be waiting for a touch.
    has_keys = agent is not None and await in_thread(lambda: agent_has_keys(agent)) is not False
    unlooked = tuple(
        _host(item, _ways(item, netrc, ssh, (*git, *own_git), agent=has_keys))
        for item in candidates
    )
    facts = PrivateFacts(
        hosts=known(unlooked, SOURCE),
        netrc=netrc,
        ssh=ssh,
        instead_of=known(rules, "git config"),
    )
    return PrivateRead(
        facts=facts, candidates=candidates, suspects=suspects(evidence, found)[:_MAX_SUSPECTS]
    )


async def look_at_hosts(
    read: PrivateRead, deadline: Deadline, stamp: Callable[[], str]
) -> PrivateFacts:
    """Return the area with each host resolved and tried; one that is late stays untried."""
    facts = read.facts
    named = asyncio.gather(
        *(
            _looked_at(host, item, deadline, stamp)
            for host, item in zip(facts.hosts.or_else(()), read.candidates, strict=True)
        )
    )
    looked, convicted = await asyncio.gather(named, _convicted(read.suspects, deadline, stamp))
    return PrivateFacts(
        hosts=known((*looked, *convicted), facts.hosts.source),
        netrc=facts.netrc,
        ssh=facts.ssh,
        instead_of=facts.instead_of,
    )


async def _convicted(
    suspected: tuple[Candidate, ...], deadline: Deadline, stamp: Callable[[], str]
) -> tuple[PrivateHost, ...]:
    """Return the suspects whose addresses all lie in private networks.

    Where even a name that is surely public gets such an address, DNS here proves nothing.
    """
    if not suspected:
        return ()

    async def resolve(host: str) -> tuple[str, ...]:
        async def look() -> Fact[tuple[str, ...]]:
            return known(await addresses_of(host), host)

        return (await in_time(deadline, look(), host)).or_else(())

    names = (SURELY_PUBLIC, *(item.host for item in suspected))
    public, *answers = await asyncio.gather(*(resolve(name) for name in names))
    if any(is_internal(address) for address in public):
        return ()
    guilty = [
        item
        for item, addresses in zip(suspected, answers, strict=True)
        if addresses and all(is_internal(address) for address in addresses)
    ]
    for item in guilty:
        item.add(msg("its address lies in a private network"), "DNS")
    return tuple(
        await asyncio.gather(
            *(
                _looked_at(_host(item, (Authentication.NONE,)), item, deadline, stamp)
                for item in guilty
            )
        )
    )


async def _looked_at(
    host: PrivateHost, item: Candidate, deadline: Deadline, stamp: Callable[[], str]
) -> PrivateHost:
    fact = await in_time(deadline, _try(host, item), host.host)
    if fact.value is not None:
        return replace(fact.value, at=stamp())
    return _host(item, host.authentication, detail_of=fact)


async def _try(host: PrivateHost, item: Candidate) -> Fact[PrivateHost]:
    addresses = await addresses_of(host.host)
    port = item.port or (22 if item.ssh else 443)
    reachable, detail = await can_connect(addresses, port)
    return known(
        PrivateHost(
            host=host.host,
            modules=host.modules,
            patterns=host.patterns,
            evidence=host.evidence,
            authentication=host.authentication,
            ssh=host.ssh,
            resolvable=bool(addresses),
            addresses=addresses,
            reachable=reachable if addresses else None,
            detail=detail,
        ),
        host.host,
    )


def _host(
    item: Candidate,
    ways: tuple[Authentication, ...],
    detail_of: Fact[PrivateHost] | None = None,
) -> PrivateHost:
    return PrivateHost(
        host=item.host,
        modules=tuple(item.modules),
        patterns=tuple(item.patterns),
        evidence=tuple(item.evidence),
        authentication=ways,
        ssh=item.ssh,
        resolvable=None,
        addresses=(),
        reachable=None,
        detail="" if detail_of is None else detail_of.reason,
    )


def _hosts_of(netrc: Fact[NetrcFile]) -> tuple[str, ...]:
    """Return the hosts of a netrc; Go's form `host:port` counts for the host."""
    machines = () if netrc.value is None else netrc.value.machines
    return tuple(dict.fromkeys(name.partition(":")[0].lower() for name in machines))


def _ways(
    item: Candidate,
    netrc: Fact[NetrcFile],
    ssh: Fact[SshSetup],
    git: tuple[GitSetting, ...],
    *,
    agent: bool,
) -> tuple[Authentication, ...]:
    ways: list[Authentication] = []
    if item.host in _hosts_of(netrc):
        ways.append(Authentication.NETRC)
    setup = ssh.value
    if setup is not None and (item.ssh or item.host in setup.known_hosts):
        if agent:
            ways.append(Authentication.SSH_AGENT)
        if setup.keys:
            ways.append(Authentication.SSH_KEY)
    if any(_helps(setting, item.host) for setting in git):
        ways.append(Authentication.GIT_CREDENTIAL_HELPER)
    return tuple(ways) or (Authentication.NONE,)


def _helps(setting: GitSetting, host: str) -> bool:
    """Whether a `credential.helper` or `credential.<url>.helper` is for this host."""
    if not setting.key.startswith("credential.") or not setting.key.endswith(".helper"):
        return False
    if not setting.value:
        return False
    remote = parse_remote(setting.subsection)
    return not setting.subsection or (remote is not None and remote.host == host)
