"""Facts about image registries: what the build must pull, and who was seen to serve it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from wizard.facts.mirrors import Failure
from wizard.text import Text

RegistryFailure = Failure | Literal["not-a-registry"]
"""Why a registry does not count; a login page is `not-a-registry`."""


class ImageRole(StrEnum):
    """What a build needs an image for."""

    BASE = "base"
    """A stage of the existing Dockerfile stands on it, or copies from it."""
    SYNTAX = "syntax"
    """The `# syntax` line names it: BuildKit pulls it before it reads the file."""
    PLANNED = "planned"
    """There is no Dockerfile: the one that would be written stands on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingImage:
    """An image that the build needs and the engine does not have."""

    name: str
    """As the Dockerfile writes it."""
    reference: str
    """Complete: `docker.io/library/golang:1.25-bookworm`."""
    registry: str
    role: ImageRole


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryProbe:
    """What one registry, or one mirror of it, answered on the way that the engine takes."""

    registry: str
    """The registry that it stands for: `docker.io`, or its own host."""
    url: str
    """Base URL without a trailing slash and without credentials."""
    mirror: bool
    source: str
    """Who names it: `docker info`, a file, or the image's own name."""
    answers: bool | None
    """It spoke the registry protocol; None: it could not be asked as the engine would ask it."""
    serves: tuple[str, ...] = ()
    """References of missing images whose manifest it handed out."""
    lacks: tuple[str, ...] = ()
    """References that it says it does not have; what is in neither list was not shown."""
    golang: tuple[str, ...] = ()
    """Images of Go that it lists, as `golang:1.25-bookworm`; asked where one is to be chosen."""
    through: str | None = None
    """The proxy, without its password; None: direct."""
    shell_proxy: bool = False
    """That proxy is the shell's own, which the engine does not use."""
    reason: RegistryFailure | None = None
    detail: Text = ""
    at: str | None = None
    """When it answered or failed, ISO 8601."""
