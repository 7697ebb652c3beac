"""Follows the steps of a build through its log and knows which one failed.

Understands the layouts of the legacy builder, BuildKit (plain, tty, rawjson turned into plain),
buildah and podman, and kaniko; a log of something else simply has no steps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wizard.diagnose.peel import Peeled
from wizard.diagnose.redact import safe_line
from wizard.diagnose.types import Step

ANCHORS = (
    "Step ", "STEP ", "] FROM ", "] RUN", "] COPY", "] ADD ", "] WORKDIR ", "] ENV ", "] load ",
    "resolve image config for", " > ", "ERROR", "CANCELED", "CACHED", "DONE", ">>> ", "INFO[",
    "] docker.io", "--> ", "---> ",
)  # fmt: skip
"""A line without any of these tells nothing about steps."""

_MAX_VERTEXES = 4_096
_MAX_INSTRUCTIONS = 256
_TEXT = 1_000

LEGACY = re.compile(r"Step (\d{1,4}/\d{1,4}) ?: (.+)")
_BUILDAH = re.compile(r"(?:\[(\d{1,3})/\d{1,3}\] )?STEP (\d{1,4}(?:/\d{1,4})?): (.+)")
_KANIKO = re.compile(
    r"INFO\[\d{1,6}\] ((?:FROM|RUN|COPY|ADD|ENV|WORKDIR|ARG|USER|LABEL|CMD|ENTRYPOINT|EXPOSE) .+)"
)
_HEADER = re.compile(r"(?:(CACHED|CANCELED|ERROR) )?\[([^\]]{1,200})\] (\S.*)")
_TTY = re.compile(r" {0,8}=> ")
_TTY_TIME = re.compile(r" +\d{1,6}\.\d{1,2}s$")
_BLOCK = re.compile(r" {0,2}> (.+?):? *$")
_BARE_BLOCK = re.compile(r"\[[^\]]{0,200}\d/\d{1,4}\] [A-Z]{3,12} .*:$")
_EXCERPT = re.compile(r" *\d{1,6} \| >>> (.+)")
_COUNT = re.compile(r"^(.*?) *(\d{1,4}/\d{1,4})$")
_FROM_AS = re.compile(r"FROM (?:--\S+ )?\S+ (?:AS|as|As) (\S+)")
_DONE = re.compile(r"(?:DONE(?: \d+\.\d+s)?|CACHED)$")
_SUCCEEDED = re.compile(r" ?-{2,3}> (?:[0-9a-f]{10,64}|Using cache)$")
_DOWNLOADS = re.compile(
    r"\bgo(?: -C \S{1,200})? (?:mod download|get|install)\b|\bgit (?:clone|fetch|ls-remote)\b"
    r"|\bapt-get (?:update|install)\b|\bapk (?:add|update)\b|\b(?:curl|wget) "
)
_NAMELESS = re.compile(r"(?:resolve image config for|\[internal\] load)\b")


@dataclass(slots=True)
class Seen:
    """One step as far as it was read."""

    key: str
    number: str | None = None
    instruction: str | None = None
    stage: str | None = None
    state: str = "running"
    """`running`, `done`, `failed` or `canceled`."""
    cut: bool = False
    """The instruction was cut by the terminal's width."""
    first: int = 0


