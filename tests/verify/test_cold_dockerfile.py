"""The copy of a Dockerfile that a cold build reads."""

from __future__ import annotations

import pytest

from wizard.rules.dockerfile import parse_dockerfile
from wizard.verify.cold_dockerfile import TARGET, cold_dockerfile

TWO = """FROM golang:1.27 AS deps
COPY go.mod ./
RUN go mod download

FROM deps AS build
RUN go build ./...
"""


def test_the_target_is_the_stage_that_downloads_with_all_it_continues() -> None:
    cold = cold_dockerfile(
        "FROM golang:1.27 AS base\nRUN id\n" + TWO.replace("golang:1.27", "base")
    )
    assert cold is not None
    assert (cold.target, cold.stages) == ("deps", ("base", "deps"))


def test_a_stage_whose_files_are_mounted_may_not_come_from_a_cache_either() -> None:
    text = (
        "FROM golang:1.27 AS fetch\nRUN true\n"
        "FROM golang:1.27 AS build\nRUN --mount=type=bind,from=fetch,target=/m go mod download\n"
    )
    cold = cold_dockerfile(text)
    assert cold is not None
    assert (cold.target, cold.stages) == ("build", ("fetch", "build"))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("RUN go mod download", "RUN go mod download -x"),
        ("RUN go mod download -x", "RUN go mod download -x"),
        ("RUN go -C sub mod download && id", "RUN go -C sub mod download -x && id"),
        ("RUN --mount=a \\\n  go mod download", "RUN --mount=a \\\n  go mod download -x"),
        ('RUN ["go", "mod", "download"]', 'RUN ["go", "mod", "download", "-x"]'),
        ("RUN true && \\\n# go mod download\n go mod download",
         "RUN true && \\\n# go mod download\n go mod download -x"),
        ("RUN <<EOF\ngo mod download\nEOF", "RUN <<EOF\ngo mod download -x\nEOF"),
    ],
)  # fmt: skip
def test_go_is_told_to_say_what_it_asks_for(written: str, told: str) -> None:
    cold = cold_dockerfile(f"FROM golang:1.27 AS a\n{written}\n")
    assert cold is not None
    assert cold.text == f"FROM golang:1.27 AS a\n{told}\n"


def test_without_a_trace_a_stage_with_a_name_stays_as_it_is() -> None:
    cold = cold_dockerfile(TWO, trace=False)
    assert cold is not None
    assert cold.text == TWO


@pytest.mark.parametrize(
    "start", ["FROM golang:1.27", "FROM --platform=linux/amd64 \\\n golang:1.27"]
)
def test_a_stage_without_a_name_gets_one_and_no_line_moves(start: str) -> None:
    text = f"{start}\nRUN go mod download\n\nFROM scratch\nCOPY --from=0 /x /x\n"
    cold = cold_dockerfile(text, trace=False)
    assert cold is not None
    assert cold.target == TARGET
    stage = parse_dockerfile(cold.text).stages[0]
    assert (stage.name, stage.base) == (TARGET, "golang:1.27")
    assert cold.text.count("\n") == text.count("\n")


def test_where_nothing_runs_go_there_is_nothing_to_verify() -> None:
    assert cold_dockerfile("FROM debian\nRUN id\n") is None
