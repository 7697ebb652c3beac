"""What of a plan for this machine holds on a runner, and what a runner must be given instead."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wizard.plan.types import BuildNetwork, DockerfileForm, ModuleSource, Plan
from wizard.rules.addresses import means_this_machine
from wizard.rules.goproxy import GoProxyError, parse_goproxy
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import Text, msg

_CERTIFICATE = re.compile(
    r"-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something of the plan that holds on this machine alone."""

    comment: str
    """For the head of a generated file; English."""
    because: Text


def planned_proxies(plan: Plan) -> dict[str, ProxyUrl]:
    """Return the proxies of a build by HTTP_PROXY and HTTPS_PROXY."""
    value = plan.container_proxy.value
    if value is None:
        return {}
    both = {"HTTP_PROXY": value.http, "HTTPS_PROXY": value.https}
    return {name: proxy for name, proxy in both.items() if proxy is not None}


def open_proxies(plan: Plan) -> dict[str, ProxyUrl]:
    """Return those that a runner reaches as well, and that need no login."""
    if _is_of_this_machine(plan):
        return {}
    return {name: one for name, one in planned_proxies(plan).items() if one.username is None}


def secret_proxies(plan: Plan) -> tuple[str, ...]:
    """Return the names of those that a runner reaches as well, and that need a login."""
    if _is_of_this_machine(plan):
        return ()
    return tuple(n for n, one in planned_proxies(plan).items() if one.username is not None)


def handed_over(plan: Plan) -> str:
    """Return how the module settings reach the build: secrets, arguments, or none."""
    if plan.module_source.value is ModuleSource.VENDOR:
        return "none"
    return "secrets" if plan.dockerfile.value.form is DockerfileForm.MOUNTS else "arguments"


def certificates(plan: Plan) -> tuple[str, ...]:
    """Return the authorities whose text the plan has, and nothing but their certificates."""
    return tuple(block for one in plan.ca.value for block in _CERTIFICATE.findall(one.pem))


def lacks_authority(plan: Plan) -> bool:
    """Return whether the text of an authority is in a file of this machine alone."""
    return any(not _CERTIFICATE.search(one.pem) for one in plan.ca.value)


def reachable_mirrors(plan: Plan) -> tuple[str, ...]:
    """Return the registry mirrors that are not this machine's own."""
    found = plan.registry_mirrors.value or ()
    return tuple(
        url
        for url in found
        if (match := re.fullmatch(r"https?://(\[[0-9a-f:]+\]|[\w.-]+)(?::\d+)?[\w./~%-]*", url))
        and not means_this_machine(match[1].strip("[]"))
    )


def notes(plan: Plan) -> tuple[Note, ...]:
    """Return what does not hold on a runner, in the order of the plan."""
    found: list[Note] = []
    if planned_proxies(plan) and _is_of_this_machine(plan):
        found.append(
            Note(
                comment="The proxy of the plan is on this machine itself: a runner takes its own.",
                because=msg("this machine's own proxy means nothing on a runner: it takes its own"),
            )
        )
    if plan.module_source.value is ModuleSource.BRIDGE:
        found.append(
            Note(
                comment="The plan brings this machine's module cache into the build; a runner has"
                " none,\nso it downloads from the plan's mirrors.",
                because=msg("a runner has no module cache to bring along: it asks the mirrors"),
            )
        )
    if _has_mirror_here(plan):
        found.append(
            Note(
                comment="A module mirror of the plan is on this machine's loopback: set"
                " GOMOD_GOPROXY.",
                because=msg("a mirror on this machine's loopback is none to a runner"),
            )
        )
    if plan.build_network.value is BuildNetwork.HOST:
        found.append(
            Note(
                comment="The build takes the network of the engine's machine, as planned here; it"
                " may not need\nto on a runner.",
                because=msg("the host's network is the runner's there"),
            )
        )
    if plan.hosts.value:
        found.append(
            Note(
                comment="Names with fixed addresses are as on this machine.",
                because=msg("names with fixed addresses are as on this machine"),
            )
        )
    if plan.inputs.outside_dirs or plan.inputs.wide is not None:
        found.append(
            Note(
                comment="The build needs folders outside of the project: a job must check them"
                " out too.",
                because=msg("a job must check out the folders outside of the project too"),
            )
        )
    if handed_over(plan) == "arguments":
        found.append(
            Note(
                comment="The Dockerfile is for the legacy builder, which no secret can be handed"
                " to.",
                because=msg("the legacy builder can be handed no secret on a runner either"),
            )
        )
    return tuple(found)


def _is_of_this_machine(plan: Plan) -> bool:
    value = plan.container_proxy.value
    return value is not None and (
        value.rewritten
        or any(means_this_machine(one.host) for one in planned_proxies(plan).values())
    )


def _has_mirror_here(plan: Plan) -> bool:
    try:
        hops = parse_goproxy(plan.goproxy.value or "off")
    except GoProxyError:
        return False
    hosts = (re.match(r"https?://(?:[^/@]*@)?(\[[^\]]*\]|[^/:]+)", hop.url) for hop in hops)
    return any(match and means_this_machine(match[1].strip("[]")) for match in hosts)
