"""Where the engine gets the images of the build from: Docker Hub, a mirror of it, or nowhere."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from wizard.facts import Facts
from wizard.facts.docker import Flavour
from wizard.facts.mirrors import Failure
from wizard.facts.registries import ImageRole, MissingImage, RegistryProbe
from wizard.plan.types import Alternative, Decision
from wizard.rules.image_reference import DOCKER_HUB, parse_image_reference
from wizard.text import Text, msg

_RESTS = ("docker.missing_images", "docker.registries", "docker.daemon_json", "docker.engine")
_FIRST_WITH_PATHS = (24, 0, 8)
"""Older engines refuse a mirror with a path (moby `ValidateMirror`)."""
_NOT_SURE = {Failure.TIMEOUT, Failure.DNS_TIMEOUT, Failure.HTTP_429, Failure.HTTP_5XX}


def missing_images(facts: Facts, base_image: str) -> tuple[MissingImage, ...]:
    """Return what the engine lacks of the images that this plan's build takes."""
    listed = facts.docker.missing_images.or_else(())
    found = [image for image in listed if image.role is not ImageRole.PLANNED]
    reference = parse_image_reference(base_image)
    if len(found) < len(listed) and reference is not None and not _is_local(facts, base_image):
        found.append(
            MissingImage(
                name=base_image,
                reference=str(reference),
                registry=reference.registry,
                role=ImageRole.PLANNED,
            )
        )
    return tuple(found)


def _is_local(facts: Facts, image: str) -> bool:
    wanted = str(parse_image_reference(image))
    here = facts.docker.images.or_else(())
    return any(str(parse_image_reference(name)) == wanted for name in here)


def listed_by_mirrors(facts: Facts) -> tuple[str, ...]:
    """Return the images of Go from which one must be taken, because the fitting one is nowhere.

    Empty while Docker Hub answers, or a mirror of it serves the image that fits.
    """
    hub = itself(facts, DOCKER_HUB)
    if hub is None or hub.answers is not False:
        return ()
    mirrors = [
        one
        for one in probes(facts, DOCKER_HUB)
        if one.mirror and one.answers and _refusal(facts, one) is None
    ]
    planned = {
        image.reference
        for image in facts.docker.missing_images.or_else(())
        if image.role is ImageRole.PLANNED
    }
    if any(planned & set(one.serves) for one in mirrors):
        return ()
    return tuple(dict.fromkeys(name for one in mirrors for name in one.golang))


def served_by(one: RegistryProbe) -> frozenset[str]:
    """Return the references that a registry handed out or lists."""
    listed = (parse_image_reference(name) for name in one.golang)
    return frozenset((*one.serves, *(str(reference) for reference in listed)))


def probes(facts: Facts, registry: str) -> tuple[RegistryProbe, ...]:
    """Return the answers of a registry and of its mirrors, on the engine's own way."""
    found = facts.docker.registries.or_else(())
    return tuple(one for one in found if one.registry == registry and not one.shell_proxy)


def itself(facts: Facts, registry: str) -> RegistryProbe | None:
    """Return the answer of the registry itself; None: it was not asked."""
    return next((one for one in probes(facts, registry) if not one.mirror), None)


def through_the_shells_proxy(facts: Facts, registry: str) -> RegistryProbe | None:
    """Return the answer that only the shell's proxy brought; None where there is none."""
    found = facts.docker.registries.or_else(())
    return next(
        (one for one in found if one.registry == registry and one.shell_proxy and one.answers),
        None,
    )


def _in_use(facts: Facts) -> tuple[str, ...]:
    """Return the mirrors that the engine asks already: podman those of registries.conf."""
    engine = facts.docker.engine.value
    if engine is not None and engine.flavour is Flavour.PODMAN:
        return tuple(one.url for one in probes(facts, DOCKER_HUB) if one.mirror)
    return () if engine is None else tuple(url.rstrip("/") for url in engine.registry_mirrors)


