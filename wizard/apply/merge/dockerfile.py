"""The managed block of an existing Dockerfile, in the stage that downloads modules.

Outside the block a line is at most commented out, with a prefix that says by whom, and named in
a note. The merge first takes everything of its own back, so the same Dockerfile comes out
however often it is applied.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wizard.apply.merge.block import managed, newline_of, split_lines, without_blocks
from wizard.apply.merge.go_steps import (
    before_download,
    downloads,
    first_that_needs_modules,
    is_go_step,
    is_module_cache,
    mount_place,
    only_downloads,
)
from wizard.apply.merge.refused import CannotMerge
from wizard.render.types import DockerfileBlock
from wizard.rules.dockerfile import (
    Dockerfile,
    DockerfileError,
    Instruction,
    Stage,
    assignments,
    parse_dockerfile,
)
from wizard.text import Text, msg
from wizard.untrusted import clean_line

REPLACED = "# replaced by gomod-wizard: "
"""Before every line that was commented out; taking it away brings the line back."""

_NETWORK_NAMES = (
    *("GOPROXY", "GOSUMDB", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOINSECURE", "GOAUTH"),
    *("GOTOOLCHAIN", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "no_proxy"),
)


@dataclass(slots=True)
class _Draft:
    """What is done to the lines: which are commented out, and what comes in behind or before."""

    lines: list[str]
    newline: str
    off: set[int] = field(default_factory=set)
    """Line numbers, from 1."""
    before: dict[int, str] = field(default_factory=dict)
    after: dict[int, str] = field(default_factory=dict)
    notes: list[Text] = field(default_factory=list)

    def comment_out(self, item: Instruction) -> None:
        self.off.update(range(item.first_line, item.last_line + 1))

    def text(self) -> str:
        out: list[str] = []
        for number, line in enumerate(self.lines, start=1):
            out.append(self.before.get(number, ""))
            out.append(f"{REPLACED}{line}" if number in self.off else line)
            if number in self.after:
                if not line.endswith("\n"):
                    out.append(self.newline)
                out.append(self.after[number])
        return "".join(out)


def merge_dockerfile(text: str, block: DockerfileBlock) -> tuple[str, tuple[Text, ...]]:
    """Return `text` with the block in its stage, and a note for each line commented out.

    A block without lines takes back what an earlier one did. Raises CannotMerge where the
    file is no Dockerfile, has no such stage, or its markers were damaged.
    """
    base = without_dockerfile_block(text)
    if not block.lines:
        return base, ()
    file = _parsed(base)
    stage = _stage(file, block.stage)
    steps = [item for item in file.of_stage(stage.index) if is_go_step(item)]
    if not steps:
        raise CannotMerge(
            msg("the stage {stage} has no step that runs go", stage=repr(stage.label)),
            line=stage.from_line,
            column=1,
        )
    draft = _Draft(split_lines(base), newline_of(base))
    lines = _sharing(block.lines, steps)
    first = first_that_needs_modules(steps)
    if head := before_download(first):
        lines = (f"RUN {' '.join((*first.flags, head))}", *lines)
    draft.before[first.first_line] = managed(lines, draft.newline)
    for step in steps:
        if only_downloads(step) or (head and step is first):
            draft.comment_out(step)
            draft.notes.append(_replaced_note(step))
        elif mounts := _missing_mounts(step, block.build_mounts):
            _mount(draft, step, mounts)
    for item in _inherited(file, stage):
        if item.keyword == "ENV":
            _without_overrides(draft, item, block)
    if block.drop_syntax:
        _drop_syntax(draft, file)
    draft.notes.extend(_left_alone(file, stage))
    merged = draft.text()
    _parsed(merged)
    return merged, tuple(draft.notes)


def without_dockerfile_block(text: str) -> str:
    """Return `text` as it was before the block: blocks out, commented lines back."""
    return "".join(
        line.removeprefix(REPLACED) if line.startswith(REPLACED) else line
        for line in split_lines(without_blocks(text))
    )


def _parsed(text: str) -> Dockerfile:
    try:
        return parse_dockerfile(text)
    except DockerfileError as error:
        raise CannotMerge(error.message, line=error.line, column=1) from None


def _stage(file: Dockerfile, label: str | None) -> Stage:
    if label is not None:
        if stage := file.stage(label):
            return stage
        raise CannotMerge(msg("there is no stage {stage}", stage=repr(label)))
    for wanted in (downloads, is_go_step):
        for item in file.instructions:
            if item.stage is not None and wanted(item):
                return file.stages[item.stage]
    raise CannotMerge(msg("no stage runs go"))


def _inherited(file: Dockerfile, stage: Stage) -> list[Instruction]:
    """Return the instructions whose ENV the stage sees: its own, and its base stages'."""
    found: list[Instruction] = []
    seen: set[int] = set()
    current: Stage | None = stage
    while current is not None and current.index not in seen:
        seen.add(current.index)
        found.extend(file.of_stage(current.index))
        parent = file.stage(current.base)
        # `FROM 1` is an image of that name; only a name refers to an earlier stage.
        current = parent if parent is not None and parent.name is not None else None
    return found


