"""Tables of evidence: any width, wide characters, columns that leave in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from screens.grid import Cell, Column, Grid, column_widths, fit, lay_out

COLUMNS = (
    Column(title="Host", least=8),
    Column(title="State", least=8),
    Column(title="Known from", weight=2, least=8),
)
TEXT = st.text(max_size=60)
GRIDS = st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=8).map(
    lambda rows: Grid(
        columns=COLUMNS, rows=tuple(tuple(Cell(text) for text in row) for row in rows)
    )
)


@given(GRIDS, st.integers(min_value=1, max_value=200))
def test_no_line_is_wider_than_it_may_be(grid: Grid, width: int) -> None:
    for line in lay_out(grid, width).split("\n", allow_blank=True):
        assert cell_len(line.plain) <= width


@given(GRIDS, st.integers(min_value=1, max_value=200))
def test_every_row_is_one_line(grid: Grid, width: int) -> None:
    assert lay_out(grid, width).plain.count("\n") == len(grid.rows)


@given(TEXT, st.integers(min_value=1, max_value=80))
def test_a_fitted_text_has_exactly_its_width(text: str, width: int) -> None:
    shown = Cell(text).shown
    assert cell_len(fit(shown, width)) == width
    assert cell_len(fit(shown, width, right=True)) == width


def test_the_least_important_column_leaves_first() -> None:
    grid = Grid(columns=COLUMNS, rows=((Cell("h" * 20), Cell("s" * 20), Cell("k" * 20)),))
    widths = column_widths(grid, 20)
    assert widths[2] == 0
    assert min(widths[0], widths[1]) >= 8


def test_wide_characters_count_two_cells() -> None:
    grid = Grid(
        columns=COLUMNS[:2], rows=((Cell("日本語"), Cell("ok")), (Cell("abcdef"), Cell("ok")))
    )
    lines = lay_out(grid, 40).plain.splitlines()[1:]
    assert {cell_len(line.partition("ok")[0]) for line in lines} == {8}


def test_markup_in_a_cell_stays_text() -> None:
    grid = Grid(columns=COLUMNS[:1], rows=((Cell("[/etc][red]"),),))
    assert "[/etc][red]" in lay_out(grid, 40).plain


def test_a_search_leaves_the_rows_that_hold_it_and_says_how_many() -> None:
    grid = Grid(columns=COLUMNS[:2], rows=tuple((Cell(name), Cell("ok")) for name in "ABC"))
    shown = [line.plain for line in grid.lines(40, "b")]
    assert shown[1].startswith("B")
    assert shown[-1] == "1 of 3 rows hold it"


def test_what_is_cut_and_may_not_be_lost_stands_below_its_row() -> None:
    columns = (Column(title="Mirror", most=6), Column(title="State", least=8, whole=True))
    row = (Cell("mirror"), Cell("certificate of another name"))
    shown = lay_out(Grid(columns=columns, rows=(row,)), 34).plain.splitlines()
    assert shown[1].endswith("…")
    assert shown[2:] == ["    certificate of another name"]
