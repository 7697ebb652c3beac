"""The advice in Chinese: all of it, nothing stale, and only where somebody asked for it."""

from __future__ import annotations

import ast
import io
import json
import re
import string
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wizard.cli.invocation import invoke
from wizard.cli.parser import build_parser
from wizard.diagnose.table import load_table
from wizard.language import choose_language, sentences
from wizard.system import System
from wizard.text import msg, use_language
from wizard.untrusted import clean

ROOT = Path(__file__).parents[2]
MODULES = (
    *sorted((ROOT / "wizard" / "diagnose").glob("*.py")),
    ROOT / "wizard" / "cli" / "commands" / "diagnose.py",
)
CHINESE = sentences("zh")
FROM_THE_TABLE = {"cause.title", "cause.cure", "known.title", "known.cure", "text", "template"}
"""What `msg` is called with where it is no literal: sentences of causes.toml and rules.toml."""

LOG = """\
Step 2/3 : RUN go mod download
 ---> Running in 0123456789ab
go: m.example/a@v1: Get "https://p.example/x": dial tcp: lookup p.example: no such host
The command '/bin/sh -c go mod download' returned a non-zero code: 1
"""


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def places(template: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)


def indent(template: str) -> int:
    return len(template) - len(template.lstrip())


def commands(template: str) -> list[str]:
    """What stands in backticks, and every name in capitals with a `=` or `_`."""
    names = re.findall(r"[A-Z0-9]{2,}[_=][A-Za-z0-9_=]*", template)
    return sorted(template.split("`")[1::2]) + sorted(names)


def of_the_tables() -> Iterator[str]:
    table = load_table()
    for cause in table.causes.values():
        yield from (cause.title, cause.cure, *cause.rules_out.values())
    yield from (rule.cure for rule in table.rules if rule.cure is not None)
    yield from (context.because for context in table.contexts)


def calls_of_msg() -> Iterator[ast.expr]:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "msg":
                yield node.args[0]


def of_the_modules() -> Iterator[str]:
    for said in calls_of_msg():
        if isinstance(said, ast.Constant):
            yield str(said.value)


SAID = {*of_the_tables(), *of_the_modules()}


def test_every_sentence_has_its_chinese() -> None:
    assert sorted(SAID - CHINESE.keys()) == []


def test_no_chinese_stands_for_a_sentence_that_nobody_says() -> None:
    assert sorted(CHINESE.keys() - SAID) == []


def test_what_is_no_literal_comes_from_the_tables() -> None:
    made = {ast.unparse(said) for said in calls_of_msg() if not isinstance(said, ast.Constant)}
    assert made <= FROM_THE_TABLE


def test_a_translation_has_the_same_places() -> None:
    assert [one for one in CHINESE if places(CHINESE[one]) != places(one)] == []


def test_no_sentence_is_still_english() -> None:
    bare = {"{title}."}  # a place and a full stop
    assert [one for key, one in CHINESE.items() if not is_chinese(one) and key not in bare] == []


def test_a_translation_is_one_line_that_a_terminal_shows_as_it_is() -> None:
    assert [one for one in CHINESE.values() if clean(one) != one or "\n" in one] == []


def test_a_translation_keeps_the_indent() -> None:
    assert [one for one in CHINESE if indent(CHINESE[one]) != indent(one)] == []


def test_a_translation_keeps_every_command() -> None:
    assert [one for one in CHINESE if commands(CHINESE[one]) != commands(one)] == []


@pytest.mark.parametrize(
    ("env", "wanted", "language"),
    [
        ({}, None, "en"),
        ({"LANG": "zh_CN.UTF-8"}, None, "zh"),
        ({"LANG": "en_US.UTF-8"}, None, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "en", "en"),
        ({"LANG": "en_US.UTF-8"}, "zh", "zh"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, None, "en"),
        ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, None, "zh"),
        ({"LC_MESSAGES": "POSIX", "LANG": "zh_CN.UTF-8"}, None, "en"),
        ({"LC_MESSAGES": "zh_CN", "LANG": "de_DE.UTF-8"}, None, "zh"),
        ({"LC_ALL": "zh_SG.UTF-8", "LC_MESSAGES": "C"}, None, "zh"),
    ],
)
def test_the_flag_decides_then_the_locale(
    env: dict[str, str], wanted: str | None, language: str
) -> None:
    assert choose_language(env, wanted) == language


