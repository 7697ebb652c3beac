"""Walk through the demo's wizard in Chinese, and print what each screen shows."""

from __future__ import annotations

import asyncio
from pathlib import Path

from screens.app import WizardApp
from tests.screens.driving import press, settle, text_of_screen
from wizard.demo.company import Company, company
from wizard.detect.request import Request
from wizard.language import speak
from wizard.session import Session


async def walk(played: Company) -> None:
    """Go step by step to the review, then open the palette."""
    request = Request(project=Path(played.project), timeout_s=8)
    app = WizardApp(Session(system=played.machine, request=request))
    async with app.run_test(size=(140, 60)) as pilot:
        await settle(pilot)
        for keys in (("down", "enter"), *[("enter",)] * 5, ("ctrl+p",), ("escape",)):
            print(text_of_screen(pilot))
            await press(pilot, *keys)


if __name__ == "__main__":
    speak("zh")
    with company() as played:
        asyncio.run(walk(played))
