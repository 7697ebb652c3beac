"""Whatever .dockerignore says: once the block is in it, the build finds all that it reads."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.plan.facts_builder import facts
from wizard.apply.merge.block import merge_block
from wizard.detect.project import read_project
from wizard.plan import decide
from wizard.render import render
from wizard.render.types import Block
from wizard.rules.dockerignore import hidden_by, parse_dockerignore
from wizard.system import System

_FILES = {
    "go.mod": (
        "module example.com/app\n\ngo 1.24\n\nrequire a.example/b v1.0.0\n\n"
        "replace a.example/b => ./libs/b\n"
    ),
    "go.sum": "",
    "main.go": (
        'package main\n\nimport (\n\t_ "a.example/b"\n\n\t_ "example.com/app/internal/x"\n)\n\n'
        "func main() {}\n"
    ),
    "internal/x/x.go": 'package x\n\nimport _ "embed"\n\n//go:embed page.txt\nvar Page string\n',
    "internal/x/page.txt": "a page\n",
    "libs/b/go.mod": "module a.example/b\n\ngo 1.24\n",
    "libs/b/b.go": "package b\n",
}
_NAMES = st.sampled_from(
    (
        *("go.mod", "go.sum", "*.sum", "**/*.mod", "main.go", "*.go", "**/*.go"),
        *("internal", "internal/*", "**/x", "libs", "libs/**", "**/*.txt", "page.txt"),
        *("**/page.*", "*", "**", "*/*", "[a-m]*", "?o.*", "docs", ".git", "Dockerfile*"),
    )
)
_LINES = st.lists(
    st.builds(lambda negated, name: f"{'!' if negated else ''}{name}", st.booleans(), _NAMES),
    max_size=6,
)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=_LINES)
def test_nothing_that_the_build_reads_is_hidden_after_the_block(lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, content in {**_FILES, ".dockerignore": text}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        project = read_project(System(env={}, home=None, uid=1000), root, "").facts
        plan = decide(replace(facts(), project=project), {})
    block = next((one for one in render(plan) if one.name == ".dockerignore"), None)
    merged = text
    if block is not None:
        assert isinstance(block.content, Block)
        merged = merge_block(text, block.content.lines)
    patterns = parse_dockerignore(merged)
    assert not [path for path in _FILES if hidden_by(patterns, path) is not None]
