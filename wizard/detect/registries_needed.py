"""Which images a build takes from a registry, and which of them the engine has already."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from wizard.detect.dockerfile_facts import NAMES
from wizard.detect.project import ProjectRead
from wizard.facts.registries import ImageRole, MissingImage
from wizard.rules.dockerfile import Dockerfile, DockerfileError, parse_dockerfile
from wizard.rules.golang_image import (
    DEFAULT_MINOR,
    minor_of_image,
    minor_of_line,
    official_image,
)
from wizard.rules.image_reference import parse_image_reference
from wizard.system import Failed, System
from wizard.untrusted import clean_line

_LIMIT = 1024 * 1024
_MOST_IMAGES = 20
_DROPPED_SYNTAX = re.compile(r"^# replaced by gomod-wizard: (?=#\s*syntax\s*=)", re.MULTILINE)
_FROM = re.compile(r"\bfrom=[\"']?([^\s,\"']+)")


def needed_images(
    system: System, root: Path, project: ProjectRead, registry: str = ""
) -> tuple[MissingImage, ...]:
    """Return what a build of the project takes from a registry. Reads the Dockerfile: blocks.

    `registry`: where the organisation's base images come from; empty: Docker Hub.
    """
    own = project.facts.dockerfile.value
    if registry and own is not None and own.whole:
        # This program's own file takes its image by an argument: that of the organisation.
        return _distinct(_planned(project, registry))
    for name in NAMES:
        text = system.read_text(Path(root) / name, limit=_LIMIT, inside=Path(root))
        if isinstance(text, Failed):
            if text.kind == "missing":
                continue
            return ()
        try:
            # A line that this program dropped comes back by itself once its image is in reach.
            file = parse_dockerfile(_DROPPED_SYNTAX.sub("", text))
        except DockerfileError:
            return ()
        return _distinct(_of_dockerfile(file))
    return _distinct(_planned(project, registry))


def _distinct(images: Iterable[MissingImage | None]) -> tuple[MissingImage, ...]:
    found: dict[tuple[str, ImageRole], MissingImage] = {}
    for image in images:
        if image is not None:
            found.setdefault((image.reference, image.role), image)
    return tuple(found.values())[:_MOST_IMAGES]


def _image(name: str, role: ImageRole) -> MissingImage | None:
    reference = parse_image_reference(name)
    if reference is None:
        return None
    return MissingImage(
        name=clean_line(name, 300),
        reference=str(reference),
        registry=reference.registry,
        role=role,
    )


def _of_dockerfile(file: Dockerfile) -> Iterator[MissingImage | None]:
    if syntax := file.directives.get("syntax"):
        yield _image(syntax.split()[0], ImageRole.SYNTAX)
    for stage in file.stages:
        yield _image(file.resolved_base(stage), ImageRole.BASE)
    for item in file.instructions:
        if item.stage is None or item.keyword not in {"COPY", "RUN"}:
            continue
        for flag in item.flags:
            if flag.startswith(("--from=", "--mount=")):
                for name in _FROM.findall(flag):
                    if _is_an_image(file, name):
                        yield _image(name, ImageRole.BASE)


def _is_an_image(file: Dockerfile, name: str) -> bool:
    """Tell an image from a stage, and from a name that only `--build-context` can fill."""
    looks_like_one = "/" in name or ":" in name
    return file.stage(name) is None and not name.isdigit() and looks_like_one


def _planned(project: ProjectRead, registry: str) -> Iterator[MissingImage | None]:
    modules = project.facts.modules.or_else(())
    if not modules:
        return
    lines = [one.mod.go for one in modules]
    workspace = project.facts.workspace.value
    if workspace is not None:
        lines.append(workspace.go)
    minors = [minor for line in lines if line and (minor := minor_of_line(line)) is not None]
    official = official_image(max(minors, default=DEFAULT_MINOR))
    yield _image(f"{registry}/{official}" if registry else official, ImageRole.PLANNED)


def without_local(
    needed: tuple[MissingImage, ...], local: Iterable[str]
) -> tuple[MissingImage, ...]:
    """Return what of `needed` is not among the engine's tags and digests.

    A planned image is not missing where the engine has another image with a Go that is as new.
    """
    have = {str(reference) for name in local if (reference := parse_image_reference(name))}
    minors = [minor for name in local if (minor := minor_of_image(name)) is not None]

    def is_here(image: MissingImage) -> bool:
        if image.reference in have:
            return True
        wanted = minor_of_image(image.name) if image.role is ImageRole.PLANNED else None
        return wanted is not None and any(minor >= wanted for minor in minors)

    return tuple(image for image in needed if not is_here(image))
