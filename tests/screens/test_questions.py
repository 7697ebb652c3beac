"""Changing a decision: the alternatives, a value of one's own, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from screens.decisions import DecisionRow
from screens.question import QuestionScreen
from tests.screens.driving import Running, press, settle, text_of_screen, wizard
from tests.screens.stand_in import StandIn
from wizard.errors import UnsafeError
from wizard.facts import Facts
from wizard.plan.types import Answers, Origin, Plan


async def open_question(pilot: Pilot[int], key: str) -> None:
    """Walk to the step that asks `key`, and open the question."""
    await press(pilot, "down", "enter")
    while True:
        for row in pilot.app.screen.query(DecisionRow):
            if row.asked.key == key:
                row.focus()
                await press(pilot, "enter")
                return
        await press(pilot, "enter")


async def test_the_value_in_force_is_highlighted_and_named_as_recommended(
    running: Running,
) -> None:
    async with running() as pilot:
        await open_question(pilot, "goproxy")
        choices = pilot.app.screen.query_one("#choices", OptionList)
        assert choices.highlighted == 0
        assert "(now, recommended)" in text_of_screen(pilot)


async def test_enter_on_the_recommendation_answers_nothing(running: Running) -> None:
    async with running() as pilot:
        await open_question(pilot, "goproxy")
        await press(pilot, "enter")
        assert wizard(pilot).state.answers == {}
        assert not isinstance(pilot.app.screen, QuestionScreen)


async def test_an_alternative_that_is_taken_decides_anew(running: Running) -> None:
    async with running() as pilot:
        await open_question(pilot, "goproxy")
        await press(pilot, "down", "enter")
        plan = wizard(pilot).state.plan
        assert plan is not None
        assert plan.goproxy.value == "https://proxy.golang.org,direct"
        assert plan.goproxy.origin is Origin.FLAG
        assert "choice)" in text_of_screen(pilot)


async def test_the_recommendation_can_be_taken_back(running: Running) -> None:
    async with running() as pilot:
        await open_question(pilot, "goproxy")
        await press(pilot, "down", "enter", "enter")  # the row kept the focus
        assert isinstance(pilot.app.screen, QuestionScreen)
        assert "(recommended)" in text_of_screen(pilot)
        await press(pilot, "home", "enter")
        assert wizard(pilot).state.answers == {}


async def test_escape_keeps_the_value_as_it_was(running: Running) -> None:
    async with running() as pilot:
        await open_question(pilot, "mtu")
        await press(pilot, "tab", *"1300", "escape")
        assert wizard(pilot).state.answers == {}


async def test_a_value_of_ones_own_is_taken(running: Running) -> None:
    async with running() as pilot:
        await open_question(pilot, "mtu")
        await press(pilot, "tab", *"1380", "enter")
        plan = wizard(pilot).state.plan
        assert plan is not None
        assert plan.mtu.value == 1380


async def test_an_empty_line_is_no_answer(running: Running) -> None:
    async with running() as pilot:
        await open_question(pilot, "goproxy")
        await press(pilot, "tab", "enter")
        assert isinstance(pilot.app.screen, QuestionScreen)
        assert "Type a value first" in text_of_screen(pilot)
        assert wizard(pilot).state.answers == {}
        await press(pilot, "up", "enter")
        assert wizard(pilot).state.answers == {}
        assert not isinstance(pilot.app.screen, QuestionScreen)


async def test_the_question_itself_stays_in_sight(running: Running) -> None:
    async with running() as pilot:
        await open_question(pilot, "goproxy")
        assert "Go asks them in this order" in text_of_screen(pilot)
        await press(pilot, "tab", *"x")
        assert "Go asks them in this order" in text_of_screen(pilot)


async def test_a_wrong_value_is_named_beside_the_field_while_it_is_typed(
    running: Running,
) -> None:
    async with running() as pilot:
        await open_question(pilot, "mtu")
        await press(pilot, "tab", *"99")
        shown = text_of_screen(pilot)
        assert "it is no number from 1280 to 9216" in shown
        assert "mtu=1400" in shown


async def test_a_wrong_value_is_not_taken(running: Running) -> None:
    async with running() as pilot:
        await open_question(pilot, "mtu")
        await press(pilot, "tab", *"99", "enter")
        assert isinstance(pilot.app.screen, QuestionScreen)
        assert wizard(pilot).state.answers == {}


async def test_a_wrong_value_that_is_mended_is_taken(running: Running) -> None:
    async with running() as pilot:
        await open_question(pilot, "mtu")
        await press(pilot, "tab", *"13", "enter", *"00", "enter")
        plan = wizard(pilot).state.plan
        assert plan is not None
        assert plan.mtu.value == 1300


async def test_an_answer_survives_going_back_and_forth(running: Running) -> None:
    async with running() as pilot:
        await open_question(pilot, "goproxy")
        await press(pilot, "down", "enter", "escape", "escape", "enter")
        plan = wizard(pilot).state.plan
        assert plan is not None
        assert plan.goproxy.value == "https://proxy.golang.org,direct"


async def test_an_answer_survives_a_new_look(running: Running) -> None:
    async with running() as pilot:
        await open_question(pilot, "mtu")
        await press(pilot, "tab", *"1380", "enter", "r")
        plan = wizard(pilot).state.plan
        assert plan is not None
        assert plan.mtu.value == 1380


async def test_typing_markup_breaks_nothing(running: Running) -> None:
    async with running() as pilot:
        await open_question(pilot, "base_image")
        await press(pilot, "tab")
        pilot.app.screen.query_one("#own", Input).value = "[/etc] [red]x[/"
        await settle(pilot)
        assert "✗" in text_of_screen(pilot)


def _refuse_unless_waived(facts: Facts, answers: Answers) -> Plan:
    from tests.screens import sample

    if "gosumdb" in answers and {"reason", "until"} - set(answers):
        raise UnsafeError("gosumdb=off is unsafe", hint="say why, and until when")
    return sample.plan(answers)


async def test_an_unsafe_value_asks_for_a_reason_and_a_date(
    running: Running, stream: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "decide", _refuse_unless_waived)
    async with running(size=(80, 30)) as pilot:
        await open_question(pilot, "gosumdb")
        await press(pilot, "tab", *"off")
        assert "unsafe" in text_of_screen(pilot)
        await press(pilot, "enter")
        assert wizard(pilot).state.answers == {}
        await press(pilot, *"audit", "tab")
        pilot.app.screen.query_one("#until", Input).value = "2027-01-31"
        await press(pilot, "enter")
        answers = wizard(pilot).state.answers
    assert {key: answer.text for key, answer in answers.items()} == {
        "gosumdb": "off",
        "reason": "audit",
        "until": "2027-01-31",
    }


async def test_answers_that_cannot_be_used_are_told_on_the_first_screen(
    running: Running, stream: StandIn
) -> None:
    from wizard.plan.types import Answer

    stream.answers = {"mtu": Answer(text="small", origin=Origin.PROJECT, source="profile:3")}
    async with running() as pilot:
        assert "it is no number from 1280 to 9216" in text_of_screen(pilot)


async def test_new_facts_decide_anew(running: Running, stream: StandIn) -> None:
    async with running() as pilot:
        await press(pilot, "down", "enter")
        stream.facts = replace(stream.facts, observed_at="2026-08-24T08:00:00Z")
        await press(pilot, "r")
        facts = wizard(pilot).state.facts
        assert facts is not None
        assert facts.observed_at == "2026-08-24T08:00:00Z"
