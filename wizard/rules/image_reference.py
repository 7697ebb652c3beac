"""Names of images, as Docker completes them: distribution/reference `ParseNormalizedNamed`."""

from __future__ import annotations

import re
from dataclasses import dataclass

DOCKER_HUB = "docker.io"

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"{_PART}(?:/{_PART})*")
_REGISTRY = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d+)?")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
_LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReference:
    """One image, its name completed."""

    registry: str
    """`docker.io`, or `host[:port]`."""
    repository: str
    """`library/golang`: with the folder that the short name leaves out."""
    tag: str
    """`latest` where neither tag nor digest was named; empty beside a digest alone."""
    digest: str

    @property
    def version(self) -> str:
        """What a manifest is asked for by: the digest wins over the tag."""
        return self.digest or self.tag

    def __str__(self) -> str:
        name = f"{self.registry}/{self.repository}"
        return f"{name}@{self.digest}" if self.digest else f"{name}:{self.tag}"


def parse_image_reference(text: str) -> ImageReference | None:
    """Return the image that `text` names; None for `scratch` and for what is no image's name."""
    if text == "scratch" or len(text) > _LONGEST:
        return None
    rest, at, digest = text.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        return None
    first, slash, path = rest.partition("/")
    # A first part is a host only by its look; a capital letter cannot be a repository's.
    if slash and (first == "localhost" or re.search(r"[.:A-Z\[]", first)):
        registry, rest = first, path
    else:
        registry = DOCKER_HUB
    if registry == "index.docker.io":
        registry = DOCKER_HUB
    repository, colon, tag = rest.partition(":")
    if registry == DOCKER_HUB and "/" not in repository:
        repository = f"library/{repository}"
    if not _REPOSITORY.fullmatch(repository) or not _REGISTRY.fullmatch(registry):
        return None
    if colon and not _TAG.fullmatch(tag):
        return None
    return ImageReference(
        registry=registry,
        repository=repository,
        tag=tag if colon or digest else "latest",
        digest=digest,
    )
