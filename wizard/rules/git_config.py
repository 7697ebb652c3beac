"""git's configuration files as text (git-config(1), "Syntax"); includes are not followed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SECTION = re.compile(r'\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]')
_NAME = re.compile(r"([A-Za-z][A-Za-z0-9-]*)\s*(=?)")
_BACKSLASH = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "b": "\b", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GitEntry:
    """One variable: section and name in lower case, the subsection as written."""

    key: str
    value: str
    line: int


def parse_git_config(text: str) -> tuple[GitEntry, ...]:
    """Return the variables of a git configuration file; what cannot be read is passed over."""
    return tuple(_entries(text))


def _entries(text: str) -> Iterator[GitEntry]:
    section = ""
    lines = text.removeprefix("\ufeff").split("\n")
    index = 0
    while index < len(lines):
        number, line = index + 1, lines[index].removesuffix("\r").strip()
        index += 1
        if match := _SECTION.match(line):
            name, sub = match[1], match[2]
            if sub is None:
                section = name.lower()
            else:
                section = name.lower() + "." + _BACKSLASH.sub(r"\1", sub)
            line = line[match.end() :].strip()
        if not section or not line or line[0] in "#;":
            continue
        found = _NAME.match(line)
        if found is None:
            continue
        raw = line[found.end() :]
        while _continues(raw) and index < len(lines):
            raw = raw[:-1] + lines[index].removesuffix("\r")
            index += 1
        value = _value(raw) if found[2] else "true"
        yield GitEntry(key=f"{section}.{found[1].lower()}", value=value, line=number)


def _continues(raw: str) -> bool:
    return (len(raw) - len(raw.rstrip("\\"))) % 2 == 1


def _value(raw: str) -> str:
    out: list[str] = []
    kept = 0
    quoted = False
    index = 0
    text = raw.lstrip()
    while index < len(text):
        char = text[index]
        if char == '"':
            quoted = not quoted
        elif char == "\\" and index + 1 < len(text):
            index += 1
            out.append(_ESCAPES.get(text[index], text[index]))
            kept = len(out)
        elif char in "#;" and not quoted:
            break
        else:
            out.append(char)
            if quoted or not char.isspace():
                kept = len(out)
        index += 1
    return "".join(out[:kept])
