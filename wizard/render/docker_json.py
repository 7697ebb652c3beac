"""Docker's two JSON files: the engine's daemon.json and the client's config.json."""

from __future__ import annotations

import json
from collections.abc import Mapping

from wizard.plan.types import BuildNetwork, ContainerProxy, DockerfileForm, Plan
from wizard.render.types import Artifact, JsonKeys, Scope
from wizard.text import msg

DAEMON_KEYS = (
    ("bip", "bip"),
    ("fixed_cidr", "fixed-cidr"),
    ("address_pools", "default-address-pools"),
    ("mtu", "mtu"),
    ("dns", "dns"),
    ("dns_search", "dns-search"),
    ("iptables", "iptables"),
    ("ip_forward", "ip-forward"),
    ("userland_proxy", "userland-proxy"),
    ("registry_mirrors", "registry-mirrors"),
)
"""(decision, key); every one is known to every engine from 18.06 on."""


def _json(keys: Mapping[str, object]) -> str:
    return json.dumps(keys, indent=2, ensure_ascii=False) + "\n"


def _daemon_value(key: str, value: object) -> object:
    if key == "address_pools" and isinstance(value, tuple):
        return [{"base": pool.base, "size": pool.size} for pool in value]
    return list(value) if isinstance(value, tuple) else value


def daemon_json(plan: Plan) -> tuple[Artifact, ...]:
    """Return the keys of daemon.json that the plan sets; where it sets none, only to generate."""
    chosen = [(getattr(plan, key), name) for key, name in DAEMON_KEYS]
    chosen = [(decision, name) for decision, name in chosen if decision.value is not None]
    keys = {name: _daemon_value(decision.key, decision.value) for decision, name in chosen}
    because = tuple(decision.because for decision, _ in chosen)
    rests = tuple(decision.key for decision, _ in chosen)
    if plan.inputs.engine_proxies:
        keys["proxies"] = dict(plan.inputs.engine_proxies)
        because = (*because, msg("the engine pulls images through the proxy, too"))
        rests = (*rests, "https_proxy", "no_proxy")
    return (
        Artifact(
            name="daemon.json",
            scope=Scope.SYSTEM,
            path=plan.inputs.daemon_json if keys else "",
            content=JsonKeys(keys=keys),
            standalone=_json(keys),
            because=because,
            restarts=("docker",),
            decisions=rests,
        ),
    )


def _serves_every_container(plan: Plan, proxy: ContainerProxy) -> bool:
    """config.json reaches every container; a loopback proxy is right on the host's network only."""
    if plan.build_network.value is not BuildNetwork.HOST:
        return True
    urls = [url for url in (proxy.http, proxy.https) if url is not None]
    return not any(url.host == "localhost" or url.host.startswith("127.") for url in urls)


def _would_beat_the_password(plan: Plan, proxy: ContainerProxy) -> bool:
    """A client without buildx adds config.json's proxies in lower case beside `--build-arg`.

    Which one a RUN step sees is then chance (seen on 20.10: 3 of 8 builds went without a login).
    """
    urls = [url for url in (proxy.http, proxy.https) if url is not None]
    by_buildx = plan.inputs.buildx and plan.dockerfile.value.form is DockerfileForm.MOUNTS
    return not by_buildx and any(url.username is not None for url in urls)


def docker_config(plan: Plan) -> tuple[Artifact, ...]:
    """Return the proxies for docker's config.json. Never a password: every container gets them."""
    proxy = plan.container_proxy.value
    if (
        proxy is None
        or not _serves_every_container(plan, proxy)
        or _would_beat_the_password(plan, proxy)
    ):
        return (
            Artifact(
                name="docker-config.json",
                scope=Scope.USER,
                path="",
                content=JsonKeys(keys={}),
                standalone=_json({}),
                because=(plan.container_proxy.because,),
                decisions=("container_proxy",),
            ),
        )
    urls = {"httpProxy": proxy.http, "httpsProxy": proxy.https}
    default: dict[str, object] = {
        name: None if url is None else str(url.without_credentials()) for name, url in urls.items()
    }
    gone = proxy.http is None and proxy.https is None
    default["noProxy"] = None if gone else ",".join(plan.no_proxy.value) or None
    standing = {name: value for name, value in default.items() if value is not None}
    if not gone:
        default = standing
    return (
        Artifact(
            name="docker-config.json",
            scope=Scope.USER,
            path=plan.inputs.docker_config,
            content=JsonKeys(keys={"proxies": {"default": default}}),
            standalone=_json({"proxies": {"default": standing}} if standing else {}),
            because=(plan.container_proxy.because, plan.no_proxy.because),
            mode=0o600,
            decisions=("container_proxy", "no_proxy"),
        ),
    )
