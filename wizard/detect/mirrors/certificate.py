"""Who a certificate names, out of its DER.

The standard library shows the fields of a verified certificate alone, and whose signature was
not trusted is just what a person must know. Structure: RFC 5280, section 4.1.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wizard.untrusted import clean_line

_COMMON_NAME = b"\x55\x04\x03"
_ORGANISATION = b"\x55\x04\x0a"
_CONTEXT_0 = 0xA0
_UTC_TIME = 0x17
_DER = 2
"""`_ssl.ENCODING_DER`."""


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (tag, content) of each element of a DER sequence's content."""
    at = 0
    while at + 2 <= len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4 or at + count > len(data):
                return
            length = int.from_bytes(data[at : at + count], "big")
            at += count
        if at + length > len(data):
            return
        yield tag, data[at : at + length]
        at += length


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a certificate says of itself; None: it could not be read."""

    subject: str | None = None
    issuer: str | None = None
    expires: str | None = None
    """ISO 8601 date."""


def describe(der: bytes) -> About:
    """Return subject, issuer and last day of a DER certificate; nothing is verified."""
    certificate = next(_items(der), None)
    signed = next(_items(certificate[1]), None) if certificate else None
    if signed is None:
        return About()
    fields = [content for tag, content in _items(signed[1]) if tag != _CONTEXT_0]
    if len(fields) < 5:
        return About()
    # serialNumber, signature, issuer, validity, subject
    return About(subject=_name(fields[4]), issuer=_name(fields[2]), expires=_last_day(fields[3]))


def _name(relatives: bytes) -> str | None:
    """Return the common name, else the organisation, of a DER Name's content."""
    names: dict[bytes, str] = {}
    for _, relative in _items(relatives):
        for _, attribute in _items(relative):
            parts = [content for _, content in _items(attribute)]
            if len(parts) == 2:
                names.setdefault(parts[0], _text(parts[1]))
    return names.get(_COMMON_NAME) or names.get(_ORGANISATION) or None


def _last_day(validity: bytes) -> str | None:
    times = list(_items(validity))
    if len(times) != 2:
        return None
    tag, raw = times[1]
    digits = raw.decode("latin-1")
    if tag == _UTC_TIME:
        # RFC 5280, 4.1.2.5.1: two digits from 50 on are of the last century.
        digits = ("19" if digits[:2] >= "50" else "20") + digits
    if not re.fullmatch(r"[0-9]{14}Z", digits):
        return None
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"


def _text(content: bytes) -> str:
    try:
        return clean_line(content.decode("utf-8"), 120)
    except UnicodeDecodeError:
        return clean_line(content.decode("latin-1"), 120)


def issuer_of_peer(peer: Mapping[str, object] | None) -> str | None:
    """Return the issuer's common name, else its organisation, of `getpeercert()`'s answer."""
    relatives = (peer or {}).get("issuer")
    if not isinstance(relatives, tuple):
        return None
    names = {key: value for relative in relatives for key, value in relative}
    found = names.get("commonName") or names.get("organizationName")
    return clean_line(str(found), 120) if found else None


def anchor_of(connection: ssl.SSLObject | None) -> bytes | None:
    """Return the DER of what the verified chain of `connection` ends at, where Python can tell."""
    # Public from Python 3.13 on; the same method has been there since 3.10, one object deeper.
    shown = getattr(connection, "get_verified_chain", None)
    inner = getattr(getattr(connection, "_sslobj", None), "get_verified_chain", None)
    try:
        if shown is not None:
            chain = shown()
            return bytes(chain[-1]) if chain else None
        chain = inner() if inner is not None else None
        return bytes(chain[-1].public_bytes(_DER)) if chain else None
    except (ssl.SSLError, ValueError):
        return None
