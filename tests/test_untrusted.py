"""Text from outside moves no cursor and hides nothing."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from wizard.untrusted import clean, clean_line


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    left = {c for c in clean(text) if unicodedata.category(c) in {"Cc"} and c not in "\n\t"}
    assert not left
    assert not {c for c in clean(text) if unicodedata.bidirectional(c) in
                {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}}  # fmt: skip


@given(st.text())
def test_a_line_stays_one_line(text: str) -> None:
    assert len(clean_line(text).splitlines()) <= 1


def test_plain_text_and_chinese_stay_as_they_are() -> None:
    assert clean("goproxy.cn 七牛云 — ok") == "goproxy.cn 七牛云 — ok"


def test_an_escape_sequence_is_shown() -> None:
    assert clean("\x1b[2Jgone") == "␛[2Jgone"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert clean("a" * 50, limit=10) == "a" * 10 + "…"
