"""Reading a Dockerfile: instructions with their lines, stages, variables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.rules.dockerfile import (
    DockerfileError,
    assignments,
    parse_dockerfile,
    split_lines,
    substitute,
)

_TWO_STAGES = """\
# syntax=docker/dockerfile:1
# a comment
ARG GO=1.25
FROM --platform=$BUILDPLATFORM golang:${GO}-alpine AS Build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod \\
    # a comment inside
    --mount=type=secret,id=netrc \\

    go mod download
ENV A=1 B="two words"

FROM scratch
COPY --from=build /out/app /app
"""


def test_an_instruction_spans_its_continued_lines_and_the_comments_between() -> None:
    run = next(i for i in parse_dockerfile(_TWO_STAGES).instructions if i.keyword == "RUN")

    assert (run.first_line, run.last_line) == (7, 11)


def test_flags_are_split_from_what_is_run() -> None:
    run = next(i for i in parse_dockerfile(_TWO_STAGES).instructions if i.keyword == "RUN")

    assert run.flags == (
        "--mount=type=cache,target=/go/pkg/mod",
        "--mount=type=secret,id=netrc",
    )
    assert run.text == "go mod download"


def test_stages_have_names_bases_and_line_ranges() -> None:
    build, final = parse_dockerfile(_TWO_STAGES).stages

    assert (build.label, build.platform) == ("build", "$BUILDPLATFORM")
    assert (build.from_line, build.body_line, build.last_line) == (4, 5, 12)
    assert (final.label, final.base, final.from_line, final.last_line) == ("1", "scratch", 14, 15)


def test_a_global_arg_fills_in_the_base_image() -> None:
    dockerfile = parse_dockerfile(_TWO_STAGES)

    assert dockerfile.resolved_base(dockerfile.stages[0]) == "golang:1.25-alpine"


def test_a_stage_built_on_another_stage_has_that_stages_base_image() -> None:
    dockerfile = parse_dockerfile("FROM golang:1 AS base\nFROM base AS build\nFROM build\n")

    assert dockerfile.resolved_base(dockerfile.stages[2]) == "golang:1"


def test_a_stage_named_like_its_own_image_does_not_lead_in_a_circle() -> None:
    dockerfile = parse_dockerfile("FROM golang AS golang\nFROM golang AS golang\n")

    assert dockerfile.resolved_base(dockerfile.stages[1]) == "golang"


def test_directives_end_at_the_first_line_that_is_none() -> None:
    dockerfile = parse_dockerfile("# a comment\n# syntax=docker/dockerfile:1\nFROM x\n")

    assert "syntax" not in dockerfile.directives


def test_the_escape_directive_changes_what_continues_a_line() -> None:
    dockerfile = parse_dockerfile("# escape=`\nFROM x\nRUN dir c:\\\nRUN a `\n  b\n")

    assert [i.text for i in dockerfile.instructions[1:]] == ["dir c:\\", "a   b"]


def test_a_heredoc_belongs_to_its_instruction_and_is_not_read_as_instructions() -> None:
    text = "FROM x\nRUN <<EOF\nFROM y\ngo mod download\nEOF\nUSER app\n"

    run, user = parse_dockerfile(text).instructions[1:]

    assert "go mod download" in run.script
    assert (run.last_line, user.first_line) == (5, 6)


def test_two_heredocs_of_one_instruction_are_read_one_after_the_other() -> None:
    text = 'FROM x\nCOPY <<a.txt <<-"b.txt" /dst/\none\na.txt\n\ttwo\n\tb.txt\nUSER app\n'

    copy = parse_dockerfile(text).instructions[1]

    assert [(h.name, h.body) for h in copy.heredocs] == [("a.txt", "one"), ("b.txt", "two")]


@pytest.mark.parametrize(
    "line", ['RUN echo "<<EOF"', "RUN cat <<<word", "RUN echo $((1<<3))", "ENV A=<<EOF"]
)
def test_what_only_looks_like_a_heredoc_swallows_no_lines(line: str) -> None:
    assert len(parse_dockerfile(f"FROM x\n{line}\nUSER app\n").instructions) == 3


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("# only a comment\n", 1),
        ("RUN before\nFROM x\n", 1),
        ("FROM x\n=====\n", 2),
        ("FROM x\nRUN <<EOF\nnever closed\n", 2),
        ("# syntax=a\n# syntax=b\nFROM x\n", 2),
        ("FROM\n", 1),
        ("# escape=x\nFROM y\n", 1),
    ],
)
def test_what_docker_could_not_read_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(DockerfileError) as refused:
        parse_dockerfile(text)

    assert refused.value.line == line


def test_an_unknown_instruction_is_kept() -> None:
    assert parse_dockerfile("FROM x\nFUTURE a b\n").instructions[1].keyword == "FUTURE"


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("A=1 B=2", (("A", "1"), ("B", "2"))),
        ("A=\"x y\" B='$z'", (("A", "x y"), ("B", "$z"))),
        ("A one two", (("A", "one two"),)),
        ("A\tone", (("A", "one"),)),
        ("A", (("A", None),)),
        ("A=a\\ b", (("A", "a b"),)),
        ("A=", (("A", ""),)),
        ("GOPROXY=https://a,direct", (("GOPROXY", "https://a,direct"),)),
    ],
)
def test_env_and_arg_are_read_as_pairs(text: str, pairs: tuple[tuple[str, str | None]]) -> None:
    assert assignments(text) == pairs


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("$A", "1"),
        ("${A}x", "1x"),
        ("${B:-two}", "two"),
        ("${E:-two}", "two"),
        ("${E-two}", ""),
        ("${A:+yes}", "yes"),
        ("${B:+yes}", ""),
        ("$B", ""),
    ],
)
def test_variables_are_filled_in_as_in_a_from_line(text: str, filled: str) -> None:
    assert substitute(text, {"A": "1", "E": ""}) == filled


def test_a_line_of_a_million_open_quotes_is_read_in_one_pass() -> None:
    hostile = 'FROM x\nRUN <<EOF "' + '\\"' * 500_000 + "\nEOF\nENV A=" + "\"'" * 200_000 + "\n"

    assert len(parse_dockerfile(hostile).instructions) == 3


def test_a_quote_that_is_never_closed_takes_the_rest_of_the_line() -> None:
    assert assignments("A='one two") == (("A", "one two"),)


_LINES = st.lists(
    st.sampled_from(
        ["FROM golang AS a", "RUN x \\", "  y", "# c", "", "COPY <<E /x", "E", "ENV A=b", "\\", "?"]
    )
    | st.text(max_size=12),
    max_size=12,
)


@given(_LINES)
def test_any_text_is_read_or_refused_and_lines_never_overlap(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        dockerfile = parse_dockerfile(text)
    except DockerfileError:
        return

    position = 0
    for item in dockerfile.instructions:
        assert position < item.first_line <= item.last_line <= len(split_lines(text))
        position = item.last_line
