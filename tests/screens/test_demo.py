"""On a played machine every screen says so; on a real one none does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.screens.driving import Running, press, text_of_screen
from tests.screens.stand_in import StandIn


@pytest.mark.parametrize("played", [True, False])
async def test_a_demo_is_named_at_the_top_of_every_screen(
    running: Running, stream: StandIn, played: bool
) -> None:
    stream.system = replace(stream.system, demo=played)
    async with running(size=(60, 20)) as pilot:
        for key in ("down", "enter", "enter", "enter", "enter", "enter"):
            assert ("demo" in text_of_screen(pilot).splitlines()[0]) is played
            await press(pilot, key)
