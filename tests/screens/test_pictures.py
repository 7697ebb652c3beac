"""A picture of every screen at 80x24 and 120x40; looked at by a person when it changes.

After a wanted change: `pytest tests/screens/test_pictures.py --snapshot-update`, then look.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from screens.app import WizardApp
from tests.screens.places import PLACES, by_keys
from tests.screens.stand_in import StandIn
from wizard.errors import UnsafeError

Snap = Callable[..., bool]

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


@SIZES
@pytest.mark.parametrize("place", PLACES)
def test_a_screen_looks_as_it_did(snap_compare: Snap, place: str, size: tuple[int, int]) -> None:
    app = WizardApp(StandIn())
    assert snap_compare(app, terminal_size=size, run_before=PLACES[place])


@SIZES
@pytest.mark.parametrize("place", PLACES)
def test_a_screen_in_high_contrast(snap_compare: Snap, place: str, size: tuple[int, int]) -> None:
    stream = StandIn()
    stream.system = replace(stream.system, env={"GOMOD_WIZARD_THEME": "contrast"})
    assert snap_compare(WizardApp(stream), terminal_size=size, run_before=PLACES[place])


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
