"""JSON with the place of every value in its text, so that one can be replaced and no other touched.

The grammar is RFC 8259 and nothing more: what a lenient reader would let pass (comments, a
trailing comma, two keys of one name) is where Docker and this program could read different
things, so it is refused with its line and column.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from wizard.text import Text, msg

DEPTH_LIMIT = 200
"""Nested arrays and objects; Go's own decoder stops at 10000, no configuration has ten."""

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING_PART = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*')
_STRING = re.compile(f'{_STRING_PART.pattern}"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None}


class JsonError(ValueError):
    """The text is no strict JSON object: line and column, both from 1, and what is wrong there."""

    def __init__(self, message: Text, line: int, column: int) -> None:
        super().__init__(f"line {line}, column {column}: {message}")
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One value: `text[start:end]` is how it is written."""

    start: int
    end: int
    value: object
    """As Python's json reads it."""
    is_object: bool = False
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One key of an object, with the place where the key is written."""

    key: str
    start: int
    value: Node


def parse_object(text: str) -> Node:
    """Return the object that `text` is. Raises JsonError with line and column."""
    if text.startswith("\ufeff"):
        raise JsonError(msg("it starts with a byte order mark"), line=1, column=1)
    reader = _Reader(text)
    reader.skip()
    if reader.peek() != "{":
        start = reader.at
        reader.value(0)  # a better complaint, where it is no JSON at all
        raise reader.refuse(msg("it is not a JSON object"), start)
    node = reader.value(0)
    reader.skip()
    if reader.at < len(text):
        raise reader.refuse(msg("there is something after the end of the object"))
    return node


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Return line and column of `offset`, both from 1; CR LF and LF end a line."""
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1


class _Reader:
    """A cursor over the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def refuse(self, message: Text, offset: int | None = None) -> JsonError:
        line, column = place_of(self.text, self.at if offset is None else offset)
        return JsonError(message, line=line, column=column)

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def skip(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        if self.text.startswith(("//", "/*", "#"), self.at):
            raise self.refuse(msg("a comment; JSON has none"))

    def value(self, depth: int) -> Node:
        if depth > DEPTH_LIMIT:
            raise self.refuse(msg("nested deeper than {limit}", limit=DEPTH_LIMIT))
        first, start = self.peek(), self.at
        if first == "{":
            return self._object(depth)
        if first == "[":
            return self._array(depth)
        if first == '"':
            text = self._string()
            return Node(start=start, end=self.at, value=text)
        if match := _NUMBER.match(self.text, self.at):
            self.at = match.end()
            return Node(start=start, end=self.at, value=_number(match.group(), self))
        for word, value in _WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return Node(start=start, end=self.at, value=value)
        if not first:
            raise self.refuse(msg("it ends in the middle"))
        raise self.refuse(msg("no JSON value starts here"))

    def _string(self) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise self._bad_string()
        self.at = match.end()
        value: str = json.loads(match.group())
        return value

    def _bad_string(self) -> JsonError:
        part = _STRING_PART.match(self.text, self.at)
        end = self.at if part is None else part.end()
        if self.text.startswith("\\", end) and end + 1 < len(self.text):
            return self.refuse(msg("JSON knows no such escape"), end)
        if self.text[end : end + 1] not in ("", "\r", "\n", "\\"):
            return self.refuse(msg("a bare control character in a string"), end)
        return self.refuse(msg("this string is not closed"))

    def _object(self, depth: int) -> Node:
        start = self.at
        self.at += 1
        members: list[Member] = []
        seen: set[str] = set()
        self.skip()
        while self.peek() != "}":
            place = self.at
            if self.peek() != '"':
                raise self.refuse(self._wanted(msg("a key in double quotes is missing here")))
            key = self._string()
            if key in seen:
                raise self.refuse(msg("the key {key} stands here twice", key=repr(key)), place)
            seen.add(key)
            self.skip()
            if self.peek() != ":":
                raise self.refuse(self._wanted(msg("a colon is missing here")))
            self.at += 1
            self.skip()
            members.append(Member(key=key, start=place, value=self.value(depth + 1)))
            self._comma("}")
        self.at += 1
        value = {member.key: member.value.value for member in members}
        return Node(start=start, end=self.at, value=value, is_object=True, members=tuple(members))

    def _array(self, depth: int) -> Node:
        start = self.at
        self.at += 1
        values: list[object] = []
        self.skip()
        while self.peek() != "]":
            values.append(self.value(depth + 1).value)
            self._comma("]")
        self.at += 1
        return Node(start=start, end=self.at, value=values)

    def _comma(self, close: str) -> None:
        self.skip()
        if self.peek() == ",":
            comma = self.at
            self.at += 1
            self.skip()
            if self.peek() == close:
                raise self.refuse(msg("a comma before the closing {close}", close=close), comma)
        elif self.peek() != close:
            raise self.refuse(self._wanted(msg("a comma or {close} is missing here", close=close)))

    def _wanted(self, message: Text) -> Text:
        return message if self.peek() else msg("it ends in the middle")


def _number(text: str, reader: _Reader) -> object:
    try:
        return json.loads(text)
    except ValueError:  # Python refuses integers of more than 4300 digits
        raise reader.refuse(msg("this number is too long"), reader.at - len(text)) from None
