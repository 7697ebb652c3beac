"""Which stages of a Dockerfile a build really runs.

Rule: BuildKit builds the target (the last stage, unless --target names one) and what it depends
on by FROM, COPY --from and RUN --mount from; every other stage is skipped.
"""

from __future__ import annotations

import re

from wizard.rules.dockerfile import Dockerfile, Instruction, Stage, substitute

_MOUNT_FROM = re.compile(r"(?:^|,)[\"']?from=([^,\"']+)")


def needed_stages(file: Dockerfile, target: Stage) -> tuple[Stage, ...]:
    """Return the stages that a build of `target` runs, in the file's order, itself included."""
    args = file.global_args()
    found: set[int] = set()
    waiting = [target]
    while waiting:
        stage = waiting.pop()
        if stage.index in found:
            continue
        found.add(stage.index)
        if parent := parent_stage(file, stage):
            waiting.append(parent)
        for item in file.of_stage(stage.index):
            for name in _sources(item):
                source = file.stage(substitute(name, args))
                if source is not None and source.index < stage.index:
                    waiting.append(source)
    return tuple(stage for stage in file.stages if stage.index in found)


def parent_stage(file: Dockerfile, stage: Stage) -> Stage | None:
    """Return the earlier stage that this one continues; None where its base is an image."""
    parent = file.stage(substitute(stage.base, file.global_args()))
    # `FROM 1` is an image of that name; only a name refers to an earlier stage.
    if parent is None or parent.name is None or parent.index >= stage.index:
        return None
    return parent


def with_parents(file: Dockerfile, stage: Stage) -> tuple[Stage, ...]:
    """Return the stage and those it continues, the first of them first."""
    chain = [stage]
    while parent := parent_stage(file, chain[-1]):
        chain.append(parent)
    return tuple(reversed(chain))


def names_by_number(file: Dockerfile) -> bool:
    """Whether an instruction names a stage by its number: a new stage would shift them all."""
    return any(name.isdecimal() for item in file.instructions for name in _sources(item))


def _sources(item: Instruction) -> list[str]:
    found = []
    for flag in item.flags:
        name, _, value = flag.partition("=")
        if name == "--from" and item.keyword in {"COPY", "ADD"}:
            found.append(value.strip("\"'"))
        elif name == "--mount" and item.keyword == "RUN":
            found += _MOUNT_FROM.findall(value)
    return found
