"""What a build would die of as everything stands now, and what of the plan takes that away.

The other topics say what is wrong with a file or a setting. Here the machine itself is looked at:
a mirror that does not answer is nobody's mistake, and still the reason why the build fails.
"""

from __future__ import annotations

from dataclasses import dataclass

from wizard.facts import Facts
from wizard.facts.mirrors import MirrorProbe
from wizard.facts.private import Authentication, PrivateHost
from wizard.facts.proxy import Reader
from wizard.plan.addresses_seen import host_of
from wizard.plan.container import is_loopback
from wizard.plan.module_mirrors import proved_mirrors, standing_goproxy
from wizard.plan.privacy import setting
from wizard.plan.types import (
    BuildSecret,
    ContainerProxy,
    Decision,
    Finding,
    ModuleSource,
    Origin,
    Severity,
    TrustedCa,
)
from wizard.rules.goproxy import GoProxyError, parse_goproxy
from wizard.rules.patterns import match_prefix_patterns
from wizard.text import Text, msg

GO_ASKS = "https://proxy.golang.org"
"""The mirror of Go's own default, `https://proxy.golang.org,direct` (cmd/go/internal/cfg)."""

_SSH = {Authentication.SSH_AGENT, Authentication.SSH_KEY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cures:
    """The decisions that answer what is found here."""

    module_source: Decision[ModuleSource]
    goproxy: Decision[str | None]
    goprivate: Decision[tuple[str, ...]]
    container_proxy: Decision[ContainerProxy | None]
    ca: Decision[tuple[TrustedCa, ...]]
    mtu: Decision[int | None]
    dns: Decision[tuple[str, ...] | None]
    hosts: Decision[tuple[tuple[str, str], ...]]
    secrets: Decision[tuple[BuildSecret, ...]]
    ssh: Decision[bool]
    mounts: bool
    """The builder can lend a step an agent and secrets."""
    daemon_json: str
    """Where an engine here reads it; empty: there is none to write it for."""


def untouched_findings(facts: Facts, cures: Cures) -> tuple[Finding, ...]:
    """Return why a build fails here as things stand; nothing where it takes vendor/."""
    if cures.module_source.value is ModuleSource.VENDOR or not facts.project.modules.or_else(()):
        return ()
    return (
        *_overriding_lines(facts, cures),
        *_first_mirror(facts, cures),
        *_proxy(facts, cures),
        *_authorities(facts, cures),
        *_packets(cures),
        *_names(facts, cures),
        *_private(facts, cures),
    )


def _is_managed(facts: Facts) -> bool:
    """Whether the Dockerfile takes what it needs of a network already."""
    dockerfile = facts.project.dockerfile.value
    return dockerfile is not None and dockerfile.managed


def _failed(facts: Facts, url: str) -> MirrorProbe | None:
    """Return the probe of a mirror that was seen to fail; None: it works, or nobody looked."""
    for probe in facts.mirrors.ranking.or_else(()):
        if probe.mirror.url.rstrip("/").lower() == url.rstrip("/").lower():
            return None if probe.ok and probe.proved is not False else probe
    return None


def _urls(text: str) -> tuple[str, ...]:
    try:
        return tuple(hop.url for hop in parse_goproxy(text) if hop.is_url)
    except GoProxyError:
        return ()


def _overriding_lines(facts: Facts, cures: Cures) -> tuple[Finding, ...]:
    dockerfile = facts.project.dockerfile.value
    if dockerfile is None:
        return ()
    return tuple(
        Finding(
            id="dockerfile.overrides",
            severity=Severity.WARNING
            if {probe.mirror.url for probe in proved_mirrors(facts)} & set(_urls(value))
            else Severity.FAULT,
            message=msg(
                "{path} line {line}: ENV GOPROXY={value} beats what any network needs",
                path=dockerfile.path,
                line=line,
                value=value,
            ),
            cure=msg("the line gives way to the list that this plan decides"),
            decision="goproxy",
            facts=("project.dockerfile", "mirrors.ranking"),
        )
        for line, name, value in dockerfile.settings
        if name == "GOPROXY" and value != cures.goproxy.value
    )


def _first_mirror(facts: Facts, cures: Cures) -> tuple[Finding, ...]:
    """The mirror that Go asks first: behind a comma Go goes on after a 404 and a 410 alone."""
    if not proved_mirrors(facts):
        return ()  # said by `goproxy.none-proved`
    standing = [hop.url for hop in standing_goproxy(facts).hops if hop.is_url]
    first = standing[0] if standing else GO_ASKS
    if setting(facts, "GOPROXY") and not standing:
        return ()  # off, direct, or what Go refuses: said elsewhere
    probe = _failed(facts, first)
    if probe is None or first in _urls(cures.goproxy.value or ""):
        return ()
    host = host_of(first) or first
    return (
        Finding(
            id="goproxy.first-fails",
            severity=Severity.FAULT,
            message=msg(
                "your GOPROXY asks {host} first, and it serves no modules here: {why}",
                host=host,
                why=probe.detail or str(probe.reason or ""),
            )
            if standing
            else msg(
                "Go asks {host} first by default, and it serves no modules here: {why}",
                host=host,
                why=probe.detail or str(probe.reason or ""),
            ),
            cure=msg(
                "ask {others} instead",
                others=", ".join(host_of(url) or url for url in _urls(cures.goproxy.value or "")),
            ),
            decision="goproxy",
            facts=("mirrors.ranking", "go.settings"),
        ),
    )


def _proxy(facts: Facts, cures: Cures) -> tuple[Finding, ...]:
    proxy = cures.container_proxy.value
    chosen = None if proxy is None else (proxy.https or proxy.http)
    environment = facts.proxy.effective.value
    own = None if environment is None else (environment.https or environment.http)
    if proxy is None or chosen is None or own is None:
        return ()
    known_to_docker = any(
        one.reader is Reader.DOCKER_CLIENT and one.url is not None
        for one in facts.proxy.settings.or_else(())
    )
    own_loopback = is_loopback(facts, own)
    if known_to_docker and not own_loopback:
        return ()
    return (
        Finding(
            id="proxy.not-in-builds",
            severity=Severity.WARNING,
            message=msg(
                "{proxy} is this host's own loopback; in a build, loopback is the build itself",
                proxy=own,
            )
            if own_loopback
            else msg(
                "the proxy {proxy} is set for this shell alone; a build is not told", proxy=own
            ),
            cure=msg("the build command hands {proxy} over", proxy=chosen),
            decision="container_proxy",
            facts=("proxy.settings", "proxy.effective"),
        ),
    )


def _authorities(facts: Facts, cures: Cures) -> tuple[Finding, ...]:
    if not cures.ca.value or cures.ca.origin is not Origin.DETECTED or _is_managed(facts):
        return ()
    return (
        Finding(
            id="tls.unknown-to-images",
            severity=Severity.FAULT,
            message=cures.ca.because,
            cure=msg("the build gets that certificate as a secret, and the image keeps none of it"),
            decision="ca",
            facts=("mirrors.authorities",),
        ),
    )


def _packets(cures: Cures) -> tuple[Finding, ...]:
    if cures.mtu.value is None or cures.mtu.origin is not Origin.DETECTED:
        return ()
    return (
        Finding(
            id="docker.mtu",
            severity=Severity.WARNING,
            message=msg("{why}: larger packets can vanish without a word", why=cures.mtu.because),
            cure=msg("daemon.json gets mtu {mtu}", mtu=cures.mtu.value)
            if cures.daemon_json
            else msg(
                "the engine that builds needs mtu {mtu}; no engine is here", mtu=cures.mtu.value
            ),
            decision="mtu",
            facts=("network.interfaces", "network.routes"),
        ),
    )


def _names(facts: Facts, cures: Cures) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    daemon = facts.docker.daemon_json.value
    standing = None if daemon is None else daemon.values.get("dns")
    dns = cures.dns.value
    if dns and cures.dns.origin is Origin.DETECTED and standing not in (list(dns), dns):
        findings.append(
            Finding(
                id="dns.not-in-builds",
                severity=Severity.FAULT,
                message=cures.dns.because,
                cure=msg("daemon.json names {resolvers}", resolvers=", ".join(dns))
                if cures.daemon_json
                else msg(
                    "the engine that builds must ask {resolvers}; no engine is here",
                    resolvers=", ".join(dns),
                ),
                decision="dns",
                facts=cures.dns.facts,
            )
        )
    local = {name.lower() for name, _ in facts.network.hosts.or_else(())}
    told = [name for name, _ in cures.hosts.value if name in local]
    if told and cures.hosts.origin is Origin.DETECTED:
        findings.append(
            Finding(
                id="hosts.not-in-builds",
                severity=Severity.FAULT,
                message=msg(
                    "{names}: only /etc/hosts of this machine knows, and a build never sees it",
                    names=", ".join(told),
                ),
                cure=msg("the build command tells it with --add-host"),
                decision="hosts",
                facts=cures.hosts.facts,
            )
        )
    return tuple(findings)


def _private(facts: Facts, cures: Cures) -> tuple[Finding, ...]:
    hosts = facts.private.hosts.or_else(())
    return (
        *(finding for host in hosts for finding in _undeclared(facts, host, cures)),
        *(finding for host in hosts for finding in _login(facts, host, cures)),
    )


def _undeclared(facts: Facts, host: PrivateHost, cures: Cures) -> tuple[Finding, ...]:
    standing = setting(facts, "GONOPROXY") or setting(facts, "GOPRIVATE")
    covered = ",".join(cures.goprivate.value)
    told = [
        path
        for path in host.modules
        if match_prefix_patterns(covered, path) and not match_prefix_patterns(standing, path)
    ]
    if not told:
        return ()
    return (
        Finding(
            id="goprivate.undeclared",
            severity=Severity.WARNING,
            message=msg(
                "nothing declares {module} private: Go would ask public mirrors for it",
                module=told[0],
            ),
            cure=msg("GOPRIVATE={patterns}", patterns=covered),
            decision="goprivate",
            facts=("private.hosts", "go.settings"),
        ),
    )


def _login(facts: Facts, host: PrivateHost, cures: Cures) -> tuple[Finding, ...]:
    """A login that works on this host, and the way on which the plan lends it to the build."""
    netrc = any(secret.id == "netrc" for secret in cures.secrets.value)
    cure: Text = ""
    over_ssh = host.ssh and cures.ssh.value
    if over_ssh and _SSH & set(host.authentication):
        cure = msg("the build borrows the SSH agent, with the host keys that you accepted")
    elif netrc and Authentication.NETRC in host.authentication:
        cure = msg("the build gets ~/.netrc as a secret, for the one step that downloads")
    if not cure or not cures.mounts or not host.modules or _is_managed(facts):
        return ()
    return (
        Finding(
            id="private.login-stays-here",
            severity=Severity.FAULT,
            message=msg(
                "{modules}: your login for {host} stays on this machine, and a build has none",
                modules=", ".join(host.modules[:3]),
                host=host.host,
            ),
            cure=cure,
            decision="ssh" if over_ssh else "secrets",
            facts=("private.hosts", "private.netrc", "private.ssh"),
        ),
    )
