"""A page for each cause that `diagnose` can name, from its tables and the samples of the tests."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CLASSES = {
    "network": "the network between the build and what it fetches",
    "fs": "what the build may see or write of files",
    "error": "the project, the Dockerfile or a version",
}
_MOST_SAMPLES = 6

Table = Mapping[str, Any]


def cause_pages() -> dict[str, tuple[str, str]]:
    """Return title and Markdown by id; `index` lists them all."""
    causes = _read("assets/diagnose/causes.toml")
    rules = _read("assets/diagnose/rules.toml")["rule"]
    samples = _read("tests/diagnose/data/samples.toml")
    pages = {
        name: (str(cause["title"]), _page(name, cause, causes, rules, samples))
        for name, cause in causes.items()
    }
    return {"index": ("Causes", _index(causes)), **pages}


def _index(causes: Table) -> str:
    lines = [
        "# What a failing build log can mean",
        "",
        "`gomod-wizard diagnose` names one of these causes for each independent fault in a log:",
        "",
        "```console",
        "$ docker build . 2>&1 | gomod-wizard diagnose -",
        "```",
        "",
    ]
    for kind, what in CLASSES.items():
        lines += [f"## {kind}: {what}", "", "| cause | what it means |", "|---|---|"]
        lines += [
            f"| [`{name}`]({name}.md) | {cause['title']} |"
            for name, cause in causes.items()
            if cause["class"] == kind
        ]
        lines.append("")
    return "\n".join(lines)


def _page(name: str, cause: Table, causes: Table, rules: list[Table], samples: Table) -> str:
    own = [rule for rule in rules if rule["cause"] == name]
    lines = [f"# {cause['title']}", "", f"Cause `{name}`, of the class `{cause['class']}`: "
             f"{CLASSES[cause['class']]}.", ""]  # fmt: skip
    logs = [line for rule in own for line in samples.get(rule["id"], ())[:1]][:_MOST_SAMPLES]
    if logs:
        lines += ["## How it looks in a log", "", "Names and addresses are stand-ins.", ""]
        lines += ["````text", *(line for log in logs for line in log.splitlines()), "````", ""]
    if cause.get("rules_out"):
        lines += ["## How to tell it from others", ""]
        lines += [
            f"- It is not {_link(other, causes)}: {because}."
            for other, because in cause["rules_out"].items()
        ]
        lines.append("")
    lines += ["## Cure", "", cause["cure"], ""]
    finer = [rule for rule in own if rule.get("cure")]
    if finer:
        lines += ["By what the log says exactly:", ""]
        lines += [f"- `{rule['id']}`: {_holes(rule['cure'])}" for rule in finer]
        lines.append("")
    named = (cause.get("command"), *(rule.get("command") for rule in own))
    named = (cause.get("command"), *(rule.get("command") for rule in own))
    commands = [*dict.fromkeys(filter(None, named))]
    if commands:
        lines += ["```console", *(f"$ {command}" for command in commands), "```", ""]
    if cause.get("decision"):
        key = cause["decision"]
        lines += [f"It is decided by [`{key}`](../decisions.md#{key}).", ""]
    if cause.get("excludes"):
        lines += ["## What only follows from it", ""]
        lines += ["Beside it in the same log, these are no faults of their own:", ""]
        lines += [f"- {_link(other, causes)}" for other in cause["excludes"]]
        lines.append("")
    lines += ["## Sources", ""]
    if cause.get("link"):
        lines.append(f"- <{cause['link']}>")
    lines += [f"- `{rule['id']}`: {rule['source']}" for rule in own if rule.get("source")]
    return "\n".join((*lines, ""))


def _link(name: str, causes: Table) -> str:
    return f"[{causes[name]['title']}]({name}.md)" if name in causes else f"`{name}`"


def _holes(text: str) -> str:
    """Return a cure's template with its places shown as such."""
    return text.replace("{", "`{").replace("}", "}`")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / name).read_text(encoding="utf-8"))
