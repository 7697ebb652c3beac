"""Answers: where they stand, which wins, and what a broken place says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wizard.answers import collect_answers
from wizard.errors import UsageError
from wizard.plan.types import Origin
from wizard.system import System


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_flag_beats_the_environment_beats_the_project_beats_the_user(
    machine: System, home: Path, tmp_path: Path
) -> None:
    _write(home / ".config/gomod-wizard/config.toml",
           "[answers]\nmtu = 1\ndns = '1.1.1.1'\nbip = 'a'\nca = 'u'\n")  # fmt: skip
    _write(tmp_path / "p/gomod-wizard.toml", "[answers]\nmtu = 2\ndns = '2.2.2.2'\nbip = 'b'\n")
    loud = replace(machine, env={**machine.env, "GOMOD_WIZARD_SET_MTU": "3",
                                 "GOMOD_WIZARD_SET_DNS": "3.3.3.3"})  # fmt: skip
    answers = collect_answers(loud, tmp_path / "p", sets=["mtu=4"])
    assert {key: (a.text, a.origin) for key, a in answers.items()} == {
        "mtu": ("4", Origin.FLAG),
        "dns": ("3.3.3.3", Origin.ENVIRONMENT),
        "bip": ("b", Origin.PROJECT),
        "ca": ("u", Origin.USER),
    }


def test_a_list_in_a_profile_is_the_same_as_commas(machine: System, tmp_path: Path) -> None:
    _write(tmp_path / "gomod-wizard.toml", "[answers]\ngoprivate = ['a.corp', 'b.corp']\n")
    assert collect_answers(machine, tmp_path)["goprivate"].text == "a.corp,b.corp"


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("[answers]\nmtu = 1\nmut = 2\n", ":3", "did you mean mtu"),
        ("[answers\nmtu=1", "gomod-wizard.toml", "TOML"),
        ("[answers]\n" + ".".join("a" * 9_000) + " = 1\n", "gomod-wizard.toml", "nested"),
        ("answers = 3\n", "gomod-wizard.toml", "table"),
        ("[answers]\nmtu = { a = 1 }\n", ":2", "a text, a number"),
    ],
)
def test_a_broken_profile_names_file_line_and_cure(
    machine: System, tmp_path: Path, text: str, where: str, words: str
) -> None:
    _write(tmp_path / "gomod-wizard.toml", text)
    with pytest.raises(UsageError) as caught:
        collect_answers(machine, tmp_path)
    assert where in caught.value.where
    assert words in f"{caught.value.message} {caught.value.hint}"


def test_a_profile_that_was_asked_for_must_exist(machine: System, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such profile"):
        collect_answers(machine, tmp_path, profile=tmp_path / "none.toml")


def test_set_without_an_equals_sign_shows_an_example(machine: System, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        collect_answers(machine, tmp_path, sets=["mtu"])
    assert "--set mtu=1400" in str(caught.value.hint)