class StepTracker:
    """The steps of one log, in constant memory."""

    def __init__(self) -> None:
        self._vertexes: dict[str, Seen] = {}
        self._current: Seen | None = None
        self._stage: str | None = None
        self._excerpt: str | None = None
        self._in_block = False
        self._instructions: dict[str, None] = {}
        self.failed: Seen | None = None

    @property
    def instructions(self) -> tuple[str, ...]:
        """The instructions of the steps, in the order of their first mention."""
        return tuple(self._instructions)

    def observe(self, number: int, line: Peeled) -> Seen | None:
        """Take in one line; return the step that it belongs to."""
        step = self._observe(number, line)
        if step is not None and step.instruction and len(self._instructions) < _MAX_INSTRUCTIONS:
            self._instructions[step.instruction] = None
        return step

    def _observe(self, number: int, line: Peeled) -> Seen | None:
        if line.vertex is not None and not line.timed:
            self._vertex(number, line.vertex, line.text)
        elif line.vertex is None and not line.timed:
            self._plain(number, line.text)
        if line.vertex is not None:
            return self._vertexes.get(line.vertex)
        return self._current

    @property
    def any(self) -> bool:
        """Whether the log shows steps at all."""
        return self._current is not None or bool(self._vertexes)

    def _vertex(self, number: int, vertex: str, text: str) -> None:
        seen = self._vertexes.get(vertex)
        if text.startswith("ERROR"):
            if seen is None:
                seen = self._vertexes[vertex] = Seen(vertex, first=number)
            if "context canceled" in text:
                seen.state = "canceled"
            else:
                self._fail(seen)
        elif _DONE.match(text):
            if seen is not None:
                seen.state = "done"
        elif text == "CANCELED":
            if seen is not None:
                seen.state = "canceled"
        elif (match := _HEADER.match(text)) or _NAMELESS.match(text):
            if len(self._vertexes) >= _MAX_VERTEXES:
                self._vertexes.clear()
            if seen is None or seen.instruction is None:
                seen = self._vertexes[vertex] = Seen(vertex, first=number)
            _name(seen, match, text)

    def _plain(self, number: int, text: str) -> None:
        stripped = text.lstrip()
        if match := LEGACY.match(stripped):
            self._enter(number, "L", match.group(1), match.group(2))
        elif match := _BUILDAH.match(stripped):
            self._enter(number, f"B{match.group(1) or ''}-", match.group(2), match.group(3))
        elif match := _KANIKO.match(stripped):
            self._enter(number, f"K{number}-", None, match.group(1).strip())
        elif match := _TTY.match(text):
            self._tty(number, text[match.end() :])
        elif match := _EXCERPT.match(text):
            self._excerpt = match.group(1).strip()[:_TEXT]
        elif (match := _BLOCK.match(text)) and _is_name(match.group(1)):
            self._block(number, match.group(1))
        elif _BARE_BLOCK.match(text):
            self._block(number, text.rstrip(": "))
        elif _SUCCEEDED.match(text) and not self._in_block:
            self._end_well()

    def _end_well(self) -> None:
        if self._current is not None and self._current.state == "running":
            self._current.state = "done"

    def _enter(self, number: int, prefix: str, count: str | None, instruction: str) -> None:
        """A builder without parallel steps begins one: the one before it ended well."""
        self._end_well()
        if instruction[:5].upper() == "FROM ":
            match = _FROM_AS.match(instruction)
            self._stage = match.group(1) if match else None
        self._in_block = False
        self._current = Seen(
            f"{prefix}{count}@{number}", number=count, instruction=instruction[:_TEXT],
            stage=self._stage, first=number,
        )  # fmt: skip

    def _tty(self, number: int, text: str) -> None:
        """One row of the live display; the same row comes again and again."""
        text = _TTY_TIME.sub("", text).rstrip()
        match = _HEADER.match(text)
        nameless = text.removeprefix("ERROR ").removeprefix("CANCELED ").removeprefix("CACHED ")
        if match is None and not _NAMELESS.match(nameless):
            return
        state, name = (match.group(1), f"[{match.group(2)}]") if match else ("", nameless)
        if match is None and text.startswith("ERROR "):
            state = "ERROR"
        if match and match.group(2) in ("internal", "auth"):
            name = nameless
        seen = self._vertexes.get(name)
        if seen is None:
            if len(self._vertexes) >= _MAX_VERTEXES:
                self._vertexes.clear()
            seen = self._vertexes[name] = Seen(name, first=number, cut=True)
            _name(seen, match, nameless)
        if state == "ERROR":
            self._fail(seen)
        elif state == "CANCELED":
            seen.state = "canceled"

    def _block(self, number: int, name: str) -> None:
        """` > [build 3/7] RUN …:` between two rulers repeats the failed step's last lines."""
        match = _HEADER.match(name)
        for seen in self._vertexes.values():
            if seen.instruction and match and seen.state == "failed" and _same(seen, match):
                if seen.cut or len(seen.instruction) < len(match.group(3)):
                    seen.instruction, seen.cut = match.group(3)[:_TEXT], False
                break
        else:
            seen = Seen(f"block{number}", first=number)
            _name(seen, match, name)
        self._in_block = True
        self._current = seen
        self._fail(seen)

    def hanging(self) -> Seen | None:
        """Return the step that downloads and was at work when the log ended, or was cancelled."""
        if self.failed is not None and self.failed.instruction is not None:
            return None
        for seen in reversed((*self._vertexes.values(), *filter(None, (self._current,)))):
            at_work = seen.state in ("running", "canceled")
            if at_work and _DOWNLOADS.search(seen.instruction or ""):
                return seen
        return None

    def _fail(self, seen: Seen) -> None:
        seen.state = "failed"
        if self.failed is None or self.failed.instruction is None or self.failed.number is None:
            self.failed = seen

    def failing(self, hit: Seen | None, *, failed: bool) -> Step | None:
        """Return the step that failed.

        `hit` is the step of the most likely fault; `failed` says that the log shows a failure.
        """
        seen = self.failed
        if seen is None:
            seen = hit if hit is not None else self._current if failed else None
        if seen is None and self._excerpt is None:
            return None
        if seen is None or (self._excerpt and (seen.instruction is None or seen.number is None)):
            number, stage = (seen.number, seen.stage) if seen else (None, None)
            return _step(number, self._excerpt, stage)
        return _step(seen.number, seen.instruction, seen.stage)


def _step(number: str | None, instruction: str | None, stage: str | None) -> Step | None:
    if number is None and instruction is None:
        return None  # a number of BuildKit's whose head was cut off names nothing
    return Step(
        number=number,
        instruction=None if instruction is None else safe_line(instruction, _TEXT),
        stage=None if stage is None else safe_line(stage, _TEXT),
    )


def _is_name(name: str) -> bool:
    return name.startswith(("[", "importing ")) or bool(_NAMELESS.match(name))


def _name(seen: Seen, match: re.Match[str] | None, text: str) -> None:
    """Split `[linux/amd64 build 3/7] RUN go mod download` into its parts."""
    if match is None or match.group(2) in ("internal", "auth"):
        seen.instruction = text[:_TEXT]
        return
    inner = match.group(2).strip()
    if count := _COUNT.match(inner):
        seen.number = count.group(2)
        inner = count.group(1).strip()
    seen.stage = inner or None
    seen.instruction = match.group(3)[:_TEXT]


def _same(seen: Seen, match: re.Match[str]) -> bool:
    inner = match.group(2).strip()
    count = _COUNT.match(inner)
    number = count.group(2) if count else None
    stage = (count.group(1).strip() if count else inner) or None
    return (number, stage) == (seen.number, seen.stage)
