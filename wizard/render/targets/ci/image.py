"""The name of the image that a job pushes."""

from __future__ import annotations

from wizard.errors import UsageError
from wizard.render.targets.options import OPTIONS
from wizard.rules.image_reference import parse_image_reference
from wizard.text import msg


def registry_of(image: str) -> str:
    """Return where `image` is pushed to: `docker.io`, or `host[:port]`.

    Raises UsageError for what is no image. Capitals are none: the script makes them small.
    """
    found = parse_image_reference(image.lower())
    if found is None:
        option = OPTIONS["image"]
        raise UsageError(
            msg("{key} cannot be {value}", key="image", value=image),
            where="image",
            hint=msg("{what}; for example: {example}", what=option.summary, example=option.example),
        )
    return found.registry


def image_name(image: str, version: str) -> str:
    """Return `image` with the label `version` where it has none of its own.

    Raises UsageError for one with a digest: nobody can push that.
    """
    if "@" in image:
        raise UsageError(
            msg("an image to push has no digest: {image}", image=image),
            where="image",
            hint=msg("leave out what stands behind the @"),
        )
    return image if ":" in image.rpartition("/")[2] else f"{image}:{version}"
