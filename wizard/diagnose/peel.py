"""Takes the wrapping off one log line: terminal codes, timestamps, prefixes of CI and builders.

Every pattern here matches at the start of the line and cannot backtrack over more than the
prefix itself; the number of prefixes taken off one line is bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TEXT_LIMIT = 6_000
"""Characters of one line that the rules look at."""

_ANSI = re.compile(
    r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[()][A-Z0-9]|[@-Z\\^_=>])"
    r"|[\u241b^]\[[0-9;]*[A-Za-z]"
    # A log that was pasted through a form lost the escape character itself.
    r"|\[[0-9]{1,3}(?:;[0-9]{1,3})*m"
)
_ESCAPES = ("\x1b", "m", "^[", "\u241b")

_TIME = r"\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?"
_DATE = r"\d{4}[-/]\d{2}[-/]\d{2}"
_PREFIXES = tuple(
    re.compile(pattern)
    for pattern in (
        # 2023-02-02T08:11:04.0393772Z, [2023-02-02 08:11:04], 08:11:04.039
        rf"\[?(?:{_DATE}[T ])?{_TIME}(?: ?(?:Z|UTC|[+-]\d{{2}}:?\d{{2}}))?\]?:?(?:[EWI]:)?[ \t]+",
        rf"\[Container\] {_DATE} {_TIME}(?:\.\d+)? ",
        # GitLab's own stream marks after the time: 00O, 01E, 00O+
        r"[0-9a-f]{2}[OE][ +]",
        # gh run view --log: job TAB step TAB time
        r"[^\t]{1,120}\t[^\t]{1,120}\t(?=\ufeff?\d{4}-)",
        # journald: Nov 22 10:00:00 host dockerd[123]:
        rf"[A-Z][a-z]{{2}} [ \d]\d {_TIME} \S{{1,80}} [\w.-]{{1,60}}(?:\[\d{{1,9}}\])?: ",
        # Cloud Build: Step #0 - "build":
        r'Step #\d{1,4}(?: - "[^"]{0,80}")?: ',
        # GitHub and Azure commands
        r"##\[(?:error|warning|group|debug|section|command)\]",
        r"::(?:error|warning|notice|group)[^:]{0,200}::",
        # compose run, multi-service: web_1  |
        r"[A-Za-z][\w.-]{0,60} +\| ",
        r"[ \t]{0,8}\| (?=\S)",
        # a logger's level and thread: INFO  builder-7 |
        r"(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR)[ \t]{1,8}[A-Za-z][\w.-]{0,60} +\| ",
        # TeamCity: [Step 2/4]; a stage of that name has its instruction behind it
        r"\[Step \d{1,4}/\d{1,4}\] (?![A-Z]{3,12} )",
        # tekton, drone, concourse: [step-build], [build : step-build], [docker:3]
        r"\[[A-Za-z][\w-]{0,40}(?: : [\w-]{1,40}|:\d{1,6})\] ?",
        r"\[step-[\w-]{1,40}\] ",
        # quoted in an answer, indented in a paste: only where BuildKit's number follows
        r"[ \t]{0,8}(?:>[ \t]{0,8}){1,4}(?=#\d{1,6} )",
        r"[ \t]{1,16}(?=#\d{1,6} )",
        # grep -n
        r"\d{1,7}:(?=[#\[ ]|Step |STEP |go: )",
        r"\ufeff",
    )
)
_VERTEX = re.compile(r"#(\d{1,6})(?: |$)")
_SECONDS = re.compile(r"\d{1,6}\.\d{1,3} (?=\S|[ \t])")
_LIVE = re.compile(r" {0,8}=> => # ")
_LOGFMT = re.compile(r'(?:time="[^"]{1,60}" )?level=\w{1,10} msg="')
_MAX_PREFIXES = 5


@dataclass(frozen=True, slots=True)
class Peeled:
    """One line without its wrapping."""

    text: str
    vertex: str | None = None
    """BuildKit's number of the step that printed it."""
    timed: bool = False
    """It carried BuildKit's seconds: output of a command."""


def strip_codes(text: str) -> str:
    """Return `text` without terminal escape sequences, also those that lost their ESC."""
    if "[" not in text and "\x1b" not in text:
        return text
    return _ANSI.sub("", text)


def peel(line: str) -> Peeled:
    """Return what a program wrote, without what CI, compose and BuildKit put before it."""
    text = strip_codes(line[:TEXT_LIMIT]).rstrip()
    for _ in range(_MAX_PREFIXES):
        for prefix in _PREFIXES:
            if match := prefix.match(text):
                text = text[match.end() :]
                break
        else:
            break
    vertex = None
    timed = False
    if match := _VERTEX.match(text):
        vertex = match.group(1)
        text = text[match.end() :]
    if match := _SECONDS.match(text) or _LIVE.match(text):
        timed = True
        text = text[match.end() :]
    if match := _LOGFMT.match(text):
        text = _unescape(text[match.end() :])
    return Peeled(text, vertex, timed)


def _unescape(text: str) -> str:
    """Return logfmt's quoted value up to its closing quote, `\\"` undone."""
    body = text.replace('\\"', "\x00").partition('"')[0].replace("\x00", '"')
    return body.replace("\\n", " ").replace("\\t", " ")
