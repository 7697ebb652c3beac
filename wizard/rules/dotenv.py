"""Files of `NAME=value` lines, each dialect by its own rules.

Sources: pam_env(8) for /etc/environment, systemd.exec(5) for EnvironmentFile=, cmd/go
`cfg.readEnvFile` for the go/env file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_GO_NAME = re.compile(r"[A-Z][A-Z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One variable as a file sets it."""

    name: str
    value: str
    line: int


def parse_etc_environment(text: str) -> tuple[Assignment, ...]:
    """Return the variables of /etc/environment, as pam_env takes them.

    A `#` ends the line anywhere, `export` is allowed, one pair of quotes around the value
    is taken off, and nothing is expanded.
    """
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        code = line.partition("#")[0].strip()
        name, equals, value = code.removeprefix("export ").strip().partition("=")
        if not equals or not _NAME.fullmatch(name):
            continue
        found.append(Assignment(name=name, value=_unquoted(value), line=number))
    return tuple(found)


def _unquoted(value: str) -> str:
    if value[:1] in {'"', "'"}:
        quote = value[0]
        return value[1:].removesuffix(quote)
    return value


def parse_environment_file(text: str) -> tuple[Assignment, ...]:
    """Return the variables of an EnvironmentFile=, as systemd takes them.

    Comments start with # or ;, a backslash joins lines, single quotes keep everything,
    double quotes and bare values know the backslash.
    """
    found = []
    pending, first = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not pending:
            if not line.strip() or line.lstrip()[0] in "#;":
                continue
            first = number
        pending += line
        if _open_backslash(pending):
            pending = pending[:-1]
            continue
        name, equals, value = pending.lstrip().partition("=")
        pending = ""
        if equals and _NAME.fullmatch(name.strip()):
            found.append(Assignment(name=name.strip(), value=_systemd_value(value), line=first))
    return tuple(found)


def _open_backslash(text: str) -> bool:
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def _systemd_value(raw: str) -> str:
    out: list[str] = []
    quote = ""
    text = raw.strip()
    index = 0
    while index < len(text):
        char = text[index]
        if quote == "'":
            if char == "'":
                quote = ""
            else:
                out.append(char)
        elif char == "\\" and index + 1 < len(text):
            index += 1
            keeps = quote == '"' and text[index] not in '"\\`$'
            out.append(f"\\{text[index]}" if keeps else text[index])
        elif quote == '"':
            if char == '"':
                quote = ""
            else:
                out.append(char)
        elif char in {"'", '"'}:
            quote = char
        else:
            out.append(char)
        index += 1
    return "".join(out)


def parse_go_env(text: str) -> tuple[Assignment, ...]:
    """Return the variables of a go/env file: raw, no quotes, no leading space, last one wins."""
    found: dict[str, Assignment] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        name, equals, value = line.removesuffix("\r").partition("=")
        if equals and _GO_NAME.fullmatch(name):
            found[name] = Assignment(name=name, value=value, line=number)
    return tuple(found.values())
