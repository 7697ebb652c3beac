"""`make messages`: extract every sentence, bring the Chinese catalogue up to date, compile it.

    python -m tests.languages.messages

The tests use the same functions, so that what they hold the catalogue against is what this makes.
"""

from __future__ import annotations

import ast
import io
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "assets" / "locale" / "zh_CN" / "LC_MESSAGES"
PO = FOLDER / "gomod-wizard.po"
MO = FOLDER / "gomod-wizard.mo"

METHODS = [
    ("wizard/**.py", "tests.languages.messages:python"),
    ("screens/**.py", "tests.languages.messages:python"),
    ("assets/diagnose/causes.toml", "tests.languages.messages:causes"),
    ("assets/diagnose/rules.toml", "tests.languages.messages:rules"),
]
"""Babel's mapping: which file is read by which extractor; `.` is the repository's root."""

KEYWORDS: dict[str, tuple[int, ...] | None] = {"msg": None, "nmsg": (1, 2)}

Found = tuple[int, str, str | tuple[str, ...], list[str]]
"""Babel's row: line, function, sentence (or one and many), comments."""


def python(file: IO[bytes], keywords: object, tags: object, options: object) -> Iterator[Found]:
    """Yield the sentences of a module; Babel's own reader warns of f-strings among the values."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name, literals = (
                node.func.id,
                [one for one in node.args if isinstance(one, ast.Constant)],
            )
            if name == "msg" and literals:
                yield node.lineno, name, str(literals[0].value), []
            elif name == "nmsg" and len(literals) == 2:
                yield node.lineno, name, (str(literals[0].value), str(literals[1].value)), []


def causes(file: IO[bytes], keywords: object, tags: object, options: object) -> Iterator[Found]:
    """Yield the sentences of `causes.toml`: title, cure, and why it is nothing else."""
    for cause in tomllib.load(file).values():
        for sentence in (cause["title"], cause["cure"], *cause.get("rules_out", {}).values()):
            yield 1, "msg", sentence, []


def rules(file: IO[bytes], keywords: object, tags: object, options: object) -> Iterator[Found]:
    """Yield the sentences of `rules.toml`: cures of single rules, and what a context means."""
    table: Mapping[str, Sequence[Mapping[str, Any]]] = tomllib.load(file)
    for row in (*table["rule"], *table["context"]):
        for key in ("cure", "because"):
            if key in row:
                yield 1, "msg", row[key], []


def _ours(folder: str) -> bool:
    parts = Path(folder).relative_to(ROOT).parts
    return not parts or parts[0] in ("wizard", "screens", "assets")


def extracted() -> Catalog:
    """Return every sentence of the program, each once, in the order of the files."""
    catalog = Catalog(project="gomod-wizard")
    for name, _, message, comments, _ in extract_from_dir(
        ROOT, METHODS, keywords=KEYWORDS, directory_filter=_ours
    ):  # fmt: skip
        catalog.add(message, None, [(name, 0)], auto_comments=comments)
    return catalog


def kept() -> Catalog:
    """Return the catalogue as it lies in the repository."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh_CN", domain="gomod-wizard")


def updated() -> Catalog:
    """Return the catalogue with every sentence of the program and no other; new ones are empty."""
    catalog = kept()
    catalog.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    for message in catalog:
        if message.id and not any(message.string or ()):
            message.flags.discard("fuzzy")
    return catalog


def po_bytes(catalog: Catalog) -> bytes:
    """Return `catalog` as the text that translators work on."""
    for message in catalog:
        if message.id:  # "100 % sure" is no format of Python's; a test looks at the places
            message.flags.discard("python-format")
    made = io.BytesIO()
    write_po(made, catalog, width=100, include_lineno=False, ignore_obsolete=True)
    return made.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """Return `catalog` as the program reads it; the same bytes for the same sentences."""
    made = io.BytesIO()
    write_mo(made, catalog)
    return made.getvalue()


def main() -> int:
    """Write both files; exit 1 where a sentence waits for its translation."""
    PO.write_bytes(po_bytes(updated()))
    MO.write_bytes(mo_bytes(kept()))
    waiting = [message.id for message in kept() if message.id and not all_of(message.string)]
    for sentence in waiting:
        print(f"not translated: {sentence}")
    return 1 if waiting else 0


def all_of(string: str | Sequence[str] | None) -> bool:
    """Tell whether a translation is there, in every plural form."""
    return all([string] if isinstance(string, str) else string or ("",))


if __name__ == "__main__":
    sys.exit(main())
