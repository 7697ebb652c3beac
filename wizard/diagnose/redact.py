"""Takes out of a log line what looks like a secret, before anything else sees the line.

The log may be anybody's, so no value is known; what gives a secret away is its shape or its name.
"""

from __future__ import annotations

from wizard.rules.secret_words import mask_words
from wizard.untrusted import clean_line


def safe_line(text: str, limit: int) -> str:
    """Return `text` as one line that no terminal obeys and that holds no credentials."""
    return mask_words(clean_line(text, limit))
