"""The issuer's name out of an X.509 certificate, by walking its DER.

The standard library shows the fields of a verified certificate alone, and whose signature was
not trusted is just what a person must know. Structure: RFC 5280, section 4.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wizard.untrusted import clean_line

_COMMON_NAME = b"\x55\x04\x03"
_ORGANISATION = b"\x55\x04\x0a"
_CONTEXT_0 = 0xA0


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


def issuer_of_der(der: bytes) -> str | None:
    """Return the issuer's common name, else its organisation, of a DER certificate."""
    certificate = next(_items(der), None)
    if certificate is None:
        return None
    signed = next(_items(certificate[1]), None)
    if signed is None:
        return None
    fields = [content for tag, content in _items(signed[1]) if tag != _CONTEXT_0]
    if len(fields) < 3:
        return None
    names: dict[bytes, str] = {}
    for _, relative in _items(fields[2]):
        for _, attribute in _items(relative):
            parts = [content for _, content in _items(attribute)]
            if len(parts) == 2:
                names.setdefault(parts[0], _text(parts[1]))
    return names.get(_COMMON_NAME) or names.get(_ORGANISATION) or None


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
