"""Every `--json` document is one object that fits its published schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.conftest import Command
from wizard.plan.types import KEYS

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"


def _fits(name: str, document: dict[str, Any]) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(document)


@pytest.mark.parametrize(
    "argv",
    [
        ("detect",),
        ("detect", "--explain"),
        ("mirrors",),
        ("plan",),
        ("diff",),
        ("apply", "--dry-run"),
        ("apply", "--yes", "--scope", "project,user"),
        ("undo",),
        ("history",),
        ("check",),
        ("refresh", "--yes"),
        ("networks",),
        ("purge", "--dry-run"),
        ("purge", "--yes"),
        ("build-command",),
    ],
    ids=" ".join,
)
def test_a_command_prints_one_document_of_its_schema(
    command: Command, argv: tuple[str, ...]
) -> None:
    ended = command(*argv, "--json")
    assert "error" not in ended.json, ended.out
    _fits(argv[0], ended.json)


def test_generate_prints_one_document_of_its_schema(command: Command, tmp_path: Path) -> None:
    ended = command("generate", "--out", str(tmp_path / "out"), "--json")
    assert ended.code == 0, ended.err
    _fits("generate", ended.json)


@pytest.mark.parametrize("name", ["plan", "apply", "mirrors"])
def test_a_failed_command_prints_an_error_document(command: Command, name: str) -> None:
    ended = command(name, "--json", "--set", "nonsense")
    assert ended.code == 2
    assert set(ended.json["error"]) == {"message", "where", "hint"}
    _fits(name, ended.json)


def test_a_plan_holds_every_key_in_the_contracts_order(command: Command) -> None:
    decisions = command("plan", "--json").json["decisions"]
    assert tuple(decision["key"] for decision in decisions) == KEYS
    assert all(decision["because"] for decision in decisions)


def test_flags_mean_the_same_before_and_after_the_command(command: Command) -> None:
    before = command("--json", "--set", "mtu=1400", "plan").json
    after = command("plan", "--json", "--set", "mtu=1400").json
    assert before["decisions"] == after["decisions"]


def test_what_would_be_contacted_is_listed_beside_the_keys_of_every_detection(
    command: Command,
) -> None:
    document = command("detect", "--explain", "--json").json
    assert document["facts"] == []
    assert document["contacts"]
