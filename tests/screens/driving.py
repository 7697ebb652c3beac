"""How a test uses the wizard: by keys, and by reading what stands on the screen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from textual.pilot import Pilot

from screens.app import WizardApp
from wizard.flow import Step

Running = Callable[..., AbstractAsyncContextManager[Pilot[int]]]
"""`async with running(size=(80, 24), looked=True) as pilot`."""


def wizard(pilot: Pilot[int]) -> WizardApp:
    """Return the wizard that a pilot drives."""
    assert isinstance(pilot.app, WizardApp)
    return pilot.app


def at(pilot: Pilot[int]) -> Step:
    """Return the step at which the user is."""
    return wizard(pilot).flow.at


async def settle(pilot: Pilot[int]) -> None:
    """Wait until every worker is done and every screen is drawn."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def press(pilot: Pilot[int], *keys: str) -> None:
    """Press keys one after the other, as a person does who looks at the screen between them."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


def text_of_screen(pilot: Pilot[int]) -> str:
    """Return what a person can read on the screen now."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


def said(pilot: Pilot[int]) -> str:
    """Return the passing messages that stand on the screen."""
    return "\n".join(one.message for one in pilot.app._notifications)