def is_out_of_reach(
    facts: Facts, image: MissingImage, mirrors: tuple[str, ...] | None, *, unproved: bool = True
) -> bool:
    """Return whether it was seen that neither the registry nor a mirror hands the image out.

    `mirrors` are what the plan decides. `unproved`: a mirror that nobody asked, or that would not
    say, may have everything; without it only what was seen to serve the image does.
    """
    own = itself(facts, image.registry)
    if own is None or (own.answers is not False and image.reference not in own.lacks):
        return False
    if image.registry != DOCKER_HUB:
        return True
    asked = {one.url: one for one in probes(facts, DOCKER_HUB) if one.mirror}
    for url in _in_use(facts) if mirrors is None else mirrors:
        one = asked.get(url)
        if one is None:
            may = unproved
        else:
            may = unproved and one.answers is True and image.reference not in one.lacks
        if may or (one is not None and image.reference in served_by(one)):
            return False
    return True


def syntax_is_out_of_reach(facts: Facts, mirrors: tuple[str, ...] | None) -> bool:
    """Return whether the image of the Dockerfile's `# syntax` line cannot be pulled.

    Nearly every file builds without that line, and none with one that cannot be pulled: beside a
    dead registry a mirror must have shown the image.
    """
    found = facts.project.dockerfile.value
    if found is not None and found.syntax is not None and found.syntax_available is False:
        return True
    return any(
        is_out_of_reach(facts, image, mirrors, unproved=False)
        for image in facts.docker.missing_images.or_else(())
        if image.role is ImageRole.SYNTAX
    )


def is_sure(probe: RegistryProbe) -> bool:
    """Return whether trying again would end in the same way."""
    return probe.answers is False and probe.reason not in _NOT_SURE


def decide_registry_mirrors(facts: Facts, base_image: str) -> Decision[tuple[str, ...] | None]:
    """Decide the mirrors of Docker Hub: none, unless it was seen that the build needs them."""
    if facts.docker.missing_images.value is None:
        return _left(msg("no engine told which images it has"))
    needed = tuple(one for one in missing_images(facts, base_image) if one.registry == DOCKER_HUB)
    if not needed:
        return _left(msg("the engine has every image that this build takes from Docker Hub"))
    hub = itself(facts, DOCKER_HUB)
    if hub is None:
        return _left(msg("nobody asked Docker Hub"))
    if hub.answers:
        return _left(msg("Docker Hub answers"))
    usable = _usable(facts, needed)
    rejected = _rejected(facts, needed, usable)
    if not usable:
        return _left(
            msg("Docker Hub is out of reach, and no mirror of it that is named here will do"),
            rejected,
        )
    standing = _in_use(facts)
    in_use = tuple(one for one in usable if one.url in standing)
    if in_use and _served(in_use, needed) >= _served(usable, needed):
        return _left(
            msg("{mirrors}, which the engine asks already, answers", mirrors=_names(in_use)),
            rejected,
        )
    if _by_flag(facts):
        return _left(
            msg("the engine gets its mirrors by a flag, and daemon.json may not name them again"),
            (*_alternatives(usable), *rejected),
        )
    urls = tuple(one.url for one in usable)
    kept = tuple(url for url in _of_file(facts) if url not in urls)
    return Decision(
        key="registry_mirrors",
        value=(*urls, *kept),
        because=msg(
            "Docker Hub is out of reach ({why}), and {mirrors} serves what the engine lacks",
            why=hub.detail or msg("it did not answer"),
            mirrors=_names(usable),
        )
        if _served(usable, needed)
        else msg(
            "Docker Hub is out of reach ({why}), and {mirrors} answers as a registry",
            why=hub.detail or msg("it did not answer"),
            mirrors=_names(usable),
        ),
        facts=_RESTS,
        alternatives=(
            Alternative(value=None, because=msg("the images could not be pulled")),
            *rejected,
        ),
    )


