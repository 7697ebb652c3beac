"""The Go of the build: base image and GOTOOLCHAIN against the go lines of the project."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from wizard.facts import Facts
from wizard.facts.preset import Preset
from wizard.plan.answering import Case, preset_of
from wizard.plan.module_mirrors import proved_mirrors
from wizard.plan.registries import listed_by_mirrors
from wizard.plan.types import Alternative, Decision, Finding, Origin, Severity
from wizard.rules.golang_image import DEFAULT_MINOR, official_image
from wizard.text import Text, msg
from wizard.untrusted import clean_line

Version = tuple[int, int, int]

_TAG = re.compile(r"(?:.*/)?golang:([0-9]{1,9})\.([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:-(.+))?")
_LINE = re.compile(r"(?:go)?([0-9]{1,9})\.([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:rc\d+|beta\d+)?.*")
_GO_VERSION = re.compile(r"1\.(?:0|[1-9]\d{0,3})(?:\.(?:0|[1-9]\d{0,3}))?(?:[a-z]+\d+)?")
"""x/mod/modfile `GoVersionRE`, for the one major version that there is."""

_FIRST_SWITCHING: Version = (1, 21, 0)
"""The first Go that fetches a newer toolchain (toolchain.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchain:
    """The decisions of this topic."""

    base_image: Decision[str]
    gotoolchain: Decision[str | None]
    findings: tuple[Finding, ...]


def go_line(facts: Facts) -> Version | None:
    """Return the newest Go that a go.mod or go.work demands; toolchain lines only suggest."""
    versions = [_version(line) for _, line in _go_lines(facts) if _GO_VERSION.fullmatch(line)]
    return max((version for version in versions if version is not None), default=None)


def _go_lines(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return (file, go line) of every go.mod and of go.work."""
    lines = [
        (posixpath.normpath(f"{one.directory}/go.mod"), one.mod.go)
        for one in facts.project.modules.or_else(())
    ]
    workspace = facts.project.workspace.value
    if workspace is not None:
        lines.append((workspace.path, workspace.go))
    return tuple((path, line) for path, line in lines if line)


def _version(text: str) -> Version | None:
    found = _LINE.fullmatch(text)
    return None if found is None else (int(found[1]), int(found[2]), int(found[3] or 0))


def image_version(image: str) -> tuple[Version, bool] | None:
    """Return the Go version of an official image's tag, and whether the patch level is open."""
    found = _TAG.fullmatch(image)
    if found is None:
        return None
    return (int(found[1]), int(found[2]), int(found[3] or 0)), found[3] is None


def is_enough(image: str, wanted: Version | None) -> bool | None:
    """Return whether the image's Go satisfies `wanted`; None: its tag does not say."""
    known = image_version(image)
    if known is None or wanted is None:
        return None if known is None else True
    version, is_open = known
    return version[:2] >= wanted[:2] if is_open else version >= wanted


def decide_toolchain(case: Case) -> Toolchain:
    """Decide the base image and, where it is too old, how a newer Go comes in."""
    facts = case.facts
    wanted = go_line(facts)
    base_image = case.decided(_base_image(facts, wanted))
    gotoolchain = case.decided(_gotoolchain(facts, base_image.value, wanted))
    too_old = is_enough(base_image.value, wanted) is False
    findings = (
        *_no_such_go(facts),
        *_unknown_go(facts, base_image.value, wanted),
        *((_too_old(base_image.value, wanted, gotoolchain.value),) if too_old and wanted else ()),
    )
    return Toolchain(base_image=base_image, gotoolchain=gotoolchain, findings=findings)


def _no_such_go(facts: Facts) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            id="toolchain.no-such-go",
            severity=Severity.FAULT,
            message=msg(
                "{path} wants Go {line}, and there is no such Go",
                path=path,
                line=clean_line(line, 60),
            ),
            cure=msg("correct its go line, for example: go {version}", version=_newest()),
            decision="base_image",
            facts=("project.modules", "project.workspace"),
        )
        for path, line in _go_lines(facts)
        if not _GO_VERSION.fullmatch(line)
    )


