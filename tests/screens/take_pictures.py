"""Take the README's pictures: the real plan, files and differences over the sample machine.

    python -m tests.screens.take_pictures [FOLDER]        (default: docs/pictures)

Detection is the one thing that stands still; everything after it is the program itself, run by
keys. The project stands in a folder whose path is as long as the one that is shown.
"""

from __future__ import annotations

import asyncio
import html
import re
import shutil
import sys
from pathlib import Path

from screens.app import WizardApp
from tests.screens import sample
from tests.screens.driving import press, settle
from tests.screens.real import machine

STEP_BY_STEP = ("down", "enter")
PICTURES: dict[str, tuple[tuple[int, int], tuple[str, ...]]] = {
    "welcome": ((100, 28), ()),
    "proxy": ((100, 34), STEP_BY_STEP),
    "mirrors": ((100, 28), (*STEP_BY_STEP, "enter")),
    "docker": ((110, 40), (*STEP_BY_STEP, "enter", "enter", "enter")),
    "question": ((100, 28), (*STEP_BY_STEP, "enter", "down", "enter")),
    "proposal": ((100, 34), ("enter",)),
    "review": ((110, 36), ("enter", "d")),
    "difference": ((110, 40), ("enter", "d", "right")),
    "done": ((100, 28), ("enter", "enter", "enter")),
}


async def picture(app: WizardApp, size: tuple[int, int], keys: tuple[str, ...]) -> str:
    """Return what stands on the screen after `keys`, as SVG."""
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        return app.export_screenshot()


def take(size: tuple[int, int], keys: tuple[str, ...]) -> str:
    """Return one picture as SVG, of a machine of its own."""
    STAGE.mkdir()
    try:
        shown = asyncio.run(picture(WizardApp(machine(STAGE)), size, keys))
    finally:
        shutil.rmtree(STAGE)
    return shown_as_real(shown)


def shown_as_real(shown: str) -> str:
    """Return a picture with the paths of the machine that is played, and no font from elsewhere."""
    shown = _TEXT.sub(_without_root, _FONT.sub("", shown)).replace(str(STAGE), sample.HOME)
    return _UNDO_ID.sub("20260823-101500-1f0c93b7a2d45e6870913bca", shown)


STAGE = Path("/tmp/dev0")
_UNDO_ID = re.compile(r"20260823-101500-[0-9a-f]{24}")
_FONT = re.compile(r"@font-face \{.*?\}", re.DOTALL)
_TEXT = re.compile(r'(textLength=")([0-9.]+)("[^>]*>)([^<]*)')


def _without_root(match: re.Match[str]) -> str:
    """Return a text without the folder that stands for `/`, and its length as it is then."""
    before, length, middle, text = match.groups()
    short = text.replace(f"{STAGE}/root/", "/")
    cells, left = len(html.unescape(text)), len(html.unescape(short))
    return f"{before}{float(length) * left / max(1, cells):g}{middle}{short}"


def main(folder: str = "docs/pictures") -> None:
    """Write every picture into `folder`."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name, (size, keys) in PICTURES.items():
        path = target / f"{name}.svg"
        path.write_text(take(size, keys) + "\n", encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
