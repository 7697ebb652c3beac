"""The proxies as a RUN step must name them, and the network that RUN steps get."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.facts import Facts
from wizard.facts.docker import Flavour
from wizard.facts.proxy import Reader
from wizard.plan.answering import Case
from wizard.plan.proxies import Proxies, endpoint_of, is_gone
from wizard.plan.range_clashes import bridge_address
from wizard.plan.types import (
    Alternative,
    BuildNetwork,
    ContainerProxy,
    Decision,
    Finding,
    ModuleSource,
    Severity,
)
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import Text, msg

RESTS = ("proxy.effective", "proxy.endpoints", "docker.engine", "network.interfaces")

_ON_THE_BRIDGE = {Flavour.ROOTFUL, Flavour.SNAP, Flavour.UNKNOWN}
_HOST_NAMES = {
    Flavour.DESKTOP: "host.docker.internal",
    Flavour.COLIMA: "host.docker.internal",
    Flavour.ORBSTACK: "host.docker.internal",
    Flavour.RANCHER: "host.docker.internal",
    Flavour.PODMAN: "host.containers.internal",
    Flavour.ROOTLESS: "10.0.2.2",
}
"""What a container calls the host, by product; rootless: slirp4netns' address of the host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerView:
    """The decisions of this topic."""

    container_proxy: Decision[ContainerProxy | None]
    build_network: Decision[BuildNetwork]
    findings: tuple[Finding, ...]


def decide_container(
    case: Case, proxies: Proxies, bip: str | None, source: ModuleSource
) -> ContainerView:
    """Decide how a RUN step reaches the proxy."""
    facts = case.facts
    http, https = proxies.http.value, proxies.https.value
    network = case.decided(_network(facts, http, https, source))
    on_host = network.value is BuildNetwork.HOST
    proxy = case.decided(_proxy(facts, http, https, bip, on_host=on_host))
    findings: tuple[Finding, ...] = ()
    if not on_host:
        findings = _loopback_findings(facts, proxy.value)
    if on_host:
        findings = (_host_network(network),)
    return ContainerView(container_proxy=proxy, build_network=network, findings=findings)


def is_loopback(facts: Facts, proxy: ProxyUrl) -> bool:
    """Return whether the proxy is this host itself; by address, never by its name alone."""
    endpoint = endpoint_of(facts, proxy)
    if endpoint is not None and endpoint.loopback is not None:
        return endpoint.loopback
    return proxy.host == "localhost" or proxy.host == "::1" or proxy.host.startswith("127.")


def host_address(facts: Facts, bip: str | None) -> str | None:
    """Return what a container calls this host, by the engine that runs it; None: not known."""
    engine = facts.docker.engine.value
    if engine is None or engine.flavour in _ON_THE_BRIDGE:
        return bridge_address(facts, bip)
    return _HOST_NAMES.get(engine.flavour)


def _refused_on_bridge(facts: Facts, *proxies: ProxyUrl | None) -> bool:
    """Return whether a loopback proxy was seen to answer on loopback alone.

    One that answers nowhere is no reason to give a build the host's network.
    """
    endpoints = [endpoint_of(facts, proxy) for proxy in proxies if proxy is not None]
    return any(
        one is not None and one.on_bridge is False and one.reachable is not False
        for one in endpoints
    )


def _network(
    facts: Facts, http: ProxyUrl | None, https: ProxyUrl | None, source: ModuleSource
) -> Decision[BuildNetwork]:
    engine = facts.docker.engine.value
    linux = engine is None or engine.flavour in _ON_THE_BRIDGE
    host = Alternative(
        value=BuildNetwork.HOST,
        because=msg("every RUN step would see all that this host listens on"),
    )
    if linux and _refused_on_bridge(facts, https, http):
        return Decision(
            key="build_network",
            value=BuildNetwork.HOST,
            because=msg(
                "the proxy listens on loopback alone: the bridge's address was tried and refused"
            ),
            facts=RESTS,
            alternatives=(
                Alternative(
                    value=BuildNetwork.DEFAULT,
                    because=msg("needs a proxy that listens on Docker's bridge as well"),
                ),
            ),
        )
    alternatives: tuple[Alternative, ...] = (host,)
    if source is ModuleSource.VENDOR:
        alternatives = (
            Alternative(
                value=BuildNetwork.NONE,
                because=msg("proves that vendor/ is complete; a RUN step that installs fails"),
            ),
            host,
        )
    return Decision(
        key="build_network",
        value=BuildNetwork.DEFAULT,
        because=msg("the engine's own bridge, shut off from this host's services"),
        facts=RESTS,
        alternatives=alternatives,
    )


