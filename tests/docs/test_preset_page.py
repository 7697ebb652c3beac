"""The page about presets: its example can be used, and what it shows is what the program says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Command, command, offline_catalogue, project
from wizard.facts.preset import Preset
from wizard.preset.reading import read_preset
from wizard.preset.sources import GitSource, HttpsSource, parse_source
from wizard.system import System

__all__ = ["command", "offline_catalogue", "project"]

PAGE = (Path(__file__).parents[2] / "docs" / "site" / "preset.md").read_text("utf-8")
PUBLISHED = "https://go.corp.example/preset.toml"
(EXAMPLE,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
(SOURCES,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_can_be_used() -> None:
    assert isinstance(read_preset(EXAMPLE.encode(), "preset.toml"), Preset)


@pytest.mark.parametrize("source", SOURCES.split())
def test_each_address_of_the_page_is_one(machine: System, source: str) -> None:
    read = parse_source(machine, source, where="the page", folder=Path("/"))
    assert isinstance(read, GitSource | HttpsSource)


@pytest.fixture
def file(command: Command, tmp_path: Path) -> Path:
    """The example, in force."""
    path = tmp_path / "preset.toml"
    path.write_text(EXAMPLE)
    assert command("preset", "add", str(path)).code == 0
    return path


def test_what_is_overridden_is_shown_as_on_the_page(command: Command, file: Path) -> None:
    out = command("plan", "--set", "dns_search=lab.example").out
    shown = re.search(r"^  dns_search = .*\n(?:      .*\n)+", out, re.MULTILINE)
    assert shown is not None
    assert shown[0].replace(str(file), PUBLISHED) in PAGE


def test_the_refusal_is_the_one_that_the_page_shows(command: Command, file: Path) -> None:
    ended = command("plan", "--set", "build_network=host")
    assert ended.code == 4
    assert ended.err.replace(str(file), PUBLISHED) in PAGE


@pytest.mark.parametrize("action", ["check", "add", "refresh", "remove"])
def test_each_word_of_the_page_is_one_of_the_commands(command: Command, action: str) -> None:
    assert f"preset {action}" in PAGE
    assert f"{action}" in command("preset", "--help").out
