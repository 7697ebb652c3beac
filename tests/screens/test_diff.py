"""The difference of a file: parsed, paired, coloured, drawn only where it is looked at."""

from __future__ import annotations

import difflib
import time

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.pilot import Pilot

from screens.colouring import coloured, language_of
from screens.diff_rows import Told, draw_row, lay_rows
from screens.diff_view import DiffView
from screens.hunks import ADDED, REMOVED, SAME, differences, hunks, paired
from tests.screens.driving import Running, press, said, settle, text_of_screen

LINES = st.lists(st.text(st.characters(exclude_categories=("C", "Zl", "Zp"))), max_size=30)


def unified(old: list[str], new: list[str]) -> str:
    """Return a unified diff as the core makes it."""
    before, after = ([f"{line}\n" for line in side] for side in (old, new))
    return "".join(difflib.unified_diff(before, after, fromfile="a", tofile="b"))


@given(LINES, LINES)
def test_every_line_of_a_diff_is_kept_with_its_number(old: list[str], new: list[str]) -> None:
    for hunk in hunks(unified(old, new)):
        for line in hunk.lines:
            if line.sign != ADDED:
                assert line.old is not None
                assert old[line.old - 1] == line.text
            if line.sign != REMOVED:
                assert line.new is not None
                assert new[line.new - 1] == line.text


@given(LINES, LINES)
def test_side_by_side_keeps_every_line_once_and_in_order(old: list[str], new: list[str]) -> None:
    for hunk in hunks(unified(old, new)):
        pairs = list(paired(hunk.lines))
        left = [one for one, _ in pairs if one is not None]
        right = [one for _, one in pairs if one is not None]
        assert left == [line for line in hunk.lines if line.sign != ADDED]
        assert right == [line for line in hunk.lines if line.sign != REMOVED]


@given(LINES, LINES, st.integers(20, 160), st.booleans())
def test_a_row_is_as_wide_as_its_room(
    old: list[str], new: list[str], width: int, beside: bool
) -> None:
    found = hunks(unified(old, new))
    told = tuple(Told(hunk=one, because=("因为",), language=None) for one in found)
    for row in lay_rows(told, width, beside=beside):
        assert cell_len(draw_row(row, width, beside=beside).plain) == width


def test_a_long_line_is_folded_and_nothing_of_it_is_lost() -> None:
    text = "".join(f"{number:03}" for number in range(60))
    told = (Told(hunk=hunks(unified([], [text]))[0], because=(), language="docker"),)
    rows = [draw_row(row, 40, beside=False).plain for row in lay_rows(told, 40, beside=False)]
    assert "".join(row[2:].rstrip() for row in rows[1:]) == text


def test_what_changed_within_a_line_is_marked() -> None:
    old, new = differences('  "mtu": 1500,', '  "mtu": 1400,')
    assert (old, new) == ([(10, 11)], [(10, 11)])


def test_lines_that_have_nothing_in_common_are_not_marked() -> None:
    assert differences("FROM scratch", "abcdefgh 123") == ([], [])


def test_colours_do_not_change_the_text() -> None:
    lines = ("FROM golang:1.27 AS build", 'RUN echo "x"  # no', "", "\tCOPY . .")
    assert tuple(line.plain for line in coloured(lines, "docker")) == lines
    assert any(line.spans for line in coloured(lines, "docker"))


def test_a_file_is_coloured_by_its_name() -> None:
    names = {"Dockerfile.gomod": "docker", "daemon.json": "json", "go-env.sh": "bash"}
    assert {name: language_of(name) for name in names} == names
    assert language_of(".dockerignore") is None


def view(pilot: Pilot[int]) -> DiffView:
    """Return the difference that is open."""
    return pilot.app.screen.query_one(DiffView)


async def test_s_shows_before_and_after_side_by_side_and_back(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await press(pilot, "enter", "d", "right", "s")
        both = [line for line in text_of_screen(pilot).splitlines() if " │ " in line]
        assert any(line.count("WORKDIR /src") == 2 for line in both)
        await press(pilot, "s")
        assert text_of_screen(pilot).count("WORKDIR /src") == 1


async def test_side_by_side_waits_for_a_wide_window(running: Running) -> None:
    async with running(size=(80, 24)) as pilot:
        await press(pilot, "enter", "d", "right", "s")
        assert "Side by side needs a window of 100 columns." in said(pilot)
        assert not view(pilot).beside


async def test_a_window_that_gets_narrow_and_wide_again_keeps_the_view(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await press(pilot, "enter", "d", "right", "s")
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert not view(pilot).beside
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        assert view(pilot).beside


async def test_the_reason_stands_at_the_part_that_it_is_for(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await press(pilot, "enter", "d", *["right"] * 4)
        shown = " ".join(text_of_screen(pilot).split())
    assert "because" in shown
    assert "Largest packet of Docker's bridge (mtu): the VPN" in shown


def test_a_difference_of_twenty_thousand_lines_is_laid_at_once_and_drawn_in_parts() -> None:
    """Laying rows out costs little beside colouring them all: that is what is not done."""
    new = [f"RUN echo {number}" for number in range(20_000)]
    (hunk,) = hunks(unified([], new))
    told = (Told(hunk=hunk, because=(), language="docker"),)
    laying, drawing = [], []
    for _ in range(3):  # the processor's time of this process: what else runs here does not count
        start = time.process_time()
        rows = lay_rows(told, 80, beside=False)
        laid = time.process_time()
        for row in rows:
            draw_row(row, 80, beside=False)
        laying.append(laid - start)
        drawing.append(time.process_time() - laid)
    assert len(rows) == 20_001
    assert min(laying) < min(drawing) / 4


def test_an_unchanged_line_has_both_numbers() -> None:
    (hunk,) = hunks(unified(["a", "b"], ["a", "c"]))
    assert (hunk.lines[0].sign, hunk.lines[0].old, hunk.lines[0].new) == (SAME, 1, 1)
