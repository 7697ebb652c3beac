"""What is written as YAML is read back as the same, by readers of YAML 1.1 and 1.2."""

from __future__ import annotations

import io
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from yamllint import linter
from yamllint.config import YamlLintConfig

from wizard.render.yaml_text import Commented, Yaml, document, scalar

_WORDS = """
    yes no on off y n true null ~ 1e3 0x1F 0o17 012 1_000 12:30:45 2026-08-01 .5 .inf
    * ! % @ ` ' " \\ --- ... { } [ ] , = << $ > | . a Key /x --flag 😀 汉字 é
"""
_PIECES = st.sampled_from(
    [
        *_WORDS.split(),
        *[": ", " #", "- ", "? ", "& ", "\t", "\r", "\r\n", "\n", "\n\n", " ", "  ", "- a", "a: b"],
        *["\x00", "\x1b", "\x7f", "\x85", "\xa0", "\u202e", "\u2028", "\u2029", "\ufeff", "\ufffe"],
    ]
)
_TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.lists(_PIECES, max_size=6).map("".join),
    st.lists(st.text("ab :#-'\"\\", max_size=6), max_size=6).map("\n".join),
)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)


def _read_1_2(text: str) -> object:
    return YAML(typ="safe", pure=True).load(io.StringIO(text))


@given(_TEXTS)
@example("x" * 2000)
@example("--- a")
@example("... a")
@example("a:")
@example("-.inf")
def test_a_text_comes_back_as_it_is(text: str) -> None:
    written = document({"key": [text, {text: text}]})
    for read in (yaml.safe_load, _read_1_2):
        assert read(written) == {"key": [text, {text: text}]}


@given(_TEXTS)
def test_a_scalar_comes_back_from_one_line_of_a_template(text: str) -> None:
    written = f"key: {scalar(text)}"
    assert "\n" not in written
    assert yaml.safe_load(written) == {"key": text}
    assert _read_1_2(written) == {"key": text}


@given(_VALUES)
def test_any_value_comes_back(value: Yaml) -> None:
    written = document(value)
    assert yaml.safe_load(written) == value
    assert _read_1_2(written) == value


@given(_TEXTS, _VALUES)
@example("\ufffe\x00\udc80", None)
def test_a_comment_changes_no_value(comment: str, value: Yaml) -> None:
    noted = document(
        {
            "a": Commented(value, comment),
            "b": [Commented(value, comment, beside=True)],
            "c": [{"d": 1}],
        },
        head=comment,
    )
    expected = {"a": value, "b": [value], "c": [{"d": 1}]}
    assert yaml.safe_load(noted) == expected
    assert _read_1_2(noted) == expected


@given(_TEXTS, _VALUES)
def test_yamllint_is_content_with_all_but_long_lines(comment: str, value: Yaml) -> None:
    config = YamlLintConfig("{extends: default, rules: {line-length: disable}}")
    written = document(
        {"a": Commented(value, comment), "b": [[Commented(value, comment, beside=True)]]},
        head=comment,
    )
    assert [str(p) for p in linter.run(written, config)] == []


def test_what_is_surely_a_text_stays_readable() -> None:
    written = document(
        {
            "on": {"push": None},
            "image": "golang:1.24",
            "version": "1.24",
            "script": ['docker build -t "$IMAGE" .', "--network", "./run", "set -eu\nexit 0\n"],
            "empty": [],
            "none": {},
        },
        head="By gomod-wizard.\n\nSecond part.",
    )
    assert written == (
        "---\n# By gomod-wizard.\n#\n# Second part.\n\n"
        '"on":\n  push: null\nimage: golang:1.24\nversion: "1.24"\n\n'
        'script:\n  - docker build -t "$IMAGE" .\n  - --network\n  - ./run\n'
        "  - |\n    set -eu\n    exit 0\nempty: []\nnone: {}\n"
    )


def test_half_a_character_is_left_for_the_writer_to_refuse() -> None:
    assert scalar("\udc80") == '"\udc80"'


@pytest.mark.parametrize("value", [1.5, b"x", [b"x"], {1: "x"}, {"a": object()}])
def test_a_value_without_a_form_is_a_mistake(value: Any) -> None:
    with pytest.raises(TypeError):
        document(value)