def _unknown_go(facts: Facts, image: str, wanted: Version | None) -> tuple[Finding, ...]:
    """Warn of a Go that nothing here has and that this program has never heard of."""
    if wanted is None or wanted[:2] <= DEFAULT_MINOR:
        return ()
    if image in facts.docker.images.or_else(()) or image in listed_by_mirrors(facts):
        return ()
    return (
        Finding(
            id="toolchain.unknown-go",
            severity=Severity.WARNING,
            message=msg(
                "the project wants Go {version}; the newest that this program knows is {newest}",
                version=_shown(wanted),
                newest=_newest(),
            ),
            cure=msg("see that there is an image {image}, or correct the go line", image=image),
            decision="base_image",
            facts=("project.modules", "docker.images"),
        ),
    )


def _newest() -> str:
    return f"{DEFAULT_MINOR[0]}.{DEFAULT_MINOR[1]}"


def _shown(version: Version) -> str:
    return f"{version[0]}.{version[1]}" + (f".{version[2]}" if version[2] else "")


def preference(image: str, wanted: Version, needs_git: bool) -> tuple[object, ...]:
    """Sort key among images that are new enough: Debian, then the nearest version, then short."""
    known = image_version(image)
    version = known[0] if known else (0, 0, 0)
    match = _TAG.fullmatch(image)
    variant = (match[4] or "") if match else ""
    lacks_git = needs_git and ("alpine" in variant or "slim" in variant)
    return (
        lacks_git,
        version[:2] != wanted[:2],
        version[:2],
        "alpine" in variant,
        len(image),
        image,
    )


def _newest_of(images: list[str], needs_git: bool) -> str | None:
    """Return the best of the images with the newest minor version that switches toolchains."""
    versions = [(known[0], one) for one in images if (known := image_version(one)) is not None]
    newest = max((version for version, _ in versions), default=(0, 0, 0))
    if newest < _FIRST_SWITCHING:
        return None
    same = [one for version, one in versions if version[:2] == newest[:2]]
    return min(same, key=lambda image: preference(image, newest, needs_git))


def _base_image(facts: Facts, wanted: Version | None) -> Decision[str]:
    rests = ("project.modules", "project.workspace", "project.dockerfile", "docker.images")
    minor = wanted or (*DEFAULT_MINOR, 0)
    official = official_image(minor[:2])
    preset = preset_of(facts)
    dockerfile = facts.project.dockerfile.value
    by_argument = preset is not None and preset.registry and dockerfile and dockerfile.whole
    if dockerfile is not None and dockerfile.base_image and not by_argument:
        return Decision(
            key="base_image",
            value=dockerfile.base_image,
            because=msg("{path} names it", path=dockerfile.path),
            facts=rests,
            alternatives=(Alternative(value=official, because=msg("fits the go line of go.mod")),),
        )
    needs_git = bool(facts.private.hosts.or_else(()))
    if preset is not None and preset.registry:
        return _of_registry(facts, preset, minor, needs_git, rests)
    here = [image for image in facts.docker.images.or_else(()) if image_version(image)]
    if wanted is None and (newest := _newest_of(here, needs_git)) is not None:
        return Decision(
            key="base_image",
            value=newest,
            because=msg("the project names no Go version; this is the newest that the engine has"),
            facts=rests,
            alternatives=(
                Alternative(value=official, because=msg("would have to be pulled first")),
            )
            if newest != official
            else (),
        )
    enough = [image for image in here if is_enough(image, minor)]
    listed = [one for one in listed_by_mirrors(facts) if is_enough(one, minor)]
    if listed and not any(is_enough(image, minor) for image in here):
        return Decision(
            key="base_image",
            value=min(listed, key=lambda image: preference(image, minor, needs_git)),
            because=msg(
                "Docker Hub is out of reach, and a mirror of it that answers has this one,"
                " whose Go satisfies the go line {version}",
                version=_shown(minor),
            ),
            facts=(*rests, "docker.registries"),
            alternatives=(
                Alternative(value=official, because=msg("that mirror does not have it")),
            ),
        )
    if official in here or not here:
        because: Text = msg(
            "the go line of the project asks for Go {version}", version=_shown(minor)
        )
        if wanted is None:
            because = msg(
                "the project names no Go version; {version} is the newest that this program knows",
                version=_shown(minor),
            )
        return Decision(key="base_image", value=official, because=because, facts=rests)
    pull = Alternative(value=official, because=msg("would have to be pulled first"))
    if enough:
        best = min(enough, key=lambda image: preference(image, minor, needs_git))
        return Decision(
            key="base_image",
            value=best,
            because=msg(
                "the engine has it already, and it satisfies the go line {version}",
                version=_shown(minor),
            ),
            facts=rests,
            alternatives=(pull,),
        )
    switching = [
        image
        for image in here
        if (image_version(image) or ((0, 0, 0), True))[0] >= _FIRST_SWITCHING
    ]
    if switching and proved_mirrors(facts):
        best = max(
            switching, key=lambda image: (image_version(image), "alpine" not in image, image)
        )
        return Decision(
            key="base_image",
            value=best,
            because=msg(
                "the engine has it; the newer Go {version} comes as a module from a proved mirror",
                version=_shown(minor),
            ),
            facts=(*rests, "mirrors.ranking"),
            alternatives=(pull,),
        )
    return Decision(
        key="base_image",
        value=official,
        because=msg("no image on this engine has Go {version}", version=_shown(minor)),
        facts=rests,
    )