@pytest.fixture
def english_again() -> Iterator[None]:
    yield
    use_language({})


@pytest.fixture
def show(
    machine: System,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    english_again: None,
) -> Callable[..., str]:
    """Run `diagnose` with flags and a locale, return all that it wrote."""
    (tmp_path / "build.log").write_text(LOG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    def call(*flags: str, code: int = 1, log: str = "build.log", **locale: str) -> str:
        argv = ["diagnose", log, *flags]
        env = {name: value for name, value in machine.env.items() if name != "LC_ALL"}
        ended = invoke(
            build_parser("0").parse_args(argv), argv, start_wizard=lambda _: 0,
            system=replace(machine, env=env | locale),
        )  # fmt: skip
        written = capsys.readouterr()
        assert ended == code, written
        return written.out + written.err

    return call


def test_a_chinese_locale_gets_chinese(show: Callable[..., str]) -> None:
    shown = show(LANG="zh_CN.UTF-8").splitlines()
    assert shown[0] == "失败的步骤： 2/3 RUN go mod download"
    assert "1. 域名解析失败" in shown
    assert any(line.startswith("   处理：DNS 服务器无法解析 p.example：") for line in shown)
    assert any(line.startswith("   第 3 行：go: m.example/a@v1: ") for line in shown)


def test_the_flag_gives_chinese_where_the_locale_is_english(show: Callable[..., str]) -> None:
    assert "1. 域名解析失败" in show("--lang", "zh", LANG="en_US.UTF-8")


def test_the_flag_gives_english_where_the_locale_is_chinese(show: Callable[..., str]) -> None:
    assert not is_chinese(show("--lang", "en", LANG="zh_CN.UTF-8"))


def test_an_english_locale_gets_english(show: Callable[..., str]) -> None:
    shown = show(LANG="en_US.UTF-8")
    assert "The name could not be resolved" in shown
    assert not is_chinese(shown)


def test_english_comes_back_after_chinese(show: Callable[..., str]) -> None:
    assert is_chinese(show("--lang", "zh"))
    assert not is_chinese(show("--lang", "en"))


def without_sentences(value: Any) -> Any:
    """The document but for what a person reads and the time."""
    if isinstance(value, dict):
        prose = {"title", "summary", "because", "live", "generated_at"}
        return {key: without_sentences(item) for key, item in value.items() if key not in prose}
    return [without_sentences(item) for item in value] if isinstance(value, list) else value


def test_of_the_document_only_the_sentences_follow_the_language(show: Callable[..., str]) -> None:
    chinese = json.loads(show("--json", "--lang", "zh"))
    english = json.loads(show("--json", "--lang", "en"))
    (fault,) = chinese["faults"]
    assert is_chinese(fault["title"])
    assert is_chinese(fault["cure"]["summary"])
    assert fault["ruled_out"]
    assert all(is_chinese(out["because"]) for out in fault["ruled_out"])
    assert without_sentences(chinese) == without_sentences(english)


@pytest.mark.parametrize("form", ["github", "gitlab"])
def test_an_annotation_is_chinese_and_names_the_same_cause(
    show: Callable[..., str], form: str
) -> None:
    shown = show("--format", form, "--lang", "zh")
    assert "域名解析失败。" in shown
    assert "第 3 行：" in shown
    assert "dns-failure" in shown


def test_a_log_that_cannot_be_read_is_refused_in_chinese(show: Callable[..., str]) -> None:
    assert "无法读取日志：" in show("--lang", "zh", code=2, log="absent.log")


def test_a_sentence_keeps_its_identity_in_another_language(english_again: None) -> None:
    before = msg("No fault in {count} lines.", count=3)
    sign = hash(before)
    use_language(CHINESE)
    assert str(before) == "共 3 行，未发现故障。"
    assert (before == msg("No fault in {count} lines.", count=3), hash(before)) == (True, sign)


def test_a_sentence_within_a_sentence_is_translated_too(english_again: None) -> None:
    use_language(CHINESE)
    answer = msg("{host} answers here", host="p.example")
    assert str(msg("{answer}, so set goproxy={value}", answer=answer, value="x")) == (
        "p.example 在本机可达，因此应设置 goproxy=x"
    )
