"""The managed block of an existing Dockerfile, in the stage that downloads modules.

Outside the block a line is at most commented out, with a prefix that says by whom, and named in
a note. The merge first takes everything of its own back, so the same Dockerfile comes out
however often it is applied.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from wizard.apply.merge.block import managed, newline_of, split_lines, without_blocks
from wizard.apply.merge.block_copies import lines_for
from wizard.apply.merge.go_steps import served_step, steps_to_serve
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
from wizard.rules.dockerfile_graph import with_parents
from wizard.rules.dockerfile_steps import (
    downloads,
    downloads_all,
    go_steps,
    has_posix_shell,
    only_downloads,
    stages_to_serve,
    wants_no_more,
)
from wizard.rules.dockerfile_words import split_words
from wizard.rules.secret_words import holds_secret, mask_words
from wizard.text import Text, msg
from wizard.untrusted import clean_line

REPLACED = "# replaced by gomod-wizard: "
"""Before every line that was commented out; taking it away brings the line back."""

_NAMED = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"} | {
    *("GOPROXY", "GOSUMDB", "GONOSUMDB", "GOINSECURE"),
}
"""What decides where every step asks, or whether anything is checked."""
_SINGLE_QUOTES = "# hadolint ignore=SC2016"
_BESIDE = msg("take a Dockerfile of its own beside it: --set dockerfile=beside")


@dataclass(slots=True)
class _Draft:
    """What is done to the lines: which are commented out, and what comes in behind or before."""

    lines: list[str]
    newline: str
    escape: str
    off: set[int] = field(default_factory=set)
    """Line numbers, from 1."""
    before: dict[int, str] = field(default_factory=dict)
    after: dict[int, str] = field(default_factory=dict)
    notes: list[Text] = field(default_factory=list)
    secret: int = 0
    """Line of a step that was not served, because its text would stand in the file twice."""

    def lines_of(self, item: Instruction) -> list[str]:
        return [
            self.lines[n - 1].rstrip("\r\n") for n in range(item.first_line, item.last_line + 1)
        ]

    def holds_secret(self, item: Instruction) -> bool:
        return any(map(holds_secret, (*self.lines_of(item), item.text)))

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
    """Return `text` with the block in its stages, and a note for each line commented out.

    Every stage that the build runs and that asks the network for modules is served. A block
    without lines takes back what an earlier one did. Raises CannotMerge where the file is no
    Dockerfile, has no such stage or step, or its markers were damaged.
    """
    base = without_dockerfile_block(text)
    if not block.lines:
        return base, ()
    file = _parsed(base)
    draft = _Draft(split_lines(base), newline_of(base), file.directives.get("escape", "\\"))
    stages = _stages(file, block)
    served = [
        item
        for stage in stages
        if _serve(draft, file, stage, stages, block)
        for item in _inherited(file, stage)
    ]
    if not served and draft.secret:
        raise CannotMerge(
            msg("a secret stands in the step, and a block would hold it a second time"),
            line=draft.secret,
            column=1,
            hint=msg("hand it over with RUN --mount=type=secret, and replace it: images hold it"),
        )
    if not served:
        raise CannotMerge(
            msg("no step of the stage {stage} can be given the network", stage=stages[0].label),
            line=stages[0].from_line,
            column=1,
            hint=_BESIDE,
        )
    if block.fetch:
        first = file.stages[0].from_line
        draft.before[first] = managed(block.fetch, draft.newline) + draft.before.get(first, "")
    for item in dict.fromkeys(served):
        if item.keyword in {"ENV", "ARG"}:
            _without_overrides(draft, item, block)
    if block.drop_syntax:
        _drop_syntax(draft, file)
    draft.notes.extend(_left_alone(file, stages))
    merged = draft.text()
    _parsed(merged)
    return merged, tuple(draft.notes)


def _serve(
    draft: _Draft, file: Dockerfile, stage: Stage, stages: tuple[Stage, ...], block: DockerfileBlock
) -> bool:
    """Put the block's lines before the first step of a stage, and serve its steps in place."""
    own_lines = lines_for(file, stage, go_steps(file, stage)[0], block.lines)
    steps = steps_to_serve(file, stage, stages, complete=own_lines.complete)
    if not steps:
        return any(one is not stage for one in with_parents(file, stage) if one in stages)
    done = False
    lines = own_lines.lines
    for step in steps:
        if block.prelude:
            if draft.holds_secret(step):
                draft.secret = draft.secret or step.first_line
                draft.notes.append(_secret_note(step))
                continue
            own = draft.lines_of(step)
            new = None
            if has_posix_shell(file, stage):
                prelude = block.prelude
                if downloads_all(step) or wants_no_more(step):
                    prelude = (*prelude, *block.fetched)
                new = served_step(step, own, block.build_mounts, prelude, draft.escape)
            if new is None:
                draft.notes.append(_unserved_note(step))
                continue
            draft.comment_out(step)
            draft.notes.append(_served_note(step))
            lines = (*lines, _SINGLE_QUOTES, *new)
        elif block.offline and only_downloads(step):
            draft.comment_out(step)
            draft.notes.append(_replaced_note(step))
        if lines:
            draft.before[step.first_line] = managed(lines, draft.newline)
        done, lines = True, ()
    return done


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


