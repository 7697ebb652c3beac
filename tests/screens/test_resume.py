"""Leaving keeps what was chosen, and the next start offers it: never a secret, never by itself."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from screens.app import WizardApp
from tests.screens.driving import Running, at, press, settle, text_of_screen, wizard
from tests.screens.real import machine
from tests.screens.stand_in import StandIn
from wizard.drafts import Draft, draft_file, draft_of, keep_draft
from wizard.errors import ExitCode
from wizard.flow import Step

EARLIER = Draft(
    at=datetime(2026, 8, 22, 9, 0, tzinfo=UTC), answers={"mtu": "1380"}, step=Step.DOCKER
)


async def test_what_was_chosen_is_kept_at_once_with_its_place(
    running: Running, stream: StandIn
) -> None:
    async with running() as pilot:
        await press(pilot, "down", "enter", "enter")
        assert wizard(pilot).try_answers({"mtu": "1380"}) is None
        assert stream.kept is not None
        assert stream.kept.answers == {"mtu": "1380"}
        await press(pilot, "enter", "ctrl+q")
    assert stream.kept.step is Step.PRIVATE


async def test_the_next_start_offers_it_and_enter_goes_on(
    running: Running, stream: StandIn
) -> None:
    stream.kept = EARLIER
    async with running() as pilot:
        shown = text_of_screen(pilot)
        assert "Go on where you left?" in shown
        assert "Largest packet of Docker's bridge (mtu): 1380" in shown
        assert not wizard(pilot).state.answers
        await press(pilot, "enter")
        assert at(pilot) is Step.DOCKER
        assert wizard(pilot).state.answers["mtu"].text == "1380"


async def test_afresh_forgets_it(running: Running, stream: StandIn) -> None:
    stream.kept = EARLIER
    async with running() as pilot:
        await press(pilot, "down", "enter")
        assert at(pilot) is Step.WELCOME
        assert not wizard(pilot).state.answers
    assert stream.kept is None


async def test_escape_leaves_it_for_another_time(running: Running, stream: StandIn) -> None:
    stream.kept = EARLIER
    async with running() as pilot:
        await press(pilot, "escape")
        assert not wizard(pilot).state.answers
        await press(pilot, "ctrl+q")
        assert pilot.app.return_value == ExitCode.INTERRUPTED
    assert stream.kept == EARLIER


async def test_after_it_was_written_there_is_nothing_to_go_on_with(
    running: Running, stream: StandIn
) -> None:
    stream.kept = EARLIER
    async with running() as pilot:
        await press(pilot, "enter")
        await press(pilot, *["enter"] * 4)
        assert wizard(pilot).receipt is not None
    assert stream.kept is None


class TestTheFile:
    async def test_a_real_run_keeps_it_for_its_owner_alone_and_the_next_one_reads_it(
        self, tmp_path: Path
    ) -> None:
        real = machine(tmp_path / "dev")
        app = WizardApp(real)
        async with app.run_test() as pilot:
            await settle(pilot)
            assert app.try_answers({"mtu": "1380"}) is None
        path = draft_file(real.system, real.request.project)
        assert path is not None
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700
        draft = real.draft()
        assert draft is not None
        assert draft.answers == {"mtu": "1380"}

    def test_no_login_is_ever_in_it(self, tmp_path: Path) -> None:
        real = machine(tmp_path / "dev")
        project = real.request.project
        answers = {"https_proxy": "http://dev:hunter22@proxy:3128", "mtu": "1380"}
        assert keep_draft(real.system, project, answers, Step.PROXY)
        path = draft_file(real.system, project)
        assert path is not None
        assert "hunter22" not in path.read_text()
        assert draft_of(real.system, project) is not None

    @pytest.mark.parametrize("text", [
        "", "{", "[]", '{"schema": "gomod-wizard/draft/1"}', "[" * 100_000, "\x00",
    ])  # fmt: skip
    def test_one_that_is_broken_counts_as_none(self, tmp_path: Path, text: str) -> None:
        real = machine(tmp_path / "dev")
        project = real.request.project
        assert keep_draft(real.system, project, {"mtu": "1380"}, Step.PROXY)
        path = draft_file(real.system, project)
        assert path is not None
        path.write_text(text)
        assert draft_of(real.system, project) is None

    def test_another_project_has_none(self, tmp_path: Path) -> None:
        real = machine(tmp_path / "dev")
        assert keep_draft(real.system, real.request.project, {"mtu": "1380"}, Step.PROXY)
        assert draft_of(real.system, real.request.project / "other") is None
