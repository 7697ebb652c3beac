"""Facts about the project to build: its modules, its Dockerfile, what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field

from wizard.facts.base import Fact, Problem, known
from wizard.facts.mirrors import Canary
from wizard.rules.gomod import GoMod, Replace


@dataclass(frozen=True, slots=True, kw_only=True)
class GoModule:
    """One go.mod of the project."""

    directory: str
    """Relative to the project's folder, POSIX form; `.` for the root."""
    mod: GoMod
    has_sum: bool
    missing_sums: tuple[str, ...]
    """`path@version` of requirements without a go.sum line (at most 20)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalReplace:
    """A `replace` whose target is a folder."""

    module: str
    """Directory of the go.mod that holds it."""
    replace: Replace
    target: str
    """Relative to the project's folder; starts with `../` where it lies outside."""
    outside: bool
    exists: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """go.work: the folders it uses."""

    path: str
    uses: tuple[str, ...]
    go: str | None
    has_sum: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """The vendor folder."""

    path: str
    consistent: bool | None
    """modules.txt agrees with go.mod; None: could not be compared."""
    workspace: bool
    """Made by `go work vendor`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerfileFacts:
    """An existing Dockerfile, as far as the plan needs to know it."""

    path: str
    syntax: str | None
    stages: tuple[tuple[str, str], ...]
    """(name or index, base image) in order."""
    go_stage: str | None
    """The stage that downloads modules or builds; None: none does."""
    base_image: str | None
    """The Go stage's base image."""
    managed: bool
    """It already holds this program's block, or was written whole by it."""
    problem: Problem | None
    syntax_available: bool | None = None
    """The image of its `# syntax` line is here or can be pulled; None: not tried."""
    whole: bool = False
    """It was written whole by this program, so it may be written whole again."""
    settings: tuple[tuple[int, str, str], ...] = ()
    """(line, name, value) of each ENV that sets one of Go's variables; credentials masked."""
    lacks_git: bool = False
    """The Go stage's image has no git by its name, and no step installs it."""
    secrets: tuple[int, ...] = ()
    """Lines in which a secret itself stands."""
    numbered: bool = False
    """An instruction names a stage by its number, so no stage may come in before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreFacts:
    """An existing .dockerignore."""

    path: str
    patterns: tuple[str, ...]
    hides: tuple[tuple[str, str], ...]
    """(path that the build needs, pattern that hides it)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A folder, link or file of the project that could not be looked at."""

    path: str
    """Relative to the project's folder, POSIX form."""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacts:
    """The area `project`."""

    root: Fact[str]
    modules: Fact[tuple[GoModule, ...]]
    workspace: Fact[Workspace]
    replaces: Fact[tuple[LocalReplace, ...]]
    vendor: Fact[Vendor]
    dockerfile: Fact[DockerfileFacts]
    dockerignore: Fact[IgnoreFacts]
    canary: Fact[Canary]
    """A public module of the project's own go.sum that a mirror can be proved with."""
    main_packages: Fact[tuple[str, ...]]
    """Folders with `package main`, relative; the one to build comes first."""
    writable: Fact[bool]
    passed_over: Fact[tuple[PassedOver, ...]] = field(default_factory=lambda: known((), ""))
    """What could not be looked at (at most 20); everything beside it was."""
