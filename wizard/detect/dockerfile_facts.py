"""An existing Dockerfile and .dockerignore, as far as the plan needs to know them."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from wizard.facts.base import Fact, Problem, known, not_applicable, unknown
from wizard.facts.project import DockerfileFacts, IgnoreFacts
from wizard.rules.credentials import mask_value
from wizard.rules.dockerfile import Dockerfile, DockerfileError, parse_dockerfile
from wizard.rules.dockerfile_graph import names_by_number
from wizard.rules.dockerfile_steps import go_stage, lacks_git
from wizard.rules.dockerfile_words import assignments
from wizard.rules.dockerignore import DockerignoreError, Ignored, parse_dockerignore
from wizard.rules.dockerignore_pattern import Pattern
from wizard.rules.golang_image import FETCH_STAGE
from wizard.rules.secret_words import holds_secret, mask_words
from wizard.system import Failed, System
from wizard.text import msg
from wizard.untrusted import clean_line

NAMES = ("Dockerfile", "dockerfile")
BLOCK_MARKER = "# >>> gomod-wizard >>>"
_FETCH_BLOCK = re.compile(
    rf"^{re.escape(BLOCK_MARKER)}\r?\n(?:(?!{re.escape(BLOCK_MARKER)}).*\n)*?"
    rf"FROM \S+ AS {re.escape(FETCH_STAGE)}\r?\n(?:.*\n)*?# <<< gomod-wizard <<<\r?\n",
    re.MULTILINE,
)
_WHOLE_MARKER = re.compile(r"#.*\bwritten by gomod-wizard\b", re.IGNORECASE)
_LIMIT = 1024 * 1024
_MOST_SETTINGS = 100
_MOST_SECRETS = 20
_MOST_SOURCES = 200
"""Lines that the block of .dockerignore may have for them."""


def dockerfile_fact(system: System, root: Path) -> Fact[DockerfileFacts]:
    """Return the Dockerfile that `docker build` would take from this folder."""
    for name in NAMES:
        path = root / name
        text = system.read_text(path, limit=_LIMIT, inside=root)
        if not isinstance(text, Failed):
            facts = _facts(path, system.redactor.read_text(text))
            return known(replace(facts, secrets=_secrets(text)), str(path))
        if text.kind != "missing":
            why = msg("it cannot be read: {why}", why=text.detail or text.kind)
            return unknown(why, str(path))
        if text.detail:
            return not_applicable(msg("it cannot be read: {why}", why=text.detail), str(path))
    return not_applicable(msg("there is no Dockerfile"), str(root / NAMES[0]))


def _secrets(text: str) -> tuple[int, ...]:
    lines = enumerate(text.splitlines(), start=1)
    return tuple(number for number, line in lines if holds_secret(line))[:_MOST_SECRETS]


def _facts(path: Path, text: str) -> DockerfileFacts:
    lines = [line.strip() for line in text.splitlines()]
    whole = any(_WHOLE_MARKER.match(line) for line in lines[:3])
    managed = whole or BLOCK_MARKER in lines
    try:
        dockerfile = parse_dockerfile(_without_fetch_stage(text))
    except DockerfileError as error:
        return DockerfileFacts(
            path=str(path),
            syntax=None,
            stages=(),
            go_stage=None,
            base_image=None,
            managed=managed,
            problem=Problem(message=error.message, line=error.line),
            whole=whole,
        )
    stage = go_stage(dockerfile)
    syntax = dockerfile.directives.get("syntax")
    return DockerfileFacts(
        path=str(path),
        syntax=None if syntax is None else _shown(syntax),
        stages=tuple(
            (_shown(item.label), _shown(dockerfile.resolved_base(item)))
            for item in dockerfile.stages
        ),
        go_stage=None if stage is None else _shown(stage.label),
        base_image=None if stage is None else _shown(dockerfile.resolved_base(stage)),
        managed=managed,
        problem=None,
        whole=whole,
        lacks_git=stage is not None and lacks_git(dockerfile, stage),
        numbered=names_by_number(dockerfile),
        settings=_settings(dockerfile),
    )


def _settings(dockerfile: Dockerfile) -> tuple[tuple[int, str, str], ...]:
    """Return the variables of Go that ENV lines set: `ENV GOPROXY=…`, `GOFLAGS`, `GOSUMDB`."""
    return tuple(
        (item.first_line, _shown(name), _shown(value or ""))
        for item in dockerfile.instructions
        if item.keyword == "ENV"
        for name, value in assignments(item.text)
        if name.startswith("GO")
    )[:_MOST_SETTINGS]


def _without_fetch_stage(text: str) -> str:
    """Return the file with blank lines for the stage that a block brought in: not the user's."""
    return _FETCH_BLOCK.sub(lambda found: "\n" * found[0].count("\n"), text)


