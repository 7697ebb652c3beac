"""How one gets to every place of the wizard, by keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.pilot import Pilot

from screens.decisions import DecisionRow
from tests.screens.driving import press, settle

Act = Callable[[Pilot[int]], Awaitable[None]]
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
    "palette": by_keys("ctrl+p"),
    "search": by_keys(*STEP_BY_STEP, "enter", "slash", *"golang"),
    "proposal": by_keys("enter"),
    "proposal-row": by_keys("enter", "a"),
    "closer": by_keys("enter", "down", "enter"),
    "review": by_keys("enter", "d"),
    "review-file": by_keys("enter", "d", "right"),
    "review-beside": by_keys("enter", "d", "right", "s"),
    "review-left-out": by_keys("enter", "d", "right", "right", "space"),
    "confirm": by_keys("enter", "enter"),
    "done": by_keys("enter", "enter", "enter"),
}
