"""The threat model names tests that exist, one by one, and names every file of security."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = re.findall(r"`((?:tests/[\w/.]+)(?:::\w+)?)`", PAGE)
ROWS = [
    line
    for part in PAGE.partition("## Threats, defences, tests")[2].partition("\n## ")[0].split("\n\n")
    for line in part.splitlines()
    if line.startswith("| ") and not line.startswith("| threat ")
]


def functions(file: Path) -> set[str]:
    """Return the tests of a file by their names, as pytest would collect them."""
    tree = ast.parse(file.read_text("utf-8"))
    tops = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {node.name for node in tops if node.name.startswith("test_")}


def test_every_named_test_exists() -> None:
    missing = []
    for name in NAMED:
        path, _, test = name.partition("::")
        if not (ROOT / path).is_file() or (test and test not in functions(ROOT / path)):
            missing.append(name)
    assert missing == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:50])
def test_every_threat_names_a_test_and_not_only_a_file(row: str) -> None:
    shown_by = row.rstrip(" |").rpartition("|")[2]
    names = re.findall(r"`([^`]+)`", shown_by)
    assert names
    assert [name for name in names if name.partition("::")[0].endswith(".py")] == names
    tests = [name for name in names if Path(name.partition("::")[0]).name.startswith("test_")]
    assert [name for name in tests if "::" not in name] == []
    assert tests


def test_every_test_of_security_is_named() -> None:
    ours = {f"tests/security/{path.name}" for path in Path(__file__).parent.glob("test_*.py")}
    named = {name.partition("::")[0] for name in NAMED}
    assert ours - named - {"tests/security/test_documents.py"} == set()


def test_how_to_report_leads_to_the_threat_model() -> None:
    assert "docs/security.md" in (ROOT / "SECURITY.md").read_text("utf-8")
