"""NAME=value files in their three dialects, and the environment of a systemd unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.rules.dotenv import parse_environment_file, parse_etc_environment, parse_go_env
from wizard.rules.systemd_unit import parse_unit_environment, split_words


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('http_proxy="http://p:1"', "http://p:1"),
        ("http_proxy='http://p:1'", "http://p:1"),
        ("export http_proxy=http://p:1", "http://p:1"),
        ("http_proxy=http://p:1 # office", "http://p:1"),
        ("http_proxy=$OTHER", "$OTHER"),
    ],
)
def test_etc_environment_is_read_as_pam_reads_it(line: str, value: str) -> None:
    (entry,) = parse_etc_environment(f"# first\n{line}\n")

    assert (entry.name, entry.value, entry.line) == ("http_proxy", value, 2)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=plain  ", "plain"),
        ("A='a \"b'", 'a "b'),
        ('A="a \\"b"', 'a "b'),
        ('A="a\\nb"', "a\\nb"),
        ("A=one \\\ntwo", "one two"),
        ("A=a\\ b", "a b"),
        ("A=100%%", "100%%"),
    ],
)
def test_an_environment_file_is_read_as_systemd_reads_it(text: str, value: str) -> None:
    (entry,) = parse_environment_file(f"; comment\n{text}\n")

    assert (entry.name, entry.value) == ("A", value)


def test_the_go_env_file_is_taken_raw_and_its_last_line_wins() -> None:
    text = 'GOPROXY="https://a"\n GOSUMDB=off\ngoflags=-x\nGOPROXY= https://b \n'

    assert [(e.name, e.value, e.line) for e in parse_go_env(text)] == [
        ("GOPROXY", " https://b ", 4)
    ]


def test_a_unit_gives_quoted_assignments_with_percent_signs_undone() -> None:
    unit = parse_unit_environment(
        '[Service]\nEnvironment="HTTP_PROXY=http://u:p%%20w@h:1" NO_PROXY=a,b\n'
    )

    assert [(e.name, e.value) for e in unit.assignments] == [
        ("HTTP_PROXY", "http://u:p%20w@h:1"),
        ("NO_PROXY", "a,b"),
    ]


def test_only_the_service_section_counts() -> None:
    unit = parse_unit_environment("[Unit]\nEnvironment=A=1\n[Service]\nEnvironment=B=2\n")

    assert [e.name for e in unit.assignments] == ["B"]


def test_an_empty_assignment_forgets_what_stood_before() -> None:
    unit = parse_unit_environment("[Service]\nEnvironment=A=1\nEnvironment=\nEnvironment=B=2\n")

    assert unit.clears
    assert [e.name for e in unit.assignments] == ["B"]


def test_a_continued_line_skips_comments_and_keeps_its_first_line_number() -> None:
    unit = parse_unit_environment("[Service]\nEnvironment=A=1 \\\n# why\n  B=2\n")

    assert [(e.name, e.line) for e in unit.assignments] == [("A", 2), ("B", 2)]


def test_an_environment_file_may_be_optional() -> None:
    unit = parse_unit_environment("[Service]\nEnvironmentFile=-/etc/default/docker\n")

    assert [(f.path, f.optional) for f in unit.files] == [("/etc/default/docker", True)]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a b", ("a", "b")),
        ("'a b' c", ("a b", "c")),
        ('"a\\"b"', ('a"b',)),
        ("a\\x20b", ("a b",)),
        ("a\\040b", ("a b",)),
        ("''", ("",)),
        ("", ()),
    ],
)
def test_words_are_split_and_unescaped_as_systemd_does(value: str, words: tuple[str]) -> None:
    assert split_words(value) == words


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    parse_etc_environment(text)
    parse_environment_file(text)
    parse_go_env(text)
    parse_unit_environment(f"[Service]\nEnvironment={text}")


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs")), max_size=40))
def test_what_is_escaped_for_a_unit_comes_back(value: str) -> None:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    unit = parse_unit_environment(f'[Service]\nEnvironment="A={quoted}"\n')

    assert [e.value for e in unit.assignments] == [value]
