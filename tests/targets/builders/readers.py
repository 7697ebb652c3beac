"""What each tool would be given, read back out of its file by that tool's rules."""

from __future__ import annotations

import csv
import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True)
class Given:
    """One build, whichever tool runs it. Sets: no tool cares for the order."""

    dockerfile: str
    context: str
    network: str
    hosts: frozenset[tuple[str, str]]
    secrets: frozenset[tuple[str, str]]
    ssh: frozenset[str]
    contexts: frozenset[tuple[str, str]]
    args: frozenset[tuple[str, str | None]]
    tag: str


def command_line(argv: Sequence[str]) -> Given:
    """Read a `docker build` or `podman build`, without the two words."""
    found: dict[str, list[str]] = {}
    words = [word for word in argv if word != "--http-proxy=false"]
    context = words.pop()
    for flag, value in zip(words[::2], words[1::2], strict=True):
        found.setdefault(flag, []).append(value)
    return Given(
        dockerfile=found.get("-f", ["Dockerfile"])[0],
        context=context,
        network=found.get("--network", [""])[0],
        hosts=frozenset(_pair(one, ":") for one in found.get("--add-host", [])),
        secrets=frozenset(_secret(one) for one in found.get("--secret", [])),
        ssh=frozenset(found.get("--ssh", [])),
        contexts=frozenset(_pair(one, "=") for one in found.get("--build-context", [])),
        args=frozenset(
            _pair(one, "=") if "=" in one else (one, None) for one in found.get("--build-arg", [])
        ),
        tag=found["-t"][0],
    )


def podman(script: str) -> Given:
    """Read the script of `podman build`, as a shell would."""
    command = script[script.index("exec podman build") :]
    words = shlex.split(command.replace('"$@" ', "").replace("\\\n", " "))
    return command_line(words[3:])


def compose(text: str) -> Given:
    """Read a compose file with PyYAML; `$$` is compose's own escape."""
    whole = _unescaped(yaml.safe_load(text))
    ((_, service),) = whole["services"].items()
    build = service["build"]
    files = {id_: one["file"] for id_, one in whole.get("secrets", {}).items()}
    return Given(
        dockerfile=build["dockerfile"],
        context=build["context"],
        network=build.get("network", ""),
        hosts=frozenset(_pair(one, "=") for one in build.get("extra_hosts", [])),
        secrets=frozenset((id_, files[id_]) for id_ in build.get("secrets", [])),
        ssh=frozenset(build.get("ssh", [])),
        contexts=frozenset(build.get("additional_contexts", {}).items()),
        args=frozenset(build.get("args", {}).items()),
        tag=service["image"],
    )


_LINE = re.compile(r'("(?:[^"\\]|\\.)*"|\w[\w-]*) *= *(.*)')


def bake(text: str) -> Given:
    """Read our bake file: the few forms of HCL that stand in it. buildx reads it elsewhere."""
    body = text[text.index("\ntarget ") :].split("\n", 2)[2]
    found: dict[str, Any] = {}
    inside: Any = None
    for line in map(str.strip, body.split("\n")):
        if line in ("}", "]"):
            inside = None
        elif isinstance(inside, list):
            inside.append(_hcl(line.removesuffix(",")))
        elif match := _LINE.fullmatch(line):
            key, value = _hcl(match[1]) if match[1][0] == '"' else match[1], match[2]
            target = found if inside is None else inside
            if value in ("{", "["):
                inside = found[key] = {} if value == "{" else []
            elif value.startswith("["):
                target[key] = [_hcl(value[1:-1])]
            else:
                target[key] = _hcl(value) if value.startswith('"') else None
    return Given(
        dockerfile=found["dockerfile"],
        context=found["context"],
        network=found.get("network", ""),
        hosts=frozenset(
            (name, one)
            for name, listed in found.get("extra-hosts", {}).items()
            for one in listed.split(",")
        ),
        secrets=frozenset(_secret(one) for one in found.get("secret", [])),
        ssh=frozenset(found.get("ssh", [])),
        contexts=frozenset(found.get("contexts", {}).items()),
        args=frozenset(found.get("args", {}).items()),
        tag=found["tags"][0],
    )


def _hcl(text: str) -> str:
    return str(json.loads(text))


def _pair(text: str, sign: str) -> tuple[str, str]:
    name, _, value = text.partition(sign)
    return name, value


def _secret(text: str) -> tuple[str, str]:
    (fields,) = csv.reader([text])
    values: Mapping[str, str] = dict(_pair(field, "=") for field in fields)
    return values["id"], values["src"]


def _unescaped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unescaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unescaped(item) for item in value]
    return value.replace("$$", "$") if isinstance(value, str) else value
