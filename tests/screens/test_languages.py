"""The wizard in another language: chosen before it starts, or while it runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.widgets import Input

from screens.app import WizardApp
from screens.wrapping import WORD
from tests.screens.driving import Running, press, said, settle, text_of_screen, wizard
from tests.screens.places import PLACES, question
from tests.screens.stand_in import StandIn
from wizard.errors import UnsafeError
from wizard.language import speak
from wizard.preferences import preferences

Snap = Callable[..., bool]

ROOT = Path(__file__).parents[2]
SENTENCE = re.compile(
    r"\b[A-Za-z]+ (?:the|this|that|is|are|was|of|to|in|on|from|by|and|or|not|no|an?|its?) [a-z]+"
    r"|[A-Za-z]{3,} [a-z]{3,} [a-z]{3,} [a-z]{3,}"
)


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    speak("en")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("place", PLACES)
def test_a_screen_in_chinese_looks_as_it_did(
    snap_compare: Snap, place: str, size: tuple[int, int]
) -> None:
    speak("zh")
    assert snap_compare(WizardApp(StandIn()), terminal_size=size, run_before=PLACES[place])


def below_a_sheet(text: str) -> str:
    """The screen but for what a screen below a sheet draws only when it is the top one again."""
    lines = re.sub("PgDn：下方还有内容|[▁▂▃▄▅▆▇█]", " ", text).splitlines()
    return "\n".join(line.rstrip() for line in lines)


@pytest.mark.parametrize("place", sorted(PLACES.keys() - {"question-invalid", "palette"}))
async def test_a_screen_that_is_open_is_told_anew(place: str) -> None:
    speak("zh")
    async with WizardApp(StandIn()).run_test(size=(120, 40)) as pilot:
        await PLACES[place](pilot)
        from_the_start = text_of_screen(pilot)
    speak("en")
    async with WizardApp(StandIn()).run_test(size=(120, 40)) as pilot:
        await PLACES[place](pilot)
        assert text_of_screen(pilot) != from_the_start
        await wizard(pilot).action_language("zh")
        pilot.app.clear_notifications()
        await settle(pilot)
        assert below_a_sheet(text_of_screen(pilot)) == below_a_sheet(from_the_start)


async def test_what_was_typed_and_the_focus_stay(running: Running) -> None:
    async with running() as pilot:
        await question(3, "mtu", "tab", *"13")(pilot)
        await wizard(pilot).action_language("zh")
        await press(pilot, *"00")
        assert pilot.app.screen.query_one("#own", Input).value == "1300"


async def test_a_value_that_cannot_be_used_is_judged_anew(running: Running) -> None:
    async with running() as pilot:
        await PLACES["question-invalid"](pilot)
        await wizard(pilot).action_language("zh")
        await settle(pilot)
        assert "它不是 1280 到 9216 之间的数字" in text_of_screen(pilot)


async def test_why_a_write_failed_is_told_anew() -> None:
    stream = StandIn()
    stream.refusal = UnsafeError("Dockerfile was changed", where="Dockerfile", hint="look again")
    async with WizardApp(stream).run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "enter", "enter")
        await wizard(pilot).action_language("zh")
        await settle(pilot)
        shown = text_of_screen(pilot)
    assert "Dockerfile was changed" in shown
    assert "一切都与之前一样。" in shown


async def test_a_chosen_language_is_remembered_and_said(tmp_path: Path) -> None:
    stream = StandIn()
    stream.system = replace(stream.system, home=tmp_path)
    async with WizardApp(stream).run_test() as pilot:
        await settle(pilot)
        await wizard(pilot).action_language("zh")
        await settle(pilot)
        assert "简体中文：已记住，下次沿用。" in said(pilot)
    assert preferences(stream.system) == {"language": "zh"}


async def test_a_demo_promises_to_remember_nothing(tmp_path: Path) -> None:
    stream = StandIn()
    stream.system = replace(stream.system, home=tmp_path, demo=True)
    async with WizardApp(stream).run_test() as pilot:
        await settle(pilot)
        wizard(pilot).wear("light")
        await settle(pilot)
        assert said(pilot) == "Light"
        await wizard(pilot).action_language("zh")
    assert preferences(stream.system) == {}


async def test_answers_and_the_place_stay(running: Running) -> None:
    async with running() as pilot:
        await PLACES["answered"](pilot)
        before = (wizard(pilot).flow, wizard(pilot).state.answers)
        await wizard(pilot).action_language("zh")
        await settle(pilot)
        assert (wizard(pilot).flow, wizard(pilot).state.answers) == before


@pytest.mark.parametrize("place", PLACES)
async def test_no_line_is_wider_than_the_window(running: Running, place: str) -> None:
    speak("zh")
    async with running(size=(60, 20)) as pilot:
        await PLACES[place](pilot)
        assert max(cell_len(line) for line in text_of_screen(pilot).splitlines()) <= 60


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("one (two) three", ["one ", "(two) ", "three"]),
        ("域名，解析", ["域", "名，", "解", "析"]),
        ("容器（dns）用", ["容", "器", "（dns）", "用"]),
        ("按“步骤”继续", ["按", "“步", "骤”", "继", "续"]),
        ("Docker 其他", ["Docker ", "其", "他"]),
    ],
)
def test_a_line_breaks_between_wide_characters_and_beside_no_lone_mark(
    text: str, pieces: list[str]
) -> None:
    assert [found.group() for found in WORD.finditer(text)] == pieces


def test_the_wizard_on_a_played_machine_leaves_no_english_sentence() -> None:
    """Facts, reasons, findings and cures as the real stream gives them, at every step.

    In a process of its own: the demo guards its process for good.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.screens.walk_in_chinese"],
        capture_output=True, text=True, check=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert "审阅" in done.stdout
    assert [line for line in done.stdout.splitlines() if SENTENCE.search(line)] == []
