"""A proxy for the engine itself, where only the shell has one and an image must be pulled."""

from __future__ import annotations

from wizard.facts import Facts
from wizard.facts.docker import Flavour
from wizard.facts.registries import ImageRole
from wizard.plan.registries import (
    engine_version,
    is_out_of_reach,
    missing_images,
    through_the_shells_proxy,
)
from wizard.rules.addresses import is_loopback
from wizard.rules.proxy_url import ProxyUrl

_FIRST_WITH_PROXIES = (23,)
"""moby daemon/config: `proxies` of daemon.json."""


def engine_proxy(facts: Facts, registry: str, chosen: ProxyUrl | None) -> ProxyUrl | None:
    """Return the proxy by which `registry` was seen to answer, and that daemon.json may name.

    None for one with a login: daemon.json is readable by everybody.
    """
    seen, engine = through_the_shells_proxy(facts, registry), facts.docker.engine.value
    config = facts.docker.daemon_json.value
    if seen is None or engine is None or config is None or chosen is None:
        return None
    has_its_own = engine.http_proxy or engine.https_proxy or "proxies" in config.values
    if (
        seen.through != str(chosen)
        or chosen.username is not None
        or is_loopback(chosen.host)
        or engine.flavour is not Flavour.ROOTFUL
        or engine_version(facts) < _FIRST_WITH_PROXIES
        or has_its_own
        or config.problem is not None
    ):
        return None
    return chosen


def proxies_of_daemon_json(
    facts: Facts,
    base_image: str,
    mirrors: tuple[str, ...] | None,
    chosen: ProxyUrl | None,
    no_proxy: tuple[str, ...],
) -> tuple[tuple[str, str], ...]:
    """Return the keys of daemon.json's `proxies`; empty where no image is to be pulled so."""
    for image in missing_images(facts, base_image):
        if image.role is ImageRole.SYNTAX or not is_out_of_reach(facts, image, mirrors):
            continue
        proxy = engine_proxy(facts, image.registry, chosen)
        if proxy is not None:
            keys = (("http-proxy", str(proxy)), ("https-proxy", str(proxy)))
            return (*keys, ("no-proxy", ",".join(no_proxy))) if no_proxy else keys
    return ()
