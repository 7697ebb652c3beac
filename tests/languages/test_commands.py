"""Every command in Chinese: no English sentence is left, and files are the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import Command, command, offline_catalogue, project
from wizard.cli.cells import width, wrap
from wizard.language import speak
from wizard.text import Text, msg, use_language

if TYPE_CHECKING:
    from wizard.text import Catalogue

__all__ = ["command", "offline_catalogue", "project"]

ROOT = Path(__file__).parents[2]

SENTENCE = re.compile(
    r"\b[A-Za-z]+ (?:the|this|that|is|are|was|of|to|in|on|from|by|and|or|not|no|an?|it|its) [a-z]+"
)
OUTSIDE = re.compile(
    r"^(?:[+@-]| \S| $)"  # a difference: what is written into files is English
    r"|^  *# "
    r"|\[Errno|No such file"  # the system's own words
)

COMMANDS = [
    ("detect",),
    ("detect", "-v"),
    ("detect", "--explain"),
    ("mirrors",),
    ("plan",),
    ("plan", "-v"),
    ("diff",),
    ("apply", "--dry-run"),
    ("apply", "--yes", "--scope", "project,user"),
    ("undo",),
    ("history",),
    ("purge", "--dry-run"),
    ("build-command",),
    ("verify", "--dry-run"),
    ("route", "rsc.io/quote@v1.5.2"),
    ("route", "--all"),
    ("report",),
    ("check",),
    ("networks",),
    ("preset",),
    ("refresh", "--dry-run"),
    ("proxy-export", "--out", "none", "--dry-run"),
]
MISTAKES = [
    ("plan", "--set", "nonsense"),
    ("plan", "--set", "mtu=12"),
    ("plan", "--set", "goprox=x"),
    ("plan", "--set", "gosumdb=off"),
    ("plan", "--nonsense"),
    ("plan", "--timeout", "0"),
    ("plan", "--profile", "absent.toml"),
    ("generate",),
    ("diff", "--scope", "moon"),
    ("undo", "20200101-000000-0000"),
    ("route",),
    ("route", "no module"),
    ("diagnose", "absent.log"),
    ("preset", "add"),
    ("preset", "add", "ext::sh"),
    ("preset", "add", "https://go.corp.example/preset.toml"),
    ("preset", "add", "absent.toml", "--key", "absent.pub"),
    ("preset", "refresh"),
    ("apply",),
    (),
]


class Noting:
    """A catalogue that writes down what it does not have."""

    def __init__(self, of: Catalogue) -> None:
        self.of = of
        self.missed: list[str] = []

    def gettext(self, message: str) -> str:
        found = self.of.gettext(message)
        if found == message and re.search("[a-z]{2} [a-z]{2}", message):
            self.missed.append(message)
        return found

    def ngettext(self, one: str, many: str, n: int) -> str:
        found = self.of.ngettext(one, many, n)
        if found in (one, many):
            self.missed.append(one)
        return found


@pytest.fixture
def noting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Noting]:
    from wizard import language

    chinese = language.catalogue("zh")
    assert chinese is not None
    noted = Noting(chinese)
    monkeypatch.setattr(language, "catalogue", lambda code: noted if code == "zh" else None)
    yield noted
    use_language(None)


def english(text: str) -> list[str]:
    return [
        line for line in text.splitlines() if SENTENCE.search(line) and not OUTSIDE.search(line)
    ]


@pytest.mark.parametrize("argv", COMMANDS, ids=" ".join)
def test_a_command_leaves_no_english_sentence(
    command: Command, noting: Noting, argv: tuple[str, ...]
) -> None:
    ended = command(*argv, "--lang", "zh")
    assert ended.code in (0, 1, 2, 3), ended.err
    assert noting.missed == []
    assert english(ended.out + "\n" + ended.err) == []


def test_the_heuristic_sees_english(command: Command) -> None:
    assert len(english(command("plan", "--lang", "en").out)) > 5


@pytest.mark.parametrize("argv", MISTAKES, ids=" ".join)
def test_a_mistake_is_answered_in_chinese(
    command: Command, noting: Noting, argv: tuple[str, ...]
) -> None:
    ended = command(*argv, "--lang", "zh")
    assert ended.code in (2, 4), ended.err
    assert noting.missed == []
    assert re.search("[\u4e00-\u9fff]", ended.err)
    assert english(ended.err) == []


def test_help_of_every_command_is_chinese(command: Command, noting: Noting) -> None:
    from wizard.cli.parser import COMMAND_NAMES

    for name in sorted(COMMAND_NAMES):
        shown = command(name, "--help", "--lang", "zh").out
        assert english(shown) == [], name
        assert "选项：" in shown
        assert max(width(line) for line in shown.splitlines() if "gomod-wizard" not in line) <= 80
    assert noting.missed == []


def test_the_demo_takes_the_language_with_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wizard", "demo", "--lang", "zh", "plan"],
        capture_output=True, check=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "HOME": str(tmp_path)},
    )  # fmt: skip
    shown = done.stdout.decode()
    assert "检测结果" in shown
    assert english(shown) == []


def test_what_is_written_into_files_is_the_same_in_every_language(
    command: Command, tmp_path: Path
) -> None:
    for code in ("en", "zh"):
        assert command("generate", "--out", str(tmp_path / code), "--lang", code).code == 0
    speak("en")
    made = {
        code: {path.name: path.read_bytes() for path in (tmp_path / code).iterdir()}
        for code in ("en", "zh")
    }
    assert made["en"] == made["zh"]


def test_a_table_is_aligned_by_cells(command: Command) -> None:
    shown = command("mirrors", "--lang", "zh").out.splitlines()
    speak("en")
    head, row = shown[0], shown[1]
    assert width(head[: head.index("模块代理")]) == width(row[: row.index("https://")])


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "three"]),
        ("域名解析失败", ["域名解", "析失败"]),
        ("域名解，析", ["域名", "解，析"]),
        ("用 Docker 吧", ["用", "Docker", "吧"]),
    ],
)
def test_help_is_wrapped_by_cells(text: str, lines: list[str]) -> None:
    assert wrap(text, 7) == lines


@pytest.mark.parametrize(
    ("where", "shown"),
    [("app", "app 中的 go.sum 不完整"), (msg("this folder"), "当前目录中的 go.sum 不完整")],
)
def test_a_chinese_value_stands_close_and_a_latin_one_does_not(where: Text, shown: str) -> None:
    speak("zh")
    said = msg("go.sum is incomplete in {where}; the download works, and go build then fails",
               where=where)  # fmt: skip
    assert str(said).startswith(shown)
    speak("en")
