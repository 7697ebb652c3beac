"""The looks: chosen by flag, variable, palette and memory; legible by the numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.color import ColorSystem
from rich.style import Style
from textual.color import Color
from textual.pilot import Pilot
from textual.screen import ModalScreen

from screens.app import WizardApp
from screens.looks import LOOKS, first_look
from tests.screens.driving import Running, settle, wizard
from tests.screens.places import PLACES
from tests.screens.stand_in import StandIn
from wizard.cli.parser import THEMES
from wizard.preferences import preferences, remember

LEAST = {"dark": 4.5, "light": 4.5, "contrast": 7.0}
DRAWN = set("─━│┃╸╺╹▁▂▃▄▅▆▇█░▒▓▔▎▌▊┊╭╮╰╯├┤·… ")
"""Lines and bars: what they say stands in words beside them."""


def test_every_look_can_be_named() -> None:
    assert tuple(LOOKS) == THEMES


def pairs(pilot: Pilot[int]) -> Iterator[tuple[str, Style]]:
    """Yield each text on the screen with the style that it was rendered in."""
    strips = pilot.app.screen._compositor.render_strips()
    if isinstance(pilot.app.screen, ModalScreen):  # what lies below it is not to be read
        sheet = pilot.app.screen.query("#sheet, #--container").first().region
        strips = [strip.crop(sheet.x, sheet.right) for strip in strips[sheet.y : sheet.bottom]]
    for strip in strips:
        for segment in strip:
            if segment.style is not None and set(segment.text) - DRAWN:
                yield segment.text, segment.style


def contrast(style: Style, depth: ColorSystem) -> float:
    """Return the contrast of a rendered style (WCAG 2.2, relative luminance)."""
    assert style.color is not None
    assert style.bgcolor is not None
    front = Color.from_rich_color(style.color.downgrade(depth))
    back = Color.from_rich_color(style.bgcolor.downgrade(depth))
    if style.reverse:
        front, back = back, front
    assert not style.dim, "a dim text has no contrast that could be computed"
    low, high = sorted((luminance(front), luminance(back)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: Color) -> float:
    """Return the relative luminance of WCAG."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


DEPTHS = {"": ColorSystem.TRUECOLOR, "256 colours, ": ColorSystem.EIGHT_BIT}


@pytest.mark.parametrize("look", LEAST)
async def test_every_text_of_every_screen_is_legible(look: str) -> None:
    poor: dict[str, float] = {}
    for place, act in PLACES.items():
        stream = StandIn()
        stream.system = replace(stream.system, env={"GOMOD_WIZARD_THEME": look})
        async with WizardApp(stream).run_test(size=(120, 40)) as pilot:
            await act(pilot)
            for text, style in pairs(pilot):
                for depth, colours in DEPTHS.items():
                    got = contrast(style, colours)
                    if got < LEAST[look]:
                        poor[f"{depth}{place}: {text.strip()[:40]!r} {style}"] = round(got, 2)
    assert not poor, "\n".join(f"{ratio} {what}" for what, ratio in poor.items())


async def test_the_variable_chooses_the_look(running: Running, stream: StandIn) -> None:
    stream.system = replace(stream.system, env={"GOMOD_WIZARD_THEME": "light"})
    async with running() as pilot:
        assert wizard(pilot).worn.name == "light"


async def test_a_look_that_there_is_not_is_the_dark_one(running: Running, stream: StandIn) -> None:
    stream.system = replace(stream.system, env={"GOMOD_WIZARD_THEME": "pink"})
    async with running() as pilot:
        assert wizard(pilot).worn.name == "dark"


async def test_a_chosen_look_is_there_the_next_time(stream: StandIn, tmp_path: Path) -> None:
    stream.system = replace(stream.system, home=tmp_path)
    async with WizardApp(stream).run_test() as pilot:
        wizard(pilot).wear("contrast")
        await settle(pilot)
        assert pilot.app.theme == "contrast"
    async with WizardApp(stream).run_test() as pilot:
        assert wizard(pilot).worn.name == "contrast"


async def test_no_color_is_stronger_than_a_chosen_look(stream: StandIn, tmp_path: Path) -> None:
    stream.system = replace(stream.system, home=tmp_path, env={"NO_COLOR": "1"})
    remember(stream.system, "theme", "light")
    async with WizardApp(stream).run_test() as pilot:
        wizard(pilot).wear("light")
        assert wizard(pilot).worn.name == "terminal"
    assert preferences(stream.system) == {"theme": "light"}


def test_a_choice_keeps_what_else_stands_in_the_file(stream: StandIn, tmp_path: Path) -> None:
    system = replace(stream.system, home=tmp_path)
    path = tmp_path / ".config" / "gomod-wizard" / "preferences.toml"
    path.parent.mkdir(parents=True)
    path.write_text('# mine\nlanguage = "zh"\nother = 1\n')
    assert remember(system, "theme", "light")
    assert path.read_text() == '# mine\nlanguage = "zh"\nother = 1\ntheme = "light"\n'


def test_a_file_that_cannot_be_read_is_left_alone(stream: StandIn, tmp_path: Path) -> None:
    system = replace(stream.system, home=tmp_path)
    path = tmp_path / ".config" / "gomod-wizard" / "preferences.toml"
    path.parent.mkdir(parents=True)
    path.write_text("theme = ")
    assert preferences(system) == {}
    assert not remember(system, "theme", "light")
    assert path.read_text() == "theme = "


@pytest.mark.parametrize(
    ("env", "wanted"),
    [
        ({"TERM": "linux"}, "terminal"),
        ({"TERM": "vt100", "GOMOD_WIZARD_THEME": "light"}, "terminal"),
        ({"TERM": "screen-256color"}, "dark"),
        ({"TERM": "tmux-256color", "GOMOD_WIZARD_THEME": "light"}, "light"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "dark"),
        ({"TERM": "xterm-kitty"}, "dark"),
    ],
)
def test_sixteen_colours_are_the_terminals_own(env: dict[str, str], wanted: str) -> None:
    assert first_look(env, None).name == wanted