def _stale(facts: Facts) -> tuple[str, ...]:
    """Return where docker's config.json still names a proxy that is gone."""
    return tuple(
        setting.source
        for setting in facts.proxy.settings.or_else(())
        if setting.reader is Reader.DOCKER_CLIENT
        and setting.url is not None
        and is_gone(facts, setting.url)
    )


def _proxy(
    facts: Facts,
    http: ProxyUrl | None,
    https: ProxyUrl | None,
    bip: str | None,
    *,
    on_host: bool,
) -> Decision[ContainerProxy | None]:
    key = "container_proxy"
    if http is None and https is None:
        if stale := _stale(facts):
            return Decision(
                key=key,
                value=ContainerProxy(http=None, https=None, rewritten=False),
                because=msg("{source} names a proxy that is gone", source=stale[0]),
                facts=("proxy.settings", *RESTS),
                alternatives=(Alternative(value=None, because=msg("builds would still ask it")),),
            )
        return Decision(key=key, value=None, because=msg("this host uses none"), facts=RESTS)
    plain = ContainerProxy(http=http, https=https, rewritten=False)
    local = [proxy for proxy in (http, https) if proxy is not None and is_loopback(facts, proxy)]
    if not local or on_host:
        because: Text = msg("a container reaches it at the address that this host uses")
        if local:
            because = msg("on the host's network, the host's loopback is the build's own")
        return Decision(key=key, value=plain, because=because, facts=RESTS)
    address = host_address(facts, bip)
    if address is None:
        return Decision(
            key=key,
            value=plain,
            because=msg("nothing tells what a container calls this host"),
            facts=RESTS,
        )
    return Decision(
        key=key,
        value=ContainerProxy(
            http=_moved(facts, http, address), https=_moved(facts, https, address), rewritten=True
        ),
        because=msg(
            "{proxy} is this host's loopback; a container reaches this host as {address}",
            proxy=local[0].address,
            address=address,
        ),
        facts=RESTS,
        alternatives=(
            Alternative(value=plain, because=msg("in a build, loopback is the build itself")),
        ),
    )


def _moved(facts: Facts, proxy: ProxyUrl | None, address: str) -> ProxyUrl | None:
    if proxy is None or not is_loopback(facts, proxy):
        return proxy
    return proxy.at(address)


def _loopback_findings(facts: Facts, proxy: ContainerProxy | None) -> tuple[Finding, ...]:
    if proxy is None:
        return ()
    moved = next((one for one in (proxy.https, proxy.http) if one is not None), None)
    if moved is None:
        return ()
    if not proxy.rewritten:
        if not is_loopback(facts, moved):
            return ()
        return (
            Finding(
                id="proxy.loopback",
                severity=Severity.FAULT,
                message=msg("the proxy {proxy} is this host's loopback", proxy=moved),
                cure=msg("let it listen on an address that containers reach, and name that"),
                decision="container_proxy",
                facts=RESTS,
            ),
        )
    environment = facts.proxy.effective.value
    hosts = [] if environment is None else [environment.https, environment.http]
    endpoints = [endpoint_of(facts, one) for one in hosts if one is not None]
    if any(one is not None and one.on_bridge for one in endpoints):
        return ()
    if endpoints and all(one is not None and one.reachable is False for one in endpoints):
        return ()
    refused = any(one is not None and one.on_bridge is False for one in endpoints)
    return (
        Finding(
            id="proxy.loopback",
            severity=Severity.FAULT if refused else Severity.WARNING,
            message=msg(
                "the proxy does not answer at {address}, as a build would ask it",
                address=moved.address,
            )
            if refused
            else msg(
                "the proxy may listen on loopback alone; {address} was not tried",
                address=moved.address,
            ),
            cure=msg("let it listen on that address too, or build with build_network=host"),
            decision="build_network",
            facts=RESTS,
        ),
    )


def _host_network(network: Decision[BuildNetwork]) -> Finding:
    return Finding(
        id="build.host-network",
        severity=Severity.WARNING,
        message=msg("RUN steps share this host's network: they reach all that listens on it"),
        cure=msg("let the proxy listen on Docker's bridge, and use the default network"),
        decision="build_network",
        facts=network.facts,
    )
