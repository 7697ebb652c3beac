"""Every action by its name; what is searched for; what is copied; what is offered while typing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.command import CommandList
from textual.pilot import Pilot
from textual.widgets import Input

from screens.app import WizardApp
from screens.decisions import DecisionRow
from screens.found import FoundSuggester, found_for
from screens.grid import GridView
from screens.mending import MendingScreen
from screens.palette import WizardPalette, commands
from screens.proving import ProofScreen
from screens.question import QuestionScreen
from tests.screens import sample
from tests.screens.driving import Running, at, press, said, settle, text_of_screen, wizard
from tests.screens.scenes import SCENES
from tests.screens.stand_in import StandIn
from wizard.facts import not_applicable
from wizard.flow import STEPS, Step, step_title
from wizard.plan.types import Finding, Severity
from wizard.questions import QUESTIONS

LONG_WAY = ("down", "enter")


def listed(pilot: Pilot[int]) -> list[str]:
    """Return the actions that the palette has now."""
    screen = wizard(pilot).screen
    return [str(one.title) for one in commands(wizard(pilot), screen)]  # type: ignore[arg-type]


async def choose(pilot: Pilot[int], words: str) -> None:
    """Open the palette, type, wait for what fits, and take the first."""
    await press(pilot, "ctrl+p", *words)
    palette = pilot.app.screen
    assert isinstance(palette, WizardPalette)
    listing = palette.query_one(CommandList)
    while not (listing.option_count and words.split()[0].lower() in text_of_screen(pilot).lower()):
        await pilot.pause(0.05)
    await pilot.pause(0.3)
    await press(pilot, "enter")
    await settle(pilot)


async def test_the_palette_has_every_step_question_look_and_language(running: Running) -> None:
    async with running() as pilot:
        shown = listed(pilot)
        for step in STEPS:
            if step is not Step.WELCOME and step in wizard(pilot).open_steps:
                assert f"Go to the step {step_title(step)}" in shown
        for asked in QUESTIONS:
            assert f"Change: {asked.title}" in shown
        for word in ("Colours: Light", "Colours: High contrast", "Measure again", "Copy", "Quit"):
            assert word in shown


async def test_the_palette_goes_to_a_step_and_escape_comes_back(running: Running) -> None:
    async with running() as pilot:
        await choose(pilot, "step Docker")
        assert at(pilot) is Step.DOCKER
        await press(pilot, "escape")
        assert at(pilot) is Step.WELCOME


async def test_the_palette_takes_a_way_that_the_screen_offers(running: Running) -> None:
    async with running() as pilot:
        await choose(pilot, "step by step")
        assert at(pilot) is not Step.WELCOME


async def test_the_palette_opens_a_question(running: Running) -> None:
    async with running() as pilot:
        await choose(pilot, "Change: Largest packet")
        assert isinstance(pilot.app.screen, QuestionScreen)
        assert pilot.app.screen.asked.key == "mtu"


async def test_the_palette_changes_the_colours(
    stream: StandIn, running: Running, tmp_path: Path
) -> None:
    stream.system = replace(stream.system, home=tmp_path)
    async with running() as pilot:
        await choose(pilot, "Colours: Light")
        assert wizard(pilot).worn.name == "light"
        assert "remembered" in said(pilot)


async def test_escape_closes_the_palette_and_nothing_happened(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, *LONG_WAY, "ctrl+p", "escape")
        assert not isinstance(pilot.app.screen, WizardPalette)
        assert at(pilot) is Step.PROXY


async def test_a_palette_without_a_match_says_so(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "ctrl+p", *"qqqq")
        while "Nothing here is called so" not in text_of_screen(pilot):
            await pilot.pause(0.05)


async def test_no_palette_over_a_question(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, *LONG_WAY, "up", "enter", "ctrl+p")
        assert isinstance(pilot.app.screen, QuestionScreen)


# --- searching -----------------------------------------------------------------------------------


async def on_mirrors(pilot: Pilot[int]) -> None:
    await press(pilot, *LONG_WAY, "enter")


async def test_a_search_leaves_the_rows_that_hold_the_text(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await on_mirrors(pilot)
        await press(pilot, "slash", *"golang")
        shown = text_of_screen(pilot)
        assert "proxy.golang.org  " in shown
        assert "goproxy.cn" not in shown
        assert "1 of 5 rows hold it" in shown


async def test_enter_keeps_what_was_found_and_gives_the_keys_back(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await on_mirrors(pilot)
        await press(pilot, "slash", *"golang", "enter")
        assert "goproxy.cn" not in text_of_screen(pilot)
        await press(pilot, "enter")
        assert at(pilot) is Step.PRIVATE


async def test_escape_ends_a_search_and_stays_on_the_step(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await on_mirrors(pilot)
        await press(pilot, "slash", *"golang", "escape")
        assert "goproxy.cn" in text_of_screen(pilot)
        assert at(pilot) is Step.MIRRORS


async def test_a_search_that_finds_nothing_says_so(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await on_mirrors(pilot)
        await press(pilot, "slash", *"nowhere")
        assert "0 of 5 rows hold it" in text_of_screen(pilot)


async def test_letters_that_are_keys_are_typed_into_the_search(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await on_mirrors(pilot)
        await press(pilot, "slash", *"rcy?")
        assert pilot.app.screen.query_one("#needle", Input).value == "rcy?"
        assert said(pilot) == ""


async def test_a_search_survives_a_window_of_another_size(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await on_mirrors(pilot)
        await press(pilot, "slash", *"gol")
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        await press(pilot, *"ang")
        assert pilot.app.screen.query_one("#needle", Input).value == "golang"
        assert pilot.app.screen.query_one("#grid0", GridView).needle == "golang"


async def test_a_search_leaves_a_window_too_small_to_its_kind_words(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await on_mirrors(pilot)
        await press(pilot, "slash", *"gol")
        await pilot.resize_terminal(45, 12)
        await settle(pilot)
        assert "Search:" not in text_of_screen(pilot)
        assert "This window has 45 columns" in text_of_screen(pilot)


# --- copying -------------------------------------------------------------------------------------


async def test_c_copies_the_value_of_the_row_and_says_so(running: Running) -> None:
    async with running(size=(120, 60)) as pilot:
        await on_mirrors(pilot)
        pilot.app.screen.query(DecisionRow).first().focus()
        await press(pilot, "c")
        assert pilot.app.clipboard == "https://goproxy.corp.example,https://proxy.golang.org,direct"
        assert "Copied: Module mirrors (GOPROXY)" in said(pilot)


async def test_c_copies_the_command_that_does_the_same(running: Running) -> None:
    async with running() as pilot:
        assert wizard(pilot).try_answers({"mtu": "1380"}) is None
        await press(pilot, *LONG_WAY, "c")
        assert pilot.app.clipboard == "gomod-wizard apply --set mtu=1380"


async def test_no_secret_is_ever_copied(running: Running) -> None:
    async with running(size=(120, 60)) as pilot:
        await press(pilot, *LONG_WAY)
        for row in pilot.app.screen.query(DecisionRow):
            row.focus()
            await press(pilot, "c")
            assert sample.PASSWORD not in pilot.app.clipboard


# --- what is offered -----------------------------------------------------------------------------


async def test_what_was_found_stands_below_the_line(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await choose(pilot, "Change: Largest packet")
        assert "Found here: 1500, 1400" in text_of_screen(pilot)


async def test_the_arrow_takes_the_rest_of_what_was_found(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await choose(pilot, "Change: Largest packet")
        await press(pilot, "tab", *"14", "right")
        assert pilot.app.screen.query_one("#own", Input).value == "1400"


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("https://goproxy.c", "https://goproxy.corp.example"),
        ("https://goproxy.corp.example,https://p", "https://goproxy.corp.example,https://proxy.golang.org"),
        ("https://goproxy.io|d", "https://goproxy.io|direct"),
        ("", None),
        ("zzz", None),
    ],
)  # fmt: skip
async def test_the_last_entry_of_a_list_is_completed(typed: str, wanted: str | None) -> None:
    found = found_for("goproxy", sample.facts())
    assert await FoundSuggester(found).get_suggestion(typed) == wanted


def test_no_secret_is_offered() -> None:
    for asked in QUESTIONS:
        assert sample.PASSWORD not in " ".join(found_for(asked.key, sample.facts()))


# --- the steps beside ----------------------------------------------------------------------------


async def test_the_rail_counts_faults_and_warnings_of_each_step(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        lines = [line[:26] for line in text_of_screen(pilot).splitlines()]
        (proxy,) = (line for line in lines if "Proxy" in line)
        assert "✗1 !1" in proxy
        assert any("1 fault" in line for line in lines)


async def test_the_rail_says_what_is_done_and_what_is_skipped_and_why(
    running: Running, stream: StandIn
) -> None:
    absent = not_applicable("there is no docker here", "PATH")
    docker = replace(stream.facts.docker, client=absent, engine=absent)
    stream.facts, stream.findings = replace(stream.facts, docker=docker), ()
    async with running(size=(120, 40)) as pilot:
        await press(pilot, *LONG_WAY, "enter")
        rail = "\n".join(line[:26] for line in text_of_screen(pilot).splitlines())
    assert "– Docker" in rail
    assert "no Docker here" in rail
    assert "done" in rail


async def test_signs_that_do_not_fit_beside_a_long_name_keep_the_worst(
    running: Running, stream: StandIn
) -> None:
    stream.findings = tuple(
        Finding(id=f"private.{one}", severity=one, message="x", facts=("private.hosts",))
        for one in (Severity.FAULT, Severity.WARNING)
    )
    async with running(size=(120, 40)) as pilot:
        lines = [line[:26] for line in text_of_screen(pilot).splitlines()]
    (row,) = (line for line in lines if "Private hosts" in line)
    assert "✗1" in row
    assert not any(line.strip() == "!1" for line in lines)


async def test_the_palette_has_what_the_proof_and_the_last_screen_can_do() -> None:
    stream = SCENES["proof"].world()
    async with WizardApp(stream).run_test() as pilot:
        await SCENES["proof"].act(pilot)
        shown = listed(pilot)
        assert not [one for one in shown if one.startswith(("Go to", "Change", "Take", "Measure"))]
        proof = pilot.app.screen
        assert isinstance(proof, ProofScreen)
        next(
            one for one in commands(wizard(pilot), proof) if str(one.title) == "Stop the proof"
        ).run()
        while pilot.app.screen is proof:
            await pilot.pause(0.01)
        await settle(pilot)
        assert {"Prove it", "Finish", "Take everything back (undo)"} <= set(listed(pilot))
        await choose(pilot, "Take everything")
        assert "Take everything back?" in text_of_screen(pilot)
        await press(pilot, "escape")
        assert stream.undone == []


async def test_the_palette_mends_and_proves_again() -> None:
    async with WizardApp(SCENES["diagnosis"].world()).run_test() as pilot:
        await SCENES["diagnosis"].act(pilot)
        assert {"Mend it", "Prove it again", "Leave it"} <= set(listed(pilot))
        await choose(pilot, "Mend it")
        assert isinstance(pilot.app.screen, MendingScreen)
        assert {"Apply", "Back to the faults"} <= set(listed(pilot))
