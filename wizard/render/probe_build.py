"""The probe build of a plan: the same network, proxies and authorities as its build command."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from wizard.detect.in_build.request import CA_SECRET, InBuild, MirrorAsked, ProxyAsked, Target
from wizard.facts import Facts
from wizard.facts.mirrors import Canary
from wizard.plan.types import DockerfileForm, Plan
from wizard.render.artifact_template import filled
from wizard.render.build_command import build_command
from wizard.render.build_request import secret_env
from wizard.rules.goproxy import GoProxyError, parse_goproxy
from wizard.rules.noproxy import proxy_for
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import Text, msg

MAX_MIRRORS = 4
MAX_CANARIES = 2
_DEFAULT_GOPROXY = "https://proxy.golang.org,direct"
_NETRC = "netrc"
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")


class _Environment:
    """What a RUN step finds in the proxy variables."""

    def __init__(self, plan: Plan) -> None:
        proxies = plan.container_proxy.value
        self.http: ProxyUrl | None = None if proxies is None else proxies.http
        self.https: ProxyUrl | None = None if proxies is None else proxies.https
        self.no_proxy = ",".join(plan.no_proxy.value)


def probe_build(facts: Facts, plan: Plan, canaries: tuple[Canary, ...]) -> InBuild | Text:
    """Return what to ask the builder, or why there is none to ask. `canaries`: known modules."""
    if facts.docker.client.value is None:
        return facts.docker.client.reason
    if facts.docker.engine.value is None:
        return facts.docker.engine.reason
    image = _local_image(facts, plan)
    if image is None:
        return msg("the engine has no golang image yet: docker pull {image}",
                   image=plan.base_image.value)  # fmt: skip
    mounts = plan.dockerfile.value.form is DockerfileForm.MOUNTS
    ca = "".join(f"{ca.pem.strip()}\n" for ca in plan.ca.value if ca.pem) if mounts else ""
    own = facts.project.canary.value
    known = canaries if own is None else (own, *canaries)
    return InBuild(
        base_image=image,
        options=tuple(_options(plan, mounts=mounts)),
        env=build_command(plan).env,
        secret_env=secret_env(plan),
        mounts=_mounts(plan) if mounts else (),
        prelude=filled("with-network.sh.tmpl") if mounts else "",
        ca=ca,
        proxy=_proxy(plan),
        mirrors=tuple(_mirrors(facts, plan))[:MAX_MIRRORS],
        others=tuple(_private(facts, plan)),
        canaries=known[:MAX_CANARIES],
    )


def _local_image(facts: Facts, plan: Plan) -> str | None:
    """Return the plan's base image, or another golang image: both know the same network."""
    images = facts.docker.images.or_else(())
    if plan.base_image.value in images:
        return plan.base_image.value
    return images[-1] if images else None


def _options(plan: Plan, *, mounts: bool) -> Iterator[str]:
    """Yield those options of the build command that the network depends on."""
    _, _, *words, _ = build_command(plan).argv
    for flag, value in zip(words[::2], words[1::2], strict=True):
        proxy = flag == "--build-arg" and value.partition("=")[0].upper() in _PROXIES
        netrc = flag == "--secret" and value.startswith(f"id={_NETRC},")
        if flag in ("--network", "--add-host") or proxy or netrc:
            yield from (flag, value)
    if not mounts:
        yield "--force-rm"  # the legacy builder keeps the container of a step that failed


def _mounts(plan: Plan) -> tuple[str, ...]:
    names = [CA_SECRET, *(secret.id for secret in plan.secrets.value if secret.id == _NETRC)]
    return tuple(f"--mount=type=secret,id={name},mode=0444" for name in names)


def _proxy(plan: Plan) -> ProxyAsked | None:
    environment = _Environment(plan)
    inside = environment.https or environment.http
    if inside is None:
        return None
    here = plan.https_proxy.value or plan.http_proxy.value
    return ProxyAsked(
        host=None if here is None else Target(host=here.host, port=here.port),
        build=Target(host=inside.host, port=inside.port),
    )


def _mirrors(facts: Facts, plan: Plan) -> Iterator[MirrorAsked]:
    settings = facts.go.settings.or_else({})
    written = settings["GOPROXY"].value if "GOPROXY" in settings else _DEFAULT_GOPROXY
    try:
        hops = parse_goproxy(plan.goproxy.value or written)
    except GoProxyError:
        return
    environment = _Environment(plan)
    for url in dict.fromkeys(hop.url for hop in hops):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            continue
        port = parts.port or (443 if parts.scheme == "https" else 80)
        proxy = proxy_for(url, environment)
        yield MirrorAsked(
            url=url,
            target=Target(host=parts.hostname, port=port),
            tls=parts.scheme == "https",
            through=None if proxy is None else Target(host=proxy.host, port=proxy.port),
        )


def _private(facts: Facts, plan: Plan) -> Iterator[Target]:
    environment = _Environment(plan)
    for item in facts.private.hosts.or_else(()):
        if not item.ssh and proxy_for(f"https://{item.host}", environment) is not None:
            continue
        yield Target(host=item.host, port=22 if item.ssh else 443)
