"""No secret and nothing that a terminal obeys on any screen: the wizard is walked, step by step."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from screens.app import WizardApp
from tests.screens.driving import at, press, settle, text_of_screen
from tests.security.disguises import found_in
from tests.security.entrances import ENTRANCES, Place
from tests.security.hostile import OBEYED, hostile
from wizard.detect.request import Request
from wizard.flow import Step
from wizard.session import Session

STEP_BY_STEP = ("down", "enter")
"""From the first screen to the decisions one by one, not straight to the review."""


async def walked(place: Place) -> AsyncIterator[tuple[Step, str]]:
    """Yield each screen that a person sees from the first one to the last, with its help."""
    request = Request(project=place.project, timeout_s=1.0)
    app = WizardApp(Session(system=place.system, request=request))
    async with app.run_test(size=(140, 60)) as pilot:
        await settle(pilot)
        yield at(pilot), text_of_screen(pilot)
        await press(pilot, *STEP_BY_STEP)
        while at(pilot) is not Step.REVIEW:
            yield at(pilot), text_of_screen(pilot)
            await press(pilot, "enter")
        for _ in range(8):
            yield at(pilot), text_of_screen(pilot)
            await press(pilot, "right")
        await press(pilot, "enter")
        yield at(pilot), text_of_screen(pilot)
        await press(pilot, "enter")
        assert app.receipt is not None
        yield at(pilot), text_of_screen(pilot)


CROWDS = {
    "one": ("HTTPS_PROXY", "GOPROXY", "GOAUTH", "GOFLAGS", "netrc", "git insteadOf", "git remote",
            "docker config.json", "systemd drop-in", "daemon.json"),
    "two": ("http_proxy", "GOPROXY token", "GOSUMDB", "git extraHeader"),
    "three": ("ALL_PROXY", "go env file", "HTTPS_PROXY, unreadable"),
}  # fmt: skip
"""Entrances that do not hide one another; `--set`, profile and catalogue are the command's."""


@pytest.mark.parametrize("crowd", CROWDS)
async def test_no_secret_is_on_a_screen(crowd: str, place: Place) -> None:
    for entrance in CROWDS[crowd]:
        place = ENTRANCES[entrance](place)
    seen = [(step, found_in(text.encode())) async for step, text in walked(place)]
    assert {step for step, _ in seen} >= {Step.WELCOME, Step.PROXY, Step.MIRRORS, Step.REVIEW}
    assert [step for step, found in seen if found] == []


async def test_nothing_on_a_screen_is_obeyed_by_the_terminal(place: Place) -> None:
    bad = [
        (step, found)
        async for step, text in walked(hostile(place))
        if (found := set(OBEYED.findall(text)))
    ]
    assert bad == []
