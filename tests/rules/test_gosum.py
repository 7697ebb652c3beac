"""go.sum: hashes by module version, and which requirements lack theirs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wizard.rules.gomod import parse_gomod
from wizard.rules.gosum import missing_sums, parse_gosum

_SUM = """\
example.com/a v1.0.0 h1:zip=
example.com/a v1.0.0/go.mod h1:mod=
example.com/b v1.0.0/go.mod h1:mod=
"""


def test_both_lines_of_a_module_are_joined() -> None:
    sums = parse_gosum(_SUM).sums["example.com/a", "v1.0.0"]

    assert (sums.zip_hash, sums.mod_hash) == ("h1:zip=", "h1:mod=")


def test_a_merge_conflict_is_named_by_its_lines() -> None:
    assert parse_gosum(f"<<<<<<< HEAD\n{_SUM}=======\n").malformed == (1, 5)


def test_a_direct_requirement_without_its_zip_line_is_missing() -> None:
    mod = parse_gomod("module m\nrequire example.com/b v1.0.0\n")

    assert missing_sums(mod, parse_gosum(_SUM).sums) == ("example.com/b@v1.0.0",)


def test_an_indirect_requirement_needs_its_gomod_line_alone() -> None:
    mod = parse_gomod("module m\nrequire example.com/b v1.0.0 // indirect\n")

    assert missing_sums(mod, parse_gosum(_SUM).sums) == ()


def test_a_replaced_requirement_needs_the_lines_of_what_replaces_it() -> None:
    mod = parse_gomod(
        "module m\nrequire example.com/x v1.0.0\nreplace example.com/x => example.com/a v1.0.0\n"
    )

    assert missing_sums(mod, parse_gosum(_SUM).sums) == ()


def test_a_requirement_replaced_by_a_folder_needs_no_lines() -> None:
    mod = parse_gomod("module m\nrequire example.com/x v1.0.0\nreplace example.com/x => ../x\n")

    assert missing_sums(mod, {}) == ()


def test_a_replace_for_another_version_does_not_count() -> None:
    mod = parse_gomod(
        "module m\nrequire example.com/x v1.0.0\nreplace example.com/x v2.0.0 => ../x\n"
    )

    assert missing_sums(mod, {}) == ("example.com/x@v1.0.0",)


def test_a_module_of_the_same_workspace_needs_no_lines() -> None:
    mod = parse_gomod("module m\nrequire example.com/x v1.0.0\n")

    assert missing_sums(mod, {}, local=("example.com/x",)) == ()


@given(st.text(max_size=200))
def test_any_text_is_read_and_only_whole_lines_count(text: str) -> None:
    read = parse_gosum(text)

    assert len(read.sums) + len(read.malformed) <= len(text.split("\n"))
