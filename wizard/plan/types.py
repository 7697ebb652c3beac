"""The types of a plan: what was decided, because of what, and what lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Generic, TypeVar

from wizard.rules.proxy_url import ProxyUrl
from wizard.text import Text

T = TypeVar("T")


class Origin(StrEnum):
    """Who decided; the order is the precedence, strongest first."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    PROJECT = "project"
    USER = "user"
    PRESET = "preset"
    DETECTED = "detected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden:
    """An answer that a stronger place overrode."""

    text: str
    origin: Origin
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A value that a person or an organisation gave for one decision, and where it was given."""

    text: str
    origin: Origin
    source: str = ""
    """`--set`, the variable, or the file and line."""
    overrides: tuple[Overridden, ...] = ()
    """What weaker places say, the strongest of them first."""

    def over(self, weaker: Answer | None) -> Answer:
        """Return this answer, which overrides `weaker`."""
        if weaker is None:
            return self
        lost = Overridden(text=weaker.text, origin=weaker.origin, source=weaker.source)
        return replace(self, overrides=(lost, *weaker.overrides))

    @property
    def underneath(self) -> Answer | None:
        """What holds once this answer is taken back."""
        if not self.overrides:
            return None
        below, *rest = self.overrides
        return Answer(
            text=below.text, origin=below.origin, source=below.source, overrides=tuple(rest)
        )


Answers = Mapping[str, Answer]
"""Decision key → answer; only what somebody chose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A value that lost, and why."""

    value: object
    because: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Generic[T]):
    """One decided value. `value` None means: leave it as it is, nothing is written."""

    key: str
    value: T
    because: Text
    facts: tuple[str, ...] = ()
    """Keys of the facts it rests on, `area.field`."""
    alternatives: tuple[Alternative, ...] = ()
    origin: Origin = Origin.DETECTED
    source: str = ""
    """Where it was said: `--set`, a variable, a file or URL with its line; empty: detected."""
    overrides: tuple[Overridden, ...] = ()
    """What weaker places say."""


class Severity(StrEnum):
    """How much a finding matters."""

    FAULT = "fault"
    """The build fails because of it, or would."""
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong or worth knowing, and what cures it."""

    id: str
    """Stable, `area.name`: `proxy.loopback`, `daemon-json.broken`."""
    severity: Severity
    message: Text
    cure: Text = ""
    decision: str | None = None
    """The decision that answers it."""
    facts: tuple[str, ...] = ()
    stops: bool = False
    """Nothing that this program writes can cure it: `apply` refuses, with the cure."""


class ModuleSource(StrEnum):
    """Where the build gets its modules from."""

    PROXY = "proxy"
    VENDOR = "vendor"
    BRIDGE = "bridge"


class BuildNetwork(StrEnum):
    """The network of RUN steps: `docker build --network`."""

    DEFAULT = "default"
    HOST = "host"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerProxy:
    """The proxies as a RUN step must name them."""

    http: ProxyUrl | None
    https: ProxyUrl | None
    rewritten: bool
    """The address differs from the host's, because the host's is a loopback one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPool:
    """One entry of default-address-pools."""

    base: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedCa:
    """A certificate authority that the build must trust, out of the host's own store."""

    subject: str
    sha256: str
    expires: str
    pem: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSecret:
    """A BuildKit secret: an id in the Dockerfile, a file on this host, no value anywhere."""

    id: str
    source: str
    """Path of the file that `docker build --secret` reads."""
    because: Text


class DockerfileForm(StrEnum):
    """What the engine's builder understands."""

    MOUNTS = "mounts"
    """BuildKit: cache, secret and ssh mounts (Dockerfile 1.2, engine 20.10 on)."""
    PLAIN = "plain"
    """The legacy builder: no mounts; the module proxy comes as a build argument."""