def _shown(text: str) -> str:
    return clean_line(mask_words(mask_value(text)), 500)


def dockerignore_fact(
    system: System,
    root: Path,
    needed: Iterable[str],
    sources: Iterable[str] = (),
    imported: frozenset[str] = frozenset(),
) -> Fact[IgnoreFacts]:
    """Return the .dockerignore that BuildKit would take, and which `needed` paths it hides.

    `sources` are the project's .go files; `imported` are the folders of the package to build
    and of those that it imports.

    `Dockerfile.dockerignore` beside the Dockerfile takes the place of `.dockerignore`.
    """
    for name in ("Dockerfile.dockerignore", ".dockerignore"):
        path = root / name
        text = system.read_text(path, limit=_LIMIT, inside=root)
        if isinstance(text, Failed):
            if text.kind == "missing" and not text.detail:
                continue
            if text.kind == "missing":
                why = msg("it cannot be read: {why}", why=text.detail)
                return not_applicable(why, str(path))
            why = msg("it cannot be read: {why}", why=text.detail or text.kind)
            return unknown(why, str(path))
        try:
            patterns = parse_dockerignore(text)
        except DockerignoreError as error:
            why = msg("line {line}: {why}", line=error.line, why=error.message)
            return unknown(why, f"{path}:{error.line}")
        hides = []
        ignored = Ignored(patterns)
        for wanted in needed:
            pattern = ignored.by(wanted)
            if pattern is not None:
                hides.append((wanted, clean_line(pattern.text, 300)))
        hides += _hidden_sources(ignored, sources, imported)
        facts = IgnoreFacts(
            path=str(path),
            patterns=tuple(clean_line(pattern.text, 300) for pattern in patterns),
            hides=tuple(hides),
        )
        return known(facts, str(path))
    return not_applicable(msg("there is no .dockerignore"), str(root / ".dockerignore"))


def _hidden_sources(
    ignored: Ignored, sources: Iterable[str], imported: frozenset[str]
) -> list[tuple[str, str]]:
    """Return the hidden sources of packages that would be empty in the build.

    A folder that is hidden as such is meant to be, unless what is built imports it; and so is a
    single file out of several.
    """
    packages: dict[str, list[tuple[str, Pattern | None]]] = {}
    for path in sources:
        folder = posixpath.dirname(path) or "."
        packages.setdefault(folder, []).append((path, ignored.by(path)))
    found: list[tuple[str, str]] = []
    for folder, files in packages.items():
        hiding = [(path, pattern) for path, pattern in files if pattern is not None]
        by_kind = all(pattern.text.endswith(".go") for _, pattern in hiding)
        if len(hiding) == len(files) and (folder in imported or by_kind):
            found += [(path, clean_line(pattern.text, 300)) for path, pattern in hiding]
    return found[:_MOST_SOURCES]


def is_writable(root: Path) -> bool:
    """Whether this user may create files in the project."""
    try:
        return os.access(root, os.W_OK | os.X_OK)
    except OSError:
        return False
