"""Merging keys into somebody else's JSON object."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.apply.merge.json_keys import merge_json, same
from wizard.apply.merge.json_text import parse_object
from wizard.apply.merge.refused import CannotMerge

NAMES = st.text(alphabet='abcé"\\/ ', min_size=1, max_size=4)
SPACES = st.sampled_from(["", " ", "\n", "\t", "\r\n  ", "  "])
LITERALS = st.sampled_from(
    [
        "1",
        "-0",
        "1.0",
        "1e5",
        "1E+05",
        "0.1000",
        "12345678901234567890",
        "true",
        "null",
        '"\\u00e9"',
    ]
)


@st.composite
def values(draw: st.DrawFn, depth: int = 2) -> str:
    """A JSON value as somebody may have written it."""
    kind = draw(st.integers(0, 3 if depth else 0))
    if kind == 1:
        inner = [draw(SPACES) + draw(values(depth - 1)) + draw(SPACES) for _ in range(draw(TWO))]
        return f"[{','.join(inner)}]"
    if kind >= 2:
        return draw(objects(depth - 1))
    return draw(LITERALS)


TWO = st.integers(0, 2)


@st.composite
def objects(draw: st.DrawFn, depth: int = 2) -> str:
    """A JSON object as somebody may have written it."""
    names = draw(st.lists(NAMES, max_size=4, unique=True))
    members = [
        f"{draw(SPACES)}{json.dumps(name, ensure_ascii=draw(st.booleans()))}{draw(SPACES)}:"
        f"{draw(SPACES)}{draw(values(depth))}{draw(SPACES)}"
        for name in names
    ]
    return "{" + (",".join(members) or draw(SPACES)) + "}"


WISHES = st.dictionaries(
    NAMES,
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3) | st.just([1, "x"]),
        lambda inner: st.dictionaries(NAMES, inner, max_size=2),
        max_leaves=4,
    ),
    max_size=4,
)


def expected(old: dict[str, object], wish: Mapping[str, object]) -> dict[str, object]:
    """What the merge means, on plain values."""
    new = dict(old)
    for key, value in wish.items():
        if value is None:
            new.pop(key, None)
        elif isinstance(value, Mapping):
            standing = new.get(key)
            inner = expected(standing if isinstance(standing, dict) else {}, value)
            if inner or standing is not None or not value:
                new[key] = inner
        else:
            new[key] = value
    return new


def agrees(old: object, wish: Mapping[str, object]) -> bool:
    """Whether no wish for an object meets something else, which the merge refuses."""
    return isinstance(old, dict) and all(
        not isinstance(value, Mapping) or old.get(key) is None or agrees(old[key], value)
        for key, value in wish.items()
    )


@given(objects(), WISHES)
def test_the_merged_text_means_the_old_keys_with_the_new_ones(
    text: str, wish: dict[str, object]
) -> None:
    old = json.loads(text)
    if not agrees(old, wish):
        with pytest.raises(CannotMerge):
            merge_json(text, wish)
        return
    assert same(json.loads(merge_json(text, wish)), expected(old, wish))


@given(objects(), WISHES)
def test_merging_twice_changes_nothing_the_second_time(text: str, wish: dict[str, object]) -> None:
    if agrees(json.loads(text), wish):
        once = merge_json(text, wish)
        assert merge_json(once, wish) == once


@given(objects(), WISHES)
def test_a_foreign_member_keeps_its_bytes_and_its_order(text: str, wish: dict[str, object]) -> None:
    if not agrees(json.loads(text), wish):
        return
    merged = merge_json(text, wish)

    def foreign(source: str) -> list[tuple[str, str]]:
        return [
            (member.key, source[member.value.start : member.value.end])
            for member in parse_object(source).members
            if member.key not in wish
        ]

    assert foreign(merged) == foreign(text)


@given(objects())
def test_wishing_what_stands_there_changes_no_byte(text: str) -> None:
    def wished(value: dict[str, object]) -> dict[str, object]:
        return {
            key: wished(inner) if isinstance(inner, dict) else inner
            for key, inner in value.items()
            if inner is not None
        }

    assert merge_json(text, wished(json.loads(text))) == text


@given(st.text(alphabet='{}[]",:0123456789.eE+-truefalsn \n\t/*#\ufeff\\u', max_size=40))
def test_no_text_gives_any_other_error_than_a_refusal(text: str) -> None:
    try:
        merged = merge_json(text, {"mtu": 1400})
    except CannotMerge as error:
        refused: CannotMerge | None = error
    else:
        refused = None
        assert json.loads(merged)["mtu"] == 1400
    assert refused is None or (refused.line >= 1 and refused.column >= 1)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('{\n  "a": 1, // why\n  "b": 2\n}', (2, 11), "comment"),
        ('{\n  /* why */ "a": 1\n}', (2, 3), "comment"),
        ('\ufeff{"a": 1}', (1, 1), "byte order mark"),
        ('{\r\n  "a": 1,\r\n}', (2, 9), "comma before the closing }"),
        ('{"a": [1, 2,]}', (1, 12), "comma before the closing ]"),
        ('{\n  "a": 1,\n  "b": 2,\n  "a": 3\n}', (4, 3), "'a' stands here twice"),
        ('{"a": {"b": 1, "b": 1}}', (1, 16), "'b' stands here twice"),
        ("[1]", (1, 1), "not a JSON object"),
        ('\n "text"', (2, 2), "not a JSON object"),
        ('{"a": 1', (1, 8), "ends in the middle"),
        ('{"a" 1}', (1, 6), "colon"),
        ("{'a': 1}", (1, 2), "double quotes"),
        ('{"a": 01}', (1, 8), "comma or }"),
        ('{"a": NaN}', (1, 7), "no JSON value"),
        ('{"a": "x\ny"}', (1, 7), "not closed"),
        ('{"a": 1} {"b": 2}', (1, 10), "after the end"),
        ('{"mtu": {"x": 1}, "proxies": "none"}', (1, 30), "is not an object"),
        ('{"a": ' + "[" * 300 + "]" * 300 + "}", (1, 207), "nested deeper"),
    ],
)
def test_what_is_no_strict_object_is_refused_with_its_place(
    text: str, place: tuple[int, int], words: str
) -> None:
    with pytest.raises(CannotMerge) as caught:
        merge_json(text, {"proxies": {"http-proxy": "http://p:1"}})
    assert (caught.value.line, caught.value.column) == place
    assert words in str(caught.value.message)


@pytest.mark.parametrize(
    ("text", "wish", "merged"),
    [
        ('{\n\t"a": 1\n}\n', {"b": {"c": [1, 2]}},
         '{\n\t"a": 1,\n\t"b": {\n\t\t"c": [\n\t\t\t1,\n\t\t\t2\n\t\t]\n\t}\n}\n'),
        ('{\r\n    "a": 1.50\r\n}', {"b": 2}, '{\r\n    "a": 1.50,\r\n    "b": 2\r\n}'),
        ('{"a":1}', {"b": {"c": 2}}, '{"a":1,"b":{"c":2}}'),
        ('{"a": 1}', {"b": {"c": 2}}, '{"a": 1, "b": {"c": 2}}'),
        ("{}", {"mtu": 1400}, '{\n  "mtu": 1400\n}'),
        ('{\n  "a": {}\n}', {"a": {"b": 1}}, '{\n  "a": {\n    "b": 1\n  }\n}'),
        ("", {"mtu": 1400}, '{\n  "mtu": 1400\n}\n'),
        (" \n", {"mtu": None}, " \n"),
        ('{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}', {"b": None}, '{\n  "a": 1,\n  "c": 3\n}'),
        ('{\n  "a": 1,\n  "b": 2\n}', {"a": None}, '{\n  "b": 2\n}'),
        ('{\n  "a": 1,\n  "b": 2\n}', {"b": None, "d": 4}, '{\n  "a": 1,\n  "d": 4\n}'),
        ('{\n  "a": 1\n}', {"a": None}, "{}"),
        ('{\n  "a": 1\n}', {"a": None, "b": 2}, '{\n  "b": 2\n}'),
        ('{"mtu": 1}', {"mtu": True}, '{"mtu": true}'),
        ('{"mtu": 1.4e3}', {"mtu": 1400}, '{"mtu": 1.4e3}'),
    ],
)  # fmt: skip
def test_the_new_keys_are_written_as_the_file_is(
    text: str, wish: dict[str, object], merged: str
) -> None:
    assert merge_json(text, wish) == merged
