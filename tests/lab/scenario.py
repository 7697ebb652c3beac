"""A network as its file declares it: one small TOML file, read strictly.

`README.md` documents the vocabulary. Whatever is not in it is an error with the file's name: a typo
must not make a network easier than it says.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from . import authorities, names, proxies, repositories, shell, store, web

Ending = Literal["build", "fail", "hang"]
AfterEnding = Literal["build", "refuse", "artifacts-only"]


class ScenarioError(shell.LabError):
    """A network file that says something that the lab does not understand."""


@dataclass(frozen=True)
class Project:
    """What is built: a folder of `projects/`, and what stands differently in it."""

    uses: str = "public"
    dockerfile: str = "plain"  # one of projects/dockerfiles, or "none"
    go_sum: Literal["complete", "none", "as-is"] = "complete"
    vendor: bool = False
    files: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)  # files next to the project's folder


@dataclass(frozen=True)
class EngineSettings:
    """The developer's Docker."""

    version: Literal["28.5", "20.10"] = "28.5"
    installed: bool = True
    images: tuple[str, ...] = ("golang", "golang-alpine", "debian")
    daemon_json: str | None = None
    daemon_json_later: str | None = None  # written after the engine started


@dataclass(frozen=True)
class Office:
    """The way from the developer's machine to everything else."""

    way_out: Literal["open", "refused", "silent"] = "open"
    allowed: tuple[str, ...] = ()  # hosts that a closed way lets through
    blocked: tuple[str, ...] = ()  # hosts that an open way drops
    outside_resolvers: bool = True  # whether DNS may leave the building
    mtu: int | None = None  # larger packets vanish
    tunnel: str | None = None  # a route that appears only after the engine started
    device: str = "eth0"  # what the developer's machine calls its way out


@dataclass(frozen=True)
class Proxy:
    """The company's web proxy."""

    kind: str
    refuses: tuple[str, ...] = ()
    host: str = "proxy.corp.example"  # or a customer's, with an authority of its own


@dataclass(frozen=True)
class Git:
    """The company's git server."""

    https: bool = True
    ssh: bool = False
    go_get_needs_token: bool = False


@dataclass(frozen=True)
class Names:
    """How the developer's machine resolves names."""

    resolv_conf: str = f"nameserver {names.COMPANY_RESOLVER}\n"
    stub: tuple[str, ...] = ()  # upstreams of a stub on the machine's own 127.0.0.53
    stub_address: str = "127.0.0.53"
    unknown: tuple[str, ...] = ()  # names that the company's resolver does not know
    hosts: dict[str, str] = field(default_factory=dict)  # lines of the machine's /etc/hosts


@dataclass(frozen=True)
class Developer:
    """The developer's account, as found."""

    env: dict[str, str] = field(default_factory=dict)
    go: bool = True
    go_env: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(
        default_factory=dict
    )  # `~` is the home; {token} and such are filled
    trusts_company: bool = False  # the company's CA in the machine's store
    trusts_customer: bool = False  # the customer's
    ssh_agent: bool = False
    modules_cached: bool = False  # the host's module cache has all that the project needs


@dataclass(frozen=True)
class Before:
    """How the untouched build must end, and what its log must say."""

    ends: Ending
    because: str
    within: float = 60  # a build that hangs is cut after this many seconds


@dataclass(frozen=True)
class After:
    """What `apply` must make of it."""

    ends: AfterEnding = "build"
    exit_code: int = 0  # of `apply`
    says: str = ""  # a pattern in what apply prints
    never_asked: tuple[str, ...] = ()  # hosts that must not be asked for a module
    never_asked_for: str = ""  # what no public site may be asked for
    unchanged: tuple[str, ...] = ()  # files that apply must leave alone
    keeps: dict[str, str] = field(default_factory=dict)  # file: pattern that must survive in it
    diagnosis: tuple[str, ...] = ()  # patterns: `diagnose` must name these causes
    live: tuple[str, ...] = ()  # the same for `diagnose --live`, on the developer's machine
    faults: tuple[str, ...] = ()  # `diagnose` must name CAUSE[/DETAIL][@DECISION], each one
    within: float = 120


@dataclass(frozen=True)
class Apply:
    """What the user says beside `apply --yes`."""

    set: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Export:
    """The developer's modules, written by `proxy-export` and carried to a plain web server."""

    to: str  # the company's host that serves them, empty until then
    private: bool = False


@dataclass(frozen=True)
class Scenario:
    """One broken network."""

    name: str
    about: str
    before: Before
    after: After
    project: Project = Project()
    engine: EngineSettings = EngineSettings()
    office: Office = Office()
    sites: dict[str, dict[str, Any]] = field(default_factory=dict)
    proxy: Proxy | None = None
    git: Git | None = None
    names: Names = Names()
    developer: Developer = Developer()
    apply: Apply = Apply()
    export: Export | None = None
    registry: bool = False  # a mirror of Docker Hub at registry.corp.example


