"""A managed block at the end of a text file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.apply.merge.block import BEGIN, END, merge_block, without_blocks
from wizard.apply.merge.refused import CannotMerge

LINES = st.lists(st.text(alphabet="ab!*/# \té\x0c\u2028\r", max_size=5), max_size=5)
OWN = st.lists(st.sampled_from(["!go.sum", "!vendor/", "# why"]), min_size=1, max_size=3)


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans(), OWN)
def test_taking_the_block_out_gives_the_lines_back(
    lines: list[str], newline: str, ended: bool, own: list[str]
) -> None:
    text = newline.join(lines) + (newline if ended else "")
    back = without_blocks(merge_block(text, own))
    assert back in (text, f"{text}\n", f"{text}\r\n")


@given(LINES, st.sampled_from(["\n", "\r\n"]), OWN)
def test_merging_twice_changes_nothing_the_second_time(
    lines: list[str], newline: str, own: list[str]
) -> None:
    once = merge_block(newline.join(lines), own)
    assert merge_block(once, own) == once


@given(LINES, LINES, OWN, OWN)
def test_edits_around_the_block_survive_the_next_merge(
    before: list[str], behind: list[str], old: list[str], new: list[str]
) -> None:
    text = "".join(f"{line}\n" for line in before)
    edited = "added\n" + merge_block(text, old) + "".join(f"{line}\n" for line in behind)
    assert merge_block(edited, new) == merge_block(
        "added\n" + text + "".join(f"{line}\n" for line in behind), new
    )


def test_a_block_is_written_with_the_line_ends_of_the_file() -> None:
    assert merge_block("a\r\nb", ["!x"]) == f"a\r\nb\r\n{BEGIN}\r\n!x\r\n{END}\r\n"


def test_a_block_without_lines_takes_the_old_one_out() -> None:
    assert merge_block(merge_block("a\n", ["!x"]), []) == "a\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"a\n{BEGIN}\n!x\n", 2),
        (f"a\n!x\n{END}\n", 3),
        (f"{BEGIN}\n{BEGIN}\n{END}\n", 1),
        (f"{BEGIN}\n!x\n{END} was here\n", 3),
        ("# >>>gomod-wizard\n!x\n", 1),
    ],
)
def test_damaged_markers_are_refused_with_their_line(text: str, line: int) -> None:
    with pytest.raises(CannotMerge) as caught:
        merge_block(text, ["!y"])
    assert caught.value.line == line
