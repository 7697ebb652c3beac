"""Which language a person gets: by the flag, else by the locale, as gettext has it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.language import choose_language, wanted_by

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("env", "wanted", "language"),
    [
        ({}, None, "en"),
        ({"LANG": "zh_CN.UTF-8"}, None, "zh"),
        ({"LANG": "en_US.UTF-8"}, None, "en"),
        ({"LANG": "de_DE.UTF-8"}, None, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "en", "en"),
        ({"LANG": "en_US.UTF-8"}, "zh", "zh"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, None, "en"),
        ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, None, "zh"),
        ({"LC_MESSAGES": "POSIX", "LANG": "zh_CN.UTF-8"}, None, "en"),
        ({"LC_MESSAGES": "zh_CN", "LANG": "de_DE.UTF-8"}, None, "zh"),
        ({"LC_ALL": "zh_SG.UTF-8", "LC_MESSAGES": "C"}, None, "zh"),
        ({"LANGUAGE": "zh_CN", "LANG": "en_US.UTF-8"}, None, "zh"),
        ({"LANGUAGE": "de:zh_CN:en", "LANG": "en_US.UTF-8"}, None, "zh"),
        ({"LANGUAGE": "en:zh", "LANG": "zh_CN.UTF-8"}, None, "en"),
        ({"LANGUAGE": "zh", "LANG": "C"}, None, "en"),
        ({"LANGUAGE": "zh"}, None, "en"),
        ({"LANG": "zh-Hans.UTF-8"}, None, "zh"),
    ],
)
def test_the_flag_decides_then_the_locale(
    env: dict[str, str], wanted: str | None, language: str
) -> None:
    assert choose_language(env, wanted) == language


@pytest.mark.parametrize(
    ("argv", "language"),
    [
        ((), None),
        (("plan", "--lang", "zh"), "zh"),
        (("--lang=zh", "plan"), "zh"),
        (("--lang", "zh", "plan", "--lang", "en"), "en"),
        (("plan", "--lang"), None),
        (("plan", "--lang", "tlh"), None),
        (("build", "--", "--lang", "zh"), None),
        (("diagnose", "zh"), None),
    ],
)
def test_the_flag_is_found_before_the_grammar_is_read(
    argv: tuple[str, ...], language: str | None
) -> None:
    assert wanted_by(argv) == language


def said(*argv: str, **env: str) -> bytes:
    """What the real program writes with nothing but this environment."""
    done = subprocess.run(
        [sys.executable, "-m", "wizard", *argv],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **env},
        capture_output=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr, done.stderr.decode("utf-8", "replace")
    return done.stdout + done.stderr


def test_a_chinese_locale_gets_chinese_help() -> None:
    assert "用法" in said("--help", LANG="zh_CN.UTF-8", PYTHONUTF8="1").decode()


def test_the_c_locale_gets_english_help() -> None:
    assert said("--help", LANG="C").startswith(b"usage: gomod-wizard")


def test_a_gbk_terminal_gets_chinese_in_gbk() -> None:
    shown = said("--help", LANG="zh_CN.GBK", PYTHONIOENCODING="gbk")
    assert "用法" in shown.decode("gbk")


def test_a_locale_counts_for_nothing_where_stdout_is_ascii() -> None:
    shown = said("--help", LANG="zh_CN.UTF-8", PYTHONIOENCODING="ascii")
    assert shown.startswith(b"usage: gomod-wizard")


def test_the_flag_on_an_ascii_stdout_is_written_as_escapes() -> None:
    assert b"\\u7528\\u6cd5" in said("--help", "--lang", "zh", PYTHONIOENCODING="ascii")
    assert b"\\u" in said("plan", "--nonsense", "--lang", "zh", PYTHONIOENCODING="ascii")


def test_a_document_follows_the_flag_alone() -> None:
    locale = {"LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1"}
    assert said("plan", "--json", "--nonsense", **locale).isascii()
    assert not said("plan", "--json", "--nonsense", "--lang", "zh", **locale).isascii()


def preferring(home: Path, language: str) -> dict[str, str]:
    """An environment whose home remembers what was chosen in the palette."""
    folder = home / ".config" / "gomod-wizard"
    folder.mkdir(parents=True)
    (folder / "preferences.toml").write_text(f'language = "{language}"\n')
    return {"HOME": str(home), "PYTHONUTF8": "1"}


def test_a_language_chosen_in_the_palette_is_stronger_than_the_locale(tmp_path: Path) -> None:
    assert "用法" in said("--help", LANG="en_US.UTF-8", **preferring(tmp_path, "zh")).decode()


def test_the_flag_is_stronger_than_a_chosen_language(tmp_path: Path) -> None:
    shown = said("--help", "--lang", "en", **preferring(tmp_path, "zh"))
    assert shown.startswith(b"usage: gomod-wizard")


def test_a_chosen_language_that_is_not_spoken_here_counts_for_nothing(tmp_path: Path) -> None:
    shown = said("--help", LANG="C", **preferring(tmp_path, "tlh"))
    assert shown.startswith(b"usage: gomod-wizard")


def test_a_document_does_not_follow_a_chosen_language(tmp_path: Path) -> None:
    assert said("plan", "--json", "--nonsense", **preferring(tmp_path, "zh")).isascii()


def test_the_demo_takes_a_chosen_language_with_it(tmp_path: Path) -> None:
    assert "检测结果" in said("demo", "plan", **preferring(tmp_path, "zh")).decode()
