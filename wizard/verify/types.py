"""What a verification says of one part: the host's own download, or the one in a build."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from wizard.text import Text

if TYPE_CHECKING:
    from wizard.diagnose import Diagnosis


class Part(StrEnum):
    """Where the modules are downloaded."""

    HOST = "host"
    BUILD = "build"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """Something that was waited for longer than a few seconds."""

    what: str
    """A module with its version, an address, or a step of the build."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a download has come."""

    step: str
    """The step of the build that runs; empty on the host."""
    module: str
    """The module that was asked for last, with its version; empty before the first."""
    done: int
    total: int | None
    """Modules that go.mod names; None where it could not be read."""
    bytes: int | None
    """Bytes that came, where the tools tell; None where they do not."""
    bytes_total: int | None
    elapsed: float
    """Seconds."""
    slow: tuple[Slow, ...]
    """What is waited for now, the longest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one part ended."""

    part: Part
    ok: bool | None
    """None: it cannot run on this machine; `why` says why."""
    seconds: float = 0.0
    modules: int = 0
    """Modules that came."""
    expected: int | None = None
    bytes: int | None = None
    """Sizes of the modules' zips, where they are known."""
    slow: tuple[Slow, ...] = ()
    """The modules that took long, the slowest first."""
    diagnosis: Diagnosis | None = None
    """Of the part's own log, where it failed."""
    cut: bool = False
    """It was ended because nothing happened any more."""
    green_by_cache: bool | None = None
    """A build with the caches of this machine is green all the same; None: not tried."""
    left: Text = ""
    """What it could not take away again, and how that is done; empty: nothing stays."""
    why: Text = ""
