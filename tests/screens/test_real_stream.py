"""The screens over the real plan, files and transaction; only the detection stands still."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from screens.app import WizardApp
from tests.screens.driving import press, settle, text_of_screen
from tests.screens.real import Real, machine
from wizard.apply import undo
from wizard.errors import ExitCode
from wizard.moves.memory import recall


@pytest.fixture
def real(tmp_path: Path) -> Real:
    """The sample machine, its files in a folder of their own."""
    return machine(tmp_path / "dev")


def standing(real: Real) -> dict[str, bytes]:
    """Return every file under the machine's folder that is not the program's own state."""
    home = real.system.home
    assert home is not None
    files = (path for path in home.rglob("*") if path.is_file())
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in files
        if ".local" not in path.parts
    }


async def test_three_times_enter_writes_the_set_and_undo_takes_it_back(real: Real) -> None:
    before = standing(real)
    app = WizardApp(real)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "enter", "enter")
        assert app.receipt is not None, text_of_screen(pilot)
        assert app.receipt.id is not None
        after = standing(real)
        assert b"gomod-wizard" in after["src/billing/Dockerfile"]
        assert b"!go.sum" in after["src/billing/.dockerignore"]
        await undo(real.system, app.receipt.id)
    assert standing(real) == before


async def test_leaving_at_the_last_question_leaves_every_file_as_it_was(real: Real) -> None:
    before = standing(real)
    app = WizardApp(real)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "enter", "ctrl+q")
    assert app.return_value == ExitCode.INTERRUPTED
    assert standing(real) == before


async def test_an_own_value_reaches_the_file(real: Real) -> None:
    app = WizardApp(real)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert app.try_answers({"mtu": "1380"}) is None
        await press(pilot, "enter", "enter", "enter")
    home = real.system.home
    assert home is not None
    assert '"mtu": 1380' in (home / "root/etc/docker/daemon.json").read_text()


async def test_what_was_written_is_remembered_for_this_network(real: Real) -> None:
    app = WizardApp(real)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert app.try_answers({"mtu": "1380"}) is None
        await press(pilot, "enter", "enter", "enter")
    (here,) = recall(real.system, real.request.project)
    assert here.decisions["mtu"] == "1380"
    assert here.answers == {"mtu": "1380"}


async def test_an_unsafe_value_is_refused_until_it_has_a_reason_and_a_date(real: Real) -> None:
    app = WizardApp(real)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert app.try_answers({"gosumdb": "off"}) is not None
        waived = {"gosumdb": "off", "reason": "an audit", "until": "2026-12-31"}
        assert app.try_answers(waived) is None


async def test_a_file_that_changes_after_the_review_is_shown_again_not_written(
    real: Real,
) -> None:
    dockerfile = Path(real.request.project) / "Dockerfile"
    app = WizardApp(real)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "enter")
        dockerfile.write_text("FROM golang:1.27 AS build\nRUN go mod download\n")
        await press(pilot, "enter")
        assert app.receipt is None, text_of_screen(pilot)
        assert dockerfile.read_text() == "FROM golang:1.27 AS build\nRUN go mod download\n"


def test_the_first_screen_loads_nothing_heavy() -> None:
    code = (
        "import sys, screens.app\n"
        "heavy = {'httpx', 'dns', 'docker', 'requests', 'tomlkit', 'truststore'}\n"
        "heavy |= {f'textual.widgets._{name}' for name in ('markdown', 'text_area')}\n"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
