"""From the bytes of a preset to a frozen `Preset`, or to every mistake in it with its line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wizard.errors import UsageError
from wizard.facts.base import Problem
from wizard.facts.preset import (
    AddressPlan,
    Line,
    NamedAuthority,
    Preset,
    PresetMirror,
    Rule,
    SelfTest,
)
from wizard.preset.meaning import COMMENT, as_text, host_and_port, misunderstandings
from wizard.resources import asset
from wizard.rules.json_schema import Mistake, mistakes
from wizard.rules.toml_lines import (
    Place,
    TooDeepError,
    line_at,
    line_of_error,
    toml_lines,
)
from wizard.text import Text, msg
from wizard.untrusted import clean_line

LIMIT = 256 * 1024
"""Bytes of a preset; more is refused unread."""
WEB_PAGE = Problem(message=msg("it is a web page, perhaps of a login, and no preset"), line=1)


def read_preset(data: bytes, source: str) -> Preset | tuple[Problem, ...]:
    """Return the preset of `data`, or what is wrong with it, line by line.

    `source`: the file or URL, for what is said of it.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return (Problem(message=msg("it is no UTF-8"), line=line),)
    if is_web_page(data):
        return (WEB_PAGE,)
    try:
        document, lines = _parsed(text)
    except _NoToml as error:
        return (error.problem,)
    found = [*mistakes(document, _schema())]
    if not found:
        found = [*misunderstandings(document, text)]
    if found:
        problems = [_problem(one, lines) for one in found]
        return tuple(sorted(problems, key=lambda one: one.line or 0))
    return _preset(document, lines, source)


def is_web_page(data: bytes) -> bool:
    """Whether `data` begins as HTML or XML does; no TOML does."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def refusal(problems: Sequence[Problem], source: str) -> UsageError:
    """Return the refusal of a preset with mistakes: the first by its line, the others counted."""
    first, more = problems[0], len(problems) - 1
    what = first.message
    if more:
        what = msg("{what} (and {n} more)", what=what, n=more)
    return UsageError(
        msg("the preset cannot be used: {what}", what=what),
        where=f"{source}:{first.line or 1}",
        hint=msg("every mistake at once: gomod-wizard preset check FILE"),
    )


class _NoToml(Exception):
    def __init__(self, message: Text, line: int) -> None:
        super().__init__(str(message))
        self.problem = Problem(message=message, line=line)


def _parsed(text: str) -> tuple[dict[str, Any], Mapping[Place, int]]:
    import tomllib

    try:
        lines = toml_lines(text)
        return tomllib.loads(text.removeprefix("\ufeff")), lines
    except TooDeepError as error:
        raise _NoToml(msg("it is nested too deeply"), line_of_error(error, text)) from None
    except tomllib.TOMLDecodeError as error:
        line = line_of_error(error, text)
        why = clean_line(str(error).partition(" (at")[0], 200)
        raise _NoToml(msg("it is not valid TOML: {why}", why=why), line) from None
    except ValueError:  # Python refuses integers of more than 4300 digits
        raise _NoToml(msg("a number in it is too long"), 1) from None


def _schema() -> Mapping[str, Any]:
    schema: Mapping[str, Any] = json.loads(asset("preset.schema.json").read_text("utf-8"))
    return schema


def _problem(mistake: Mistake, lines: Mapping[Place, int]) -> Problem:
    if mistake.place[:1] == (COMMENT,):
        return Problem(message=mistake.message, line=int(mistake.place[1]))
    named = [str(key) for key in mistake.place if isinstance(key, str)]
    key = clean_line(".".join(named), 100)
    message: Text = msg("{key}: {what}", key=key, what=mistake.message) if key else mistake.message
    if str(mistake.hint):
        message = msg("{what}; {hint}", what=message, hint=mistake.hint)
    return Problem(message=message, line=line_at(lines, mistake.place))


def _preset(document: Mapping[str, Any], lines: Mapping[Place, int], source: str) -> Preset:
    def where(*place: str | int) -> str:
        return f"{source}:{line_at(lines, place)}"

    def rows(name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        return enumerate(document.get(name, ()))

    addresses = document.get("addresses")
    return Preset(
        organisation=document["organisation"],
        version=int(document["version"]),
        source=source,
        contact=document.get("contact", ""),
        answers=tuple(
            Line(key=key, text=as_text(value), where=where("answers", key))
            for key, value in document.get("answers", {}).items()
        ),
        targets=tuple(
            Line(key=key, text=as_text(value), where=where("targets", key))
            for key, value in document.get("targets", {}).items()
        ),
        mirrors=tuple(
            PresetMirror(
                url=row["url"].rstrip("/"),
                name=row.get("name", document["organisation"]),
                where=where("mirror", index, "url"),
            )
            for index, row in rows("mirror")
        ),
        patterns=tuple(document.get("private", {}).get("patterns", ())),
        patterns_where=where("private", "patterns"),
        authorities=tuple(
            NamedAuthority(
                name=row["name"],
                sha256=row["sha256"].replace(":", "").lower(),
                where=where("authority", index, "sha256"),
            )
            for index, row in rows("authority")
        ),
        addresses=AddressPlan()
        if addresses is None
        else AddressPlan(
            docker=tuple(addresses.get("docker", ())),
            reserved=tuple(addresses.get("reserved", ())),
            because=addresses.get("because", ""),
            where=where("addresses", "docker" if "docker" in addresses else "reserved"),
        ),
        registry=document.get("images", {}).get("registry", "").rstrip("/"),
        registry_where=where("images", "registry"),
        rules=tuple(
            Rule(
                decision=row["decision"],
                allowed=tuple(row.get("allowed", ())),
                forbidden=tuple(row.get("forbidden", ())),
                because=row["because"],
                where=where("rule", index, "allowed" if "allowed" in row else "forbidden"),
            )
            for index, row in rows("rule")
        ),
        self_test=tuple(
            SelfTest(
                host=host_and_port(row["host"])[0],
                port=host_and_port(row["host"])[1],
                because=row.get("because", ""),
                where=where("self_test", index, "host"),
            )
            for index, row in rows("self_test")
        ),
    )
