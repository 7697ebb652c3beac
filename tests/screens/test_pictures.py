"""A picture of every screen at 80x24 and 120x40; looked at by a person when it changes.

After a wanted change: `pytest tests/screens/test_pictures.py --snapshot-update`, then look.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from screens.app import WizardApp
from screens.decisions import DecisionRow
from tests.screens.driving import press, settle
from tests.screens.stand_in import StandIn
from wizard.errors import UnsafeError

Snap = Callable[..., bool]
Act = Callable[[Pilot[int]], Awaitable[None]]

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
STEP_BY_STEP = ("down", "enter")


def by_keys(*keys: str) -> Act:
    """Return what a person does who waits for the look, then presses `keys`."""

    async def act(pilot: Pilot[int]) -> None:
        await settle(pilot)
        await press(pilot, *keys)

    return act


def question(step: int, key: str, *keys: str) -> Act:
    """Return what a person does who opens a question at a step, then presses `keys`."""

    async def act(pilot: Pilot[int]) -> None:
        await settle(pilot)
        await press(pilot, *STEP_BY_STEP, *["enter"] * step)
        rows = pilot.app.screen.query(DecisionRow)
        next(row for row in rows if row.asked.key == key).focus()
        await press(pilot, "enter", *keys)

    return act


PLACES: dict[str, Act] = {
    "welcome": by_keys(),
    "proxy": by_keys(*STEP_BY_STEP),
    "mirrors": by_keys(*STEP_BY_STEP, "enter"),
    "private": by_keys(*STEP_BY_STEP, *["enter"] * 2),
    "docker": by_keys(*STEP_BY_STEP, *["enter"] * 3),
    "build": by_keys(*STEP_BY_STEP, *["enter"] * 4),
    "question": question(1, "goproxy"),
    "question-invalid": question(3, "mtu", "tab", *"99"),
    "answered": question(1, "goproxy", "down", "enter"),
    "help": by_keys(*STEP_BY_STEP, "enter", "question_mark"),
    "review": by_keys("enter"),
    "review-file": by_keys("enter", "right"),
    "review-left-out": by_keys("enter", "right", "right", "space"),
    "confirm": by_keys("enter", "enter"),
    "done": by_keys("enter", "enter", "enter"),
}


@SIZES
@pytest.mark.parametrize("place", PLACES)
def test_a_screen_looks_as_it_did(snap_compare: Snap, place: str, size: tuple[int, int]) -> None:
    app = WizardApp(StandIn())
    assert snap_compare(app, terminal_size=size, run_before=PLACES[place])


@SIZES
def test_the_welcome_while_it_looks(snap_compare: Snap, size: tuple[int, int]) -> None:
    stream = StandIn(gate=threading.Event())

    async def wait_for_the_first_answers(pilot: Pilot[int]) -> None:
        assert isinstance(pilot.app, WizardApp)
        while len(pilot.app.state.probes) < 2:
            await pilot.pause(0.01)
        await pilot.pause()

    app = WizardApp(stream)
    assert snap_compare(app, terminal_size=size, run_before=wait_for_the_first_answers)


@SIZES
def test_a_write_that_failed(snap_compare: Snap, size: tuple[int, int]) -> None:
    stream = StandIn()
    stream.refusal = UnsafeError(
        "Dockerfile was changed since it was compared",
        where="/home/dev/src/billing/Dockerfile",
        hint="look at the new difference, and confirm again",
    )
    app = WizardApp(stream)
    keys = by_keys("enter", "enter", "enter")
    assert snap_compare(app, terminal_size=size, run_before=keys)


def test_the_last_question_as_root(snap_compare: Snap) -> None:
    stream = StandIn()
    stream.system = replace(stream.system, uid=0)
    app = WizardApp(stream)
    assert snap_compare(app, terminal_size=(80, 24), run_before=by_keys("enter", "enter"))


@pytest.mark.parametrize("place", ["welcome", "mirrors", "review-file"])
def test_a_narrow_window(snap_compare: Snap, place: str) -> None:
    app = WizardApp(StandIn())
    assert snap_compare(app, terminal_size=(60, 20), run_before=PLACES[place])


def test_a_window_too_small(snap_compare: Snap) -> None:
    app = WizardApp(StandIn())
    assert snap_compare(app, terminal_size=(40, 10), run_before=by_keys())
