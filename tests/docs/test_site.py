"""The site's sources: a page for every cause, and what is generated is what the program knows."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from docs.making.check import problems
from docs.making.site import joined, main, without_repository
from wizard.cli.completion.grammar import grammar
from wizard.plan.types import KEYS
from wizard.render.targets import TARGETS
from wizard.render.targets.options import OPTIONS

ROOT = Path(__file__).parents[2]
CAUSES = tomllib.loads((ROOT / "assets" / "diagnose" / "causes.toml").read_text())


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources as `make docs` makes them."""
    folder = tmp_path_factory.mktemp("docs")
    main(str(folder))
    return folder / "pages"


@pytest.mark.parametrize("cause", CAUSES)
def test_a_cause_has_a_page_that_says_how_it_looks_and_what_cures_it(
    pages: Path, cause: str
) -> None:
    text = (pages / "causes" / f"{cause}.md").read_text()
    assert text.startswith(f"# {CAUSES[cause]['title']}\n")
    assert CAUSES[cause]["cure"] in text
    assert "## How it looks in a log" in text
    assert f"[`{cause}`]({cause}.md)" in (pages / "causes" / "index.md").read_text()


def test_the_references_name_every_command_and_decision(pages: Path) -> None:
    shown = (pages / "commands.md").read_text()
    assert all(f"\n## {one.name}\n" in shown for one in grammar().commands)
    decided = (pages / "decisions.md").read_text()
    assert all(f"\n## {key}\n" in decided for key in KEYS)
    requested = (pages / "targets.md").read_text()
    assert all(f"| `{name}` |" in requested for name in (*TARGETS, *OPTIONS))


def test_every_page_stands_in_the_navigation(pages: Path) -> None:
    settings = json.loads((pages.parent / "mkdocs.yml").read_text())
    named = set(re.findall(r"[\w/-]+\.md", json.dumps(settings["nav"])))
    assert named == {str(path.relative_to(pages)) for path in pages.rglob("*.md")}


def test_lines_of_chinese_are_joined_without_a_space() -> None:
    assert (
        joined("先查明，\n一次做出决定\n\n1. 一\n2. 二\n")
        == "先查明，一次做出决定\n\n1. 一\n2. 二\n"
    )


def test_a_link_out_of_the_site_becomes_its_words() -> None:
    text = "see [the lab](../tests/lab) and [this](other.md#x) and [Go](https://go.dev/ref)"
    assert without_repository(text) == (
        "see the lab and [this](other.md#x) and [Go](https://go.dev/ref)"
    )


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ('<a href="gone.html">x</a>', "not there"),
        ('<a href="#nowhere">x</a>', "no such place"),
        ('<script src="https://cdn.example/x.js"></script>', "loads"),
        ('<link rel="stylesheet" href="//fonts.example/x.css">', "loads"),
        ('<a id="here" href="#here">x</a><a href="https://go.dev">y</a>', ""),
    ],
)
def test_the_check_finds_what_is_broken(tmp_path: Path, page: str, why: str) -> None:
    (tmp_path / "index.html").write_text(page)
    found = list(problems(tmp_path))
    assert (len(found), why in "".join(found)) == (1 if why else 0, True)
