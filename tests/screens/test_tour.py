"""The animated tour: from the welcome to what was done, in one file that loads nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.screens.take_tour import animated, main

KEPT = Path(__file__).parents[2] / "docs" / "pictures" / "tour.svg"


def test_a_tour_goes_from_the_welcome_to_what_was_done(tmp_path: Path) -> None:
    file = tmp_path / "tour.svg"
    main(str(file))
    text = file.read_text().replace("&#160;", " ")
    shots = text.split("\n<g>\n")[1:]
    assert len(shots) >= 5
    assert "Welcome" in shots[0]
    assert re.search(r">\s*Done\s*<", shots[-1])


def test_the_kept_tour_is_small_and_loads_nothing() -> None:
    text = KEPT.read_text()
    assert len(text) < 1_500_000
    assert "url(http" not in text
    assert "prefers-reduced-motion" in text


def test_each_frame_stands_for_its_own_part_of_the_time() -> None:
    shot = '<svg viewBox="0 0 10 5"><text>x</text></svg>'
    made = animated([shot, shot, shot, shot])
    assert made.count("animation-delay") == 4
    assert "0% { visibility: visible; } 25.0000% { visibility: hidden; }" in made


def test_a_picture_in_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="another way"):
        animated(["<svg/>"])