def _of_registry(
    facts: Facts, preset: Preset, minor: Version, needs_git: bool, rests: tuple[str, ...]
) -> Decision[str]:
    """Return the image of the organisation's registry that fits; one that is here comes first."""
    official = official_image(minor[:2])
    here = [
        image
        for image in facts.docker.images.or_else(())
        if image.startswith(f"{preset.registry}/") and is_enough(image, minor)
    ]
    return Decision(
        key="base_image",
        value=min(here, key=lambda image: preference(image, minor, needs_git))
        if here
        else f"{preset.registry}/{official}",
        because=msg(
            "{organisation} takes base images from {registry} ({where}); the go line asks for"
            " Go {version}",
            organisation=preset.organisation,
            registry=preset.registry,
            where=preset.registry_where,
            version=_shown(minor),
        ),
        facts=(*rests, "preset.document"),
        alternatives=(Alternative(value=official, because=msg("comes from Docker Hub")),),
        origin=Origin.PRESET,
        source=preset.registry_where,
    )


def _gotoolchain(facts: Facts, image: str, wanted: Version | None) -> Decision[str | None]:
    rests = ("project.modules", "project.dockerfile", "docker.images")
    if is_enough(image, wanted) is False and wanted is not None:
        return Decision(
            key="gotoolchain",
            value="auto",
            because=msg(
                "{image} is older than the go line {version}, and official images pin `local`",
                image=image,
                version=_shown(wanted),
            ),
            facts=rests,
            alternatives=(
                Alternative(value=None, because=msg("go would stop: go.mod requires a newer one")),
            ),
        )
    return Decision(
        key="gotoolchain",
        value=None,
        because=msg("the base image's Go satisfies every go line"),
        facts=rests,
        alternatives=(
            Alternative(value="auto", because=msg("would download a toolchain in every new cache")),
        ),
    )


def _too_old(image: str, wanted: Version, gotoolchain: str | None) -> Finding:
    cured = gotoolchain not in (None, "local")
    return Finding(
        id="toolchain.too-old",
        severity=Severity.NOTE if cured else Severity.FAULT,
        message=msg(
            "go.mod wants Go {version}, and {image} has an older one",
            version=_shown(wanted),
            image=image,
        ),
        cure=msg("take an image with Go {version}", version=_shown(wanted)),
        decision="base_image",
        facts=("project.modules", "docker.images"),
    )
