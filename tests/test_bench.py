"""What the bench says of a run: met or missed, worse than the last one or not, and its picture."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import page, recorded
from bench.rows import Row, row

RATIO = row("start.help", "--help", [2.0, 2.2, 2.1], 2.5, against="python -c pass")
ORDER = row("mirrors.tau", "order", [0.99], 0.98, unit="tau", at_least=True)


def test_a_row_is_the_median_of_its_rounds_with_its_spread() -> None:
    assert (RATIO.value, RATIO.low, RATIO.high, RATIO.rounds) == (2.1, 2.0, 2.2, 3)


def test_nothing_measured_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        row("a.b", "a", [], 1)


@pytest.mark.parametrize(
    ("one", "met"),
    [
        (RATIO, True),
        (replace(RATIO, value=2.6), False),
        (ORDER, True),
        (replace(ORDER, value=0.9), False),
    ],
)
def test_a_goal_is_a_ceiling_or_a_floor(one: Row, met: bool) -> None:
    assert one.met is met


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (replace(RATIO, value=2.7), 0),
        (replace(RATIO, value=2.9), 1),
        (replace(RATIO, value=1.0), 0),
        (replace(ORDER, value=0.7), 1),
        (replace(ORDER, value=0.9), 0),
        (replace(RATIO, key="start.other", value=9.0), 0),
        (replace(RATIO, unit="ms", value=9.0), 0),
    ],
)
def test_a_change_of_more_than_a_third_is_told(now: Row, told: int) -> None:
    assert len(recorded.worse([RATIO, ORDER], [now])) == told


def test_a_run_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    machine = recorded.this_machine()
    recorded.write(tmp_path / "run.json", [RATIO, ORDER], machine)

    assert recorded.read(tmp_path / "run.json") == (machine, [RATIO, ORDER])


@pytest.mark.parametrize("text", ["", "[]", '{"schema": "other/1"}', '{"schema": 1}'])
def test_what_is_no_run_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)

    with pytest.raises(SystemExit, match=r"run\.json"):
        recorded.read(tmp_path / "run.json")


def test_a_plot_has_a_bar_for_each_figure() -> None:
    drawn = ElementTree.fromstring(page.plot("A & B", [RATIO, ORDER]))
    texts = "".join(drawn.itertext())

    assert RATIO.name in texts
    assert "A & B" in texts


def test_the_page_is_the_one_of_the_recorded_run() -> None:
    """Who records a run renews the page with it."""
    machine, rows = recorded.read(page.RECORDED)
    groups = page.grouped(rows)

    assert page.PAGE.read_text(encoding="utf-8") == page.page(machine, rows, groups)
    for _, title, name, own in groups:
        assert (page.PICTURES / name).read_text(encoding="utf-8") == page.plot(title, own)
    assert json.loads(page.RECORDED.read_text())["schema"] == recorded.SCHEMA
