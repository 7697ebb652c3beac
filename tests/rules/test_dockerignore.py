"""Docker's own matcher, restated: checked against tables seen from a real docker client."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.rules.dockerignore import DockerignoreError, Ignored, hidden_by, parse_dockerignore


def _hides(text: str, path: str) -> bool:
    return hidden_by(parse_dockerignore(text), path) is not None


@pytest.mark.parametrize(
    ("pattern", "path", "hidden"),
    [
        ("go.sum", "go.sum", True),
        ("go.sum", "sub/go.sum", False),
        ("*.sum", "go.sum", True),
        ("*.sum", "sub/go.sum", False),
        ("**/*.sum", "go.sum", True),
        ("**/*.sum", "a/b/go.sum", True),
        ("/go.sum", "go.sum", True),
        ("./go.sum", "go.sum", True),
        ("go.sum/", "go.sum", True),
        ("vendor", "vendor/x/y.go", True),
        ("vendor/", "vendor/modules.txt", True),
        ("vendor/**", "vendor", False),
        ("vendor/**", "vendor/a/b", True),
        ("vend*", "vendor/modules.txt", True),
        ("go.?um", "go.sum", True),
        ("a?c", "a/c", False),
        ("[f-h]o.sum", "go.sum", True),
        ("[^f-h]o.sum", "go.sum", False),
        ("**", "anything/at/all", True),
        ("*", ".hidden", True),
        ("**foo", "a/b/xfoo", True),
        ("foo**", "foobar", True),
        ("cmd/*/main.go", "cmd/app/main.go", True),
        ("cmd/*/main.go", "cmd/a/b/main.go", False),
        ("a/../foo", "foo", True),
        ("../outside", "outside", False),
        (".", "go.mod", False),
        ("Go.Sum", "go.sum", False),
        ("\\*", "*", True),
        ("\\*", "x", False),
        ("  go.sum  ", "go.sum", True),
        ("  # go.sum", "go.sum", False),
    ],
)
def test_one_pattern_hides_what_docker_would_hide(pattern: str, path: str, hidden: bool) -> None:
    assert _hides(pattern, path) is hidden


@pytest.mark.parametrize(
    ("lines", "path", "hidden"),
    [
        (["*", "!go.sum"], "go.sum", False),
        (["!go.sum", "*"], "go.sum", True),
        (["vendor", "!vendor/modules.txt"], "vendor/modules.txt", False),
        (["vendor", "!vendor/modules.txt"], "vendor/x.go", True),
        (["**", "!**/go.mod"], "a/b/go.mod", False),
        (["*", "!cmd", "cmd/secret"], "cmd/secret/x", True),
        (["*", "!cmd"], "cmd/app/main.go", False),
        (["*", "! go.sum"], "go.sum", False),
        # What is brought back at a directory that was not hidden there does not count below it.
        (["a/b", "!a"], "a/b", True),
    ],
)
def test_the_last_match_wins_and_directories_count_for_what_is_in_them(
    lines: list[str], path: str, hidden: bool
) -> None:
    assert _hides("\n".join(lines), path) is hidden


def test_the_pattern_that_hides_a_file_is_named_with_its_line() -> None:
    pattern = hidden_by(parse_dockerignore("# sums\n*.md\n*.sum\n"), "go.sum")

    assert pattern is not None
    assert (pattern.text, pattern.line) == ("*.sum", 3)


def test_a_byte_order_mark_and_windows_line_ends_belong_to_no_pattern() -> None:
    assert _hides("\ufeffgo.sum\r\nvendor\r\n", "go.sum")


@pytest.mark.parametrize("text", ["ok\n!", "ok\n[", "ok\na[", "ok\n[]", "ok\n[a-", "ok\nx\\"])
def test_what_docker_refuses_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(DockerignoreError) as refused:
        parse_dockerignore(text)

    assert refused.value.line == 2


_NAMES = st.text(alphabet="abc.", min_size=1, max_size=4).filter(lambda s: s.strip(".") != "")
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map("/".join)


@given(_PATHS)
def test_a_path_written_as_a_pattern_hides_itself_and_all_below(path: str) -> None:
    assert _hides(path, path)
    assert _hides(path, f"{path}/below")


@given(_PATHS, _PATHS)
def test_bringing_a_path_back_in_the_last_line_shows_it(pattern: str, path: str) -> None:
    assert not _hides(f"{pattern}\n**\n!{path}", path)


@given(st.text(alphabet="ab*?/![]^-\\. #\n", max_size=60), _PATHS)
def test_any_text_is_read_or_refused_and_matched_quickly(text: str, path: str) -> None:
    try:
        patterns = parse_dockerignore(text)
    except DockerignoreError:
        return

    pattern = hidden_by(patterns, path)

    assert pattern is None or not pattern.negated


@given(st.text(alphabet="ab*?/![]^-\\.", max_size=12), _PATHS)
def test_the_fast_way_matches_what_the_walk_of_all_states_matches(text: str, path: str) -> None:
    try:
        patterns = parse_dockerignore(text)
    except DockerignoreError:
        return

    assert [one.matches(path) for one in patterns] == [one.walks(path) for one in patterns]


@given(st.lists(st.text(alphabet="ab*/!", min_size=1, max_size=6), max_size=4), _PATHS, _PATHS)
def test_what_was_asked_before_changes_no_answer(lines: list[str], path: str, other: str) -> None:
    try:
        patterns = parse_dockerignore("\n".join(lines))
    except DockerignoreError:
        return
    ignored = Ignored(patterns)
    ignored.by(f"{path}/{other}")
    ignored.by(other)

    assert ignored.by(path) == hidden_by(patterns, path)


def test_a_pattern_made_to_explode_is_matched_in_linear_time() -> None:
    hostile = "**/a" * 30 + "**b"

    assert not _hides(hostile, "a/" * 30 + "c")
