"""Screens are tested on a stream whose world stands still, in colours that never change."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_textual_snapshot  # type: ignore[import-untyped]
from textual.pilot import Pilot
from textual.widgets import Input

from screens.app import WizardApp
from tests.screens.driving import Running, settle
from tests.screens.stand_in import StandIn

# Textual reads it when an app is made; with it every snapshot differs.
os.environ.pop("NO_COLOR", None)
# syrupy 5 and later ask for this name, and write `.raw` files without it.
pytest_textual_snapshot.SVGImageExtension.file_extension = "svg"


@pytest.fixture(autouse=True)
def still_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the cursor of an input from blinking in a picture."""
    monkeypatch.setattr(Input, "cursor_blink", False)


@pytest.fixture(autouse=True)
def quick_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let keys count at once: a test has read a screen as soon as it is there."""
    monkeypatch.setattr(WizardApp, "READING_S", 0.0)


@pytest.fixture
def stream() -> StandIn:
    """The sample machine."""
    return StandIn()


@pytest.fixture
def running(stream: StandIn) -> Running:
    """Run the wizard over the sample machine; with `looked` (default) detection is complete."""

    @asynccontextmanager
    async def run(
        *, size: tuple[int, int] = (80, 24), looked: bool = True
    ) -> AsyncIterator[Pilot[int]]:
        app = WizardApp(stream)
        async with app.run_test(size=size) as pilot:
            if looked:
                await settle(pilot)
            else:
                await pilot.pause()
            yield pilot

    return run
