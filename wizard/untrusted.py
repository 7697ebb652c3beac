"""Text that came from outside, made safe to show: bounded, and no terminal obeys it.

Escape sequences, control characters and bidirectional overrides are replaced by visible
stand-ins (Unicode's Control Pictures, `<U+202E>`), so that a hostile host name or log line
can be read and cannot move the cursor, set a title or reverse a path.
"""

from __future__ import annotations

import re

LIMIT = 4_000
"""Characters kept of one outside text; enough for any line that a person reads."""

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN = "\u00ad\u200b\u2028\u2029\u2060-\u2064\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
"""Line and paragraph ends of Unicode, and what takes no place on the screen."""
_HIDDEN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}{_UNSEEN}]")


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"<U+{code:04X}>"


def clean(text: str, limit: int = LIMIT) -> str:
    """Return `text` with every hidden character made visible; cut after `limit` characters."""
    shown = _HIDDEN.sub(_visible, text[:limit])
    return shown + "…" if len(text) > limit else shown


def clean_line(text: str, limit: int = LIMIT) -> str:
    """Return `text` as one line: like `clean`, and line ends and tabs become spaces."""
    return clean(" ".join(text[: limit * 2].split()), limit)


def escape_hidden(text: str) -> str:
    """Return the JSON `text` with its hidden characters as `\\u` escapes: it means the same."""
    return _HIDDEN.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = match.group().encode("utf-16-be")
    return "".join(f"\\u{code[at]:02x}{code[at + 1]:02x}" for at in range(0, len(code), 2))
