"""Docker's JSON files, read as strictly as Docker reads them, and shown without a secret."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wizard.facts.base import Problem
from wizard.facts.docker import JsonConfig
from wizard.rules.credentials import is_secret_name, mask_value
from wizard.rules.json_text import JsonError, parse_object, place_of
from wizard.rules.secret_words import decoded_login
from wizard.secret import MASK, Secret
from wizard.system import Failed, System
from wizard.text import msg
from wizard.untrusted import clean_line

_BOM = "\ufeff"
_LIMIT = 1024 * 1024

_MAX_DEPTH = 12
"""Deeper than any setting of Docker's; what lies below is not shown."""

DAEMON_KEYS = frozenset(
    {
        "bip",
        "bip6",
        "fixed-cidr",
        "fixed-cidr-v6",
        "default-gateway",
        "bridge",
        "mtu",
        "iptables",
        "ip6tables",
        "ip-forward",
        "ip-forward-no-drop",
        "ip-masq",
        "userland-proxy",
        "icc",
        "ipv6",
        "firewall-backend",
        "default-address-pools",
        "default-network-opts",
        "dns",
        "dns-opts",
        "dns-search",
        "proxies",
        "registry-mirrors",
        "insecure-registries",
        "hosts",
        "host-gateway-ip",
        "host-gateway-ips",
        "features",
        "builder",
        "live-restore",
        "data-root",
    }
)
"""What matters to a build's network."""

_HEADERS = "httpheaders"
"""Of config.json: whatever stands below it is sent to the engine, and often a token."""

CLIENT_KEYS = frozenset(
    {"proxies", "currentContext", "aliases", "credsStore", "features", "plugins"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawJson:
    """A JSON object as it stands on disk, secrets included: never leaves `wizard.detect`."""

    path: Path
    exists: bool
    values: Mapping[str, object]
    problem: Problem | None


def read_json(system: System, path: Path) -> RawJson:
    """Return the object in `path`, or what is wrong with it, with line and column."""
    data = system.read(path, limit=_LIMIT)
    if isinstance(data, Failed):
        if data.kind == "missing":
            return RawJson(path=path, exists=False, values={}, problem=None)
        why = msg("it cannot be read: {why}", why=data.detail or data.kind)
        return RawJson(path=path, exists=True, values={}, problem=Problem(message=why))
    values, problem = parse_json_object(data)
    system.redactor.read_text(data.decode("utf-8", "replace"))
    for key, text in _texts(values):
        system.redactor.read_value(text)
        if is_secret_name(key) or _HEADERS in key:
            system.redactor.add((Secret(text), *decoded_login(text)))
    return RawJson(path=path, exists=True, values=values, problem=problem)


def parse_json_object(data: bytes) -> tuple[Mapping[str, object], Problem | None]:
    """Return the object that `data` writes; a file with a problem may still have values.

    An empty file is an empty object (dockerd 23 on). A byte order mark and a key that stands
    twice are accepted by Docker, and named here because no other tool expects them. What is wrong
    and where is said by the same reader that a merge of the file refuses with.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        return {}, _problem(JsonError(msg("it is not UTF-8 text"), *place_of(before, len(before))))
    if not text.removeprefix(_BOM).strip():
        return {}, None
    try:
        values = parse_object(text).value
    except JsonError as error:
        return _lenient(text.removeprefix(_BOM)), _problem(error)
    return (values if isinstance(values, dict) else {}), None


def _problem(error: JsonError) -> Problem:
    return Problem(message=error.message, line=error.line, column=error.column)


def _lenient(text: str) -> Mapping[str, object]:
    """Return what Docker would still take out of a file that is not strict JSON."""
    try:
        values = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _no_constant(name: str) -> object:
    raise ValueError(name)


def shown(system: System, raw: RawJson, keys: frozenset[str]) -> JsonConfig:
    """Return the fact about a file: the keys that matter, freed of credentials."""
    values = {key: _public(value) for key, value in raw.values.items() if key in keys}
    auths = raw.values.get("auths")
    if keys is CLIENT_KEYS and isinstance(auths, Mapping):
        values["auths"] = tuple(sorted(clean_line(str(host), 200) for host in auths))
    return JsonConfig(
        path=str(raw.path),
        exists=raw.exists,
        values=values,
        problem=raw.problem,
        writable=_writable(raw.path),
    )


def _texts(value: object, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield every text below `value` with its key, in lower case."""
    if isinstance(value, str):
        yield key, value
    elif depth <= _MAX_DEPTH and isinstance(value, Mapping):
        for name, item in value.items():
            within = _HEADERS if _HEADERS in key else str(name).lower()
            yield from _texts(item, within, depth + 1)
    elif depth <= _MAX_DEPTH and isinstance(value, list):
        for item in value:
            yield from _texts(item, key, depth + 1)


def _public(value: object, depth: int = 0) -> object:
    if isinstance(value, str):
        return clean_line(mask_value(value))
    if not isinstance(value, Mapping | list):
        return value
    if depth > _MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {
            clean_line(str(key), 200): MASK
            if isinstance(item, str) and is_secret_name(str(key))
            else _public(item, depth + 1)
            for key, item in value.items()
        }
    return tuple(_public(item, depth + 1) for item in value)


def _writable(path: Path) -> bool:
    """Whether this user could write the file, or create it where it does not exist yet."""
    try:
        for place in (path, *path.parents):
            if place.exists():
                return os.access(place, os.W_OK)
    except OSError:
        return False
    return False
