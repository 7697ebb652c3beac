"""A managed block of lines between two markers, in a text file of the user's.

The merge first takes the old block out and then puts the new one at the end, so that applying
twice changes nothing, and lines that the user writes around the block stay.
"""

from __future__ import annotations

from collections.abc import Sequence

from wizard.apply.merge.refused import CannotMerge
from wizard.text import msg

BEGIN = "# >>> gomod-wizard >>>"
END = "# <<< gomod-wizard <<<"


def merge_block(text: str, lines: Sequence[str]) -> str:
    """Return `text` with one managed block at the end that holds `lines`; no lines, no block.

    Raises CannotMerge where the markers of an older block were damaged.
    """
    kept = without_blocks(text)
    if not lines:
        return kept
    newline = newline_of(text)
    if kept and not kept.endswith("\n"):
        kept += newline
    return kept + managed(lines, newline)


def managed(lines: Sequence[str], newline: str) -> str:
    """Return `lines` between the markers."""
    return "".join(f"{line}{newline}" for line in (BEGIN, *lines, END))


def without_blocks(text: str) -> str:
    """Return `text` without the managed blocks. Raises CannotMerge for damaged markers."""
    kept: list[str] = []
    begun = 0
    for number, line in enumerate(split_lines(text), start=1):
        bare = line.strip()
        if bare == BEGIN:
            if begun:
                raise damaged(begun, BEGIN)
            begun = number
        elif bare == END:
            if not begun:
                raise damaged(number, END)
            begun = 0
        elif _looks_like_marker(bare):
            raise damaged(number, bare)
        elif not begun:
            kept.append(line)
    if begun:
        raise damaged(begun, BEGIN)
    return "".join(kept)


def damaged(line: int, marker: str) -> CannotMerge:
    """Return the refusal for a marker without its partner."""
    return CannotMerge(
        msg("the marker “{marker}” has lost its partner or was changed", marker=marker),
        line=line,
        column=1,
        hint=msg(
            "put the two marker lines “{begin}” and “{end}” back, or remove the block by hand",
            begin=BEGIN,
            end=END,
        ),
    )


def _looks_like_marker(line: str) -> bool:
    """Whether somebody edited a marker: the name with one of the arrows, in a comment."""
    return (
        line.startswith("#")
        and "gomod-wizard" in line
        and (">>>" in line or "<<<" in line)
        and line not in (BEGIN, END)
    )


def newline_of(text: str) -> str:
    """Return how the lines of `text` end, as its first line does."""
    return "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"


def split_lines(text: str) -> list[str]:
    """Return the lines with their ends; only LF ends a line, as Docker reads it."""
    parts = text.split("\n")
    lines = [f"{part}\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines
