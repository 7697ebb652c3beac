"""The authorities behind the connections that were made, as far as no public image knows them.

A company that intercepts TLS, or signs its own servers, has put its root into this host's store;
an image has Mozilla's list alone. What a verified connection ended at, and Mozilla's list does
not hold, is what a build must be given.
"""

from __future__ import annotations

import base64
import hashlib
import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from wizard.detect.mirrors.certificate import describe
from wizard.detect.mirrors.trust import BUNDLES, FOLDERS
from wizard.facts.base import Fact, known, unknown
from wizard.facts.mirrors import Authority
from wizard.system import Failed, System
from wizard.text import msg

SOURCE = "TLS handshakes with the mirrors"
_PUBLIC = ("/usr/share/ca-certificates/mozilla", "/usr/share/pki/ca-trust-source")
"""Where Debian, Alpine and Fedora ship the list itself; what is added goes elsewhere."""
_ADDED = ("/usr/local/share/ca-certificates", "/etc/pki/ca-trust/source/anchors")
_NO_BREAKS = {ord(c): None for c in " \t\r\n"}
_MOST_FILES = 1_000


Looked = Mapping[bytes, Authority | None]
"""Anchors, as DER, that were looked up; None: a public image knows it."""


def own_authorities(
    system: System, seen: Mapping[str, bytes], looked: Looked | None = None
) -> Fact[tuple[Authority, ...]]:
    """Return the authorities that signed for the hosts in `seen` (host to anchor's DER).

    What is in `looked` is not looked up again. Reads files: call it in a thread.
    """
    if system.platform in ("darwin", "win32"):
        return unknown(msg("the system's verifier does not say which authority it used"), SOURCE)
    if not seen:
        return unknown(msg("no TLS connection could be verified"), SOURCE)
    hosts: dict[bytes, list[str]] = {}
    for host, der in seen.items():
        hosts.setdefault(der, []).append(host)
    before = looked or {}
    found = {**before, **look_up(system, [der for der in hosts if der not in before])}
    own = (
        replace(authority, hosts=tuple(sorted(names)))
        for der, names in hosts.items()
        if (authority := found[der]) is not None
    )
    return known(tuple(own), SOURCE)


def look_up(system: System, anchors: Iterable[bytes]) -> Looked:
    """Return what is known of each anchor. Reads files: call it in a thread."""
    strange = found = dict.fromkeys(anchors)
    for text in _public(system) if strange else ():
        strange = {der: None for der in strange if not _holds(text, der)}
        if not strange:
            break
    return {**found, **{der: _authority(system, der) for der in strange}}


def _authority(system: System, der: bytes) -> Authority:
    sha256 = hashlib.sha256(der).hexdigest()
    about = describe(der)
    return Authority(
        subject=about.subject or sha256[:16],
        sha256=sha256,
        expires=about.expires or "",
        pem=ssl.DER_cert_to_PEM_cert(der),
        source=_holder(system, der),
        hosts=(),
    )


def _public(system: System) -> Iterator[str]:
    """Yield Mozilla's list: certifi's copy, and the distribution's."""
    import certifi

    yield Path(certifi.where()).read_text(encoding="utf-8")
    for folder in _PUBLIC:
        for file in _files(system.path(folder)):
            text = system.read_text(file)
            if not isinstance(text, Failed):
                yield text


def _holds(text: str, der: bytes) -> bool:
    """Whether a PEM file has the certificate; decoding all that it holds would take 5 ms."""
    return base64.b64encode(der).decode("ascii") in text.translate(_NO_BREAKS)


def _files(folder: Path) -> list[Path]:
    try:
        return [file for file in sorted(folder.iterdir())[:_MOST_FILES] if file.is_file()]
    except OSError:
        return []


def _holder(system: System, der: bytes) -> str:
    """Return the file of the store that holds the certificate; an administrator's own first."""
    own = system.env.get("SSL_CERT_FILE")
    named = [Path(own)] if own else []
    for folder in _ADDED:
        named += _files(system.path(folder))
    named += [system.path(bundle) for bundle in BUNDLES]
    for folder in (system.env.get("SSL_CERT_DIR") or "").split(":"):
        named += _files(Path(folder)) if folder else []
    for folder in FOLDERS:
        named += _files(system.path(folder))
    for file in named:
        text = system.read_text(file)
        if not isinstance(text, Failed) and _holds(text, der):
            return str(file)
    return "the host's store"
