"""The proxies that systemd gives the engine: docker.service, its drop-ins, their files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wizard.detect.paths import is_file
from wizard.detect.proxy_readers import NAMES, setting
from wizard.facts.proxy import ProxySetting, Reader
from wizard.redactor import environment_secrets
from wizard.rules.dotenv import Assignment, parse_environment_file
from wizard.rules.systemd_unit import EnvironmentFile, parse_unit_environment
from wizard.system import Failed, System

_SYSTEM_FOLDERS = (
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
)
"""Strongest first (systemd.unit(5)): a file of the same name in an earlier one hides it."""

_UNIT = "docker.service"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceProxies:
    """The proxy variables of the engine's service."""

    settings: tuple[ProxySetting, ...]
    unread: tuple[str, ...]
    """Files that only root may read: a drop-in with a password in it is one."""


def service_proxies(system: System, *, user: bool) -> ServiceProxies:
    """Return the proxy variables of the engine's unit; `user`: of a rootless engine's."""
    unset: set[str] = set()
    variables: dict[str, tuple[Assignment, str]] = {}
    files: list[EnvironmentFile] = []
    unread: list[str] = []
    for path in _unit_files(system, user=user):
        shown = _shown(system, path)
        text = system.read_text(path)
        if isinstance(text, Failed):
            if text.kind == "denied":
                unread.append(shown)
            continue
        system.redactor.read_text(text)
        unit = parse_unit_environment(text)
        if unit.clears:
            variables.clear()
        if unit.clears_files:
            files.clear()
        for entry in unit.assignments:
            variables[entry.name] = (entry, shown)
        files.extend(unit.files)
        unset.update(unit.unset)
    for file in files:
        text = system.read_text(system.path(file.path))
        if isinstance(text, Failed):
            if text.kind == "denied":
                unread.append(file.path)
            continue
        system.redactor.read_text(text)
        for entry in parse_environment_file(text):
            variables[entry.name] = (entry, file.path)
    values = {name: entry.value for name, (entry, _) in variables.items()}
    system.redactor.add(environment_secrets(values))
    found = tuple(
        setting(name.upper(), name, Reader.SYSTEMD, entry.value, source, entry.line)
        for name, (entry, source) in variables.items()
        if name.upper() in NAMES and entry.value and name not in unset
    )
    return ServiceProxies(settings=found, unread=tuple(unread))


def _shown(system: System, path: Path) -> str:
    """Return the path as the machine knows it, without a test's root."""
    try:
        return "/" + path.relative_to(system.root).as_posix()
    except ValueError:
        return str(path)


def _unit_files(system: System, *, user: bool) -> Iterator[Path]:
    """Yield the unit, then its drop-ins in the order in which systemd applies them."""
    if user:
        config = system.config_home()
        folders = [] if config is None else [config / "systemd" / "user"]
        folders += [system.path("/etc/systemd/user"), system.path("/usr/lib/systemd/user")]
    else:
        folders = [system.path(folder) for folder in _SYSTEM_FOLDERS]
    for folder in folders:
        if is_file(folder / _UNIT):
            yield folder / _UNIT
            break
    # A drop-in for all services (service.d) comes in by its name among the others; the
    # unit's own one of the same name hides it.
    drop_ins: dict[str, Path] = {}
    for name in ("service.d", f"{_UNIT}.d"):
        for folder in reversed(folders):
            for path in _conf_files(folder / name):
                drop_ins[path.name] = path
    for name in sorted(drop_ins):
        yield drop_ins[name]


def _conf_files(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(path for path in sorted(folder.iterdir()) if path.suffix == ".conf")
    except OSError:
        return ()
