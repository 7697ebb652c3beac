"""Plain values as YAML text that every reader understands alike.

YAML 1.1 (PyYAML, libyaml, Ruby) and 1.2 (ruamel, JavaScript) disagree on what `on`, `012`, `1_000`
or `12:30:45` are, and Go's reader stands between them. So a text stays plain only where none of
them could take it for anything else; otherwise it is quoted. No anchors, tags or flow style.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from wizard.untrusted import clean

Yaml: TypeAlias = "bool | int | str | Sequence[Yaml] | Mapping[str, Yaml] | Commented | None"


@dataclass(frozen=True, slots=True)
class Commented:
    """A value of a mapping or a list, with comment lines of its own above it."""

    value: Yaml
    comment: str
    """One or more lines, without `#`."""
    beside: bool = False
    """On the value's own line, where that is one line."""


_WORDS = frozenset(
    [
        *("y", "n", "yes", "no", "on", "off", "true", "false", "null"),
        *("nan", "inf", "infinity", ".nan", ".inf", "-inf", "-nan"),
    ]
)
"""What some reader takes for a switch, nothing, or a number."""

_PLAIN = re.compile(r"(?:--?|\.?/|\.)?[A-Za-z_/][!-~ ]*")
"""Begins like a word, a flag or a path: never with a digit or a sign that YAML gives a meaning."""

_NOT_PLAIN = re.compile(r":(?: |$)| #| $|--- |\.\.\. ")
"""Would begin a mapping or a comment, or be cut off."""

_NAMED = {"\0": "\\0", "\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}

_LONGEST_KEY = 900
"""Characters of a quoted key; readers look 1,024 ahead for the colon of a simple key."""

_MOST_BLANK = "\n\n\n\n"
"""More empty lines than yamllint lets stand."""


def document(value: Yaml, head: str = "") -> str:
    """Return one YAML document, `---` included, with `head` as a comment at its top.

    The texts in `value` are read back as they are, by every reader; what is hidden in a comment
    is made visible. TypeError for a value that is none of `Yaml`: the programmer's mistake.
    """
    lines = ["---", *_comment(head, 0)]
    if head and isinstance(value, Mapping) and value:
        lines.append("")
    lines += _root(value)
    return "\n".join(lines) + "\n"


def scalar(text: str) -> str:
    """Return `text` as a YAML scalar on one line, plain or quoted: for a template."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS and not _NOT_PLAIN.search(text):
        return text
    shown = all(_raw(char) for char in text)
    if shown and ('"' in text or "\\" in text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _root(value: Yaml) -> Iterator[str]:
    if not isinstance(value, Mapping) or not value:
        yield from _lines("", value, 0)
        return
    for number, (key, item) in enumerate(value.items()):
        inner = item.value if isinstance(item, Commented) else item
        if number and ((item is not inner) or (_nested(inner) and inner)):
            yield ""
        yield from _entry(key, item, 0)


def _entry(key: str, value: Yaml, depth: int) -> Iterator[str]:
    """Yield `key: value`."""
    if not isinstance(key, str):
        raise TypeError(f"a key of YAML is a text, not {type(key).__name__}")
    if isinstance(value, Commented):
        yield from _commented(value, depth, list(_entry(key, value.value, depth)))
        return
    written = scalar(key)
    pad = "  " * depth
    if len(written.encode("utf-8", "surrogatepass")) > _LONGEST_KEY:
        yield f"{pad}? {written}"
        written = ""
    if _nested(value) and value:
        yield f"{pad}{written}:"
        yield from _children(value, depth + 1)
    else:
        yield from _lines(f"{pad}{written}: ", value, depth + 1)


def _item(value: Yaml, depth: int) -> Iterator[str]:
    """Yield `- value`; what is nested begins on the line of the dash."""
    if isinstance(value, Commented):
        yield from _commented(value, depth, list(_item(value.value, depth)))
        return
    pad = "  " * depth
    if not (_nested(value) and value):
        yield from _lines(f"{pad}- ", value, depth + 1)
        return
    lines = list(_children(value, depth + 1))
    if lines[0].lstrip().startswith("#"):
        yield f"{pad}-"
        yield from lines
    else:
        yield f"{pad}- {lines[0].lstrip()}"
        yield from lines[1:]


def _children(value: Yaml, depth: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _entry(key, item, depth)
    elif isinstance(value, Sequence):
        for item in value:
            yield from _item(item, depth)


def _lines(before: str, value: Yaml, depth: int) -> Iterator[str]:
    """Yield a value that fits behind `before`; a block of text follows it, `depth` deep."""
    match value:
        case None:
            yield f"{before}null"
        case bool():
            yield f"{before}{'true' if value else 'false'}"
        case int():
            yield f"{before}{value}"
        case str() if before and _is_block(value):
            yield f"{before}|" if value.endswith("\n") else f"{before}|-"
            pad = "  " * depth
            for line in value.removesuffix("\n").split("\n"):
                yield f"{pad}{line}" if line else ""
        case str():
            yield f"{before}{scalar(value)}"
        case Mapping():
            yield from _children(value, depth) if value else (f"{before}{{}}",)
        case Sequence() if not isinstance(value, bytes | bytearray):
            yield from _children(value, depth) if value else (f"{before}[]",)
        case _:
            raise TypeError(f"YAML has no form for {type(value).__name__}")


def _nested(value: Yaml) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)
    )


def _is_block(text: str) -> bool:
    """Return whether `text` can stand as it is: lines that no reader and no editor would change."""
    return (
        "\n" in text.removesuffix("\n")
        and not text.startswith((" ", "\t", "\n"))
        and not text.endswith("\n\n")
        and _MOST_BLANK not in text
        and not any(line.endswith((" ", "\t")) for line in text.split("\n"))
        and all(char in "\n\t" or _raw(char) for char in text)
    )


def _raw(char: str) -> bool:
    """Return whether a reader, and a person, sees the character as it is."""
    return char.isprintable()


def _escaped(char: str) -> str:
    if char in _NAMED:
        return _NAMED[char]
    code = ord(char)
    # Half a character has no form in YAML: the file that would hold it is refused when written.
    if _raw(char) or 0xD800 <= code <= 0xDFFF:
        return char
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _commented(value: Commented, depth: int, lines: list[str]) -> Iterator[str]:
    comment = list(_comment(value.comment, depth))
    if value.beside and len(lines) == 1 and len(comment) == 1:
        yield f"{lines[0]}  {comment[0].lstrip()}"
    else:
        yield from comment
        yield from lines


def _comment(text: str, depth: int) -> Iterator[str]:
    if text:
        for line in text.split("\n"):
            seen = "".join(c if _raw(c) else f"<U+{ord(c):04X}>" for c in clean(line))
            yield f"{'  ' * depth}# {seen}".rstrip()
