"""The last yes: to exactly what was shown, by whoever may write it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import pytest

from screens.sheet import ConfirmScreen
from tests.screens import sample
from tests.screens.driving import Running, at, press, settle, text_of_screen, wizard
from tests.screens.stand_in import StandIn, compared
from wizard.apply.types import ChangeSet
from wizard.errors import ForbiddenError, UnsafeError
from wizard.facts import Facts
from wizard.flow import Step
from wizard.plan.types import Answers, Finding, Plan, Severity
from wizard.render.types import Artifact, Scope

TO_REVIEW = ("enter", "d")


async def test_nothing_is_confirmed_while_the_machine_is_looked_at_again(
    running: Running, stream: StandIn
) -> None:
    async with running() as pilot:
        await press(pilot, *TO_REVIEW)
        stream.gate = threading.Event()
        await pilot.press("r", "enter")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, ConfirmScreen)
        assert "Please wait" in text_of_screen(pilot)
        assert "enter Write" not in text_of_screen(pilot)
        stream.gate.set()
        await settle(pilot)
        assert "4 files to write" in text_of_screen(pilot)


async def test_a_sheet_over_an_old_comparison_closes_when_the_plan_changes(
    running: Running, stream: StandIn
) -> None:
    async with running() as pilot:
        await press(pilot, *TO_REVIEW, "enter")
        assert "Write these files?" in text_of_screen(pilot)
        assert wizard(pilot).try_answers({"mtu": "1380"}) is None
        await settle(pilot)
        assert at(pilot) is Step.REVIEW
        assert not isinstance(pilot.app.screen, ConfirmScreen)
    assert stream.applied == []


async def test_a_sheet_closes_when_a_new_look_begins(running: Running, stream: StandIn) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "enter")
        stream.gate = threading.Event()
        wizard(pilot).look()
        await pilot.pause()
        assert not isinstance(pilot.app.screen, ConfirmScreen)
        stream.gate.set()
        await settle(pilot)
    assert stream.applied == []


async def test_after_a_look_that_failed_nothing_can_be_confirmed(
    running: Running, stream: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(listener: object) -> Facts:
        raise ForbiddenError("the catalogue cannot be read")

    async with running() as pilot:
        await press(pilot, "enter")
        monkeypatch.setattr(stream, "detect", broken)
        await press(pilot, "r", "enter", "enter")
        assert "the catalogue cannot be read" in text_of_screen(pilot)
    assert stream.applied == []


@dataclass
class Closed(StandIn):
    """A project folder that this user may not write."""

    async def changes(self, artifacts: tuple[Artifact, ...]) -> ChangeSet:
        found = compared(artifacts)
        changes = (
            replace(one, needs_root=one.needs_root or one.scope is Scope.PROJECT)
            for one in found.changes
        )
        return replace(found, changes=tuple(changes))


class TestAProjectThatOneMayNotWrite:
    @pytest.fixture
    def stream(self) -> StandIn:
        """The sample machine with the project of somebody else."""
        return Closed()

    async def test_the_review_says_so(self, running: Running) -> None:
        async with running(size=(120, 40)) as pilot:
            await press(pilot, *TO_REVIEW)
            shown = text_of_screen(pilot)
        assert "Dockerfile cannot be written: you have no permission" in shown
        assert "Ask the owner" in shown

    async def test_enter_leaves_those_files_out_first(
        self, running: Running, stream: StandIn
    ) -> None:
        async with running() as pilot:
            await press(pilot, *TO_REVIEW)
            assert "Leave out the 2 files" in text_of_screen(pilot)
            await press(pilot, "enter")
            assert not isinstance(pilot.app.screen, ConfirmScreen)
            assert "2 files to write" in text_of_screen(pilot)
            await press(pilot, "enter", "enter")
        written = [change.artifact for change in stream.applied[0][0].changes]
        assert written == ["docker-config.json", "daemon.json"]

    async def test_the_sheet_promises_root_for_the_systems_files_alone(
        self, running: Running
    ) -> None:
        async with running() as pilot:
            await press(pilot, "enter", "enter", "enter")
            shown = text_of_screen(pilot)
        sheet = "\n".join(line.split("│")[1] for line in shown.splitlines() if "│" in line)
        assert "# /etc/docker/daemon.json" in sheet
        assert "Dockerfile" not in sheet


async def test_a_refused_write_names_a_key_of_the_wizard_and_no_flag(
    running: Running, stream: StandIn
) -> None:
    stream.refusal = ForbiddenError(
        "permission denied",
        where=f"{sample.PROJECT}/Dockerfile",
        hint="leave this scope out with --scope, or ask the owner",
    )
    async with running() as pilot:
        await press(pilot, "enter", "enter", "enter")
        shown = text_of_screen(pilot)
    assert "--scope" not in shown
    assert "leave Dockerfile out in the review" in " ".join(shown.split())


async def test_after_a_refused_write_everything_is_looked_at_again(
    running: Running, stream: StandIn
) -> None:
    stream.refusal = UnsafeError(
        "changed since it was shown: Dockerfile; nothing was written",
        where="/x/Dockerfile",
        hint="run `gomod-wizard diff` to see the new difference, then apply that",
    )
    async with running() as pilot:
        await press(pilot, *TO_REVIEW, "enter", "enter")
        assert "gomod-wizard diff" not in text_of_screen(pilot)
        assert "looked at again" in text_of_screen(pilot)
        await press(pilot, "enter")
        assert stream.looks == 2
        assert "4 files to write" in text_of_screen(pilot)


@dataclass
class Hopeless(StandIn):
    """A machine on which no file can cure what was found."""

    def decide(self, facts: Facts, answers: Answers) -> Plan:
        found = Finding(
            id="registry.unreachable",
            severity=Severity.FAULT,
            message="no registry has the base image",
            cure="bring the image by docker load",
            stops=True,
        )
        return replace(super().decide(facts, answers), findings=(found,))


class TestAFaultThatNoFileCures:
    @pytest.fixture
    def stream(self) -> StandIn:
        """The sample machine with such a fault."""
        return Hopeless()

    async def test_the_review_says_it_with_the_cure_and_has_no_button(
        self, running: Running
    ) -> None:
        async with running() as pilot:
            await press(pilot, *TO_REVIEW)
            shown = text_of_screen(pilot)
        assert "Nothing can be written that would make this build work" in shown
        assert "no registry has the base image" in shown
        assert "bring the image by docker load" in shown
        assert "Write 4 files" not in shown
        assert "enter Write" not in shown

    async def test_enter_writes_nothing(self, running: Running, stream: StandIn) -> None:
        async with running() as pilot:
            await press(pilot, "enter", "enter", "enter", "enter")
        assert stream.applied == []
