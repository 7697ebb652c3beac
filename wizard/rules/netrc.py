"""netrc, as far as a listing of its machines needs it; passwords are passed over, never kept.

Grammar: cmd/go/internal/auth/netrc.go - words separated by white space, no quoting, `macdef`
bodies up to an empty line, `default` ends the file for Go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wizard.rules.secret_words import secrets_in_text
from wizard.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class NetrcMachine:
    """One `machine` of a netrc file."""

    name: str
    complete: bool
    """It has a login and a password; Go ignores it otherwise."""


def parse_netrc(text: str) -> tuple[NetrcMachine, ...]:
    """Return the machines in order; a machine may stand twice."""
    found: list[NetrcMachine] = []
    name: str | None = None
    have: set[str] = set()

    def close() -> None:
        if name is not None:
            found.append(NetrcMachine(name=name, complete={"login", "password"} <= have))

    for word, value in _pairs(text):
        if word == "default":
            break
        if word == "machine":
            close()
            name, have = value, set()
        else:
            have.add(word)
    close()
    return tuple(found)


def netrc_secrets(text: str) -> Iterator[Secret]:
    """Yield the passwords, also of `default` and in macros, to be masked elsewhere."""
    yield from (Secret(value) for word, value in _pairs(text) if word == "password")
    yield from secrets_in_text(text)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield (word, its value) of machine, login and password, and `default` with none."""
    in_macro = False
    for line in text.splitlines():
        if in_macro:
            in_macro = bool(line.strip())
            continue
        words = line.split()
        index = 0
        while index < len(words) and not words[index].startswith("#"):
            word = words[index]
            if word == "macdef":
                in_macro = True
                break
            if word == "default":
                yield word, ""
                index += 1
                continue
            value = words[index + 1] if index + 1 < len(words) else None
            if word in {"machine", "login", "password"} and value is not None:
                yield word, value
            index += 2
