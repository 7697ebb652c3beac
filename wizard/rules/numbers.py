"""Numbers out of somebody else's text: few ASCII digits, or none at all.

`str.isdigit` takes `²`, which `int` does not, and `int` takes no more than 4300 digits.
"""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[0-9]{1,9}")


def whole_number(text: str) -> int | None:
    """Return the number that `text` is, up to nine digits long; None for all else."""
    return int(text) if _NUMBER.fullmatch(text) else None
