"""The way on which the engine reaches registries: its own proxies, never the shell's."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from wizard.detect.docker_json import RawJson
from wizard.detect.proxy_readers import daemon_json_settings
from wizard.detect.proxy_systemd import service_proxies
from wizard.facts.docker import Engine, Flavour
from wizard.facts.proxy import GoProxyEnvironment
from wizard.rules.proxy_url import ProxyUrl, parse_proxy_url
from wizard.system import System

IN_A_VM = {Flavour.DESKTOP, Flavour.COLIMA, Flavour.ORBSTACK, Flavour.RANCHER}
"""Their engine's own network is not this host's: what fails from here may work from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How the engine goes out."""

    environment: GoProxyEnvironment
    certain: bool
    """The engine goes exactly this way; False: a failure on it proves nothing."""


def is_insecure(daemon: RawJson | None, authority: str) -> bool:
    """Return whether insecure-registries lets the engine fall back to plain http for a registry.

    An entry is `host[:port]` or a network; loopback is always one (moby `loadInsecureRegistries`).
    """
    host = urlsplit(f"//{authority}").hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        address = None
    if host == "localhost" or (address is not None and address.is_loopback):
        return True
    listed = None if daemon is None else daemon.values.get("insecure-registries")
    for entry in listed if isinstance(listed, list) else ():
        name = str(entry).rpartition("://")[2].rstrip("/")
        if name == authority:
            return True
        try:
            if address is not None and "/" in name and address in ip_network(name, strict=False):
                return True
        except ValueError:
            continue
    return False


def engine_way(system: System, engine: Engine, daemon: RawJson | None) -> Way:
    """Return how `engine` reaches registries. Reads the service's files: blocks.

    The engine tells its proxies with the user-info masked; the files say the rest, where this
    user may read them.
    """
    known: dict[str, ProxyUrl] = {}
    if engine.http_proxy or engine.https_proxy:
        settings = list(daemon_json_settings({} if daemon is None else daemon.values, ""))
        if system.platform.startswith("linux"):
            rootless = engine.flavour is Flavour.ROOTLESS
            settings += service_proxies(system, user=rootless).settings
        known = {one.url.address: one.url for one in settings if one.url is not None}
    certain = engine.flavour not in IN_A_VM
    proxies: list[ProxyUrl | None] = []
    for text in (engine.http_proxy, engine.https_proxy):
        proxy = parse_proxy_url(text) if text else None
        if proxy is None:
            proxies.append(None)
        elif not isinstance(proxy, ProxyUrl):
            certain = False
            proxies.append(None)
        elif proxy.username is None:
            proxies.append(proxy)
        else:
            whole = known.get(proxy.address)
            certain = certain and whole is not None
            proxies.append(whole or proxy.without_credentials())
    environment = GoProxyEnvironment(http=proxies[0], https=proxies[1], no_proxy=engine.no_proxy)
    return Way(environment=environment, certain=certain)
