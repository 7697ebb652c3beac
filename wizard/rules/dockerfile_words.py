"""The words of a Dockerfile instruction: pairs of ENV and ARG, variables, quotes.

Rules: moby/buildkit `frontend/dockerfile/parser/line_parsers.go` and `shell/lex.go`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping


def split_words(text: str) -> list[str]:
    """Return the words of an instruction, quotes kept; an open quote takes the rest.

    One pass: a line of a million quotes takes a second, not a day.
    """
    words: list[str] = []
    start: int | None = None
    index = 0
    while index < len(text):
        char = text[index]
        if char.isspace():
            if start is not None:
                words.append(text[start:index])
                start = None
            index += 1
            continue
        if start is None:
            start = index
        index = end_of_quote(text, index) if char in "\"'" else index + (2 if char == "\\" else 1)
    if start is not None:
        words.append(text[start:])
    return words


def end_of_quote(text: str, start: int) -> int:
    """Return the index behind the quoted part that begins at `start`; its end where it is open.

    Only between double quotes does a backslash keep a quote from ending it.
    """
    quote = text[start]
    index = start + 1
    while index < len(text):
        if text[index] == quote:
            return index + 1
        index += 2 if text[index] == "\\" and quote == '"' else 1
    return len(text)


def assignments(text: str, *, old_form: bool = True) -> tuple[tuple[str, str | None], ...]:
    """Return the (name, value) pairs of an ENV, ARG or LABEL; an ARG without default has None.

    `old_form`: `NAME the rest` is one pair, as in ENV; without it they are names alone, as in
    ARG.
    """
    words = split_words(text)
    if not words:
        return ()
    if old_form and "=" not in words[0] and len(words) > 1:
        name, value = text.split(maxsplit=1)
        return ((name, value.strip()),)
    pairs: list[tuple[str, str | None]] = []
    for word in words:
        name, equals, value = word.partition("=")
        pairs.append((name, _unquote(value) if equals else None))
    return tuple(pairs)


def _unquote(word: str) -> str:
    out: list[str] = []
    quote = ""
    index = 0
    while index < len(word):
        char = word[index]
        if quote == "'":
            if char == "'":
                quote = ""
            else:
                out.append(char)
        elif char == "\\" and index + 1 < len(word):
            index += 1
            out.append(word[index])
        elif char == quote:
            quote = ""
        elif not quote and char in {"'", '"'}:
            quote = char
        else:
            out.append(char)
        index += 1
    return "".join(out)


_VARIABLE = re.compile(
    r"\$(?:\{(?P<braced>[A-Za-z_]\w*)(?P<op>:?[-+])?(?P<word>[^{}]*)\}|(?P<bare>[A-Za-z_]\w*))"
)


def substitute(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with `$NAME`, `${NAME}`, `${NAME:-word}` and `${NAME:+word}` filled in.

    A name without a value becomes empty, as in Docker.
    """

    def _fill(match: re.Match[str]) -> str:
        name = match["braced"] or match["bare"]
        value = values.get(name)
        operator, word = match["op"] or "", match["word"] or ""
        present = value is not None if operator in {"-", "+"} else bool(value)
        if operator.endswith("-"):
            return (value or "") if present else word
        if operator.endswith("+"):
            return word if present else ""
        return value or ""

    return _VARIABLE.sub(_fill, text)
