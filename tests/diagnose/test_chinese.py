"""The advice of `diagnose` in Chinese, and only where somebody asked for it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wizard.cli import run
from wizard.language import speak
from wizard.system import System
from wizard.text import msg, use_language

LOG = """\
Step 2/3 : RUN go mod download
 ---> Running in 0123456789ab
go: m.example/a@v1: Get "https://p.example/x": dial tcp: lookup p.example: no such host
The command '/bin/sh -c go mod download' returned a non-zero code: 1
"""


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


@pytest.fixture
def english_again() -> Iterator[None]:
    yield
    use_language(None)


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
        ended = run(argv, start_wizard=lambda _: 0, system=replace(machine, env=env | locale))
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
    speak("zh")
    assert str(before) == "共 3 行，未发现故障。"
    assert (before == msg("No fault in {count} lines.", count=3), hash(before)) == (True, sign)


def test_a_sentence_within_a_sentence_is_translated_too(english_again: None) -> None:
    speak("zh")
    answer = msg("{host} answers here", host="p.example")
    assert str(msg("{answer}, so set goproxy={value}", answer=answer, value="x")) == (
        "p.example 在本机可达，因此应设置 goproxy=x"
    )
