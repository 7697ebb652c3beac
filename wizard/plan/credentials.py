"""What enters a build and never stays in it: module settings, credentials, authorities, SSH."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from wizard.facts import Facts
from wizard.facts.preset import NamedAuthority, Preset
from wizard.facts.private import Authentication, PrivateHost
from wizard.plan.addresses_seen import host_of
from wizard.plan.answering import Case, preset_of
from wizard.plan.types import (
    Alternative,
    BuildSecret,
    Decision,
    DockerfileForm,
    Finding,
    ModuleSource,
    Severity,
    TrustedCa,
)
from wizard.rules.goproxy import GoProxyError, parse_goproxy
from wizard.text import msg

_SSH = {Authentication.SSH_AGENT, Authentication.SSH_KEY}
_INTO_A_BUILD = {Authentication.NETRC, *_SSH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The decisions of this topic."""

    ca: Decision[tuple[TrustedCa, ...]]
    ssh: Decision[bool]
    secrets: Decision[tuple[BuildSecret, ...]]
    findings: tuple[Finding, ...]


def decide_credentials(
    case: Case,
    *,
    goproxy: str | None,
    source: ModuleSource,
    form: DockerfileForm,
    config_dir: str,
) -> Credentials:
    """Decide what is handed over, and how."""
    facts = case.facts
    ca = case.decided(_ca(facts))
    ssh = case.decided(_ssh(facts, form, source))
    secrets = case.decided(
        _secrets(
            facts,
            ca.value,
            ssh=ssh.value,
            goproxy=goproxy,
            source=source,
            form=form,
            config_dir=config_dir,
        )
    )
    findings: tuple[Finding, ...] = ()
    if source is not ModuleSource.VENDOR:
        findings = (
            *(f for host in facts.private.hosts.or_else(()) for f in _host(facts, host)),
            *_known_hosts(facts, ssh=ssh.value),
            *_plain(facts, secrets.value, form),
        )
    return Credentials(ca=ca, ssh=ssh, secrets=secrets, findings=findings)


def _ca(facts: Facts) -> Decision[tuple[TrustedCa, ...]]:
    preset = preset_of(facts)
    authorities = facts.mirrors.authorities.or_else(())
    named = named_authorities(preset)
    if preset is not None and named:
        authorities = tuple(one for one in authorities if one.sha256 in named)
    value = tuple(
        TrustedCa(
            subject=one.subject,
            sha256=one.sha256,
            expires=one.expires,
            pem=one.pem,
            source=one.source,
        )
        for one in authorities
    )
    if not value:
        return Decision(
            key="ca",
            value=(),
            because=msg("no connection was signed by an authority of this machine's own")
            if preset is None or not named
            else msg(
                "no connection was signed by an authority that {organisation} names",
                organisation=preset.organisation,
            ),
            facts=("mirrors.authorities",),
        )
    hosts = dict.fromkeys(host for one in authorities for host in one.hosts)
    known = named.get(value[0].sha256)
    return Decision(
        key="ca",
        value=value,
        because=msg(
            "{subject} signs for {hosts}; it is the {name} of the preset ({where})",
            subject=value[0].subject,
            hosts=", ".join(hosts),
            name=known.name,
            where=known.where,
        )
        if known is not None
        else msg(
            "{subject} signs for {hosts}; this machine trusts it, and no public image does",
            subject=value[0].subject,
            hosts=", ".join(hosts),
        ),
        facts=("mirrors.authorities",),
        alternatives=(
            Alternative(value=(), because=msg("x509: certificate signed by unknown authority")),
        ),
    )


def named_authorities(preset: Preset | None) -> Mapping[str, NamedAuthority]:
    """Return the authorities that the organisation stands for, by fingerprint."""
    return {} if preset is None else {one.sha256: one for one in preset.authorities}


def _ssh_hosts(facts: Facts) -> tuple[PrivateHost, ...]:
    return tuple(host for host in facts.private.hosts.or_else(()) if host.ssh)


