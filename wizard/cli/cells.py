"""Text by terminal cells: wide CJK characters take two, and a line may break between them."""

from __future__ import annotations

import re
import unicodedata

_NEVER_FIRST = "，。；：、！？）》】”’…％,.;:!?)]}"
_NEVER_LAST = "（《【“‘([{"


def width(text: str) -> int:
    """Return the cells that `text` takes in a terminal; wide CJK characters take two."""
    return len(text) if text.isascii() else sum(
        0 if unicodedata.combining(c) else 2 if _wide(c) else 1 for c in text
    )  # fmt: skip


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def pad(text: str, cells: int) -> str:
    """Return `text` filled with spaces up to `cells` terminal cells."""
    return text + " " * (cells - width(text))


def wrap(text: str, cells: int) -> list[str]:
    """Return `text` as lines of at most `cells` cells: broken at spaces and around wide characters.

    No line begins with a closing mark or ends with an opening one (the Chinese rule of 避头尾).
    A word that is wider than a line stays whole.
    """
    lines, line = [], ""
    for piece in _pieces(" ".join(text.split())):
        if line and width(line + piece.rstrip()) > cells:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    """Return what must not be torn: words with the space after them, wide characters one by one."""
    pieces: list[str] = []
    for part in re.findall(r"\s*\S+", text):
        word = ""
        for character in part:
            torn = word.strip() and (_wide(character) or _wide(word[-1]))
            if torn and character not in _NEVER_FIRST and word[-1] not in _NEVER_LAST:
                pieces.append(word)
                word = character
            else:
                word += character
        pieces.append(word)
    return pieces
