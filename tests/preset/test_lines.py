"""The line of every key and item of a TOML text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from wizard.rules.toml_lines import Place, line_at, toml_lines

TEXT = '''# a comment with [brackets] and = signs
title = "a # b"  # c

[owner]
name.first = "x"
"quoted \\u0041" = """
[not.a.table]
key = 1
"""
list = [
  1,  # one
  [2, "]"],
  { a = 3, b.c = '}' },
]

[[product]]
name = \'\'\'
[[product]]\'\'\'

[[product]]
name = """a\\""""
when = 2026-01-01 10:00:00

[product.size]
width = -1.5e3
[[product.part]]
id = 1
'''


def test_each_thing_stands_on_its_line() -> None:
    lines = toml_lines(TEXT)
    assert tomllib.loads(TEXT)  # it is valid
    assert {place: lines[place] for place in lines if place[0] in ("title", "owner")} == {
        ("title",): 2,
        ("owner",): 4,
        ("owner", "name"): 5,
        ("owner", "name", "first"): 5,
        ("owner", "quoted A"): 6,
        ("owner", "list"): 10,
        ("owner", "list", 0): 11,
        ("owner", "list", 1): 12,
        ("owner", "list", 1, 0): 12,
        ("owner", "list", 1, 1): 12,
        ("owner", "list", 2): 13,
        ("owner", "list", 2, "a"): 13,
        ("owner", "list", 2, "b"): 13,
        ("owner", "list", 2, "b", "c"): 13,
    }
    assert lines["product", 0] == 16
    assert lines["product", 1, "name"] == 21
    assert lines["product", 1, "size", "width"] == 25
    assert lines["product", 1, "part", 0, "id"] == 27


def test_what_is_missing_stands_where_its_table_does() -> None:
    assert line_at(toml_lines(TEXT), ("product", 1, "size", "height")) == 24
    assert line_at(toml_lines(TEXT), ("nothing",)) == 1


def _places(value: Any, place: Place) -> Iterator[Place]:
    if place:
        yield place
    items: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        yield from _places(item, (*place, key))


_words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
_scalars = st.one_of(
    _words, st.integers(-99, 99), st.booleans(), st.text("\"\\\n'#[]{}=", max_size=9)
)
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(_words, inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(_words, _values, max_size=5))
def test_everything_that_a_reader_finds_has_a_line(document: dict[str, Any]) -> None:
    text = tomlkit.dumps(document)
    read = tomllib.loads(text)
    lines = toml_lines(text)
    count = text.count("\n") + 1
    assert [place for place in _places(read, ()) if place not in lines] == []
    assert all(1 <= line <= count for line in lines.values())
