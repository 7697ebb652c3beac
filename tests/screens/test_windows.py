"""Windows of every size, hostile text, wide characters, and no colour."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from tests.screens.driving import Running, press, settle, text_of_screen, wizard
from tests.screens.stand_in import StandIn
from wizard.facts import known
from wizard.facts.private import Evidence

TINY = [(40, 10), (49, 24), (80, 13), (20, 5)]


@pytest.mark.parametrize("size", TINY)
async def test_a_window_too_small_says_so_kindly(running: Running, size: tuple[int, int]) -> None:
    async with running(size=size) as pilot:
        shown = " ".join(text_of_screen(pilot).split())
        assert f"This window has {size[0]} columns and {size[1]} lines" in shown


async def test_a_window_too_small_can_be_left(running: Running, stream: StandIn) -> None:
    async with running(size=(40, 10)) as pilot:
        await press(pilot, "ctrl+q")
    assert stream.applied == []


async def test_enter_does_nothing_unseen_in_a_window_too_small(
    running: Running, stream: StandIn
) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "enter")  # the last question stands open
        await pilot.resize_terminal(40, 10)
        await settle(pilot)
        assert "This window has 40 columns" in text_of_screen(pilot)
        await press(pilot, "enter", "enter")
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert "Write these files?" in text_of_screen(pilot)
    assert stream.applied == []


async def test_a_sheet_answers_its_keys_after_a_window_was_too_small(
    running: Running, stream: StandIn
) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "enter")
        await resize(pilot, 40, 10)
        await resize(pilot, 80, 24)
        await press(pilot, "enter")
    assert len(stream.applied) == 1


async def test_a_line_keeps_the_focus_through_a_window_too_small(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "down", "enter", "up", "enter", "tab", *"x")
        await resize(pilot, 40, 10)
        await resize(pilot, 80, 24)
        assert pilot.app.focused is not None
        assert pilot.app.focused.id == "own"


async def test_no_key_moves_what_cannot_be_seen(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "down", "enter")
        await resize(pilot, 40, 10)
        await press(pilot, "enter", "enter", "escape", "r")
        await resize(pilot, 80, 24)
        assert "The way out: proxy" in text_of_screen(pilot)


async def resize(pilot: Pilot[int], width: int, height: int) -> None:
    """Give the window another size."""
    await pilot.resize_terminal(width, height)
    await settle(pilot)


async def test_a_window_that_grows_again_goes_on_where_it_was(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "down", "enter")
        await pilot.resize_terminal(40, 10)
        await settle(pilot)
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert "The way out: proxy" in text_of_screen(pilot)
        await press(pilot, "enter")
        assert "mirrors" in text_of_screen(pilot)


@pytest.mark.parametrize("size", [(50, 14), (60, 20), (80, 24), (100, 30), (120, 40), (200, 60)])
async def test_every_step_shows_its_way_on_and_its_keys_in_every_window(
    running: Running, size: tuple[int, int]
) -> None:
    async with running(size=size) as pilot:
        await press(pilot, "down", "enter")
        for _ in range(5):
            shown = text_of_screen(pilot)
            assert "Continue to" in shown
            assert "? Help" in shown
            await press(pilot, "enter")
        assert "Write 4 files" in text_of_screen(pilot)


@pytest.mark.parametrize("size", [(50, 14), (60, 20), (80, 24)])
async def test_no_line_is_wider_than_the_window(running: Running, size: tuple[int, int]) -> None:
    async with running(size=size) as pilot:
        await press(pilot, "down", "enter")
        for _ in range(6):
            lines = text_of_screen(pilot).splitlines()
            assert max(cell_len(line) for line in lines) <= size[0]
            await press(pilot, "enter")


HOSTILE = "[/etc] [red]\x1b[2J[bold]日本語の地域 [@click=app.quit]x"


async def test_hostile_text_is_shown_as_text(running: Running, stream: StandIn) -> None:
    hosts = stream.facts.private.hosts.or_else(())
    hostile = replace(hosts[0], host=HOSTILE, evidence=(Evidence(what=HOSTILE, source=HOSTILE),))
    private = replace(stream.facts.private, hosts=known((hostile,), "test"))
    stream.facts = replace(stream.facts, private=private)
    async with running(size=(160, 50)) as pilot:
        assert "[/etc] [red]" in text_of_screen(pilot)
        await press(pilot, "down", "enter", "enter", "enter")
        shown = text_of_screen(pilot)
        assert "[/etc] [red]" in shown
        assert "日本語" in shown
        assert "\x1b" not in shown


async def test_no_colour_asks_for_the_terminals_own_colours(
    running: Running, stream: StandIn
) -> None:
    stream.system = replace(stream.system, env={"NO_COLOR": "1"})
    async with running() as pilot:
        assert wizard(pilot).worn.name == "terminal"


async def test_an_empty_no_color_asks_for_nothing(
    running: Running, stream: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "")  # Textual looks there by itself
    stream.system = replace(stream.system, env={"NO_COLOR": ""})
    async with running() as pilot:
        assert wizard(pilot).theme == "calm"
        assert not wizard(pilot).no_color


async def test_at_most_five_keys_are_named(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "down", "enter")
        from screens.frame import Framed

        for _ in range(6):
            screen = pilot.app.screen
            assert isinstance(screen, Framed)
            assert len(screen.keys()) <= 5
            await press(pilot, "enter")


async def test_the_choice_is_told_apart_without_any_colour(
    running: Running, stream: StandIn
) -> None:
    """The lines that differ in more than colour: one, and it moves with the arrow."""
    stream.system = replace(stream.system, env={"NO_COLOR": "1"})
    async with running() as pilot:
        ways = pilot.app.screen.query_one("#ways")
        marked = []
        for _ in range(2):
            marked.append([y for y in range(2) if all(
                part.style is not None and part.style.underline
                for part in ways.render_line(y) if part.text.strip()
            )])  # fmt: skip
            await press(pilot, "down")
    assert marked == [[0], [1]]
