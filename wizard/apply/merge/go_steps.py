"""A RUN step of the user's, given what the network needs, in its own place.

The step keeps its shell, folder, mounts and text: `cd`, `apk add git` and bind mounts stay as
they were. Only its environment is set up before it, and mounts are added.
"""

from __future__ import annotations

import re
import shlex

from wizard.rules.dockerfile import (
    Dockerfile,
    DockerfileError,
    Instruction,
    Stage,
    parse_dockerfile,
)
from wizard.rules.dockerfile_graph import with_parents
from wizard.rules.dockerfile_steps import (
    downloads_all,
    go_steps,
    is_posix_shebang,
    json_words,
    module_caches,
    mount_place,
    wants_no_more,
)

_KEYWORD = re.compile(r"\s*[A-Za-z]+\s*")
_WHOLE_SCRIPT = re.compile(r"<<-?[\"']?[A-Za-z0-9_.-]+[\"']?")


def steps_to_serve(
    file: Dockerfile, stage: Stage, served: tuple[Stage, ...], *, complete: bool
) -> tuple[Instruction, ...]:
    """Return the go steps of a stage that may ask the network, in order.

    What comes behind a complete download finds its modules in the layer, or in the cache that
    both steps mount, and is left as it is; `complete`: a download sees every module file.
    """
    source = " ".join(item.text for item in file.instructions if item.keyword in {"ENV", "ARG"})
    trusts = complete and "-mod=mod" not in source and "GOWORK" not in source
    covered: frozenset[str] | None = None
    asking: list[Instruction] = []
    serving = {one.index for one in served}
    for one in with_parents(file, stage):
        steps = set(go_steps(file, one)) if one.index in serving else set()
        for item in file.of_stage(one.index):
            if item.keyword in {"WORKDIR", "USER"}:
                covered = None
            if item not in steps:
                continue
            if covered != module_caches(item) or not wants_no_more(item):
                if one.index == stage.index:
                    asking.append(item)
                if trusts and downloads_all(item):
                    covered = module_caches(item)
    return tuple(asking)


def served_step(
    item: Instruction,
    lines: list[str],
    mounts: tuple[str, ...],
    prelude: tuple[str, ...],
    escape: str,
) -> tuple[str, ...] | None:
    """Return the lines of the step with mounts and prelude; None where it cannot have them.

    `lines` are the step's own, without line ends. None: a here-document for another language.
    """
    taken = {mount_place(flag) for flag in item.flags if flag.startswith("--mount=")}
    flags = (*item.flags, *(mount for mount in mounts if mount_place(mount) not in taken))
    bodies = [heredoc.body.count("\n") + 2 for heredoc in item.heredocs]
    head, rest = lines[: len(lines) - sum(bodies)], lines[len(lines) - sum(bodies) :]
    if len(item.heredocs) == 1 and _WHOLE_SCRIPT.fullmatch(item.text):
        return _script(item, flags, prelude, rest, escape)
    if words := json_words(item.text):
        return (
            *_run(flags, escape),
            f"    sh -c \"$(printf '%s\\n' {escape}",
            *_quoted((*prelude, '"$@"'), escape),
            f'    )" with-network {shlex.join(words)}',
        )
    start = (
        *_run(flags, escape),
        f"    eval \"$(printf '%s\\n' {escape}",
        *_quoted(prelude, escape),
        f'    )"; {escape}',
    )
    for own in (_without_flags(item, head, escape), [f"    {item.text}"]):
        if own is not None and _says(item, (*start, *own, *rest), escape):
            return (*start, *own, *rest)
    return None


def _run(flags: tuple[str, ...], escape: str) -> list[str]:
    first, *others = [f"{flag} {escape}" for flag in flags] or [escape]
    return [f"RUN {first}", *(f"    {one}" for one in others)]


def _script(
    item: Instruction,
    flags: tuple[str, ...],
    prelude: tuple[str, ...],
    rest: list[str],
    escape: str,
) -> tuple[str, ...] | None:
    """Put the prelude at the start of a script that is a here-document as a whole."""
    *body, end = rest
    shebang = body[:1] if item.heredocs[0].body.startswith("#!") else []
    if shebang and not is_posix_shebang(shebang[0].strip()):
        return None
    run = _run(flags, escape)
    run[-1] = run[-1].removesuffix(escape).rstrip()
    return (
        *run[:-1],
        f"{run[-1]} {item.text}",
        *shebang,
        *prelude,
        *body[len(shebang) :],
        end,
    )


def _quoted(prelude: tuple[str, ...], escape: str) -> list[str]:
    """Return shell lines as words for printf; the Dockerfile's reader drops the comments."""
    return [
        f"    {line}" if line.startswith("#") else f"    {_word(line)} {escape}" for line in prelude
    ]


def _word(line: str) -> str:
    return "'" + line.replace("'", "'\\''") + "'"


def _without_flags(item: Instruction, head: list[str], escape: str) -> list[str] | None:
    """Return the step's own lines behind keyword and flags; None where they are interlaced."""
    first, *others = head
    match = _KEYWORD.match(first)
    lines = [first[match.end() :] if match else first, *others]
    for flag in (*item.flags, ""):
        while lines and (lines[0].strip() in {"", escape} or lines[0].lstrip().startswith("#")):
            lines.pop(0)
        if not lines or not lines[0].lstrip().startswith(flag):
            return None
        lines[0] = lines[0].lstrip().removeprefix(flag)
    return [f"    {lines[0].lstrip()}", *lines[1:]]


def _says(item: Instruction, lines: tuple[str, ...], escape: str) -> bool:
    """Whether the new lines are one step that ends in all that the old one said."""
    text = "\n".join((f"# escape={escape}", "FROM scratch", *lines, ""))
    try:
        found = parse_dockerfile(text).instructions[1:]
    except DockerfileError:
        return False
    if len(found) != 1:
        return False
    new = found[0]
    before = new.text.removesuffix(item.text)
    return new.text != before and before.rstrip().endswith(";") and new.heredocs == item.heredocs
