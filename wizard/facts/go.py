"""Facts about Go on this host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wizard.facts.base import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class GoToolchain:
    """The `go` on PATH."""

    path: str
    version: str
    """Without the `go` prefix: `1.27.3`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoSetting:
    """One go variable with the place it came from."""

    value: str
    """Credentials in URLs are masked."""
    origin: str
    """`process`, `go/env file` or `default`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoFacts:
    """The area `go`."""

    toolchain: Fact[GoToolchain]
    settings: Fact[Mapping[str, GoSetting]]
    """GOPROXY, GOSUMDB, GOPRIVATE, …; without a go, as the process and the env file have them."""
    env_file: Fact[str]
    """Path of the user's go/env file, whether it exists or not."""
    mod_cache: Fact[str]
    """Path of the module cache where it exists."""
