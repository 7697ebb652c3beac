"""Who is named on this machine as a mirror of Docker Hub.

The engine's own list, daemon.json, and containers' registries.conf (containers-registries.conf(5),
version 2), which Docker does not read: Podman and Skopeo do, so a company's mirror often stands
there alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from wizard.rules.image_reference import DOCKER_HUB
from wizard.system import Failed, System
from wizard.untrusted import clean_line

_CONTAINERS = "containers/registries.conf"
_MOST_MIRRORS = 12
_MOST_FILES = 50
_LIMIT = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedMirror:
    """A mirror of Docker Hub, and who names it."""

    url: str
    """Without a trailing slash."""
    source: str


def named_mirrors(
    system: System, engine: Iterable[str], daemon: Mapping[str, object], daemon_path: str
) -> tuple[NamedMirror, ...]:
    """Return the mirrors that are named here, the engine's own first. Reads files: blocks."""
    own = daemon.get("registry-mirrors")
    found: dict[str, NamedMirror] = {}
    for url, source in (
        *((url, "docker info") for url in engine),
        *((url, daemon_path) for url in (own if isinstance(own, list | tuple) else ())),
        *_of_containers(system),
    ):
        clean = usable_url(url)
        if clean is not None:
            found.setdefault(clean, NamedMirror(url=clean, source=source))
    return tuple(found.values())[:_MOST_MIRRORS]


def usable_url(url: object) -> str | None:
    """Return a mirror's URL as the engine would take it (moby `ValidateMirror`), else None."""
    if not isinstance(url, str) or len(url) > 300 or clean_line(url) != url:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    return None if parts.query or parts.fragment else url.rstrip("/")


def _of_containers(system: System) -> Iterator[tuple[str, str]]:
    for path, shown in _files(system):
        text = system.read_text(path, limit=_LIMIT)
        if not isinstance(text, Failed):
            for location in hub_locations(text):
                yield f"https://{location}", shown


def _files(system: System) -> Iterator[tuple[Path, str]]:
    """Yield the files, with the names by which the machine knows them."""
    config = system.config_home()
    if config is not None:
        yield config / _CONTAINERS, str(config / _CONTAINERS)
    main = f"/etc/{_CONTAINERS}"
    yield system.path(main), main
    folder = system.path(f"{main}.d")
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.suffix == ".conf")
    except OSError:
        return
    for name in names[:_MOST_FILES]:
        yield folder / name, f"{main}.d/{clean_line(name, 100)}"


def hub_locations(text: str) -> tuple[str, ...]:
    """Return the places from which a registries.conf takes Docker Hub's images.

    Insecure ones are left out: the engine would need insecure-registries for them.
    """
    import tomllib

    try:
        tables = tomllib.loads(text).get("registry")
    except (ValueError, RecursionError):
        return ()
    found: dict[str, None] = {}
    for table in _tables(tables):
        location = table.get("location")
        prefix = table.get("prefix") or location
        if not isinstance(prefix, str) or prefix.split("/")[0] != DOCKER_HUB:
            continue
        for one in (*_tables(table.get("mirror")), table):
            place = one.get("location")
            if isinstance(place, str) and place and one.get("insecure") is not True:
                found[place] = None
    return tuple(place for place in found if place.split("/")[0] != DOCKER_HUB)


def _tables(value: object) -> tuple[Mapping[str, object], ...]:
    """Return the tables of an array; a lone table, and anything else, is none."""
    if not isinstance(value, list):
        return ()
    return tuple(item for item in value if isinstance(item, Mapping))