def _sharing(lines: tuple[str, ...], steps: list[Instruction]) -> tuple[str, ...]:
    """Give the block's own RUN the module cache that the user's later steps mount.

    Such a mount hides what the layer below has: modules must be downloaded into it.
    """
    shared = dict.fromkeys(
        flag
        for step in steps
        if not only_downloads(step)
        for flag in step.flags
        if is_module_cache(flag) and not any(mount_place(flag) in line for line in lines)
    )
    if not shared:
        return lines
    return tuple(re.sub(r"^RUN(?=\s)", lambda _: f"RUN {' '.join(shared)}", line) for line in lines)


def _left_alone(file: Dockerfile, stage: Stage) -> list[Text]:
    """Name the downloads of other stages, which get no block."""
    seen = {item.stage for item in _inherited(file, stage)}
    return [
        msg(
            "line {line}: “{step}” of another stage is left as it is",
            line=item.first_line,
            step=_shown(item),
        )
        for item in file.instructions
        if downloads(item) and item.stage not in seen
    ]


def _missing_mounts(item: Instruction, mounts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the mounts whose place the step does not mount already."""
    taken = {mount_place(flag) for flag in item.flags}
    return tuple(mount for mount in mounts if mount_place(mount) not in taken)


def _mount(draft: _Draft, item: Instruction, mounts: tuple[str, ...]) -> None:
    """Put a copy of the step with the mounts behind the step, and comment the step out."""
    lines = [draft.lines[n - 1].rstrip("\r\n") for n in range(item.first_line, item.last_line + 1)]
    head = re.match(r"\s*[A-Za-z]+", lines[0])
    end = head.end() if head else 0
    lines[0] = f"{lines[0][:end]} {' '.join(mounts)}{lines[0][end:]}"
    draft.comment_out(item)
    draft.after[item.last_line] = managed(lines, draft.newline)
    draft.notes.append(
        msg(
            "line {line}: the step “{step}” gets the mounts of the download; the old one is"
            " commented out",
            line=item.first_line,
            step=_shown(item),
        )
    )


def _without_overrides(draft: _Draft, item: Instruction, block: DockerfileBlock) -> None:
    """Comment an ENV out that would win over the block; its other variables stay."""
    named = " ".join(block.lines)
    names = {name for name in _NETWORK_NAMES if re.search(rf"\b{name}\b", named)} | {"GOPROXY"}
    pairs = assignments(item.text)
    overriding = [name for name, _ in pairs if name in names]
    if not overriding:
        return
    draft.comment_out(item)
    kept = [f"{name}={_quoted(value or '')}" for name, value in pairs if name not in names]
    if kept:
        draft.after[item.last_line] = managed((f"ENV {' '.join(kept)}",), draft.newline)
    draft.notes.append(
        msg(
            "line {line}: “{step}” is commented out, because it would win over {names}",
            line=item.first_line,
            step=_shown(item),
            names=", ".join(overriding),
        )
    )


def _quoted(value: str) -> str:
    """Return `value` as a word of ENV; `$` stays a reference, as it was one before."""
    if re.fullmatch(r"[\w./:@%+,${}=-]+", value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _drop_syntax(draft: _Draft, file: Dockerfile) -> None:
    """Comment `# syntax` out, behind the other directives: a comment would end them."""
    line = file.directive_lines.get("syntax")
    if line is None:
        return
    last = max(file.directive_lines.values())
    if last > line:
        moved = draft.lines[line - 1]
        draft.lines[line - 1] = ""
        draft.after[last] = f"{REPLACED}{moved}"
    else:
        draft.off.add(line)
    draft.notes.append(
        msg(
            "line {line}: “# syntax={image}” is commented out, because that image cannot be"
            " pulled here; the engine's own reader is used",
            line=line,
            image=clean_line(file.directives["syntax"], 200),
        )
    )


def _replaced_note(item: Instruction) -> Text:
    return msg(
        "line {line}: the old download step “{step}” is commented out; the block does it",
        line=item.first_line,
        step=_shown(item),
    )


def _shown(item: Instruction) -> str:
    return clean_line(f"{item.keyword} {item.text}", 120)