def _left(
    because: Text, alternatives: tuple[Alternative, ...] = ()
) -> Decision[tuple[str, ...] | None]:
    return Decision(
        key="registry_mirrors",
        value=None,
        because=because,
        facts=_RESTS,
        alternatives=alternatives,
    )


def _names(found: tuple[RegistryProbe, ...]) -> str:
    return ", ".join(one.url for one in found)


def _served(found: tuple[RegistryProbe, ...], needed: tuple[MissingImage, ...]) -> frozenset[str]:
    wanted = {image.reference for image in needed}
    return frozenset(wanted & {reference for one in found for reference in served_by(one)})


def _usable(facts: Facts, needed: tuple[MissingImage, ...]) -> tuple[RegistryProbe, ...]:
    """Return the mirrors that may be chosen; those that were seen to serve most come first."""
    wanted = {image.reference for image in needed}
    standing = _in_use(facts)

    def may(one: RegistryProbe) -> bool:
        if not one.mirror or not one.answers or wanted <= set(one.lacks):
            return False
        return one.url in standing or _refusal(facts, one) is None

    found = [one for one in probes(facts, DOCKER_HUB) if may(one)]
    proved = [one for one in found if wanted & served_by(one)]
    return tuple(sorted(proved or found, key=lambda one: -len(wanted & served_by(one))))


def _refusal(facts: Facts, one: RegistryProbe) -> Text | None:
    """Return why this engine must not be given the mirror."""
    parts = urlsplit(one.url)
    if parts.scheme != "https":
        return msg("whoever sits on the way could hand out other images: it has no TLS")
    engine = facts.docker.engine.value
    if parts.path and engine is not None and engine_version(facts) < _FIRST_WITH_PATHS:
        return msg("engine {version} takes no mirror with a path", version=engine.version)
    if engine is not None and engine.flavour is Flavour.PODMAN:
        return msg("podman asks the mirrors of registries.conf by itself")
    return None


def engine_version(facts: Facts) -> tuple[int, ...]:
    """Return the engine's version as numbers; empty where none answered."""
    engine = facts.docker.engine.value
    text = "" if engine is None else engine.version
    return tuple(int(part) for part in re.findall(r"[0-9]{1,9}", text)[:3])


def _alternatives(found: tuple[RegistryProbe, ...]) -> tuple[Alternative, ...]:
    return tuple(Alternative(value=(one.url,), because=msg("it answers")) for one in found)


def _rejected(
    facts: Facts, needed: tuple[MissingImage, ...], usable: tuple[RegistryProbe, ...]
) -> tuple[Alternative, ...]:
    lost: list[Alternative] = []
    for one in probes(facts, DOCKER_HUB):
        if not one.mirror or one in usable:
            continue
        refusal = _refusal(facts, one)
        if not one.answers:
            because: Text = one.detail or msg("it could not be asked")
        elif refusal is not None:
            because = refusal
        elif {image.reference for image in needed} <= set(one.lacks):
            because = msg("it does not have {images}", images=_image_names(needed))
        else:
            because = msg("it would not say whether it has {images}", images=_image_names(needed))
        lost.append(Alternative(value=(one.url,), because=because))
    return tuple(lost)


def _image_names(images: tuple[MissingImage, ...]) -> str:
    return ", ".join(image.name for image in images)


def _of_file(facts: Facts) -> tuple[str, ...]:
    """Return daemon.json's own list, in its order."""
    config = facts.docker.daemon_json.value
    listed = () if config is None else config.values.get("registry-mirrors", ())
    if not isinstance(listed, list | tuple):
        return ()
    return tuple(str(url).rstrip("/") for url in listed)


def _by_flag(facts: Facts) -> bool:
    """dockerd does not start where a flag and daemon.json name the same setting."""
    config = facts.docker.daemon_json.value
    named = config is not None and "registry-mirrors" in config.values
    return bool(_in_use(facts)) and not named
