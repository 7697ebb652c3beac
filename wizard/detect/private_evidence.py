"""Which hosts are private, and what says so: pure reasoning over what was read.

A host that anybody knows (github.com) is private only where something names one of its
owners; any other host is private where the user's own files speak of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from wizard.detect.git_config import GitSetting
from wizard.detect.ssh import SshHost
from wizard.facts.private import Evidence, InsteadOf
from wizard.rules.addresses import has_internal_suffix, is_below, is_host_name
from wizard.rules.credentials import mask_value
from wizard.rules.patterns import match_prefix_patterns, takes_strangers
from wizard.rules.public_hosts import SHARED, is_public_host
from wizard.rules.remote_url import Remote, parse_remote
from wizard.text import Text, msg
from wizard.untrusted import clean_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything read from this machine and project that may speak of private hosts."""

    modules: tuple[str, ...]
    """Module paths of go.mod and go.sum."""
    own_modules: tuple[str, ...]
    """Paths of the project's own modules."""
    go: tuple[tuple[str, str], ...] = ()
    """(variable, value) of GOPRIVATE, GONOPROXY and GONOSUMDB where they are set."""
    remotes: tuple[tuple[Remote, str], ...] = ()
    """The project's git remotes, each with its source."""
    instead_of: tuple[InsteadOf, ...] = ()
    netrc: tuple[str, ...] = ()
    netrc_source: str = ""
    ssh_hosts: tuple[SshHost, ...] = ()
    known_hosts: tuple[str, ...] = ()
    known_hosts_source: str = ""
    own_mirror: bool = False
    """GOPROXY names a mirror of the company's own, which may serve private modules."""
    search_domains: tuple[str, ...] = ()
    hosts_file: tuple[str, ...] = ()


@dataclass(slots=True)
class Candidate:
    """A host under consideration."""

    host: str
    evidence: list[Evidence] = field(default_factory=list)
    patterns: dict[str, None] = field(default_factory=dict)
    modules: list[str] = field(default_factory=list)
    ssh: bool = False
    port: int | None = None
    mirrored: bool = False
    """The company's mirror serves its modules: past the checksum database, not past the mirror."""

    def add(self, what: Text, source: str) -> None:
        """Note one thing that says "this host is private"."""
        entry = Evidence(what=what, source=source)
        if entry not in self.evidence:
            self.evidence.append(entry)


Candidates = Callable[[str], Candidate]
"""Returns the one candidate of a host."""


def find_private_hosts(known: Known) -> tuple[Candidate, ...]:
    """Return the private hosts with their evidence; those with modules of the project first."""
    found: dict[str, Candidate] = {}

    def candidate(host: str) -> Candidate:
        return found.setdefault(host, Candidate(host=host))

    _from_go_settings(known, candidate)
    _from_git(known, candidate)
    _from_names(known, candidate)
    _from_shared_owners(known, candidate)
    on_host = _by_host(known.modules)
    for host, item in found.items():
        _attach_modules(item, on_host.get(host, ()))
        _attach_access(item, known)
        if host in {remote.host for remote, _ in known.remotes if remote.ssh}:
            item.ssh = True
    kept = [item for item in found.values() if item.evidence]
    return tuple(sorted(kept, key=lambda item: (not item.modules, item.host)))


