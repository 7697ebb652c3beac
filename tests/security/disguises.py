"""One made-up secret, and every form in which it could show itself."""

from __future__ import annotations

import base64
import json
import shlex
from urllib.parse import quote, quote_plus

HALVES = ("Kestrel7Zq", "Marmot9Xw")
PASSWORD = "@%'\"$\\&+;#".join(HALVES)
"""Both halves are found by themselves: a mask that stops at one of the marks between is seen."""
WORD = "-".join(HALVES)
"""The same for places that take no marks: a token, an argument of a program."""
RAW = "/b@r#?:".join(HALVES)
"""A password that was pasted as it is, with all that ends a host elsewhere."""
USER = "dev"


def forms(text: str) -> frozenset[str]:
    """Return `text` as URLs, JSON, shells, systemd units and HTTP headers write it."""
    escaped = quote(text, safe="")
    encoded = {_inside(text, shift) for shift in range(3)}
    return frozenset(
        {
            text,
            escaped,
            escaped.lower(),
            quote_plus(text),
            json.dumps(text)[1:-1],
            shlex.quote(text),
            text.replace("%", "%%"),
            escaped.replace("%", "%%"),
            text.encode().hex(),
            *encoded,
            *(form.translate(str.maketrans("+/", "-_")) for form in encoded),
        }
    )


def _inside(text: str, shift: int) -> str:
    """Return what is sure to stand in the base64 of anything that holds `text` at this shift."""
    whole = base64.b64encode(b"\0" * shift + text.encode()).decode().rstrip("=")
    first = -(-shift * 8 // 6)
    last = (shift + len(text.encode())) * 8 // 6
    return whole[first:last]


NEEDLES = frozenset(
    form.encode() for text in (*HALVES, PASSWORD, WORD, RAW) for form in forms(text)
)


def found_in(data: bytes) -> list[str]:
    """Return the forms of the secret that stand in `data`."""
    return sorted(needle.decode() for needle in NEEDLES if needle in data)
