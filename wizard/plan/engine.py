"""The engine's switches: MTU, firewall rules, forwarding, helper process, registry mirrors."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.facts import Facts
from wizard.facts.network import Interface
from wizard.plan.answering import Case
from wizard.plan.registries import decide_registry_mirrors
from wizard.plan.registry_findings import registry_findings
from wizard.plan.types import Alternative, Decision, Finding, Severity
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import msg

ETHERNET_MTU = 1500
SMALLEST_MTU = 1280
"""IPv6's minimum; a smaller one on an interface is not one that a build goes through."""

_LOCAL = ("lo", "dummy", "veth", "virbr", "lxc", "cni", "flannel", "podman")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """The decisions of this topic."""

    mtu: Decision[int | None]
    iptables: Decision[bool | None]
    ip_forward: Decision[bool | None]
    userland_proxy: Decision[bool | None]
    registry_mirrors: Decision[tuple[str, ...] | None]
    findings: tuple[Finding, ...]


def decide_engine(case: Case, base_image: str, chosen: ProxyUrl | None) -> EngineSettings:
    """Decide what daemon.json says beside address ranges and resolvers.

    `chosen` is the proxy that the plan decides for https.
    """
    facts = case.facts
    mirrors = case.decided(decide_registry_mirrors(facts, base_image))
    return EngineSettings(
        mtu=case.decided(_mtu(facts)),
        iptables=case.decided(_iptables(facts)),
        ip_forward=case.decided(_ip_forward(facts)),
        userland_proxy=case.decided(_userland_proxy()),
        registry_mirrors=mirrors,
        findings=(
            *_broken(facts),
            *_switched_off(facts),
            *registry_findings(facts, base_image, mirrors.value, chosen),
        ),
    )


def _daemon(facts: Facts, key: str) -> object:
    config = facts.docker.daemon_json.value
    return None if config is None else config.values.get(key)


def _relevant(facts: Facts) -> tuple[Interface, ...]:
    """Return the interfaces that packets of a build can leave by."""
    routed = {route.interface for route in facts.network.routes.or_else(())}
    return tuple(
        one
        for one in facts.network.interfaces.or_else(())
        if one.up
        and not one.docker
        and one.name in routed
        and one.mtu >= SMALLEST_MTU
        and not one.name.startswith(_LOCAL)
    )


def _mtu(facts: Facts) -> Decision[int | None]:
    rests = ("network.interfaces", "network.routes", "docker.networks", "docker.daemon_json")
    smallest = min(_relevant(facts), key=lambda one: (one.mtu, one.name), default=None)
    standing = _daemon(facts, "mtu")
    if smallest is None or smallest.mtu >= ETHERNET_MTU:
        return Decision(
            key="mtu",
            value=None,
            because=msg("every way out of this machine carries packets of 1500 bytes"),
            facts=rests,
        )
    if isinstance(standing, int) and 0 < standing <= smallest.mtu:
        return Decision(
            key="mtu",
            value=None,
            because=msg(
                "daemon.json has {mtu} already, which fits {interface}",
                mtu=standing,
                interface=smallest.name,
            ),
            facts=rests,
        )
    return Decision(
        key="mtu",
        value=smallest.mtu,
        because=msg(
            "{interface} carries {mtu} bytes, and Docker's bridge does not learn that by itself",
            interface=smallest.name,
            mtu=smallest.mtu,
        ),
        facts=rests,
        alternatives=(
            Alternative(
                value=None,
                because=msg("packets of 1500 bytes vanish where the path drops the notice"),
            ),
        ),
    )


def _iptables(facts: Facts) -> Decision[bool | None]:
    off = Alternative(
        value=False,
        because=msg("ends the masquerade: builds reach nothing unless somebody else masquerades"),
    )
    if _daemon(facts, "iptables") is False:
        return Decision(
            key="iptables",
            value=True,
            because=msg("daemon.json switches it off, and with it the way out of every build"),
            facts=("docker.daemon_json",),
            alternatives=(off,),
        )
    return Decision(
        key="iptables",
        value=None,
        because=msg("Docker's default: it masquerades what containers send"),
        facts=("docker.daemon_json",),
        alternatives=(
            Alternative(value=True, because=msg("the default, written out")),
            off,
        ),
    )


def _ip_forward(facts: Facts) -> Decision[bool | None]:
    off = Alternative(
        value=False,
        because=msg("Docker would no longer switch forwarding on; without it nothing gets out"),
    )
    if _daemon(facts, "ip-forward") is False and facts.network.ip_forward.value is False:
        return Decision(
            key="ip_forward",
            value=True,
            because=msg(
                "forwarding is off here, and daemon.json keeps Docker from switching it on"
            ),
            facts=("docker.daemon_json", "network.ip_forward"),
            alternatives=(off,),
        )
    return Decision(
        key="ip_forward",
        value=None,
        because=msg("Docker's default: it switches forwarding on where that is needed"),
        facts=("docker.daemon_json", "network.ip_forward"),
        alternatives=(
            Alternative(value=True, because=msg("the default, written out")),
            off,
        ),
    )


def _userland_proxy() -> Decision[bool | None]:
    return Decision(
        key="userland_proxy",
        value=None,
        because=msg("it serves published ports alone; no build depends on it"),
        facts=(),
        alternatives=(
            Alternative(
                value=False,
                because=msg("saves a process for each port; localhost then needs hairpin NAT"),
            ),
        ),
    )


def _broken(facts: Facts) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    for name, fact in (
        ("daemon-json", facts.docker.daemon_json),
        ("docker-config", facts.docker.client_config),
    ):
        config = fact.value
        if config is None or config.problem is None:
            continue
        message = msg("{path}: {why}", path=config.path, why=config.problem.message)
        cure = msg("let your user read it as a JSON file; it is left alone")
        if config.problem.line is not None:
            message = msg(
                "{path} cannot be read (line {line}, column {column}): {why}",
                path=config.path,
                line=config.problem.line,
                column=config.problem.column or 1,
                why=config.problem.message,
            )
            cure = msg("correct it by hand; it is left alone")
        findings.append(
            Finding(
                id=f"{name}.broken",
                severity=Severity.FAULT,
                message=message,
                cure=cure,
                facts=(f"docker.{'daemon_json' if name == 'daemon-json' else 'client_config'}",),
            )
        )
    return tuple(findings)


def _switched_off(facts: Facts) -> tuple[Finding, ...]:
    if _daemon(facts, "iptables") is not False:
        return ()
    return (
        Finding(
            id="docker.no-masquerade",
            severity=Severity.FAULT,
            message=msg("daemon.json has iptables=false: what a build sends never comes back"),
            cure=msg("let Docker write its rules, or masquerade its bridge yourself"),
            decision="iptables",
            facts=("docker.daemon_json",),
        ),
    )
