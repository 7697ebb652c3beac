"""The settings of a route: as this shell's Go has them, or as the plan's build will."""

from __future__ import annotations

import re
from collections.abc import Mapping

from wizard.facts.go import GoFacts
from wizard.facts.private import PrivateFacts
from wizard.facts.proxy import GoProxyEnvironment
from wizard.plan.types import ModuleSource, Plan
from wizard.render.goenv_file import BRIDGE, build_settings
from wizard.route.types import Settings, Wanted
from wizard.rules.gomod import Replace, Require
from wizard.rules.goproxy import DEFAULT_GOSUMDB, GoProxyError, parse_goproxy
from wizard.rules.gosum import ModuleSums, Sums, replaced
from wizard.rules.proxy_url import ProxyUrl

DEFAULT_GOPROXY = "https://proxy.golang.org,direct"
TURNED = ("goproxy", "gosumdb", "goprivate", "gonoproxy", "gonosumdb", "goinsecure", "goauth")
"""Decisions that turn the way of a module; the three proxies do too."""
PROXIES = ("http_proxy", "https_proxy", "no_proxy")
BARE = re.compile(r"alpine|slim")
"""Official images without git."""


def shell_settings(
    go: GoFacts,
    private: PrivateFacts,
    *,
    suspects: str,
    public: frozenset[str],
    vendored: bool,
    what_if: Mapping[str, str],
) -> Settings:
    """Return what the Go of this shell would obey, with `what_if` (by decision key) put over it."""
    found = go.settings.or_else({})
    own = {name: one.value for name, one in found.items() if one.origin != "default"}
    default = {name: one.value for name, one in found.items() if one.origin == "default"}

    def value(name: str, otherwise: str) -> str:
        key = name.lower()
        if key in what_if:
            return what_if[key] or otherwise
        return own[name] if name in own else default.get(name) or otherwise

    def optional(name: str) -> str | None:
        return what_if.get(name.lower()) or own.get(name)

    toolchain = go.toolchain.value
    goproxy = value("GOPROXY", DEFAULT_GOPROXY)
    netrc = private.netrc.value
    return Settings(
        goproxy=goproxy,
        goprivate=value("GOPRIVATE", ""),
        gonoproxy=optional("GONOPROXY"),
        gonosumdb=optional("GONOSUMDB"),
        gosumdb=value("GOSUMDB", DEFAULT_GOSUMDB),
        goinsecure=value("GOINSECURE", ""),
        govcs=value("GOVCS", ""),
        goauth=value("GOAUTH", "netrc"),
        goflags=value("GOFLAGS", ""),
        go_version=_version("" if toolchain is None else toolchain.version),
        netrc=() if netrc is None else netrc.machines,
        url_logins=_with_logins(goproxy),
        instead_of=private.instead_of.or_else(()),
        vendored=vendored,
        suspects=suspects,
        public=public,
    )


def build_route_settings(
    plan: Plan, private: PrivateFacts, *, suspects: str, public: frozenset[str]
) -> Settings:
    """Return what Go would obey inside the plan's build, in an official image."""
    decided = build_settings(plan)
    goproxy = decided.get("GOPROXY", DEFAULT_GOPROXY)
    if plan.module_source.value is ModuleSource.BRIDGE:
        goproxy = goproxy.replace(
            f"file://{BRIDGE}", f"file://{plan.inputs.mod_cache}/cache/download"
        )
    netrc = private.netrc.value
    handed = any(secret.id == "netrc" for secret in plan.secrets.value)
    return Settings(
        goproxy=goproxy,
        goprivate=decided.get("GOPRIVATE", ""),
        gonoproxy=decided.get("GONOPROXY"),
        gonosumdb=decided.get("GONOSUMDB"),
        gosumdb=decided.get("GOSUMDB", DEFAULT_GOSUMDB),
        goinsecure=decided.get("GOINSECURE", ""),
        goauth=decided.get("GOAUTH", "netrc"),
        netrc=netrc.machines if netrc is not None and handed else (),
        url_logins=_with_logins(goproxy),
        vendored=plan.module_source.value is ModuleSource.VENDOR,
        suspects=suspects,
        public=public,
    )


def build_proxies(plan: Plan) -> GoProxyEnvironment:
    """Return the proxies of a RUN step, at the address that this host knows them by.

    A proxy on this host's loopback has another address inside; from here only its own works.
    """
    inside = plan.container_proxy.value
    if inside is None:
        return GoProxyEnvironment(http=None, https=None, no_proxy="")
    outside = (plan.http_proxy.value, plan.https_proxy.value)
    http, https = outside if inside.rewritten else (inside.http, inside.https)
    return GoProxyEnvironment(http=http, https=https, no_proxy=",".join(plan.no_proxy.value))


def turned_proxies(
    environment: GoProxyEnvironment, what_if: Mapping[str, object]
) -> GoProxyEnvironment:
    """Return the shell's proxies with the three proxy decisions of `what_if` put over them."""

    def url(key: str, otherwise: ProxyUrl | None) -> ProxyUrl | None:
        value = what_if.get(key, otherwise)
        return value if isinstance(value, ProxyUrl) else None

    words = what_if.get("no_proxy")
    return GoProxyEnvironment(
        http=url("http_proxy", environment.http),
        https=url("https_proxy", environment.https),
        no_proxy=environment.no_proxy if not isinstance(words, tuple) else ",".join(words),
    )


def wanted_of(
    require: Require, replaces: tuple[Replace, ...], sums: Sums, folders: Mapping[str, bool]
) -> Wanted:
    """Return a requirement as it is to be fetched. `folders`: local replacement → is it there."""
    path, version = replaced(require, replaces)
    changed = (path, version) != (require.path, require.version)
    return Wanted(
        path=require.path,
        version=require.version,
        new_path=path if changed else None,
        new_version=version if changed else None,
        folder_exists=folders.get(path) if version is None else None,
        sums=sums.get((path, version or ""), ModuleSums()),
    )


def _with_logins(goproxy: str) -> tuple[str, ...]:
    try:
        hops = parse_goproxy(goproxy)
    except GoProxyError:
        return ()
    return tuple(hop.url for hop in hops if hop.username is not None)


def _version(text: str) -> tuple[int, ...]:
    found = re.match(r"([0-9]{1,9})\.([0-9]{1,9})", text)
    return (1, 27) if found is None else (int(found[1]), int(found[2]))
