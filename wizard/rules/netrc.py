"""netrc, as far as a listing of its machines needs it; passwords are passed over, never kept.

Grammar: cmd/go/internal/auth/netrc.go - words separated by white space, no quoting, `macdef`
bodies up to an empty line, `default` ends the file for Go.
"""

from __future__ import annotations

from dataclasses import dataclass


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
    in_macro = False

    def close() -> None:
        if name is not None:
            found.append(NetrcMachine(name=name, complete={"login", "password"} <= have))

    for line in text.splitlines():
        if in_macro:
            in_macro = bool(line.strip())
            continue
        words = line.split()
        index = 0
        while index < len(words):
            word = words[index]
            if word.startswith("#"):
                break
            if word == "default":
                close()
                return tuple(found)
            if word == "macdef":
                in_macro = True
                break
            value = words[index + 1] if index + 1 < len(words) else None
            if word == "machine" and value is not None:
                close()
                name, have = value, set()
            elif word in {"login", "password"} and value is not None:
                have.add(word)
            index += 2
    close()
    return tuple(found)
