"""The animated tour: one SVG, made of what the real program shows key by key.

    python -m tests.screens.take_tour [FILE]        (default: docs/pictures/tour.svg)

Where the reader wants no motion, the first frame stands still.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from pathlib import Path

from screens.app import WizardApp
from tests.screens.driving import press, settle
from tests.screens.real import machine
from tests.screens.take_pictures import STAGE, shown_as_real

SIZE = (100, 30)
SECONDS = 3.2
"""How long a frame stands."""
KEYS: tuple[tuple[str, ...], ...] = (
    (), ("down",), ("enter",), ("enter",), ("enter",), ("enter",), ("enter",), ("enter",),
    ("enter",), ("down", "enter"),
)  # fmt: skip
"""What is pressed before each frame."""

_OPEN = re.compile(r'<svg [^>]*viewBox="0 0 ([0-9.]+) ([0-9.]+)"[^>]*>')


async def frames(app: WizardApp) -> list[str]:
    """Return what stands on the screen after each step, one SVG each; a screen once in a row."""
    seen: list[str] = []
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        for keys in KEYS:
            await press(pilot, *keys)
            shot = shown_as_real(app.export_screenshot())
            if not seen or _words(shot) != _words(seen[-1]):
                seen.append(shot)
            if app.receipt is not None:
                break
    return seen


def animated(shots: list[str]) -> str:
    """Return one SVG that shows `shots` one after the other, for ever."""
    whole = SECONDS * len(shots)
    size = _OPEN.search(shots[0])
    if size is None:
        raise ValueError("Textual writes its pictures in another way")
    width, height = size.groups()
    lines = [
        f'<svg class="tour" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">',
        "<style>",
        f".tour > g {{ visibility: hidden; animation: tour {whole:g}s step-end infinite; }}",
        f"@keyframes tour {{ 0% {{ visibility: visible; }} "
        f"{100 / len(shots):.4f}% {{ visibility: hidden; }} }}",
        *(
            f".tour > g:nth-of-type({n + 1}) {{ animation-delay: {n * SECONDS:g}s; }}"
            for n in range(len(shots))
        ),
        "@media (prefers-reduced-motion: reduce) { .tour > g { animation: none; } "
        ".tour > g:nth-of-type(1) { visibility: visible; } }",
        "</style>",
    ]
    for shot in shots:
        lines += ["<g>", _OPEN.sub("", shot).replace("</svg>", ""), "</g>"]
    return "\n".join((*lines, "</svg>", ""))


def _words(shot: str) -> list[str]:
    return re.findall(r">([^<]+)</text>", shot)


def main(file: str = "docs/pictures/tour.svg") -> None:
    """Write the tour to `file`."""
    STAGE.mkdir()
    try:
        shots = asyncio.run(frames(WizardApp(machine(STAGE))))
    finally:
        shutil.rmtree(STAGE)
    Path(file).write_text(animated(shots), encoding="utf-8")
    print(file, len(shots), "frames")


if __name__ == "__main__":
    main(*sys.argv[1:])
