"""Whether the build has the git that private modules need, and who fetches them where not."""

from __future__ import annotations

from wizard.facts import Facts
from wizard.plan.toolchain import go_line, image_version, is_enough, preference
from wizard.plan.types import (
    DockerfileForm,
    DockerfilePlace,
    DockerfileShape,
    Finding,
    ModuleSource,
    Severity,
)
from wizard.rules.golang_image import DEFAULT_MINOR, official_image
from wizard.text import Text, msg

RESTS = ("project.dockerfile", "private.hosts", "docker.images")


def fetch_image(
    facts: Facts, shape: DockerfileShape, source: ModuleSource, gonoproxy: tuple[str, ...]
) -> str:
    """Return the image of a stage that fetches the modules; empty where none is needed.

    An image that the engine has comes first, else the official one of the same Go.
    """
    found = facts.project.dockerfile.value
    if not _needs_git(facts, shape, source, gonoproxy) or found is None or found.numbered:
        return ""
    wanted = go_line(facts)
    known = image_version(found.base_image or "")
    version = known[0] if known else wanted or (*DEFAULT_MINOR, 0)
    here = [
        image
        for image in facts.docker.images.or_else(())
        if is_enough(image, wanted or version) and not _bare(image)
    ]
    if here:
        return min(here, key=lambda image: preference(image, version, needs_git=True))
    return official_image(version[:2])


def git_findings(
    facts: Facts,
    shape: DockerfileShape,
    source: ModuleSource,
    gonoproxy: tuple[str, ...],
    image: str,
) -> tuple[Finding, ...]:
    """Return the finding for an image without git; `image` fetches in its place, if any does."""
    found = facts.project.dockerfile.value
    if found is None or not _needs_git(facts, shape, source, gonoproxy):
        return ()
    cure: Text = msg(
        "a stage on {image} fetches the modules, and yours takes them from there", image=image
    )
    if not image:
        cure = msg("install git in that stage (apk add --no-cache git); stages here have numbers")
    return (
        Finding(
            id="private.no-git",
            severity=Severity.NOTE if image else Severity.FAULT,
            message=msg(
                "private modules come by git, and {base} has none", base=found.base_image or ""
            ),
            cure=cure,
            decision="dockerfile",
            facts=RESTS,
        ),
    )


def _needs_git(
    facts: Facts, shape: DockerfileShape, source: ModuleSource, gonoproxy: tuple[str, ...]
) -> bool:
    """A mirror serves what GOPRIVATE does not take past it; then no git is needed."""
    found = facts.project.dockerfile.value
    if found is None or not found.lacks_git or gonoproxy == ("none",):
        return False
    ours = shape.form is DockerfileForm.MOUNTS and shape.place is DockerfilePlace.BLOCK
    if not ours or source is not ModuleSource.PROXY:
        return False
    return any(host.modules for host in facts.private.hosts.or_else(()))


def _bare(image: str) -> bool:
    return "alpine" in image or "slim" in image
