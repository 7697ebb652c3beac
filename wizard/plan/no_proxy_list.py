"""NO_PROXY in the one form that Go, git and curl read alike.

They agree on bare domains, literal addresses and ranges, and on nothing else: `.corp.example`,
`*.corp.example`, `host:port` and `10.*` each mean different things to them
(reference: go-modules §1.4, measured).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Go never sends these to a proxy; git and curl do."""

_BROKEN_SEPARATOR = re.compile(r"[,;\s]+")
_SHORT_ADDRESS = re.compile(r"(\d{1,3}(?:\.\d{1,3}){0,2})\.?(?:\*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """A list that all readers agree on, and what had to change for it."""

    entries: tuple[str, ...]
    changes: tuple[tuple[str, str], ...]
    """(as it was, as it is); the second is empty for an entry that means nothing."""


def normalise(text: str) -> Normalised:
    """Return `text` as bare domains, addresses and ranges, in its order, each once."""
    entries: list[str] = []
    changes: list[tuple[str, str]] = []
    for raw in _BROKEN_SEPARATOR.split(text.strip()):
        if not raw:
            continue
        entry = _entry(raw)
        if entry != raw:
            changes.append((raw, entry))
        if entry and entry not in entries:
            entries.append(entry)
    if "*" in entries:
        entries = ["*"]
    return Normalised(entries=tuple(entries), changes=tuple(changes))


def _entry(raw: str) -> str:
    if raw == "*":
        return raw
    text = raw.lower()
    if "://" in text:
        text = text.partition("://")[2].partition("/")[0]
    if known := _address_or_range(text):
        return known
    text = _without_port(text)
    if known := _address_or_range(text):
        return known
    if short := _short_range(text):
        return short
    text = text.removeprefix("*").strip(".")
    return text if re.fullmatch(r"[^\s*/\[\]:,;|@?&=#]+", text) else ""


def _address_or_range(text: str) -> str:
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        if "/" in bare:
            return str(ip_network(bare, strict=False))
        return str(ip_address(bare))
    except ValueError:
        return ""


def _without_port(text: str) -> str:
    host, colon, port = text.rpartition(":")
    return host if colon and port.isdigit() and (":" not in host or host.endswith("]")) else text


def _short_range(text: str) -> str:
    """Return the range that `10.`, `10.*` or `192.168.` was meant to be."""
    found = _SHORT_ADDRESS.fullmatch(text)
    if found is None or not text.endswith((".", "*")):
        return ""
    octets = found[1].split(".")
    padded = ".".join((*octets, *["0"] * (4 - len(octets))))
    try:
        return str(ip_network(f"{padded}/{8 * len(octets)}"))
    except ValueError:
        return ""
