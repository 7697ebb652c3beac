"""Docker's JSON files, read as strictly as Docker reads them, and shown without a secret."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wizard.facts.base import Problem
from wizard.facts.docker import JsonConfig
from wizard.rules.proxy_url import mask_credentials
from wizard.system import Failed, System
from wizard.text import msg
from wizard.untrusted import clean_line

_BOM = b"\xef\xbb\xbf"

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
    data = system.read(path)
    if isinstance(data, Failed):
        if data.kind == "missing":
            return RawJson(path=path, exists=False, values={}, problem=None)
        why = msg("it cannot be read: {why}", why=data.detail or data.kind)
        return RawJson(path=path, exists=True, values={}, problem=Problem(message=why))
    values, problem = parse_json_object(data)
    return RawJson(path=path, exists=True, values=values, problem=problem)


def parse_json_object(data: bytes) -> tuple[Mapping[str, object], Problem | None]:
    """Return the object that `data` writes; a file with a problem may still have values.

    An empty file is an empty object (dockerd 23 on). A byte order mark and a key that stands
    twice are accepted by Docker, and named here because no other tool expects them.
    """
    bom = data.startswith(_BOM)
    try:
        text = data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return {}, Problem(message=msg("it is not UTF-8 text"), line=line)
    if not text.strip():
        return {}, None
    twice: list[str] = []

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in items:
            if key in found:
                twice.append(key)
            found[key] = value
        return found

    try:
        values = json.loads(text, object_pairs_hook=pairs, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        return {}, Problem(message=error.msg, line=error.lineno, column=error.colno)
    except RecursionError:
        return {}, Problem(message=msg("it is nested too deeply"))
    except ValueError as error:
        return {}, Problem(message=str(error))
    if not isinstance(values, dict):
        return {}, Problem(message=msg("it is not a JSON object"), line=1, column=1)
    if twice:
        key = clean_line(twice[0], 80)
        where = _second_place(text, twice[0])
        return values, Problem(message=msg('the key "{key}" stands twice', key=key), line=where)
    if bom:
        return values, Problem(message=msg("it starts with a byte order mark"), line=1, column=1)
    return values, None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _second_place(text: str, key: str) -> int | None:
    quoted = json.dumps(key, ensure_ascii=False)
    first = text.find(quoted)
    second = text.find(quoted, first + 1)
    return None if second < 0 else text.count("\n", 0, second) + 1


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


def _public(value: object, depth: int = 0) -> object:
    if isinstance(value, str):
        return clean_line(mask_credentials(value))
    if not isinstance(value, Mapping | list):
        return value
    if depth > _MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {clean_line(str(key), 200): _public(item, depth + 1) for key, item in value.items()}
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
