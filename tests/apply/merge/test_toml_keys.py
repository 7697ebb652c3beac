"""Merging keys into a TOML file."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.apply.merge.refused import CannotMerge
from wizard.apply.merge.toml_keys import merge_toml

PROFILE = """# the team's answers
version = 1

[answers] # keep
goproxy = "https://old.example"  # why
mtu = 1_400
dns = [
  "10.0.0.1", # first
]
"""


def test_comments_and_number_forms_of_other_keys_are_kept() -> None:
    merged = merge_toml(PROFILE, "answers", {"goproxy": "direct"})
    assert merged == PROFILE.replace("https://old.example", "direct")


def test_a_value_that_is_the_same_changes_no_byte() -> None:
    keys = {"goproxy": "https://old.example", "mtu": 1400, "dns": ("10.0.0.1",)}
    assert merge_toml(PROFILE, "answers", keys) == PROFILE


def test_none_removes_a_key() -> None:
    merged = merge_toml(PROFILE, "answers", {"goproxy": None})
    assert "goproxy" not in tomllib.loads(merged)["answers"]


def test_a_missing_table_is_made() -> None:
    merged = merge_toml("", "a.b", {"c": [1, 2], "d": {"e": True}})
    assert tomllib.loads(merged) == {"a": {"b": {"c": [1, 2], "d": {"e": True}}}}


def test_a_last_line_without_its_end_is_not_glued_to_the_new_key() -> None:
    assert merge_toml("a.b.c=1", "", {"d": 2}) == "a.b.c=1\nd = 2"


@pytest.mark.parametrize("text", [PROFILE, "[other]\nx = 1\n", "# only\n# comments\n"])
@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("keys", [{"new": "a\nb"}, {"goproxy": None}, {"mtu": 1, "dns": ["x"]}])
def test_a_file_with_windows_line_ends_differs_in_nothing_else(
    text: str, end: str, keys: dict[str, object]
) -> None:
    text = text.removesuffix("\n") + end
    windows = text.replace("\n", "\r\n")
    assert merge_toml(windows, "answers", keys) == merge_toml(text, "answers", keys).replace(
        "\n", "\r\n"
    )


@pytest.mark.parametrize("text", [PROFILE, "[other]\nx = 1\n", "[answers]\na = 1\n"])
def test_a_missing_final_line_end_stays_missing(text: str) -> None:
    whole = merge_toml(text, "answers", {"new": 1})
    assert whole.endswith("\n")
    assert merge_toml(text.removesuffix("\n"), "answers", {"new": 1}) == whole.removesuffix("\n")


def test_a_byte_order_mark_stays() -> None:
    assert merge_toml("\ufeffa = 1\n", "", {"a": 3}) == "\ufeffa = 3\n"


def test_line_ends_of_both_kinds_stay_each_as_they_are() -> None:
    merged = merge_toml("a = 1\r\n# b\nc = 2\r\n", "", {"a": 3})
    assert merged == "a = 3\r\n# b\nc = 2\r\n"


def test_something_else_under_the_tables_name_is_refused() -> None:
    with pytest.raises(CannotMerge, match="is not a table"):
        merge_toml("answers = 1\n", "answers", {"goproxy": "direct"})


def test_a_broken_file_is_refused_with_its_place() -> None:
    with pytest.raises(CannotMerge) as caught:
        merge_toml("a = 1\nb = = 2\n", "", {"c": 3})
    assert (caught.value.line, caught.value.column) == (2, 5)


@given(
    st.dictionaries(
        st.text(max_size=5),
        st.text(max_size=8) | st.integers(-(2**62), 2**62) | st.booleans() | st.just(["x", "y"]),
        max_size=4,
    )
)
def test_merged_values_come_back_from_the_real_reader(keys: dict[str, object]) -> None:
    merged = merge_toml(PROFILE, "answers", keys)
    read = tomllib.loads(merged)["answers"]
    assert {key: read[key] for key in keys} == keys
    assert merge_toml(merged, "answers", keys) == merged


@given(st.text(alphabet="[]{}.=\"'#,ab1-:T\n\t \\\0é", max_size=60))
def test_no_text_gives_any_other_error_than_a_refusal(text: str) -> None:
    try:
        merged = merge_toml(text, "answers", {"goproxy": "direct"})
    except CannotMerge:
        return
    assert tomllib.loads(merged)["answers"]["goproxy"] == "direct"


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "#" * 2_000_000])
def test_a_hostile_file_is_refused(text: str) -> None:
    with pytest.raises(CannotMerge):
        merge_toml(text, "answers", {"goproxy": "direct"})
