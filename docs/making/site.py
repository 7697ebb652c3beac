"""`make docs`: the site's sources, written and generated, into one folder for MkDocs.

    python -m docs.making.site FOLDER        (then mkdocs build --strict -f FOLDER/mkdocs.yml)

The reference is made from the parser, the questions and the rules of `diagnose`, so it cannot be
stale. Needs the standard library alone.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docs.making.causes import cause_pages
from docs.making.manual import ENVIRONMENT, EXIT_CODES, FILES
from docs.making.targets import targets
from wizard.cli.completion.grammar import Flag, Grammar, grammar
from wizard.questions import QUESTIONS

ROOT = Path(__file__).parents[2]
COPIED = ("security.md", "scoreboard.md", "benchmarks.md", "diagnose.md", "translating.md")
"""Pages that are read in the repository too."""
_OUTSIDE = re.compile(r"\[([^\]]*)\]\((?:\.\./|(?!https?:)[^)#]*/)[^)]*\)")

THEME = {
    "name": "material",
    "font": False,  # no request to another host: privacy, and it works inside a closed network
    "features": ["navigation.tabs", "navigation.top", "content.code.copy", "search.suggest"],
    "palette": [
        {
            "media": "(prefers-color-scheme: light)",
            "scheme": "default",
            "toggle": {"icon": "material/weather-night", "name": "Dark"},
        },
        {
            "media": "(prefers-color-scheme: dark)",
            "scheme": "slate",
            "toggle": {"icon": "material/weather-sunny", "name": "Light"},
        },
    ],
}


def configuration(causes: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return MkDocs' settings; `causes` are the id and title of every cause."""
    return {
        "site_name": "gomod-wizard",
        "docs_dir": "pages",
        "site_dir": "site",
        "use_directory_urls": False,  # the pages can be read from a folder, without a server
        "theme": THEME,
        "plugins": [{"search": {"lang": ["en", "zh"]}}],
        "markdown_extensions": [
            "admonition", "attr_list", "pymdownx.superfences", {"toc": {"permalink": True}},
        ],
        "extra": {"generator": False},
        "validation": {"links": {"anchors": "warn", "unrecognized_links": "warn"}},
        "nav": [
            {"Start": ["index.md", "zh.md"]},
            {"How it decides": "how-it-decides.md"},
            {"Commands": "commands.md"},
            {"Decisions": "decisions.md"},
            {"On request": "targets.md"},
            {"For an organisation": "preset.md"},
            {"Causes": ["causes/index.md", *({t: f"causes/{i}.md"} for i, t in causes)]},
            {"More": [*COPIED, "pictures.md"]},
        ],
    }  # fmt: skip


def commands(known: Grammar) -> str:
    """Return the reference of every command."""
    lines = ["# Commands", "", "Common flags may stand before or after a command.", ""]
    lines += [*_flags(known.flags), ""]
    for one in known.commands:
        usage = f"{known.program} {one.name}" + (" [FLAG …]" if one.flags else "")
        if one.argument is not None:
            shown = one.argument.metavar
            usage += f" {shown}" if one.argument.required else f" [{shown}]"
        lines += [f"## {one.name}", "", one.summary[:1].upper() + one.summary[1:] + ".", ""]
        lines += ["```text", usage, "```", ""]
        if one.argument is not None and one.argument.summary:
            lines += [f"`{one.argument.metavar}`: {one.argument.summary}", ""]
        lines += [*_flags(one.flags), "", "```console", one.examples, "```", ""]
    for title, rows in (
        ("Exit codes", EXIT_CODES), ("Environment", ENVIRONMENT), ("Files", FILES)
    ):  # fmt: skip
        lines += [f"## {title}", "", "| | |", "|---|---|"]
        lines += [f"| `{name}` | {_cell(what)} |" for name, what in rows]
        lines += [""]
    return "\n".join(lines)


def decisions() -> str:
    """Return the reference of every decision."""
    lines = [
        "# Decisions",
        "",
        "Each is a key of `--set`, `--what-if`, the profile and `GOMOD_WIZARD_SET_<KEY>`.",
        "An empty value leaves it as it is.",
        "",
    ]
    for one in QUESTIONS:
        lines += [
            f"## {one.key}",
            "",
            f"**{one.title}.** {one.why}",
            "",
            f"- Expected: {one.expected}",
        ]
        if one.words:
            lines.append("- One of: " + ", ".join(f"`{word}`" for word in one.words))
        lines += [
            f"- Example: `--set {one.key}={one.example}`",
            f"- Asked in the step: {one.step.value}",
            "",
        ]
    return "\n".join(lines)


def pictures(folder: Path) -> str:
    """Return the page that shows every picture of `folder`."""
    lines = [
        "# Screenshots",
        "",
        "Taken from the real program by `make pictures` and `make tour`.",
        "",
    ]
    for path in sorted(folder.glob("*.svg")):
        name = path.stem.replace("-", " ").capitalize()
        lines += [f"## {name}", "", f"![{name}](pictures/{path.name})", ""]
    return "\n".join(lines)


def without_repository(text: str) -> str:
    """Return a page whose links to files of the repository are their names alone."""
    return _OUTSIDE.sub(r"\1", text)


def joined(text: str) -> str:
    """Return Chinese text with its lines joined: a line end there would be shown as a space."""
    return re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n *(?=[^\s\d#`!|>-])", "", text)


def _flags(flags: Iterable[Flag]) -> list[str]:
    rows = [
        f"| {' '.join(f'`{one}`' for one in filter(None, (*flag.names, flag.metavar)))}"
        f" | {_cell(flag.summary)} |"
        for flag in flags
    ]
    return ["| flag | what it does |", "|---|---|", *rows] if rows else []


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def main(folder: str) -> None:
    """Write the sources of the site and its settings into `folder`, which is emptied first."""
    target = Path(folder)
    shutil.rmtree(target, ignore_errors=True)
    pages = target / "pages"
    shutil.copytree(ROOT / "docs" / "site", pages)
    chinese = pages / "zh.md"
    chinese.write_text(joined(chinese.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.copytree(ROOT / "docs" / "pictures", pages / "pictures")
    for name in COPIED:
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        (pages / name).write_text(without_repository(text), encoding="utf-8")
    made = cause_pages()
    known = grammar()
    (pages / "causes").mkdir()
    written = {
        "commands.md": commands(known),
        "decisions.md": decisions(),
        "targets.md": targets(),
        "pictures.md": pictures(pages / "pictures"),
        **{f"causes/{name}.md": text for name, (_, text) in made.items()},
    }
    for name, text in written.items():
        (pages / name).write_text(text, encoding="utf-8")
    titles = [(name, title) for name, (title, _) in made.items() if name != "index"]
    settings = json.dumps(configuration(titles), indent=2, ensure_ascii=False)
    (target / "mkdocs.yml").write_text(settings + "\n", encoding="utf-8")  # JSON is YAML


if __name__ == "__main__":
    main(*sys.argv[1:])