def suspects(known: Known, found: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Return the hosts of modules that nothing speaks of and nobody knows to be public."""
    judged = {item.host for item in found}
    hosts = dict.fromkeys(host_of(path) for path in known.modules)
    asked = [
        Candidate(host=host)
        for host in hosts
        if host not in judged and "." in host and is_host_name(host) and not is_public_host(host)
    ]
    on_host = _by_host(known.modules)
    for item in asked:
        item.modules = sorted(set(on_host[item.host]))
        item.patterns[item.host] = None
    return tuple(asked)


def _by_host(modules: tuple[str, ...]) -> Mapping[str, Sequence[str]]:
    """Return the paths on each host: looked for once, since there may be as many hosts as paths."""
    found: dict[str, list[str]] = {}
    for path in modules:
        found.setdefault(host_of(path), []).append(path)
    return found


def host_of(path: str) -> str:
    """Return the host of a module path: its first element."""
    return path.partition("/")[0].lower()


def _from_go_settings(known: Known, candidate: Candidates) -> None:
    for name, value in known.go:
        for pattern in filter(None, (part.strip("/") for part in value.split(","))):
            covered = [path for path in known.modules if match_prefix_patterns(pattern, path)]
            wide = takes_strangers(pattern)
            hosts = {host_of(path) for path in covered}
            if wide:  # it names nobody: `*` says nothing of github.com
                hosts = {host for host in hosts if not is_public_host(host)}
            head = host_of(pattern)
            if "." in head and not re.search(r"[*?\[\\\s:]", head) and is_host_name(head):
                hosts.add(head)
            for host in sorted(hosts):
                item = candidate(host)
                item.add(msg("{name} names {pattern}", name=name, pattern=pattern), name)
                if name == "GONOSUMDB" and known.own_mirror:
                    item.mirrored = True
                else:
                    item.patterns[host if wide else pattern] = None


def _from_git(known: Known, candidate: Candidates) -> None:
    for remote, source in known.remotes:
        if not is_public_host(remote.host):
            item = candidate(remote.host)
            item.add(msg("this project's own repository is there"), source)
            item.ssh = item.ssh or remote.ssh
            item.port = item.port or remote.port
    for rule in known.instead_of:
        base, target = parse_remote(rule.base), parse_remote(rule.instead_of)
        for host in {side.host for side in (base, target) if side is not None}:
            if not is_public_host(host):
                candidate(host).add(_rewrites(rule), rule.source)
        if base is None or target is None:
            continue
        owner = target.path.partition("/")[0]
        if owner and target.host in SHARED:
            item = candidate(target.host)
            item.add(_rewrites(rule), rule.source)
            item.patterns[f"{target.host}/{target.path}"] = None
        if target.host in {base.host, *(found.host for found, _ in known.remotes)} and base.ssh:
            item = candidate(target.host)
            item.ssh = True
            item.port = item.port or base.port


def _rewrites(rule: InsteadOf) -> Text:
    return msg("git rewrites {old} to {new}", old=rule.instead_of, new=rule.base)


def _from_names(known: Known, candidate: Candidates) -> None:
    """Judge the hosts of modules that are not known to be public by what is known of them."""
    own = {host_of(path) for path in known.own_modules}
    open_source = any(is_public_host(remote.host) for remote, _ in known.remotes)
    remote_hosts = {remote.host for remote, _ in known.remotes}
    for host in sorted({host_of(path) for path in known.modules}):
        if is_public_host(host) or "." not in host:
            continue
        item = candidate(host)
        if has_internal_suffix(host):
            item.add(msg("its name is of an internal network"), host)
        if host in known.hosts_file:
            item.add(msg("its address stands in the hosts file"), "/etc/hosts")
        for domain in known.search_domains:
            if "." in domain and is_below(host, domain):
                item.add(
                    msg("it lies in this machine's search domain {name}", name=domain),
                    "/etc/resolv.conf",
                )
        for remote_host in sorted(remote_hosts):
            company = company_domain(remote_host)
            if not is_public_host(remote_host) and remote_host != host and is_below(host, company):
                item.add(msg("it shares its domain with {host}", host=remote_host), "git remote")
        if host in own and not open_source:
            item.add(msg("this project's own module path is on it"), "go.mod")


def company_domain(host: str) -> str:
    """Return the domain that an organisation would have registered: `corp.example`.

    Below a country's own second level (`co.uk`, `com.cn`) that is three labels.
    """
    labels = host.split(".")
    second_level = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3:] if second_level else labels[-2:])


def _from_shared_owners(known: Known, candidate: Candidates) -> None:
    """An owner on a shared host is private where the user has a key to exactly this project's."""
    owners = {
        (remote.host, remote.path.partition("/")[0])
        for remote, _ in known.remotes
        if remote.host in SHARED and "/" in remote.path
    }
    owners |= {
        (host_of(path), path.split("/")[1])
        for path in known.own_modules
        if host_of(path) in SHARED and path.count("/") >= 2
    }
    rewritten = {
        target.host
        for rule in known.instead_of
        if (target := parse_remote(rule.instead_of)) is not None and not target.path
    }
    own = set(known.own_modules)
    for host, owner in sorted(owners):
        prefix = f"{host}/{owner}"
        others = [
            path
            for path in known.modules
            if match_prefix_patterns(prefix, path) and path not in own
        ]
        if not others or not (host in known.netrc or host in rewritten):
            continue
        item = candidate(host)
        item.add(msg("{owner} owns this project and modules that it needs", owner=prefix), "go.mod")
        item.patterns[prefix] = None


def _attach_modules(item: Candidate, on_host: Sequence[str]) -> None:
    if item.host in SHARED or is_public_host(item.host):
        globs = ",".join(item.patterns)
        on_host = [path for path in on_host if match_prefix_patterns(globs, path)]
    elif item.evidence and not item.mirrored:
        globs = ",".join(item.patterns)
        if not all(match_prefix_patterns(globs, path) for path in on_host):
            item.patterns[item.host] = None
    item.modules = sorted(dict.fromkeys(on_host))


def _attach_access(item: Candidate, known: Known) -> None:
    """Add what the user's credentials say of a host; for one that all know they prove nothing."""
    named = bool(item.evidence) or (bool(item.modules) and not is_public_host(item.host))
    if not named:
        return
    if item.host in known.netrc:
        item.add(msg("the netrc holds credentials for it"), known.netrc_source)
    if is_public_host(item.host):
        return
    for block in known.ssh_hosts:
        if block.names(item.host):
            item.add(msg("the SSH configuration has an entry for it"), f"{block.path}:{block.line}")
            item.port = item.port or block.port
    if item.host in known.known_hosts:
        item.add(msg("SSH has seen it before"), known.known_hosts_source)
    if item.evidence and item.modules and not item.patterns and not item.mirrored:
        item.patterns[item.host] = None


def instead_of_rules(git: Iterable[GitSetting]) -> Iterator[InsteadOf]:
    """Yield the `url.<base>.insteadOf` rules, credentials removed."""
    for setting in git:
        if setting.key.startswith("url.") and setting.key.endswith(".insteadof"):
            yield InsteadOf(
                base=clean_line(_without_secret(setting.subsection), 500),
                instead_of=clean_line(_without_secret(setting.value), 500),
                source=setting.source,
            )


_SSH_USER = re.compile(r"((?:git\+)?ssh(?:\+git)?://[^/@:\s]+)(?::[^/@\s]*)?@")


def _without_secret(url: str) -> str:
    """Return a git URL that may be shown and used: `git@` of SSH is a name, not a token."""
    match = _SSH_USER.match(url)
    if match is not None:
        return f"{match[1]}@{mask_value(url[match.end() :])}"
    return mask_value(url)


def remotes_of(git: Iterable[GitSetting]) -> Iterator[tuple[Remote, str]]:
    """Yield the remotes of a repository's configuration."""
    for setting in git:
        if setting.key.startswith("remote.") and setting.key.endswith(".url"):
            remote = parse_remote(setting.value)
            if remote is not None:
                yield remote, setting.source
