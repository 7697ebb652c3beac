"""On which line each key and each item of a TOML text stands; `tomllib` does not tell.

The text must be valid TOML: this walks over it and judges nothing but its depth. It is walked
before `tomllib` reads it, whose work grows with the square of a dotted key. Rule: toml.io, v1.0.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Place = tuple[str | int, ...]
"""Keys and indices from the top of the document: `("mirror", 0, "url")`."""

DEEPEST = 32
"""Keys and indices of one place; a text with more of them is refused."""

_AT = re.compile(r"\(at line (\d+), column \d+\)")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SCALAR = re.compile(r"[^\s,\]}#]+(?: (?=[0-9])[^\s,\]}#]+)?")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


class TooDeepError(ValueError):
    """A dotted key, or lists and tables in one another, beyond any that a person writes."""

    def __init__(self, line: int) -> None:
        super().__init__(f"nested too deeply (at line {line}, column 1)")


def toml_lines(text: str) -> Mapping[Place, int]:
    """Return the line, from 1, of every key, table and list item of a valid TOML `text`.

    The first mention counts: of `[[mirror]]` the list itself, and each item its own header.
    Raises TooDeepError where a place is deeper than `DEEPEST`.
    """
    return _Walk(text.removeprefix("\ufeff")).document()


def line_at(lines: Mapping[Place, int], place: Place) -> int:
    """Return the line of `place`, or of the nearest thing around it; 1 for the document."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def line_of_error(error: Exception, text: str) -> int:
    """Return the line that `tomllib` or this module complains of; the last one where it ended."""
    place = _AT.search(str(error))
    return int(place[1]) if place else text.count("\n") + 1


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.lines: dict[Place, int] = {}
        self.counts: dict[Place, int] = {}
        """Items of each list of tables so far."""

    def document(self) -> Mapping[Place, int]:
        table: Place = ()
        self._skip(_GAP)
        while self.at < len(self.text):
            if self.text.startswith("[", self.at):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_GAP)
        return self.lines

    def _skip(self, pattern: re.Pattern[str]) -> None:
        if found := pattern.match(self.text, self.at):
            self._take(found.end())

    def _take(self, end: int) -> str:
        taken = self.text[self.at : end]
        self.line += taken.count("\n")
        self.at = end
        return taken

    def _note(self, place: Place) -> None:
        if len(place) > DEEPEST:
            raise TooDeepError(self.line)
        for end in range(1, len(place) + 1):
            self.lines.setdefault(place[:end], self.line)

    def _header(self) -> Place:
        many = self.text.startswith("[[", self.at)
        self._take(self.at + (2 if many else 1))
        keys = self._keys()
        self._take(self.at + (2 if many else 1))
        place: Place = ()
        for key in keys[:-1]:
            place = self._current((*place, key))
        place = (*place, keys[-1])
        if many:
            self._note(place)
            index = self.counts.get(place, 0)
            self.counts[place] = index + 1
            place = (*place, index)
        self._note(place)
        return place

    def _current(self, place: Place) -> Place:
        """Return the last item of a list of tables, or the table itself."""
        return (*place, self.counts[place] - 1) if place in self.counts else place

    def _keys(self) -> tuple[str, ...]:
        """Read a dotted key, with the blanks around it."""
        keys: list[str] = []
        while True:
            self._skip(_BLANK)
            if self.text[self.at : self.at + 1] in ('"', "'"):
                keys.append(self._string())
            else:
                found = _BARE.match(self.text, self.at)
                keys.append(self._take(found.end() if found else self.at + 1))
            self._skip(_BLANK)
            if len(keys) > DEEPEST:
                raise TooDeepError(self.line)
            if not self.text.startswith(".", self.at):
                return tuple(keys)
            self._take(self.at + 1)

    def _pair(self, table: Place) -> None:
        line = self.line
        place: Place = (*table, *self._keys())
        self.line = line
        self._note(place)
        self._take(self.at + 1)  # =
        self._skip(_BLANK)
        self._value(place)

    def _value(self, place: Place) -> None:
        opening = self.text[self.at : self.at + 1]
        if opening in ('"', "'"):
            self._string()
        elif opening == "[":
            self._items(place)
        elif opening == "{":
            self._inline(place)
        else:
            found = _SCALAR.match(self.text, self.at)
            self._take(found.end() if found else self.at + 1)

    def _items(self, place: Place) -> None:
        self._take(self.at + 1)
        self._skip(_GAP)
        index = 0
        while self.at < len(self.text) and self.text[self.at] != "]":
            self._note((*place, index))
            self._value((*place, index))
            index += 1
            self._comma()
        self._take(self.at + 1)

    def _inline(self, place: Place) -> None:
        self._take(self.at + 1)
        self._skip(_GAP)
        while self.at < len(self.text) and self.text[self.at] != "}":
            self._pair(place)
            self._comma()
        self._take(self.at + 1)

    def _comma(self) -> None:
        self._skip(_GAP)
        if self.text.startswith(",", self.at):
            self._take(self.at + 1)
            self._skip(_GAP)

    def _string(self) -> str:
        """Read a string of any of the four kinds, and return what it says (as far as keys go)."""
        quote = self.text[self.at]
        end = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        start = here = self.at + len(end)
        while here < len(self.text) and not self.text.startswith(end, here):
            here += 2 if quote == '"' and self.text[here] == "\\" else 1
        stop = here
        here += len(end)
        while len(end) == 3 and self.text[here : here + 1] == quote:  # `""""`: the first is content
            here += 1
        self._take(here)
        inner = self.text[start:stop]
        return _ESCAPE.sub(_unescaped, inner) if quote == '"' else inner


def _unescaped(found: re.Match[str]) -> str:
    if code := found[1] or found[2]:
        return chr(int(code, 16))
    return _ESCAPES.get(found[3], found[3])
