"""The Chinese catalogue: all of it, nothing stale, and what is compiled is what was translated."""

from __future__ import annotations

import argparse
import ast
import inspect
import re
import string
from collections.abc import Callable, Iterator

import pytest

from tests.languages import messages
from wizard.cli.argparse_words import WORDS

ROOT = messages.ROOT
KEPT = {m.id if isinstance(m.id, str) else tuple(m.id): m for m in messages.kept() if m.id}
SAID = {m.id if isinstance(m.id, str) else tuple(m.id) for m in messages.extracted() if m.id}

NO_LITERAL = {
    "cause.title", "cause.cure", "known.title", "known.cure", "text", "template",
}  # fmt: skip
"""What `msg` is called with where it is no literal: sentences of causes.toml and rules.toml."""

BARE = {"{title}.", "{summary}.", "en", "({why})", "  {state}"}
"""Sentences without a word of their own."""

PLACE = re.compile(r"\{[^}]*\}|`[^`]*`")
NAMES = re.compile(
    r"go (env|mod|work) .*|gomod-wizard apply|git insteadOf|/etc/environment|~/.netrc|\w+\.json"
    r"|\b(git|go|ms|mtu|buildx|context|agent|reason|secret|the SSH)\b|\b[A-Z]\w+"
)
"""What has no other name in Chinese."""


def pairs() -> Iterator[tuple[str, str]]:
    """Every English template beside every Chinese one that stands for it."""
    for key, message in KEPT.items():
        english = key if isinstance(key, str) else key[-1]
        strings = (message.string,) if isinstance(message.string, str) else message.string or ()
        yield from ((english, chinese) for chinese in strings)


PAIRS = tuple(pairs())


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def places(template: str) -> list[str]:
    """The places of ours, and those of argparse's sentences."""
    if re.search(r"%(\(\w+\))?[rs]", template):
        return sorted(re.findall(r"%(?:\(\w+\))?[rs]", template))
    if any(template == key for key in LITERAL):
        return []
    return sorted(
        name + (form or "")
        for _, name, form, _ in string.Formatter().parse(template)
        if name is not None
    )


LITERAL = {key for key in SAID if isinstance(key, str) and "{}" in key}
"""Sentences with braces that are no place."""


def commands(template: str) -> list[str]:
    """What stands in backticks, every flag, and every name in capitals with a `=` or `_`."""
    names = re.findall(r"[A-Z0-9]{2,}[_=][A-Za-z0-9_=]*|(?<![\w-])--[a-z][a-z-]+", template)
    return sorted(template.split("`")[1::2]) + sorted(names)


def wrong(same: Callable[[str], object]) -> list[tuple[str, str]]:
    return [(one, other) for one, other in PAIRS if other and same(one) != same(other)]


def test_every_sentence_is_in_the_catalogue_and_no_other() -> None:
    assert sorted(map(str, SAID - KEPT.keys())) == []
    assert sorted(map(str, KEPT.keys() - SAID)) == []


def test_every_sentence_has_its_chinese() -> None:
    assert [one for one, other in PAIRS if not other] == []


def test_nothing_is_fuzzy_or_obsolete() -> None:
    assert [one for one, message in KEPT.items() if message.fuzzy] == []
    assert not messages.kept().obsolete


def test_the_file_is_as_the_command_writes_it() -> None:
    """But for the places of sentences: moving one is no reason to fail."""
    assert messages.po_bytes(messages.kept()) == messages.PO.read_bytes(), "make messages"


def test_what_is_compiled_is_what_was_translated() -> None:
    assert messages.mo_bytes(messages.kept()) == messages.MO.read_bytes(), "make messages"


def test_a_translation_has_the_same_places() -> None:
    assert wrong(places) == []


def test_a_translation_keeps_every_command_and_flag() -> None:
    assert wrong(commands) == []


def test_a_translation_keeps_its_paragraphs_and_indent() -> None:
    assert wrong(lambda text: text.count("\n\n")) == []
    assert wrong(lambda text: len(text) - len(text.lstrip(" "))) == []


def test_no_sentence_is_still_english() -> None:
    left = [one for one, other in PAIRS if not is_chinese(other) and one not in BARE]
    assert [one for one in left if re.search("[A-Za-z]", NAMES.sub("", PLACE.sub("", one)))] == []


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("half-width punctuation after Chinese", r"[\u4e00-\u9fff][,;:!?](?!//)"),
        ("no space between Chinese and Latin", r"[\u4e00-\u9fff][A-Za-z]|[A-Za-z][\u4e00-\u9fff]"),
        ("half-width brackets around Chinese", r"\([^()]*[\u4e00-\u9fff][^()]*\)"),
        ("space beside full-width punctuation", r"[，。；：！？（）] (?! )(?!·)(?!\{)"),
    ],
)
def test_the_chinese_is_set_as_chinese_is(what: str, pattern: str) -> None:
    found = [other for _, other in PAIRS if re.search(pattern, re.sub(r"`[^`]*`", "码", other))]
    assert found == [], what


def calls() -> Iterator[tuple[str, ast.Call]]:
    for room in ("wizard", "screens"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in ("msg", "nmsg"):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_a_sentence_is_a_literal_so_that_it_can_be_extracted() -> None:
    made = {
        ast.unparse(node.args[0])
        for _, node in calls()
        if not isinstance(node.args[0], ast.Constant)
    }
    assert made <= NO_LITERAL


def test_a_sentence_gets_a_value_for_each_place_and_no_other() -> None:
    wanted = []
    for where, node in calls():
        given = {keyword.arg for keyword in node.keywords}
        if None in given or not isinstance(node.args[0], ast.Constant) or not given:
            continue
        text = "".join(str(one.value) for one in node.args if isinstance(one, ast.Constant))
        if {name for _, name, _, _ in string.Formatter().parse(text) if name} - {"n"} != given - {
            "n"
        } and "argparse_words" not in where:
            wanted.append((where, text, given))
    assert wanted == []


def test_argparse_has_no_word_that_a_person_could_see_and_we_lack() -> None:
    ours = {word for one in WORDS for word in (one.template, one.many)}
    mistakes_of_the_programmer = re.compile(
        r"conflict|__call__|positionals|mutually|callable|merge|prefix_chars|dest=|subparser"
        r"|mode %r|%\(prog\)s: error|unknown parser|can't open"
    )
    said = {
        argument.value
        for node in ast.walk(ast.parse(inspect.getsource(argparse)))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("_", "ngettext")
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    assert {one for one in said if not mistakes_of_the_programmer.search(one)} <= ours
