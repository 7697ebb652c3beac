"""What a schema cannot say of a preset: values that mean something, and no secret among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any

from wizard.detect.catalogue import url_problem
from wizard.errors import UsageError
from wizard.plan import values
from wizard.plan.rulebook import broken_rule
from wizard.plan.types import Answer, Origin
from wizard.questions import BY_KEY
from wizard.rules.credentials import value_holds_credentials
from wizard.rules.goauth import commands_of
from wizard.rules.image_reference import parse_image_reference
from wizard.rules.json_schema import Mistake
from wizard.rules.secret_words import holds_secret
from wizard.rules.toml_lines import Place
from wizard.text import Text, msg
from wizard.untrusted import escape_hidden

_HOST = re.compile(
    r"(?P<host>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?"
)
COMMENT = "#"
"""No key: the place of a comment is `(COMMENT, line)`."""
_SECRET = msg("it looks like a secret, and a preset is read by everybody")


def misunderstandings(document: Mapping[str, Any], text: str) -> Iterator[Mistake]:
    """Yield what is wrong with a document that fits the schema."""
    secrets = (*_secrets(document, ()), *_secret_lines(text))
    if secrets:  # what else is wrong with such a value is not worth a word
        yield from secrets
        return
    yield from _answers(document.get("answers", {}))
    yield from _targets(document.get("targets", {}))
    yield from _values("private", "patterns", document, values.pattern)
    yield from _values("addresses", "docker", document, values.network)
    yield from _values("addresses", "reserved", document, values.network)
    yield from _address_plan(document.get("addresses", {}))
    for index, row in enumerate(document.get("mirror", ())):
        if problem := url_problem(row["url"]):
            yield Mistake(place=("mirror", index, "url"), message=problem)
    registry = document.get("images", {}).get("registry")
    if registry is not None and not _is_registry(registry):
        yield Mistake(
            place=("images", "registry"),
            message=msg("it is no registry such as {example}", example="registry.corp.example/hub"),
        )
    for index, row in enumerate(document.get("self_test", ())):
        if host_and_port(row["host"])[1] == 0:
            message = msg("it is no host:port such as {example}", example="git.corp.example:443")
            yield Mistake(place=("self_test", index, "host"), message=message)
    yield from _rules(document)


def as_text(value: object) -> str:
    """Return a value of TOML as `--set` would give it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value)


def host_and_port(text: str) -> tuple[str, int]:
    """Return the host and the port (443 where none is named); port 0 for what is neither."""
    found = _HOST.fullmatch(text)
    port = 443 if found is None or found["port"] is None else int(found["port"])
    if found is None or port > 65535:
        return text, 0
    return found["host"].strip("[]"), port


def _secrets(value: object, place: Place) -> Iterator[Mistake]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _secrets(item, (*place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _secrets(item, (*place, index))
    elif isinstance(value, str):
        if value_holds_credentials(value) or holds_secret(value):
            yield Mistake(place=place, message=_SECRET)
        elif escape_hidden(value) != value or "\t" in value or "\n" in value:
            yield Mistake(place=place, message=msg("it holds a control character"))


def _secret_lines(text: str) -> Iterator[Mistake]:
    """Yield comments with a secret: they are published with everything else."""
    for number, line in enumerate(text.splitlines(), 1):
        comment = line.partition("#")[2]
        if comment and holds_secret(comment.strip()):
            yield Mistake(place=(COMMENT, number), message=_SECRET)


def _answers(answers: Mapping[str, Any]) -> Iterator[Mistake]:
    for key, value in answers.items():
        try:
            decided = BY_KEY[key].parse(as_text(value))
        except UsageError as error:
            yield Mistake(place=("answers", key), message=error.message, hint=error.hint)
            continue
        if key == "goauth" and commands_of(as_text(value)):
            message = msg("Go would start that program; only a person may answer so")
            yield Mistake(place=("answers", key), message=message)
        gives_up = BY_KEY[key].unsafe(decided)
        if gives_up is not None:
            message = msg("it is unsafe: {why}; only a person may answer so", why=gives_up)
            yield Mistake(place=("answers", key), message=message)


def _targets(targets: Mapping[str, Any]) -> Iterator[Mistake]:
    if not targets:
        return
    from wizard.render.targets import TARGETS  # only for the few who ask for one
    from wizard.render.targets.options import OPTIONS, check_option

    for key, value in targets.items():
        text, place = as_text(value), ("targets", key)
        if key == "with":
            for name in filter(None, map(str.strip, text.split(","))):
                if name not in TARGETS:
                    yield Mistake(place=place, message=msg("there is no target {name}", name=name))
            continue
        if key not in OPTIONS:
            yield Mistake(place=place, message=msg("there is no option {key}", key=key))
            continue
        try:
            check_option(key, Answer(text=text, origin=Origin.PRESET))
        except UsageError as error:
            yield Mistake(place=place, message=error.message, hint=error.hint)


def _values(table: str, key: str, document: Mapping[str, Any], read: Any) -> Iterator[Mistake]:
    for index, item in enumerate(document.get(table, {}).get(key, ())):
        try:
            read(item)
        except values.ValueProblem as problem:
            yield Mistake(place=(table, key, index), message=problem.message)
        else:
            if table == "private" and BY_KEY["goprivate"].unsafe((item,)) is not None:
                yield Mistake(
                    place=(table, key, index),
                    message=msg("it takes modules of strangers past the checksum database"),
                )


def _address_plan(addresses: Mapping[str, Any]) -> Iterator[Mistake]:
    try:
        docker = [IPv4Network(item) for item in addresses.get("docker", ())]
        reserved = [IPv4Network(item) for item in addresses.get("reserved", ())]
    except ValueError:
        return  # told already
    for index, one in enumerate(docker):
        over = next((other for other in reserved if one.overlaps(other)), None)
        if over is not None:
            message = msg("{range} is reserved, and Docker's too", range=over)
            yield Mistake(place=("addresses", "docker", index), message=message)


def _is_registry(text: str) -> bool:
    host = text.partition("/")[0]
    named = "." in host or ":" in host or host == "localhost"
    return named and parse_image_reference(f"{text.rstrip('/')}/golang:1.27") is not None


def _rules(document: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield answers of the preset that its own rules forbid."""
    answers = document.get("answers", {})
    for row in document.get("rule", ()):
        key = row["decision"]
        if key not in answers:
            continue
        try:
            value = BY_KEY[key].parse(as_text(answers[key]))
        except UsageError:
            continue  # told already
        part = broken_rule(key, value, row.get("allowed", ()), row.get("forbidden", ()))
        if part is not None:
            said: Text = msg("its own rule forbids {part}: {why}", part=part, why=row["because"])
            yield Mistake(place=("answers", key), message=said)