class DockerfilePlace(StrEnum):
    """How the Dockerfile is written."""

    CREATE = "create"
    """None there: a whole file."""
    BLOCK = "block"
    """One there: a managed block in its Go stage."""
    BESIDE = "beside"
    """One there that the user keeps untouched: `Dockerfile.gomod` beside it."""
    KEEP = "keep"
    """Nothing is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerfileShape:
    """Form and place of the Dockerfile."""

    form: DockerfileForm
    place: DockerfilePlace
    stage: str | None = None
    """The stage that gets the block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WideContext:
    """A folder above the project as the build's context; it is all hidden but what is named."""

    folder: str
    """From the project: `..`, `../..`."""
    project: str
    """The project's folder in it."""
    outside: tuple[tuple[str, str], ...]
    """(place in the context, place from the project) of each folder that a replace points to."""
    cache: str
    """The host's module cache in it; empty where the build does not take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildInputs:
    """What of the project the artifacts need to name; facts carried into the plan."""

    project_root: str
    module_dirs: tuple[str, ...]
    """Folders with a go.mod that the download needs, relative, `.` first."""
    sum_dirs: tuple[str, ...]
    """Those of them that have a go.sum."""
    workspace: bool
    workspace_sum: bool
    local_dirs: tuple[str, ...]
    """Folders inside the context that a replace points to."""
    main_package: str
    """Relative, `.` or `./cmd/x`; empty where there is none to build."""
    image_tag: str
    config_dir: str
    """Folder for this project's build inputs in the user's configuration."""
    go_env_file: str
    """Path of the user's go/env file."""
    daemon_json: str
    """Where this flavour keeps daemon.json; empty where there is none to write."""
    docker_config: str
    """Path of the docker client's config.json."""
    dockerfile: str
    """Name of the existing or new Dockerfile, relative to the project."""
    engine: str
    """Engine version; empty where none answered."""
    client: str
    """Docker client's version; empty where there is none."""
    buildx: bool
    has_go: bool
    buildkit_variable: bool = False
    """The client takes BuildKit only with DOCKER_BUILDKIT=1."""
    caller_proxies: tuple[tuple[str, str], ...] = ()
    """(HTTP_PROXY …, the spelling under which the caller's environment has the same value)."""
    caller_values: tuple[tuple[str, ProxyUrl], ...] = ()
    """(HTTP_PROXY …, the proxy that Go takes from the caller's environment)."""
    ssh_rewrites: tuple[tuple[str, str], ...] = ()
    """(`ssh://git@host/`, `https://host/`): git's url.<first>.insteadOf=<second>."""
    ssh_key: str = ""
    """Private key for `--ssh default=…`; empty: the agent's."""
    outside_dirs: tuple[tuple[str, str], ...] = ()
    """(name of a build context, folder outside of the project that a replace points to)."""
    wide: WideContext | None = None
    """In place of named contexts, where the engine has none."""
    mod_cache: str = ""
    """The host's module cache, for the bridge; empty where there is none."""
    engine_proxies: tuple[tuple[str, str], ...] = ()
    """`proxies` of daemon.json, for an engine that must pull and has none; never a password."""
    engine_mirrors: tuple[str, ...] = ()
    """Mirrors of Docker Hub that the engine has already; another builder does not see them."""
    fetch_image: str = ""
    """An image with git that fetches the modules for the Go stage, whose own has none; empty: the
    stage fetches them itself."""
    drop_syntax: bool = False
    """The image of the Dockerfile's `# syntax` line was seen to be out of reach."""
    ignore_exists: bool = False
    """The project has a .dockerignore."""
    hidden: tuple[str, ...] = ()
    """Paths that the build needs and that .dockerignore hides."""
    waiver: tuple[str, str] | None = None
    """(reason, last day) that were given for unsafe answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every decision for one machine, one project and one network."""

    goproxy: Decision[str | None]
    gosumdb: Decision[str | None]
    goprivate: Decision[tuple[str, ...]]
    gonoproxy: Decision[tuple[str, ...]]
    gonosumdb: Decision[tuple[str, ...]]
    goinsecure: Decision[tuple[str, ...]]
    gotoolchain: Decision[str | None]
    goauth: Decision[str | None]
    http_proxy: Decision[ProxyUrl | None]
    https_proxy: Decision[ProxyUrl | None]
    no_proxy: Decision[tuple[str, ...]]
    container_proxy: Decision[ContainerProxy | None]
    ca: Decision[tuple[TrustedCa, ...]]
    bip: Decision[str | None]
    fixed_cidr: Decision[str | None]
    address_pools: Decision[tuple[AddressPool, ...] | None]
    mtu: Decision[int | None]
    dns: Decision[tuple[str, ...] | None]
    dns_search: Decision[tuple[str, ...] | None]
    hosts: Decision[tuple[tuple[str, str], ...]]
    iptables: Decision[bool | None]
    ip_forward: Decision[bool | None]
    userland_proxy: Decision[bool | None]
    registry_mirrors: Decision[tuple[str, ...] | None]
    base_image: Decision[str]
    build_network: Decision[BuildNetwork]
    module_source: Decision[ModuleSource]
    secrets: Decision[tuple[BuildSecret, ...]]
    ssh: Decision[bool]
    dockerfile: Decision[DockerfileShape]
    findings: tuple[Finding, ...]
    inputs: BuildInputs

    def decisions(self) -> Iterator[Decision[Any]]:
        """Yield every decision, in the fixed order of the contract."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Decision):
                yield value


KEYS: tuple[str, ...] = tuple(
    field.name for field in fields(Plan) if field.name not in {"findings", "inputs"}
)
"""The decision keys: of `plan`, `--set`, `check`, `--what-if`, the profile, `cure.decision`."""