def _stages(file: Dockerfile, block: DockerfileBlock) -> tuple[Stage, ...]:
    """Return the stages to serve: what the target needs; every one where ARGs stand in."""
    stages = stages_to_serve(file, block.stage)
    if stages and not block.prelude and not block.offline:
        # The legacy builder runs every stage up to the target, needed or not.
        stages = tuple(stage for stage in file.stages if go_steps(file, stage))
    if stages:
        return stages
    stage = None if block.stage is None else file.stage(block.stage)
    if stage is not None:
        raise CannotMerge(
            msg("the stage {stage} has no step that runs go", stage=repr(stage.label)),
            line=stage.from_line,
            column=1,
            hint=_BESIDE,
        )
    if block.stage is not None:
        raise CannotMerge(msg("there is no stage {stage}", stage=repr(block.stage)), hint=_BESIDE)
    raise CannotMerge(msg("no stage runs go"), hint=_BESIDE)


def _inherited(file: Dockerfile, stage: Stage) -> list[Instruction]:
    """Return the instructions whose ENV the stage sees: its own, and its base stages'."""
    return [item for one in with_parents(file, stage) for item in file.of_stage(one.index)]


def _left_alone(file: Dockerfile, stages: tuple[Stage, ...]) -> list[Text]:
    """Name the downloads of other stages, which get no block."""
    seen = {stage.index for stage in stages}
    return [
        msg(
            "line {line}: “{step}” of another stage is left as it is",
            line=item.first_line,
            step=_shown(item),
        )
        for item in file.instructions
        if downloads(item) and item.stage not in seen
    ]


def _without_overrides(draft: _Draft, item: Instruction, block: DockerfileBlock) -> None:
    """Comment an ENV out that would win over the plan's settings; its other variables stay.

    What the plan gives no value is named and stays, as a proxy does: other steps, and builds
    by other hands, may live on it.
    """
    pairs = assignments(item.text, old_form=item.keyword == "ENV")
    staying = [
        name
        for name, value in pairs
        if name.upper() in _NAMED
        and name not in block.settings
        and value
        and value.strip("${}") != name
    ]
    if staying:
        draft.notes.append(
            msg(
                "line {line}: “{step}” stays, and its {names} holds for the steps behind it; take"
                " it out where that is not what you want",
                line=item.first_line,
                step=_shown(item),
                names=", ".join(staying),
            )
        )
    overriding = [name for name, _ in pairs if name in block.settings]
    if item.keyword == "ARG" or not overriding:
        return
    rest = (f"{name}={value}" for name, value in pairs if name not in block.settings)
    if any(map(holds_secret, rest)):
        draft.notes.append(_secret_note(item))
        return
    draft.comment_out(item)
    # The words as they were written: a quoted `$` is none for the builder, and must stay none.
    words = split_words(item.text) if len(pairs) > 1 else []
    kept = [word for word in words if word.partition("=")[0] not in block.settings]
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


def _served_note(item: Instruction) -> Text:
    return msg(
        "line {line}: the step “{step}” runs in the block, with what the network needs; the old"
        " lines are commented out",
        line=item.first_line,
        step=_shown(item),
    )


def _secret_note(item: Instruction) -> Text:
    return msg(
        "line {line}: “{step}” is left as it is, without what the network needs: a secret stands"
        " in it, and the block would hold it a second time; use --mount=type=secret",
        line=item.first_line,
        step=_shown(item),
    )


def _unserved_note(item: Instruction) -> Text:
    return msg(
        "line {line}: the step “{step}” is left as it is: its shell is not one of the sh family",
        line=item.first_line,
        step=_shown(item),
    )


def _shown(item: Instruction) -> str:
    return clean_line(mask_words(f"{item.keyword} {item.text}"[:2000]), 120)
