"""Both READMEs say the same: the same commands, pictures, links and parts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")


def commands(text: str) -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL)
    lines = "".join(blocks).splitlines()
    return [re.split(r"\s{2,}# ", line)[0].rstrip() for line in lines]


def links(text: str) -> list[str]:
    found = re.findall(r"\]\(([^)]+)\)", text)
    return sorted(set(found) - {"README.md", "README.zh-CN.md"})


def shape(text: str) -> list[str]:
    """Headings and tables, by their level and length alone."""
    marks = [re.match(r"#+ |\||- ", line) for line in text.splitlines()]
    return [mark.group() for mark in marks if mark]


def code(text: str) -> list[str]:
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return sorted(set(re.findall(r"`([^`\n]+)`", prose)))


@pytest.mark.parametrize("what", [commands, links, shape, code], ids=lambda what: what.__name__)
def test_both_have_the_same(what: Callable[[str], list[str]]) -> None:
    assert what(CHINESE) == what(ENGLISH)


def test_each_names_the_other() -> None:
    assert "](README.zh-CN.md)" in ENGLISH
    assert "](README.md)" in CHINESE


def test_every_link_leads_somewhere() -> None:
    targets = [link.partition("#")[0] for link in links(CHINESE) if "://" not in link]
    assert [one for one in targets if one and not (ROOT / one).exists()] == []
