"""Takes out of a log line what looks like a secret, before anything else sees the line.

The log may be anybody's, so no value is known; what gives a secret away is its shape or its name.
"""

from __future__ import annotations

import re

from wizard.rules.proxy_url import mask_credentials
from wizard.secret import MASK
from wizard.untrusted import clean_line

_SHAPES = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_\w{16,255}|glpat-[\w-]{16,255}"
    r"|npm_[A-Za-z0-9]{30,80}|xox[abprs]-[\w-]{10,255}|AKIA[A-Z0-9]{16}|eyJ[\w-]{8,2000}\.[\w.-]+)"
)
_NAMED = re.compile(
    r"(?i)(\b[\w-]{0,40}(?:password|passwd|token|secret|api[_-]?key|credential|signature"
    r"|accessid)[\w-]{0,20}(?:=|: ?))(?!not found)([^\s&\"'<>:,;]{3,})"
)
_HEADER = re.compile(r"(?i)\b((?:bearer|basic) )([A-Za-z0-9+/=_.-]{8,})")


def safe_line(text: str, limit: int) -> str:
    """Return `text` as one line that no terminal obeys and that holds no credentials."""
    shown = mask_credentials(clean_line(text, limit))
    shown = _SHAPES.sub(MASK, shown)
    shown = _NAMED.sub(rf"\g<1>{MASK}", shown)
    return _HEADER.sub(rf"\g<1>{MASK}", shown)
