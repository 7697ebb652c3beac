"""No sentence for people stands outside of `msg`: a lint over the faces of the program."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted([*(ROOT / "wizard" / "cli").rglob("*.py"), *(ROOT / "screens").rglob("*.py")])
SPOKEN = re.compile(r"[A-Za-z]{2,}[,;:]? [A-Za-z(`]")
"""Two words with a space between them."""
COMMAND = re.compile(
    r"gomod-wizard|@PROGRAM@|docker (build|ps)|jq |eval |--set |^(bold|italic) |PgUp"
    r"|\{[^}]*: [^}]*\}|[#.][a-z-]+ \{"
)
"""What stays as it is in every language: commands, keys, styles."""
OF_THE_PROGRAMMER = ("raise TypeError(", "raise AssertionError(", "raise NotImplementedError(")
CODES = {"undo staged", "partly undone"}
"""Words of the journal, which are looked up in a table of sentences."""


def told(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the literals of a module that look like a sentence and are not in `msg`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    apart: set[ast.AST] = set()
    for node in ast.walk(tree):
        calls = isinstance(node, ast.Call) and ast.unparse(node.func) in ("msg", "nmsg")
        if calls or (isinstance(node, ast.Raise) and is_of_the_programmer(node)):
            apart.update(ast.walk(node))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            apart.add(node.value)  # a docstring, or words beside a field
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or node in apart:
            continue
        text = node.value
        if SPOKEN.search(text) and not COMMAND.search(text) and text not in CODES:
            yield node.lineno, text


def is_of_the_programmer(node: ast.Raise) -> bool:
    return ast.unparse(node).startswith(OF_THE_PROGRAMMER)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_face_says_nothing_but_by_msg(path: Path) -> None:
    assert list(told(path)) == []


def test_the_lint_sees_a_sentence(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text('print(f"{n} files to write")\noutput.line("Nothing was changed")\nmsg("it is")')
    assert sorted(line for line, _ in told(bad)) == [1, 2]
