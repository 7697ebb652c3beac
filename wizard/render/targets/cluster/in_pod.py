"""What of the plan is true inside a pod: this host's loopback, files and gateway are not there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from wizard.plan.types import ContainerProxy, ModuleSource, Plan
from wizard.render.dockerfile import default_image
from wizard.render.goenv_file import decided_settings
from wizard.render.targets.builders.registries import HubMirror, hub_mirrors
from wizard.rules.addresses import is_loopback
from wizard.rules.goproxy import (
    GoProxyError,
    Hop,
    SumDb,
    format_goproxy,
    parse_goproxy,
    parse_gosumdb,
)
from wizard.rules.image_reference import parse_image_reference
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import Msg, msg

CLUSTER_NAMES = (".svc", ".cluster.local")
"""What a pod reaches without a proxy: Services by their short and their full name."""

_THIS_HOST = re.compile(
    r"(?i)(?:.*\.)?localhost|host\.(?:docker|containers)\.internal|gateway\.docker\.internal"
    r"|host-gateway|0\.0\.0\.0|::"
)
_HOST_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_MOST_NAMESERVERS = 2
"""A pod has three at most, and the cluster's own comes first (Kubernetes, dnsConfig)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PodNetwork:
    """The plan's values as a pod can use them, and what had to give way."""

    settings: Mapping[str, str]
    """Variables of go."""
    http: ProxyUrl | None
    https: ProxyUrl | None
    no_proxy: tuple[str, ...]
    """Empty where there is no proxy."""
    hosts: tuple[tuple[str, tuple[str, ...]], ...]
    """(address, names)."""
    nameservers: tuple[str, ...]
    searches: tuple[str, ...]
    image: str
    """The image with go, from a registry that the cluster can reach."""
    hub_mirrors: tuple[HubMirror, ...]
    notes: tuple[Msg, ...]
    """What the plan says for this machine and a pod cannot have."""

    @property
    def registry_mirrors(self) -> tuple[str, ...]:
        """The mirrors of docker.io as URLs."""
        return tuple(
            f"{'http' if one.plain_http else 'https'}://{one.location}" for one in self.hub_mirrors
        )

    @property
    def proxy_login(self) -> bool:
        """Whether a proxy wants a login; a user alone counts, it may be a token."""
        return any(one is not None and one.username is not None for one in (self.http, self.https))


def pod_network(plan: Plan) -> PodNetwork:
    """Return what holds in a pod."""
    notes: list[Msg] = []
    http, https = _proxies(plan, notes)
    proxied = http is not None or https is not None
    servers = tuple(one for one in plan.dns.value or () if not is_loopback(one))
    if len(servers) > _MOST_NAMESERVERS:
        notes.append(msg("a pod takes two resolvers beside the cluster's; the others are left out"))
    return PodNetwork(
        settings=_settings(plan, notes),
        http=http,
        https=https,
        no_proxy=(*plan.no_proxy.value, *CLUSTER_NAMES) if proxied else (),
        hosts=_hosts(plan, notes),
        nameservers=servers[:_MOST_NAMESERVERS],
        searches=plan.dns_search.value or (),
        image=_image(plan, notes),
        hub_mirrors=_mirrors(plan, notes),
        notes=tuple(notes),
    )


def english(note: Msg) -> str:
    """Return the sentence for a comment in a file: those are English in every language."""
    return note.template.format(**dict(note.args))


