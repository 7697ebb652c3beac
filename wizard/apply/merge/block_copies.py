"""Which COPYs of the block a stage still lacks, and may have without harm."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from wizard.rules.dockerfile import Dockerfile, Instruction, Stage
from wizard.rules.dockerfile_graph import with_parents
from wizard.rules.dockerfile_steps import goes_elsewhere, json_words

_WHOLE = {".", "./", "/"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockLines:
    """The block's lines for one stage."""

    lines: tuple[str, ...]
    complete: bool
    """A download of the stage sees every module file that the block knows of."""


def lines_for(
    file: Dockerfile, stage: Stage, first: Instruction, lines: tuple[str, ...]
) -> BlockLines:
    """Return the lines that go before `first`, a stage's first step that runs go.

    A go.work in a folder that is not the project's root would break a build of one module, so
    module files are copied only where the stage has put the root's own into its working folder.
    """
    copies = [line for line in lines if line.startswith("COPY ") and "--from=" not in line]
    if not copies:
        return BlockLines(lines=lines, complete=True)
    names = {"go.work"} if any("go.work" in line for line in copies) else {"go.mod"}
    names |= {f"./{name}" for name in names} | {"go.*", "./go.*"}
    folder, rooted, whole = "", False, False
    for item in _before(file, stage, first):
        if item.keyword == "WORKDIR":
            folder, rooted = posixpath.join(folder, item.text.strip()), False
        if item.keyword not in {"COPY", "ADD"} or any(f.startswith("--from") for f in item.flags):
            continue
        *sources, target = json_words(item.text) or tuple(item.text.split()) or ("",)
        whole = whole or bool(_WHOLE & set(sources))
        here = {".", folder} if folder else {"."}
        rooted = rooted or (bool(names & set(sources)) and target.rstrip("/") in here)
    if rooted and not whole and not goes_elsewhere(first):
        return BlockLines(lines=lines, complete=True)
    kept = tuple(line for line in lines if line not in copies)
    return BlockLines(lines=kept, complete=whole)


def _before(file: Dockerfile, stage: Stage, first: Instruction) -> list[Instruction]:
    return [
        item
        for one in with_parents(file, stage)
        for item in file.of_stage(one.index)
        if item.first_line < first.first_line
    ]