def placeholders() -> dict[str, str]:
    """What a network file may write in braces: made-up secrets, and keys of the lab's own."""
    return {
        "token": repositories.TOKEN,
        "proxy_url": proxies.URL,
        "proxy_url_with_password": proxies.URL_WITH_PASSWORD,
        "customer_proxy_url_with_password": proxies.CUSTOMER_URL_WITH_PASSWORD,
        "loopback_proxy_url": proxies.LOOPBACK_URL,
        "known_hosts": repositories.known_hosts(),
        "company_ca": authorities.COMPANY.certificate.read_text(),
    }


def fill(text: str) -> str:
    """The text with each `{placeholder}` filled in; other braces stay."""
    known = placeholders()
    return re.sub(r"\{([a-z_]+)\}", lambda found: known.get(found[1], found[0]), text)


def read(file: Path) -> Scenario:
    """Read one network file."""
    try:
        return made_of({"name": file.stem, **tomllib.loads(file.read_text(encoding="utf-8"))})
    except (tomllib.TOMLDecodeError, ValueError, TypeError) as error:
        raise ScenarioError(f"{file}: {error}") from error


def made_of(table: dict[str, Any]) -> Scenario:
    """Return the network that a file's table declares. Raises ValueError where it is none."""
    scenario = typing.cast("Scenario", _build(Scenario, table, ""))
    _check(scenario)
    return scenario


def _build(kind: Any, value: Any, where: str) -> Any:
    """Make a value of the type `kind` out of TOML, or say where it does not fit."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        return _build_table(kind, value, where)
    if origin is Literal:
        if value not in arguments:
            raise ValueError(f"{where}: {value!r} is none of {', '.join(map(str, arguments))}")
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{where}: wants a list, not {value!r}")
        return tuple(_build(arguments[0], item, where) for item in value)
    if origin is dict:
        if not isinstance(value, dict):
            raise ValueError(f"{where}: wants a table, not {value!r}")
        return {key: _build(arguments[1], item, f"{where}.{key}") for key, item in value.items()}
    if arguments:  # X | None
        return _build(arguments[0], value, where)
    if kind is float and isinstance(value, int):
        return float(value)
    if kind is not Any and (not isinstance(value, kind) or (kind is int and value is True)):
        raise ValueError(f"{where}: wants {kind.__name__}, not {value!r}")
    return value


def _build_table(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: wants a table, not {value!r}")
    types = typing.get_type_hints(kind)
    unknown = set(value) - set(types)
    if unknown:
        raise ValueError(f"{where or 'top level'}: unknown {', '.join(sorted(unknown))}")
    return kind(
        **{
            key: _build(types[key], item, f"{where}.{key}".strip("."))
            for key, item in value.items()
        }
    )


FAULT = re.compile(r"(?P<cause>[a-z0-9-]+)(?:/(?P<detail>[a-z0-9-]+))?(?:@(?P<decision>[a-z_]+))?")


def _check(scenario: Scenario) -> None:
    """What the types cannot say."""
    for fault in scenario.after.faults:
        if not FAULT.fullmatch(fault):
            raise ValueError(f"after.faults: {fault!r} is not CAUSE[/DETAIL][@DECISION]")
    for host, options in scenario.sites.items():
        if host not in names.PUBLIC and host not in names.COMPANY:
            raise ValueError(f"sites: the lab has no host {host}")
        if set(options) - web.OPTIONS or options.get("behaviour", "good") not in web.BEHAVIOURS:
            raise ValueError(f"sites.{host}: unknown option or behaviour in {options}")
    if scenario.proxy and scenario.proxy.kind not in proxies.KINDS:
        raise ValueError(f"proxy.kind: {scenario.proxy.kind!r} is none of {sorted(proxies.KINDS)}")
    if scenario.proxy and scenario.proxy.host not in proxies.AUTHORITIES:
        raise ValueError(f"proxy.host: {scenario.proxy.host!r} is no proxy of the lab's")
    known = {*names.PUBLIC, *names.COMPANY}
    for host in (*scenario.office.allowed, *scenario.office.blocked, *scenario.names.unknown):
        if host not in known:
            raise ValueError(f"office, names: the lab has no host {host}")
    if scenario.export is not None and scenario.export.to not in names.COMPANY:
        raise ValueError(f"export.to: the company has no host {scenario.export.to}")
    if not (store.LAB / "projects" / scenario.project.uses).is_dir():
        raise ValueError(f"project.uses: there is no projects/{scenario.project.uses}")
    for pattern in (
        scenario.before.because,
        scenario.after.says,
        *scenario.after.diagnosis,
        *scenario.after.live,
    ):
        re.compile(pattern)


def folder() -> Path:
    """Where the lab's own networks are."""
    return store.LAB / "networks"


def find(words: list[str]) -> list[Scenario]:
    """The networks that the command line names: names of the lab's own, or paths of files."""
    if not words:
        return [read(file) for file in sorted(folder().glob("*.toml"))]
    files = [Path(word) if word.endswith(".toml") else folder() / f"{word}.toml" for word in words]
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        raise ScenarioError(f"no such network: {', '.join(missing)}")
    return [read(file) for file in files]
