"""The name of the image that a job pushes."""

from __future__ import annotations

from wizard.errors import UsageError
from wizard.text import msg


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
