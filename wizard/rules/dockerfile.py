"""A Dockerfile as instructions with their lines, and as stages.

Rules: moby/buildkit `frontend/dockerfile/parser` (directives, escape character, continuation
lines, comments between them, heredocs). Tolerant: an unknown instruction is kept as it is,
so that a Dockerfile newer than this reader can still be read and given a block.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from wizard.rules.dockerfile_words import assignments, end_of_quote, substitute
from wizard.text import Text, msg

__all__ = [
    "Dockerfile",
    "DockerfileError",
    "Heredoc",
    "Instruction",
    "Stage",
    "assignments",
    "parse_dockerfile",
    "split_lines",
    "substitute",
]


class DockerfileError(ValueError):
    """The file cannot be read as a Dockerfile: a line number and what is wrong there."""

    def __init__(self, line: int, message: Text) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Heredoc:
    """A here-document of a RUN or COPY: its word and its body."""

    name: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction; lines are counted from 1, both ends included."""

    keyword: str
    """Upper case: `RUN`."""
    flags: tuple[str, ...]
    """`--mount=…`, `--platform=…`, as written."""
    text: str
    """What follows keyword and flags, continuation lines joined, heredoc bodies left out."""
    heredocs: tuple[Heredoc, ...]
    first_line: int
    last_line: int
    stage: int | None
    """Index of its stage; None for an ARG before the first FROM."""

    @property
    def script(self) -> str:
        """The text with the bodies of its heredocs: all that a RUN would execute."""
        return "\n".join((self.text, *(heredoc.body for heredoc in self.heredocs)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One FROM and what follows it."""

    index: int
    name: str | None
    """Lower case, as `AS name` gives it."""
    base: str
    """As written, variables not replaced."""
    platform: str | None
    from_line: int
    """First line of the FROM."""
    body_line: int
    """First line after the FROM."""
    last_line: int
    """Last line of its last instruction."""

    @property
    def label(self) -> str:
        """Its name, or its index where it has none."""
        return self.name or str(self.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dockerfile:
    """A Dockerfile that was read."""

    directives: Mapping[str, str]
    """Parser directives: `syntax`, `escape`, `check`."""
    directive_lines: Mapping[str, int]
    instructions: tuple[Instruction, ...]
    stages: tuple[Stage, ...]

    def of_stage(self, index: int) -> tuple[Instruction, ...]:
        """Return the instructions of one stage, its FROM first."""
        return tuple(item for item in self.instructions if item.stage == index)

    def stage(self, label: str) -> Stage | None:
        """Return the stage with this name or index, as `COPY --from` would find it."""
        wanted = label.lower()
        for stage in self.stages:
            if wanted in {stage.name, str(stage.index)}:
                return stage
        return None

    def global_args(self) -> dict[str, str]:
        """Return the defaults of the ARGs before the first FROM."""
        found: dict[str, str] = {}
        for item in self.instructions:
            if item.stage is None and item.keyword == "ARG":
                for name, value in assignments(item.text, old_form=False):
                    if value is not None:
                        found[name] = substitute(value, found)
        return found

    def resolved_base(self, stage: Stage) -> str:
        """Return a stage's base image with global ARGs filled in and stage names followed."""
        args = self.global_args()
        seen: set[int] = set()
        while True:
            base = substitute(stage.base, args)
            parent = self.stage(base)
            # A number after FROM is an image name; only names refer to earlier stages.
            if parent is None or parent.name is None or parent.index >= stage.index:
                return base
            if parent.index in seen:
                return base
            seen.add(parent.index)
            stage = parent


_DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*")
_KNOWN_DIRECTIVES = {"syntax", "escape", "check"}
_KEYWORD = re.compile(r"\s*([A-Za-z]+)(?:\s+|$)")
_FLAG = re.compile(r"--[a-z][a-z-]*(?:=(?:\"[^\"]*\"|'[^']*'|\S)*)?(?:\s+|$)")
_HEREDOC = re.compile(
    r"(?<![<\w])<<(?P<dash>-?)(?P<quote>[\"']?)(?P<name>[A-Za-z0-9_.-]+)(?P=quote)"
)
_HEREDOC_KEYWORDS = {"RUN", "COPY", "ADD"}


def parse_dockerfile(text: str) -> Dockerfile:
    """Return the instructions and stages of a Dockerfile.

    Raises DockerfileError for what Docker itself could not read: a line that is no
    instruction, a heredoc that never ends, an instruction before the first FROM, no FROM.
    """
    lines = split_lines(text)
    directives, directive_lines = _directives(lines)
    escape = directives.get("escape", "\\")
    if escape not in {"\\", "`"}:
        raise DockerfileError(directive_lines["escape"], msg("escape must be \\ or `"))
    instructions: list[Instruction] = []
    stages: list[Stage] = []
    index = 0
    while index < len(lines):
        stripped = lines[index].strip()
        if not stripped or stripped.startswith("#"):
            index += 1
            continue
        first = index
        joined, index = _continued(lines, index, escape)
        keyword, rest = _keyword(joined, first + 1)
        heredocs: tuple[Heredoc, ...] = ()
        if keyword in _HEREDOC_KEYWORDS:
            heredocs, index = _heredocs(rest, lines, index, first + 1)
        flags, rest = _flags(rest)
        if keyword == "FROM":
            stages.append(_stage(len(stages), flags, rest, first + 1, index))
        elif not stages and keyword != "ARG":
            raise DockerfileError(
                first + 1, msg("{keyword} stands before the first FROM", keyword=keyword)
            )
        instructions.append(
            Instruction(
                keyword=keyword,
                flags=flags,
                text=rest,
                heredocs=heredocs,
                first_line=first + 1,
                last_line=index,
                stage=len(stages) - 1 if stages else None,
            )
        )
    if not stages:
        raise DockerfileError(max(1, len(lines)), msg("there is no FROM"))
    return Dockerfile(
        directives=directives,
        directive_lines=directive_lines,
        instructions=tuple(instructions),
        stages=tuple(_closed(stages, instructions)),
    )


def split_lines(text: str) -> list[str]:
    """Return the lines as this reader counts them: ended by LF or CRLF, a BOM left out."""
    lines = text.removeprefix("\ufeff").split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def _closed(stages: list[Stage], instructions: list[Instruction]) -> list[Stage]:
    ends = {item.stage: item.last_line for item in instructions}
    return [
        Stage(
            index=stage.index,
            name=stage.name,
            base=stage.base,
            platform=stage.platform,
            from_line=stage.from_line,
            body_line=stage.body_line,
            last_line=ends[stage.index],
        )
        for stage in stages
    ]


def _directives(lines: list[str]) -> tuple[dict[str, str], dict[str, int]]:
    """Read the leading directive block; the first line that is none ends it."""
    found: dict[str, str] = {}
    where: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if number == 1 and line.startswith("#!"):
            continue
        match = _DIRECTIVE.fullmatch(line.strip())
        if match is None or match[1].lower() not in _KNOWN_DIRECTIVES:
            break
        name = match[1].lower()
        if name in found:
            raise DockerfileError(number, msg("only one {name} directive can be used", name=name))
        found[name], where[name] = match[2], number
    return found, where


def _continued(lines: list[str], index: int, escape: str) -> tuple[str, int]:
    """Join a line with the lines that continue it; comments between them are dropped."""
    ending = re.compile(re.escape(escape) + r"[ \t]*$")
    parts: list[str] = []
    while index < len(lines):
        line = lines[index]
        index += 1
        if parts and (not line.strip() or line.lstrip().startswith("#")):
            continue
        if not ending.search(line):
            parts.append(line)
            break
        parts.append(ending.sub("", line))
    return "".join(parts).strip(), index


def _keyword(joined: str, line: int) -> tuple[str, str]:
    match = _KEYWORD.match(joined)
    if match is None:
        raise DockerfileError(line, msg("this line is no instruction"))
    return match[1].upper(), joined[match.end() :]


def _flags(rest: str) -> tuple[tuple[str, ...], str]:
    flags = []
    while match := _FLAG.match(rest):
        flags.append(match.group().strip())
        rest = rest[match.end() :]
    return tuple(flags), rest.strip()


def _heredocs(
    rest: str, lines: list[str], index: int, line: int
) -> tuple[tuple[Heredoc, ...], int]:
    found = []
    for match in _HEREDOC.finditer(_without_quoted(rest)):
        body: list[str] = []
        while True:
            if index >= len(lines):
                raise DockerfileError(
                    line, msg("the heredoc {name} is never closed", name=match["name"])
                )
            current = lines[index]
            index += 1
            bare = current.lstrip("\t") if match["dash"] else current
            if bare == match["name"]:
                break
            body.append(bare)
        found.append(Heredoc(name=match["name"], body="\n".join(body)))
    return tuple(found), index


def _without_quoted(text: str) -> str:
    """Blank out quoted parts that are not a heredoc's own delimiter."""
    out: list[str] = []
    index = 0
    while index < len(text):
        if text[index] not in "\"'":
            out.append(text[index])
            index += 1
            continue
        end = end_of_quote(text, index)
        delimiter = text.endswith(("<<", "<<-"), 0, index)
        out.append(text[index:end] if delimiter else " " * (end - index))
        index = end
    return "".join(out)


def _stage(index: int, flags: tuple[str, ...], rest: str, line: int, last: int) -> Stage:
    words = rest.split()
    if not words:
        raise DockerfileError(line, msg("FROM names no image"))
    name = words[2].lower() if len(words) == 3 and words[1].upper() == "AS" else None
    platforms = [flag.partition("=")[2] for flag in flags if flag.startswith("--platform=")]
    return Stage(
        index=index,
        name=name,
        base=words[0],
        platform=platforms[0] if platforms else None,
        from_line=line,
        body_line=last + 1,
        last_line=last,
    )
