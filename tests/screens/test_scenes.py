"""A picture of the proof, the diagnosis, mending, undoing and resuming, as of every screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from screens.app import WizardApp
from tests.screens.scenes import SCENES
from wizard.language import speak

Snap = Callable[..., bool]

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
EACH = pytest.mark.parametrize("scene", SCENES)


@pytest.fixture(autouse=True)
def one_clock_for_all(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Show the hour of an earlier run as every machine shows it, and end in English."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()
    speak("en")


def looks_right(snap: Snap, scene: str, size: tuple[int, int], **env: str) -> bool:
    stream = SCENES[scene].world()
    stream.system = replace(stream.system, env=env)
    return snap(WizardApp(stream), terminal_size=size, run_before=SCENES[scene].act)


@SIZES
@EACH
def test_a_scene(snap_compare: Snap, scene: str, size: tuple[int, int]) -> None:
    assert looks_right(snap_compare, scene, size)


@SIZES
@EACH
def test_a_scene_in_high_contrast(snap_compare: Snap, scene: str, size: tuple[int, int]) -> None:
    assert looks_right(snap_compare, scene, size, GOMOD_WIZARD_THEME="contrast")


@SIZES
@EACH
def test_a_scene_in_chinese(snap_compare: Snap, scene: str, size: tuple[int, int]) -> None:
    speak("zh")
    assert looks_right(snap_compare, scene, size)


@EACH
def test_a_scene_in_a_narrow_window(snap_compare: Snap, scene: str) -> None:
    assert looks_right(snap_compare, scene, (60, 20))
