"""The project's Dockerfile as a cold build reads it: the stage has a name, go says what it asks.

A copy of its own in a folder of its own: the project's file is never touched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wizard.rules.dockerfile import Dockerfile, Stage, parse_dockerfile, split_lines
from wizard.rules.dockerfile_graph import needed_stages
from wizard.rules.dockerfile_steps import go_stage, go_steps

TARGET = "gomod-wizard-verify"
"""The name that a stage without one gets in the copy."""

_SHELL = re.compile(r"(\bgo(?:[ \t]+-C[ \t=]*\S+)?[ \t]+mod[ \t]+download)\b(?![ \t]+-x\b)(?!-)")
_WORDS = re.compile(r'("go"\s*,\s*(?:"-C"\s*,\s*"[^"]*"\s*,\s*)?"mod"\s*,\s*"download")')


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdDockerfile:
    """What to build."""

    text: str
    target: str
    """`--target`: the stage that downloads."""
    stages: tuple[str, ...]
    """It and every stage that it needs: none of their layers may come from a cache. A stage
    without a name cannot be told apart, and stays as it is."""


def cold_dockerfile(text: str, *, trace: bool = True) -> ColdDockerfile | None:
    """Return the copy for the first stage that downloads modules; None where none runs go.

    `trace`: let `go mod download` print what it asks for (`-x`). Raises DockerfileError.
    """
    file = parse_dockerfile(text)
    stage = go_stage(file) or _any_go_stage(file)
    if stage is None:
        return None
    lines = split_lines(text)
    if trace:
        _let_go_tell(file, lines)
    target = stage.name or TARGET
    if stage.name is None:
        # The builders know a stage by its name alone; the FROM may be continued.
        last = stage.body_line - 2
        lines[last] = f"{lines[last].rstrip()} AS {TARGET}"
    return ColdDockerfile(
        text="\n".join(lines) + "\n",
        target=target,
        stages=tuple(
            one.name or target
            for one in needed_stages(file, stage)
            if one.name is not None or one is stage
        ),
    )


def _any_go_stage(file: Dockerfile) -> Stage | None:
    """Return the first stage with a step that runs go, whatever its shell is."""
    return next((stage for stage in file.stages if go_steps(file, stage)), None)


def _let_go_tell(file: Dockerfile, lines: list[str]) -> None:
    for item in file.instructions:
        if item.keyword != "RUN":
            continue
        for index in range(item.first_line - 1, item.last_line):
            if not lines[index].lstrip().startswith("#"):
                told = _SHELL.sub(r"\1 -x", lines[index])
                lines[index] = _WORDS.sub(r'\1, "-x"', told)