def is_this_host(host: str) -> bool:
    """Return whether the name or address means the machine itself, to whoever uses it."""
    return is_loopback(host) or _THIS_HOST.fullmatch(host.strip("[]")) is not None


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _settings(plan: Plan, notes: list[Msg]) -> dict[str, str]:
    settings = decided_settings(plan)
    if plan.module_source.value is ModuleSource.BRIDGE:
        notes.append(
            msg("this machine's module cache is not in a cluster: modules come from the mirrors")
        )
    if "GOPROXY" in settings:
        settings["GOPROXY"] = _goproxy(settings["GOPROXY"], notes)
    if "GOSUMDB" in settings:
        settings["GOSUMDB"] = _gosumdb(settings["GOSUMDB"], notes)
    if "GOAUTH" in settings:
        words = [word.strip() for word in settings.pop("GOAUTH").split(";")]
        kept = [word for word in words if word in ("netrc", "off")]
        if kept:
            settings["GOAUTH"] = ";".join(kept)
        if len(kept) < len(words):
            notes.append(msg("a program that logs in here is not in a pod: GOAUTH is without it"))
    return settings


def _goproxy(value: str, notes: list[Msg]) -> str:
    try:
        hops = parse_goproxy(value)
    except GoProxyError:
        return value
    kept = [hop for hop in hops if not _is_here(hop)]
    if len(kept) == len(hops):
        return value
    if not kept:
        notes.append(
            msg(
                "no module mirror but this machine's own is known: GOPROXY is off until you name"
                " one that the cluster reaches"
            )
        )
        return "off"
    notes.append(msg("a module mirror on this machine is not in a pod: GOPROXY is without it"))
    return format_goproxy(kept)


def _is_here(hop: Hop) -> bool:
    if not hop.is_url:
        return False
    return hop.url.startswith("file:") or is_this_host(_host_of(hop.url))


def _gosumdb(value: str, notes: list[Msg]) -> str:
    parsed = parse_gosumdb(value)
    if (
        not isinstance(parsed, SumDb)
        or parsed.url is None
        or not is_this_host(_host_of(parsed.url))
    ):
        return value
    notes.append(
        msg("a checksum database on this machine is not in a pod: the mirrors are asked for it")
    )
    return parsed.key


def _proxies(plan: Plan, notes: list[Msg]) -> tuple[ProxyUrl | None, ProxyUrl | None]:
    inside = plan.container_proxy.value
    if inside is None or inside.rewritten:
        # A bridge's address is this host as its own containers see it, and nobody else.
        gone = inside is None
        inside = ContainerProxy(
            http=None if gone else plan.http_proxy.value,
            https=None if gone else plan.https_proxy.value,
            rewritten=False,
        )
    found = (inside.http, inside.https)
    kept = tuple(None if one is None or is_this_host(one.host) else one for one in found)
    if kept != found:
        notes.append(
            msg("the proxy listens on this machine alone: a pod goes without it, or names another")
        )
    return kept[0], kept[1]


def _hosts(plan: Plan, notes: list[Msg]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    grouped: dict[str, list[str]] = {}
    for name, address in plan.hosts.value:
        lowered = name.lower()
        if is_this_host(address) or not _HOST_NAME.fullmatch(lowered):
            notes.append(msg("a pod cannot have the fixed name {name}", name=name))
        else:
            grouped.setdefault(address, []).append(lowered)
    return tuple((address, tuple(dict.fromkeys(names))) for address, names in grouped.items())


def _mirrors(plan: Plan, notes: list[Msg]) -> tuple[HubMirror, ...]:
    every = hub_mirrors(plan)
    kept = tuple(one for one in every if not is_this_host(_host_of(f"//{one.host}")))
    if kept != every:
        notes.append(msg("a registry mirror on this machine is not in a pod: it is left out"))
    return kept


def _image(plan: Plan, notes: list[Msg]) -> str:
    parsed = parse_image_reference(plan.base_image.value)
    if parsed is None or not is_this_host(_host_of(f"//{parsed.registry}")):
        return plan.base_image.value
    notes.append(msg("the registry on this machine is not in a pod: the public image is named"))
    return default_image(plan)


def proxy_env(network: PodNetwork) -> Iterator[tuple[str, ProxyUrl]]:
    """Yield (HTTP_PROXY …, the proxy), in upper case."""
    for name, proxy in (("HTTP_PROXY", network.http), ("HTTPS_PROXY", network.https)):
        if proxy is not None:
            yield name, proxy
