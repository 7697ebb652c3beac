"""The threat model names tests that exist, and names every test of security."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = set(re.findall(r"`(tests/[\w/.]+)`", (ROOT / "docs" / "security.md").read_text("utf-8")))


def test_every_named_test_exists() -> None:
    assert [name for name in sorted(NAMED) if not (ROOT / name).is_file()] == []


def test_every_test_of_security_is_named() -> None:
    ours = {f"tests/security/{path.name}" for path in Path(__file__).parent.glob("test_*.py")}
    assert ours - NAMED - {"tests/security/test_documents.py"} == set()


def test_how_to_report_leads_to_the_threat_model() -> None:
    assert "docs/security.md" in (ROOT / "SECURITY.md").read_text("utf-8")
