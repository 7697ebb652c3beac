"""What is quoted for a language comes back unchanged from its real reader, or by its own rule."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.plan.facts_builder import facts
from wizard.plan import decide
from wizard.plan.types import Answer, Origin
from wizard.render import render
from wizard.render.quoting import copy_line, csv_field, ignore_pattern, posix, powershell, toml
from wizard.rules.dockerignore import hidden_by, parse_dockerignore
from wizard.rules.patterns import match

HARD = "a'b\"c`d$e${f}$(g)\\h;i&j|k<l>m*n?o[p]q{r}#s!t~u=v%w@x,y:z \t\u2019\u202e七\x1b"
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)
LINE = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1, max_size=30
)
GO = Path(sys.executable).with_name("go")
QUICK = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("shell", ["dash", "bash"])
@QUICK
@given(words=st.lists(TEXT, min_size=1, max_size=20))
@example(words=[HARD, "-n", "a\nb"])
def test_a_shell_gives_the_words_back(shell: str, words: list[str]) -> None:
    script = f"set -- {posix(words)}; for w; do printf '%s\\0' \"$w\"; done"
    done = subprocess.run([shell, "-c", script], capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == words


@pytest.mark.go
@pytest.mark.skipif(not GO.exists(), reason="there is no go beside this Python")
@settings(QUICK, max_examples=8)
@given(value=LINE)
@example(value=HARD.replace("\t", "").replace("\x1b", ""))
def test_go_gives_the_value_back(value: str, tmp_path: Path) -> None:
    env = {"PATH": f"{GO.parent}:/usr/bin:/bin", "HOME": str(tmp_path), "GOTOOLCHAIN": "local",
           "GOENV": str(tmp_path / "env"), "GOCACHE": str(tmp_path / "cache")}  # fmt: skip
    script = posix(("go", "env", "-w", f"GOPROXY={value}")) + "\ngo env -json GOPROXY"
    done = subprocess.run(["sh", "-c", script], env=env, cwd=tmp_path, capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert json.loads(done.stdout)["GOPROXY"] == value


_QUOTES = "['\u2018\u2019\u201a\u201b]"


@given(text=TEXT)
@example(text=HARD)
def test_powershell_gives_the_text_back_by_its_documented_rule(text: str) -> None:
    """about_Quoting_Rules: verbatim between single quotes, a doubled quote is one."""
    quoted = powershell(text)
    found = re.fullmatch(f"'((?:[^'\u2018-\u201b]|(?:{_QUOTES}){{2}})*)'", quoted, re.DOTALL)
    assert found is not None
    assert re.sub(f"({_QUOTES}){_QUOTES}", r"\1", found[1]) == text


@given(name=st.sampled_from(["id", "src"]), value=LINE)
@example(name="src", value='/home/a "b",c/.netrc')
def test_a_field_of_a_mount_comes_back_as_csv(name: str, value: str) -> None:
    (fields,) = csv.reader([f"type=secret,{csv_field(name, value)}"], strict=True)
    assert fields == ["type=secret", f"{name}={value}"]


@given(path=LINE.filter(lambda text: not set("/$") & set(text) and text.strip() == text))
@example(path="a [b]*?\\ c")
def test_a_copied_path_is_that_path_alone(path: str) -> None:
    """BuildKit reads the words of the JSON form as patterns of filepath.Match."""
    words = copy_line([path], "/src/").removeprefix("COPY ")
    source = json.loads(words)[0] if words.startswith("[") else words.split(" ")[0]
    assert source == path or match(source, path)


PATHS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Z"], exclude_characters="/"),
            min_size=1, max_size=8).filter(lambda part: part not in (".", "..")),
    min_size=1, max_size=3,
).map("/".join)  # fmt: skip


@given(path=PATHS)
@example(path="a[b]*?\\c/go.mod")
def test_an_ignored_path_is_brought_back(path: str) -> None:
    assert hidden_by(parse_dockerignore(f"**\n{ignore_pattern(path)}\n"), path) is None


@given(value=TEXT | st.integers(-(2**62), 2**62) | st.booleans())
@example(value="😀 \x7f \x1b \" \\ '''")
def test_toml_gives_the_value_back(value: object) -> None:
    assert tomllib.loads(f"key = {toml(value)}")["key"] == value


@pytest.mark.parametrize("reason", ["until the 😀 lab has a certificate", "a 'b' \"c\" \\ ${d}"])
def test_a_reason_comes_back_from_the_profile(reason: str) -> None:
    answers = {"gosumdb": "off", "reason": reason, "until": "2026-12-31"}
    plan = decide(facts(), {k: Answer(text=v, origin=Origin.FLAG) for k, v in answers.items()})
    (profile,) = (one for one in render(plan) if one.name == "gomod-wizard.toml")
    assert tomllib.loads(profile.standalone)["answers"]["reason"] == reason
