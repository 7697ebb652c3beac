"""No reader of outside text is without a fuzz target: those of the rules, and every decoder."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType

import pytest

import wizard
from tests.fuzz.targets import TARGETS
from tests.fuzz.words import WORDS

ROOT = Path(wizard.__file__).parent
DECODERS = {"loads", "raw_decode", "b64decode", "feed", "decompress"}
"""Calls that turn bytes of others into something else."""

SAMPLES = (
    b"module a.example/b\n\ngo 1.25\n\nrequire a.example/C/v2 v2.0.0\n",
    b'FROM golang:1.25\nWORKDIR /x\nRUN ["go", "mod", "download"]\nRUN <<EOF\n#!/bin/sh\nEOF\n'
    b"RUN --mount=type=cache,target=/go/pkg/mod go mod download\nRUN go build .\n",
    b"[Service]\nEnvironment=\"HTTPS_PROXY=http://p:1\" 'A=b'\n",
    b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"Version":"v1.5.2"}',
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Encoding: gzip\r\n\r\n{}",
    b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"a": ""}',
    b'{"logs":[{"vertex":"x","data":"eA=="}]}',
    b'#5 0.1 @gomod-probe mirror 0 1 1 2 {"Error":"x"}\n',
    b"FROM golang:1.25\nCOPY . .\nRUN <<EOF\n#!/usr/bin/env bash\ngo mod download\nEOF\n",
    b'{"Endpoints":{"docker":{"Host":"tcp://a:1"}},"currentContext":"a"}',
    b"# get https://a.example/b/@v/v1.0.0.zip: 200 OK (1.2s)\n",
)
NOT_FROM_OUTSIDE = {
    "wizard.language.sentences": "reads the program's own sentences",
    "wizard.diagnose.table._read": "reads the program's own table",
    "wizard.cli.grammar_parser.parse_args": "takes the user's own words, and is argparse",
}
READ_ELSEWHERE = {
    "wizard.apply.": "its own files; tests/apply/test_undo_and_history.py damages the journal",
    "wizard.detect.mirrors.fetch._get": "tests/security/test_mirror_bounds.py serves it",
    "wizard.diagnose.__init__.diagnose_lines": "lines to the same scanner as a stream's",
    "wizard.rules.noproxy.proxy_for": "takes URLs that GOPROXY's parser took",
    "wizard.rules.public_hosts.is_public_mirror": "takes URLs that GOPROXY's parser took",
}


@pytest.fixture(scope="module")
def reached() -> frozenset[tuple[str, int]]:
    """Return (file, first line) of every function of wizard that some target calls."""
    seen: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            seen.add(frame.f_code)

    inputs = [*SAMPLES, *(word.encode() for word in WORDS if len(word) < 100)]
    try:
        for target in TARGETS.values():
            for data in inputs:
                sys.setprofile(note)  # anew: Python drops it where the stack was full
                target(data)
    finally:
        sys.setprofile(None)
    return frozenset((code.co_filename, code.co_firstlineno) for code in seen)


def _readers_in_rules() -> Iterator[tuple[str, tuple[str, int]]]:
    """Yield the public functions of wizard.rules whose first parameter is a text or bytes."""
    for path in sorted((ROOT / "rules").glob("*.py")):
        module = importlib.import_module(f"wizard.rules.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters.values()), None)
            ours = function.__module__ == module.__name__ and not name.startswith("_")
            if ours and first is not None and first.annotation in ("str", "bytes"):
                code = function.__code__
                yield f"{module.__name__}.{name}", (code.co_filename, code.co_firstlineno)


def _decoders() -> Iterator[tuple[str, tuple[str, int]]]:
    """Yield every function in wizard that decodes something, or is called parse_…."""
    for path in sorted(ROOT.rglob("*.py")):
        module = ".".join(("wizard", *path.relative_to(ROOT).with_suffix("").parts))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            calls = {
                call.func.attr
                for call in ast.walk(node)
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
            }
            if node.name.startswith("parse_") or calls & DECODERS:
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                yield f"{module}.{node.name}", (str(path), first)


def _named(name: str) -> bool:
    return name in NOT_FROM_OUTSIDE or any(name.startswith(one) for one in READ_ELSEWHERE)


def _without(
    readers: Iterator[tuple[str, tuple[str, int]]], reached: frozenset[tuple[str, int]]
) -> str:
    return " ".join(name for name, at in readers if at not in reached and not _named(name))


def test_every_reader_of_the_rules_has_a_target(reached: frozenset[tuple[str, int]]) -> None:
    assert _without(_readers_in_rules(), reached) == ""


def test_every_decoder_has_a_target(reached: frozenset[tuple[str, int]]) -> None:
    assert _without(_decoders(), reached) == ""
