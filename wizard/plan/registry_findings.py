"""What is wrong with the way to the images of the build."""

from __future__ import annotations

from wizard.facts import Facts
from wizard.facts.registries import ImageRole, MissingImage
from wizard.plan.engine_proxy import engine_proxy
from wizard.plan.registries import (
    is_out_of_reach,
    is_sure,
    itself,
    missing_images,
    through_the_shells_proxy,
)
from wizard.plan.types import Finding, Severity
from wizard.rules.image_reference import DOCKER_HUB
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import Text, msg

_FACTS = ("docker.missing_images", "docker.registries")


def registry_findings(
    facts: Facts, base_image: str, mirrors: tuple[str, ...] | None, chosen: ProxyUrl | None
) -> tuple[Finding, ...]:
    """Return a finding for each registry that the build needs and cannot reach.

    `chosen` is the proxy that the plan decides for https.
    """
    # Without the image of `# syntax` the engine's own reader does: `dockerfile.syntax` tells.
    needed = [i for i in missing_images(facts, base_image) if i.role is not ImageRole.SYNTAX]
    findings: list[Finding] = []
    for registry in dict.fromkeys(image.registry for image in needed):
        images = tuple(image for image in needed if image.registry == registry)
        lost = tuple(image for image in images if is_out_of_reach(facts, image, mirrors))
        proxy = engine_proxy(facts, registry, chosen)
        if lost and proxy is not None:
            findings.append(_proxied(facts, registry, lost, proxy))
        elif lost:
            findings.append(_unreachable(facts, registry, lost))
        elif mirrors and registry == DOCKER_HUB:
            findings.extend(_mirrored(facts, images, mirrors))
    return tuple(findings)


def _mirrored(
    facts: Facts, images: tuple[MissingImage, ...], mirrors: tuple[str, ...]
) -> tuple[Finding, ...]:
    hub = itself(facts, DOCKER_HUB)
    if hub is None or hub.answers is not False:
        return ()
    return (
        Finding(
            id="registry.docker-hub",
            severity=Severity.FAULT,
            message=msg(
                "Docker Hub is out of reach ({why}), and the engine lacks {images}",
                why=hub.detail,
                images=_names(images),
            ),
            cure=msg("the engine asks {mirror} first", mirror=mirrors[0]),
            decision="registry_mirrors",
            facts=_FACTS,
        ),
    )


def _proxied(
    facts: Facts, registry: str, lost: tuple[MissingImage, ...], proxy: ProxyUrl
) -> Finding:
    own = itself(facts, registry)
    return Finding(
        id="registry.engine-proxy",
        severity=Severity.FAULT,
        message=msg(
            "the engine lacks {images} and has no proxy, without which the registry is out of"
            " reach ({why})",
            images=_names(lost),
            why="" if own is None else own.detail,
        ),
        cure=msg("daemon.json gives the engine {proxy} too", proxy=str(proxy)),
        decision="https_proxy",
        facts=(*_FACTS, "proxy.effective"),
    )


def _unreachable(facts: Facts, registry: str, lost: tuple[MissingImage, ...]) -> Finding:
    own = itself(facts, registry)
    lacking = own is not None and own.answers
    why: Text = own.detail if own is not None else ""
    if lacking:
        why = msg("{registry} does not have it", registry=registry)
    proxied = through_the_shells_proxy(facts, registry)
    if proxied is not None:
        cure: Text = msg(
            "give the engine the proxy {proxy}, by which it answers: daemon.json's `proxies`"
            " from engine 23 on, or a systemd drop-in of mode 0600 where it has a password",
            proxy=proxied.through or "",
        )
    elif registry == DOCKER_HUB:
        cure = msg(
            "name a mirror: --set registry_mirrors=https://HOST; or bring the image by docker load"
        )
    else:
        cure = msg(
            "open the way to {registry}, or bring the image by docker load", registry=registry
        )
    return Finding(
        id="registry.unreachable",
        severity=Severity.FAULT,
        message=msg(
            "the engine does not have {images}, and nobody in reach hands it out: {why}",
            images=_names(lost),
            why=why,
        ),
        cure=cure,
        decision="registry_mirrors" if registry == DOCKER_HUB else "base_image",
        facts=_FACTS,
        stops=own is not None and (bool(lacking) or is_sure(own)),
    )


def _names(images: tuple[MissingImage, ...]) -> str:
    return ", ".join(dict.fromkeys(image.name for image in images))
