"""On the screens: the organisation's answer is named as such, and comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static

from screens.deciding import answered, asking, decided
from screens.decisions import DecisionRow, title_lines
from screens.state import State
from tests.plan.facts_builder import facts
from tests.preset.documents import SOURCE, preset
from wizard.answers import preset_answers
from wizard.detect.request import Request
from wizard.facts import Facts, PresetFacts, known
from wizard.plan.types import Origin
from wizard.questions import question
from wizard.session import Session
from wizard.system import System

SAID = "[answers]\nmtu = 1400\n[[rule]]\ndecision = 'mtu'\nforbidden = ['9000']\nbecause = 'VPN'\n"


@pytest.fixture
def session(machine: System, tmp_path: Path) -> Session:
    return Session(
        system=machine, request=Request(project=tmp_path), answers=preset_answers(preset(SAID))
    )


def _facts() -> Facts:
    document = known(preset(SAID), SOURCE)
    return facts(preset=PresetFacts(document=document, self_test=known((), "")))


def _state(session: Session) -> State:
    return decided(session, State(facts=_facts(), answers=session.answers))


def test_a_decision_says_that_the_organisation_made_it(session: Session) -> None:
    plan = _state(session).plan
    assert plan is not None
    decision: Any = plan.mtu
    assert "organisation's preset" in title_lines(question("mtu"), decision).plain
    assert f"{SOURCE}:5" in str(plan.mtu.because)


def test_a_choice_overrides_it_and_can_be_taken_back(session: Session) -> None:
    chosen = answered(session, _state(session), {"mtu": "1300"})
    assert chosen.plan is not None
    assert chosen.plan.mtu.value == 1300
    assert [one.text for one in chosen.plan.mtu.overrides] == ["1400"]
    back = answered(session, chosen, {"mtu": None})
    assert back.plan is not None
    assert (back.plan.mtu.value, back.plan.mtu.origin) == (1400, Origin.PRESET)
    again = answered(session, back, {"mtu": None})
    assert again.plan == back.plan, "nobody takes back what the organisation says"


def test_what_the_organisation_says_is_what_is_recommended(session: Session) -> None:
    chosen = answered(session, _state(session), {"mtu": "1300"})
    asked = asking(session, chosen, "mtu")
    assert asked is not None
    assert asked.recommended == "1400"


def test_a_forbidden_choice_is_answered_with_the_reason_and_the_line(session: Session) -> None:
    refused = answered(session, _state(session), {"mtu": "9000"})
    assert refused.plan is None
    assert refused.trouble is not None
    assert "VPN" in str(refused.trouble.message)
    assert refused.trouble.where == f"{SOURCE}:8"


async def test_a_row_shows_what_a_choice_overrides(session: Session) -> None:
    from textual.app import App, ComposeResult

    plan = answered(session, _state(session), {"mtu": "1300"}).plan
    assert plan is not None
    decision: Any = plan.mtu

    class One(App[None]):
        def compose(self) -> ComposeResult:
            yield DecisionRow(question("mtu"), decision)

    app = One()
    async with app.run_test():
        shown = app.query_one(".because", Static)
        assert shown.display
        assert f"overrides 1400 ({SOURCE}:5)" in str(shown.render())
