"""The short way: one page says what is wrong, what would be done, why, where, and every line."""

from __future__ import annotations

import threading

import pytest
from textual.widgets import OptionList

from screens.app import WizardApp
from screens.curing import CureRow
from tests.screens import sample
from tests.screens.driving import Running, at, press, settle, text_of_screen, wizard
from tests.screens.stand_in import StandIn
from wizard.flow import Step


async def test_each_fault_stands_beside_its_cure_its_reason_and_its_file(running: Running) -> None:
    async with running(size=(120, 60)) as pilot:
        await press(pilot, "enter")
        shown = " ".join(text_of_screen(pilot).split())
    assert "Fault: Docker's bridge 172.17.0.0/16 lies inside the VPN's route" in shown
    assert "→ the bridge moves to 192.168.200.0/24" in shown
    assert "192.168.200.1/24 (in daemon.json)" in shown
    assert "because the VPN routes 172.16.0.0/12, where Docker's bridge lies now" in shown


async def test_the_most_grave_stands_first(running: Running) -> None:
    async with running(size=(120, 60)) as pilot:
        await press(pilot, "enter")
        shown = text_of_screen(pilot)
    places = [shown.index(word) for word in ("Fault: ", "Warning: ", "What else is set")]
    assert places == sorted(places)


async def test_a_cure_that_no_file_holds_names_no_file(running: Running) -> None:
    async with running(size=(120, 60)) as pilot:
        await press(pilot, "enter")
        shown = text_of_screen(pilot)
    cure = next(line for line in shown.splitlines() if "add a line for it to ~/.netrc" in line)
    assert "(in " not in cure


async def test_every_line_that_would_be_written_stands_on_the_page(running: Running) -> None:
    async with running(size=(120, 200)) as pilot:
        await press(pilot, "enter")
        shown = text_of_screen(pilot)
        preview = wizard(pilot).state.preview
        assert preview is not None
    for diff in preview.diffs.values():
        for line in diff.splitlines()[2:]:
            if line[:1] in "+-":
                assert " ".join(line[1:].split()) in " ".join(shown.split())


async def test_change_opens_the_question_behind_a_row_and_its_answer_shows(
    running: Running,
) -> None:
    async with running(size=(120, 60)) as pilot:
        await press(pilot, "enter", "down", "down", "enter")
        assert isinstance(pilot.app.focused, CureRow)
        await press(pilot, "down", "enter")
        assert "Address of Docker's bridge (bip)" in text_of_screen(pilot)
        await press(pilot, "down", "enter")
        assert at(pilot) is Step.PROPOSAL
        assert "10.200.0.1/24" in text_of_screen(pilot)
    assert wizard(pilot).state.answers["bip"].text == "10.200.0.1/24"


async def test_escape_in_the_question_leaves_the_proposal_as_it_was(running: Running) -> None:
    async with running(size=(120, 60)) as pilot:
        await press(pilot, "enter", "a")
        before = text_of_screen(pilot)
        await press(pilot, "enter", "escape")
        assert text_of_screen(pilot) == before


@pytest.mark.parametrize(("keys", "step"), [
    (("down", "enter", "enter"), Step.REVIEW),
    (("down", "enter", "down", "enter"), Step.PROXY),
    (("d",), Step.REVIEW),
    (("s",), Step.PROXY),
    (("a", "e"), Step.PROXY),
])  # fmt: skip
async def test_looking_closer_leads_on_and_escape_leads_back(
    running: Running, keys: tuple[str, ...], step: Step
) -> None:
    async with running() as pilot:
        await press(pilot, "enter", *keys)
        assert at(pilot) is step
        await press(pilot, "escape")
        assert at(pilot) is Step.PROPOSAL


async def test_up_from_the_first_way_leads_to_the_rows_and_down_back(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "up")
        assert isinstance(pilot.app.focused, CureRow)
        await press(pilot, "down")
        assert isinstance(pilot.app.focused, OptionList)


# --- a key that comes early ------------------------------------------------------------------


async def test_an_early_enter_is_remembered_and_answered_as_soon_as_there_is_a_proposal(
    running: Running, stream: StandIn
) -> None:
    stream.gate = threading.Event()
    async with running(looked=False) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert at(pilot) is Step.WELCOME
        assert "The proposal opens as soon as" in text_of_screen(pilot)
        stream.gate.set()
        await settle(pilot)
        assert at(pilot) is Step.PROPOSAL


async def test_many_early_enters_confirm_nothing_that_was_not_seen(
    running: Running, stream: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WizardApp, "READING_S", 3600.0)
    stream.gate = threading.Event()
    async with running(looked=False) as pilot:
        await pilot.press("enter", "enter", "enter")
        stream.gate.set()
        await settle(pilot)
        await press(pilot, "enter", "enter")  # they were meant for the screen before
        assert at(pilot) is Step.PROPOSAL
        assert "Write these files?" not in text_of_screen(pilot)
    assert stream.applied == []


async def test_escape_takes_an_early_enter_back(running: Running, stream: StandIn) -> None:
    stream.gate = threading.Event()
    async with running(looked=False) as pilot:
        await pilot.press("enter", "escape")
        stream.gate.set()
        await settle(pilot)
        assert at(pilot) is Step.WELCOME
        assert "See what I would do" in text_of_screen(pilot)


async def test_an_early_step_by_step_is_not_held(running: Running, stream: StandIn) -> None:
    stream.gate = threading.Event()
    async with running(looked=False) as pilot:
        await pilot.press("down", "enter")
        await pilot.pause()
        assert at(pilot) is Step.PROXY
        stream.gate.set()


async def test_the_password_of_a_proxy_does_not_stand_on_the_proposal(running: Running) -> None:
    async with running(size=(160, 200)) as pilot:
        await press(pilot, "enter")
        shown = text_of_screen(pilot)
    assert "dev:***@" in shown
    assert sample.PASSWORD not in shown
