"""The environment that a systemd service gets from its unit and drop-ins (systemd.exec(5))."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wizard.rules.dotenv import Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentFile:
    """An `EnvironmentFile=`; its variables win over every `Environment=`."""

    path: str
    optional: bool
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEnvironment:
    """What one unit file or drop-in adds to a service's environment."""

    assignments: tuple[Assignment, ...]
    files: tuple[EnvironmentFile, ...]
    clears: bool
    """An empty `Environment=` forgot what earlier files said."""
    clears_files: bool
    """An empty `EnvironmentFile=` did the same for files."""
    unset: tuple[str, ...]
    """Names taken away by `UnsetEnvironment=`, which wins over everything."""


def parse_unit_environment(text: str) -> UnitEnvironment:
    """Return the [Service] environment of a unit file; unreadable words are passed over."""
    assignments: list[Assignment] = []
    files: list[EnvironmentFile] = []
    unset: list[str] = []
    clears = clears_files = False
    for line, section, key, value in _settings(text):
        if section != "Service":
            continue
        if key == "Environment":
            if not value:
                assignments, clears = [], True
            for word in split_words(value):
                name, equals, content = word.partition("=")
                if equals:
                    content = _specifiers(content)
                    assignments.append(Assignment(name=name, value=content, line=line))
        elif key == "EnvironmentFile":
            if not value:
                files, clears_files = [], True
            else:
                path = _specifiers(value.removeprefix("-").strip())
                files.append(EnvironmentFile(path=path, optional=value.startswith("-"), line=line))
        elif key == "UnsetEnvironment":
            unset.extend(word.partition("=")[0] for word in split_words(value))
    return UnitEnvironment(
        assignments=tuple(assignments),
        files=tuple(files),
        clears=clears,
        clears_files=clears_files,
        unset=tuple(unset),
    )


def _settings(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield (line, section, key, value); comments inside a continued line are dropped."""
    section, pending, first = "", "", 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line[:1] in {"#", ";"} or (not line and not pending):
            continue
        if not pending:
            first = number
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        whole, pending = (pending + line).strip(), ""
        if whole.startswith("[") and whole.endswith("]"):
            section = whole[1:-1]
        elif "=" in whole:
            key, _, value = whole.partition("=")
            yield first, section, key.strip(), value.strip()


_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "s": " ",
}  # fmt: skip
_CODE = re.compile(r"x([0-9A-Fa-f]{2})|([0-7]{3})")


def split_words(value: str) -> tuple[str, ...]:
    """Return the words of a setting, quotes and C escapes undone (systemd.syntax(7))."""
    words: list[str] = []
    word: list[str] | None = None
    quote = ""
    index = 0
    while index < len(value):
        char = value[index]
        if char == "\\" and index + 1 < len(value):
            word = [] if word is None else word
            code = _CODE.match(value, index + 1)
            if code is not None:
                word.append(chr(int(code[1], 16) if code[1] else int(code[2], 8)))
                index = code.end()
                continue
            index += 1
            word.append(_ESCAPES.get(value[index], value[index]))
        elif quote:
            if char == quote:
                quote = ""
            else:
                word = [*(word or ()), char]
        elif char in {"'", '"'}:
            quote = char
            word = [] if word is None else word
        elif char.isspace():
            if word is not None:
                words.append("".join(word))
                word = None
        else:
            word = [] if word is None else word
            word.append(char)
        index += 1
    if word is not None:
        words.append("".join(word))
    return tuple(words)


def _specifiers(value: str) -> str:
    """Undo `%%`; other specifiers are kept, for they need a running systemd."""
    return value.replace("%%", "%")
