"""What render produces: text for one place, and how it joins what stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from wizard.text import Text


class Scope(StrEnum):
    """Whose file it is."""

    PROJECT = "project"
    USER = "user"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The file is this program's own: written whole."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonKeys:
    """Keys of a JSON object that belongs to somebody else; a None value removes a key.

    A nested mapping merges into the object that stands there.
    """

    keys: Mapping[str, object]
    earlier: str | None = None
    """The text from before this program wrote there (empty: no file); it is taken, byte for byte,
    where the result means the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A managed block at the end of a text file of the user's (`#` comments)."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerfileBlock:
    """A managed block in the stages of an existing Dockerfile that run go.

    A step that may ask the network is repeated in it, in its own place, with mounts and prelude;
    the user's lines are commented out and named.
    """

    stage: str | None
    """A stage that must be served; None: those that the last stage needs."""
    lines: tuple[str, ...]
    """What stands before the first step of each stage; none at all takes the block back."""
    build_mounts: tuple[str, ...] = ()
    """`--mount=…` options of a step."""
    prelude: tuple[str, ...] = ()
    """Lines of shell that set a step's environment up, before its own text."""
    fetch: tuple[str, ...] = ()
    """A stage that comes before all others and fetches the modules, for a stage without git."""
    fetched: tuple[str, ...] = ()
    """Lines of shell behind the prelude, for a step that then needs nothing but those modules."""
    settings: tuple[str, ...] = ("GOPROXY",)
    """The variables that the plan gives a value: an ENV of the file would win over some steps."""
    offline: bool = False
    """Every module is in vendor/: a step that only downloads is commented out."""
    drop_syntax: bool = False
    """The image of the file's `# syntax` line cannot be pulled here: comment the line out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoEnv:
    """Variables for `go env -w`; None means `go env -u`."""

    variables: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlKeys:
    """Keys of a TOML table of a profile; comments and unknown keys are kept."""

    table: str
    keys: Mapping[str, object]


Content = Whole | JsonKeys | Block | DockerfileBlock | GoEnv | TomlKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file of the set."""

    name: str
    """File name in `generate --out`: `Dockerfile`, `daemon.json`, `docker-config.json` …"""
    scope: Scope
    path: str
    """Where `apply` puts it: absolute, or relative to the project; empty: only generated."""
    content: Content
    standalone: str
    """The whole text for `generate --out`, where nothing stands yet."""
    because: tuple[Text, ...] = ()
    mode: int = 0o644
    """For a file that does not exist yet."""
    restarts: tuple[str, ...] = ()
    """What must restart before it takes effect: `docker`."""
    decisions: tuple[str, ...] = field(default=())
    """Keys of the decisions it carries."""
