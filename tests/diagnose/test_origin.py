"""Whether a log is of a build of the project here."""

from __future__ import annotations

import pytest

from wizard.diagnose import diagnose_lines
from wizard.diagnose.origin import is_of

DOCKERFILE = """\
FROM golang:1.27 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod \\
    go mod download
"""
FAILED = (
    '#9 0.5 go: m.example/a@v1: Get "https://p.example/x": dial tcp: lookup p.example: no such host'
)


def _log(*steps: str) -> list[str]:
    last = len(steps)
    shown = [f"#{5 + n} [build {n}/{last}] {step}" for n, step in enumerate(steps, 1)]
    number = 5 + last
    return [*shown, FAILED.replace("#9", f"#{number}"), f"#{number} ERROR: process failed"]


@pytest.mark.parametrize(
    ("steps", "here"),
    [
        (("WORKDIR /src", "COPY go.mod go.sum ./",
          "RUN --mount=type=cache,target=/go/pkg/mod go mod download"), True),
        (("WORKDIR /src", "RUN --mount=type=cache,target=/go/pkg/mod     go mod download"), True),
        (("RUN --mount=type=cache,target=/go/pkg...",), True),
        (("WORKDIR /app", "COPY . .", "RUN go mod download"), False),
        (("WORKDIR /a", "COPY b c", "RUN d",
          "RUN --mount=type=cache,target=/go/pkg/mod go mod download"), False),
    ],
    ids=["its-own", "joined-lines", "cut-by-the-terminal", "other", "one-step-by-chance"],
)  # fmt: skip
def test_the_steps_tell_whose_log_it_is(steps: tuple[str, ...], here: bool) -> None:
    assert is_of(diagnose_lines(_log(*steps)), DOCKERFILE) is here


@pytest.mark.parametrize("text", [None, "", "no dockerfile \x00 at all"])
def test_without_a_dockerfile_no_log_is_of_here(text: str | None) -> None:
    assert not is_of(diagnose_lines(_log("RUN go mod download")), text)