def _ssh(facts: Facts, form: DockerfileForm, source: ModuleSource) -> Decision[bool]:
    rests = ("private.hosts", "private.ssh", "private.instead_of")
    hosts = _ssh_hosts(facts)
    if hosts and source is ModuleSource.VENDOR:
        return Decision(
            key="ssh",
            value=False,
            because=msg("a build from vendor/ asks nobody for anything"),
            facts=rests,
        )
    if not hosts:
        return Decision(
            key="ssh",
            value=False,
            because=msg("git reaches no private host over SSH"),
            facts=rests,
        )
    names = ", ".join(host.host for host in hosts)
    return Decision(
        key="ssh",
        value=True,
        because=msg(
            "git reaches {hosts} over SSH; the build borrows the agent, and no key enters it",
            hosts=names,
        )
        if form is DockerfileForm.MOUNTS
        else msg(
            "git reaches {hosts} over SSH; the legacy builder cannot be lent an agent", hosts=names
        ),
        facts=rests,
        alternatives=(
            Alternative(value=False, because=msg("needs a token in ~/.netrc for the same hosts")),
        ),
    )


def ssh_rewrites(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return git's url.<first>.insteadOf=<second> for every host that SSH reaches.

    The user's own rewrite is kept for its port and its user.
    """
    found: list[tuple[str, str]] = []
    own = facts.private.instead_of.or_else(())
    for host in _ssh_hosts(facts):
        https = f"https://{host.host}/"
        base = next(
            (_with_user(one.base) for one in own if one.instead_of == https and _is_ssh(one.base)),
            f"ssh://git@{host.host}/",
        )
        found.append((base, https))
    return tuple(dict.fromkeys(found))


def _with_user(base: str) -> str:
    """A user that was masked with the credentials is git's own: every forge calls it so."""
    return base.replace("***@", "git@")


def _is_ssh(base: str) -> bool:
    return base.startswith("ssh://") or ("@" in base and "://" not in base)


def ssh_key(facts: Facts) -> str:
    """Return the private key to lend where no agent runs; empty where one does."""
    setup = facts.private.ssh.value
    if setup is None or setup.agent_socket is not None or not setup.keys:
        return ""
    return setup.keys[0]


def _netrc_machines(facts: Facts, goproxy: str | None) -> tuple[str, ...]:
    """Return the machines of netrc that this project's modules come from."""
    netrc = facts.private.netrc.value
    if netrc is None:
        return ()
    wanted = {host.host.lower() for host in facts.private.hosts.or_else(())}
    with suppress(GoProxyError):
        wanted |= {host_of(hop.url) for hop in parse_goproxy(goproxy or "off") if hop.is_url}
    return tuple(
        machine for machine in netrc.machines if machine.lower().partition(":")[0] in wanted
    )


def _secrets(
    facts: Facts,
    ca: tuple[TrustedCa, ...],
    *,
    ssh: bool,
    goproxy: str | None,
    source: ModuleSource,
    form: DockerfileForm,
    config_dir: str,
) -> Decision[tuple[BuildSecret, ...]]:
    rests = ("private.netrc", "private.hosts", "private.ssh", "mirrors.authorities")
    if source is ModuleSource.VENDOR:
        return Decision(
            key="secrets",
            value=(),
            because=msg("a build from vendor/ asks nobody for anything"),
            facts=rests,
        )
    found: list[BuildSecret] = []
    if config_dir:
        found.append(
            BuildSecret(
                id="goenv",
                source=f"{config_dir}/go.env",
                because=msg("the module settings of this network, in Go's own format"),
            )
        )
    if ca:
        alone = ca[0].source if len(ca) == 1 and not ca[0].pem else ""
        place = alone or (f"{config_dir}/ca.pem" if config_dir else "")
        if place:
            found.append(
                BuildSecret(id="ca", source=place, because=msg("the authorities to trust"))
            )
    netrc = facts.private.netrc.value
    machines = _netrc_machines(facts, goproxy)
    if netrc is not None and machines:
        found.append(
            BuildSecret(
                id="netrc",
                source=netrc.path,
                because=msg("it holds the login for {m}", m=", ".join(machines)),
            )
        )
    setup = facts.private.ssh.value
    if ssh and setup is not None and setup.known_hosts_path:
        found.append(
            BuildSecret(
                id="known_hosts",
                source=setup.known_hosts_path,
                because=msg("the host keys that you accepted already; nothing is scanned"),
            )
        )
    return Decision(
        key="secrets",
        value=tuple(found),
        because=msg("each is optional: the same Dockerfile builds where there are none")
        if form is DockerfileForm.MOUNTS
        else msg("they wait for BuildKit: the legacy builder can be handed none of them"),
        facts=rests,
    )


def _host(facts: Facts, host: PrivateHost) -> tuple[Finding, ...]:
    ways = set(host.authentication)
    if host.ssh and not ways & _SSH:
        return (
            Finding(
                id="private.no-ssh-key",
                severity=Severity.FAULT,
                message=msg("git reaches {host} over SSH, and there is no key", host=host.host),
                cure=msg("start ssh-agent and ssh-add a key that {host} knows", host=host.host),
                decision="ssh",
                facts=("private.hosts", "private.ssh"),
            ),
        )
    if ways & _INTO_A_BUILD or not host.patterns:  # without a pattern a mirror serves it
        return ()
    if Authentication.GIT_CREDENTIAL_HELPER in ways:
        return (
            Finding(
                id="private.helper-only",
                severity=Severity.FAULT,
                message=msg(
                    "the login for {host} is in git's credential helper, which no build reaches",
                    host=host.host,
                ),
                cure=msg(
                    "put a read-only token into ~/.netrc: machine {host} login you password token",
                    host=host.host,
                ),
                decision="secrets",
                facts=("private.hosts", "private.netrc"),
            ),
        )
    return (
        Finding(
            id="private.no-credentials",
            severity=Severity.WARNING,
            message=msg("nothing here proves to {host} who you are", host=host.host),
            cure=msg(
                "put a read-only token into ~/.netrc: machine {host} login you password token",
                host=host.host,
            ),
            decision="secrets",
            facts=("private.hosts", "private.netrc"),
        ),
    )


def _known_hosts(facts: Facts, *, ssh: bool) -> tuple[Finding, ...]:
    setup = facts.private.ssh.value
    if not ssh or setup is None:
        return ()
    findings: list[Finding] = []
    if setup.known_hosts_path is None:
        findings.append(
            Finding(
                id="ssh.no-known-hosts",
                severity=Severity.FAULT,
                message=msg("there is no known_hosts, so the build would refuse every host key"),
                cure=msg("connect once by hand, and compare the key with what the host publishes"),
                decision="ssh",
                facts=("private.ssh",),
            )
        )
    if ssh_key(facts):
        findings.append(
            Finding(
                id="ssh.no-agent",
                severity=Severity.NOTE,
                message=msg("no agent runs; the key {key} is lent instead", key=ssh_key(facts)),
                cure=msg("a key with a passphrase needs ssh-agent"),
                decision="ssh",
                facts=("private.ssh",),
            )
        )
    return tuple(findings)


def _plain(
    facts: Facts, secrets: tuple[BuildSecret, ...], form: DockerfileForm
) -> tuple[Finding, ...]:
    lost = [secret.id for secret in secrets if secret.id != "goenv"]
    if form is not DockerfileForm.PLAIN or not lost:
        return ()
    return (
        Finding(
            id="builder.no-secrets",
            # Without an engine nothing is built here; the one that builds may be another.
            severity=Severity.FAULT if facts.docker.engine.value is not None else Severity.NOTE,
            message=msg("the legacy builder cannot take {secrets}", secrets=", ".join(lost)),
            cure=msg("use BuildKit: install buildx, unset DOCKER_BUILDKIT"),
            decision="dockerfile",
            facts=("docker.client",),
        ),
    )
