"""After the last yes: the proof live, its failure with a cure, and the way back to the byte."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from screens.diagnosis import DiagnosisScreen
from screens.done import DoneScreen
from screens.mending import MendingScreen
from screens.proving import ProofScreen
from screens.undone import UndoneScreen
from screens.writing import WritingScreen
from tests.screens.driving import Running, at, press, settle, text_of_screen, wizard
from tests.screens.stand_in import StandIn, red
from wizard.errors import ExitCode, ForbiddenError, UnsafeError
from wizard.flow import Step
from wizard.verify.types import Outcome, Part, Progress, Slow

ENTERS = ("enter",) * 3
"""The short way: see it, apply it, yes."""


@pytest.fixture
def stream() -> StandIn:
    """The sample machine, used by root: nothing waits for anybody."""
    plain = StandIn()
    return StandIn(system=replace(plain.system, uid=0), root=True)


async def test_enter_three_times_writes_proves_and_ends_green(
    running: Running, stream: StandIn
) -> None:
    async with running() as pilot:
        await press(pilot, *ENTERS)
        assert isinstance(pilot.app.screen, DoneScreen)
        shown = text_of_screen(pilot)
        assert "Done, and proved: every module came" in shown
        assert "In a build: green: 7 modules from nothing in 3.2 s" in shown
        await press(pilot, "enter")
        assert pilot.app.return_value == ExitCode.OK
    assert stream.proved == [Part.BUILD, Part.HOST]


NOW = Progress(
    step="build 4/6 RUN go mod download", module="golang.org/x/text@v0.3.0", done=3, total=7,
    bytes=1_200_000, bytes_total=None, elapsed=12.0,
    slow=(Slow(what="golang.org/x/text@v0.3.0", seconds=6.0),),
)  # fmt: skip


async def test_the_proof_says_how_far_it_is(running: Running, stream: StandIn) -> None:
    stream.progress = {Part.BUILD: (NOW,)}
    stream.proof_gate = threading.Event()
    async with running() as pilot:
        await pilot.press(*ENTERS)
        while "3 of 7 modules" not in text_of_screen(pilot):
            await pilot.pause(0.01)
        shown = text_of_screen(pilot)
        for words in (
            "1.2 MB, 12 s", "step: build 4/6 RUN go mod download",
            "module: golang.org/x/text@v0.3.0", "slow: golang.org/x/text@v0.3.0, for 6 s",
        ):  # fmt: skip
            assert words in shown
        stream.proof_gate.set()
        await settle(pilot)


async def test_escape_stops_the_proof_at_once_and_says_so(
    running: Running, stream: StandIn
) -> None:
    stream.proof_gate = threading.Event()  # never set
    async with running() as pilot:
        await pilot.press(*ENTERS)
        while not isinstance(pilot.app.screen, ProofScreen):
            await pilot.pause(0.01)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, DoneScreen)
        assert "The proof was stopped before it ended" in text_of_screen(pilot)
        assert not pilot.app.workers


@pytest.mark.parametrize("key", ["question_mark", "ctrl+p"])
async def test_what_is_open_over_the_proof_stays_when_it_ends(
    running: Running, stream: StandIn, key: str
) -> None:
    stream.proof_gate = threading.Event()
    async with running() as pilot:
        await pilot.press(*ENTERS)
        while not isinstance(pilot.app.screen, ProofScreen):
            await pilot.pause(0.01)
        proof = pilot.app.screen
        await pilot.press(key)
        while pilot.app.screen is proof:
            await pilot.pause(0.01)
        opened = pilot.app.screen
        stream.proof_gate.set()
        while not proof.ended:
            await pilot.pause(0.01)
        await pilot.press("u")  # would ask on the last screen whether to take everything back
        await pilot.pause(0.2)
        assert pilot.app.screen is opened
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, DoneScreen)
        assert len(pilot.app.screen_stack) == 2


@pytest.mark.parametrize(
    ("ended", "way"),
    [
        ({}, "Prove it again  by a real build"),
        ({"ok": None, "why": "no engine answers"}, "Prove it  once Go or Docker is here"),
    ],
)
async def test_only_what_was_proved_can_be_proved_again(
    running: Running, stream: StandIn, ended: dict[str, Any], way: str
) -> None:
    if ended:
        stream.outcomes = {part: Outcome(part=part, **ended) for part in Part}
    async with running() as pilot:
        await press(pilot, *ENTERS)
        assert way in text_of_screen(pilot)


async def test_leaving_during_the_proof_does_not_wait_for_it(
    running: Running, stream: StandIn
) -> None:
    stream.proof_gate = threading.Event()  # never set
    async with running() as pilot:
        await pilot.press(*ENTERS)
        while not isinstance(pilot.app.screen, ProofScreen):
            await pilot.pause(0.01)
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert pilot.app.return_value == ExitCode.OK


async def test_without_docker_and_go_it_says_what_can_be_done(
    running: Running, stream: StandIn
) -> None:
    stream.outcomes = {
        Part.BUILD: Outcome(part=Part.BUILD, ok=None, why="no engine answers"),
        Part.HOST: Outcome(part=Part.HOST, ok=None, why="there is no go on PATH"),
    }
    async with running(size=(120, 40)) as pilot:
        await press(pilot, *ENTERS)
        shown = text_of_screen(pilot)
    assert "In a build: cannot be proved here: no engine answers" in shown
    assert "gomod-wizard generate --out DIR" in shown
    assert "proved:" not in shown


class TestAProofThatFails:
    @pytest.fixture
    def stream(self) -> StandIn:
        """A build that is red at first, and green after a repair."""
        plain = StandIn()
        return StandIn(
            system=replace(plain.system, uid=0),
            root=True,
            outcomes={Part.BUILD: [red("mtu"), red("mtu")]},
            repair=("mtu",),
        )

    async def test_the_diagnosis_has_evidence_and_cure(self, running: Running) -> None:
        async with running(size=(120, 40)) as pilot:
            await press(pilot, *ENTERS)
            assert isinstance(pilot.app.screen, DiagnosisScreen)
            shown = text_of_screen(pilot)
        assert "net/http: TLS handshake timeout" in shown
        assert "set the MTU of Docker's bridge" in shown
        assert "Mend it" in shown

    async def test_mending_shows_the_difference_asks_writes_and_proves_again(
        self, running: Running, stream: StandIn
    ) -> None:
        stream.outcomes = {Part.BUILD: [red("mtu"), Outcome(part=Part.BUILD, ok=True)]}
        async with running(size=(120, 60)) as pilot:
            assert wizard(pilot).try_answers({"mtu": "1500"}) is None
            await settle(pilot)
            await press(pilot, *ENTERS, "enter")
            assert isinstance(pilot.app.screen, MendingScreen)
            shown = text_of_screen(pilot)
            assert "Largest packet of Docker's bridge (mtu): no longer 1500" in shown
            assert "+# >>> gomod-wizard" in shown
            assert len(stream.applied) == 1
            await press(pilot, "enter")
            assert "Write these files?" in text_of_screen(pilot)
            await press(pilot, "enter")
            assert "Done, and proved" in text_of_screen(pilot)
        assert len(stream.applied) == 2
        assert "mtu" not in wizard(pilot).state.answers

    async def test_after_three_rounds_there_is_no_fourth(
        self, running: Running, stream: StandIn
    ) -> None:
        stream.outcomes = {Part.BUILD: [red("mtu") for _ in range(4)]}
        async with running(size=(120, 60)) as pilot:
            await press(pilot, *ENTERS)
            for _ in range(3):
                assert "Mend it" in text_of_screen(pilot)
                await press(pilot, *ENTERS)
            assert "Mend it" not in text_of_screen(pilot)
        assert len(stream.applied) == 4

    async def test_escape_leads_back_to_the_faults(self, running: Running) -> None:
        async with running() as pilot:
            await press(pilot, *ENTERS, "enter", "escape")
            assert isinstance(pilot.app.screen, DiagnosisScreen)

    async def test_nothing_left_to_change_is_said(self, running: Running, stream: StandIn) -> None:
        stream.repair = None
        async with running() as pilot:
            await press(pilot, *ENTERS, "enter")
            assert "Nothing is left to change" in text_of_screen(pilot)

    async def test_a_repair_that_no_file_could_make_is_refused_in_words(
        self, running: Running, stream: StandIn
    ) -> None:
        stream.repair = ForbiddenError("not repairable from here: no registry", hint="docker load")
        async with running() as pilot:
            await press(pilot, *ENTERS, "enter")
            shown = text_of_screen(pilot)
        assert "not repairable from here: no registry" in shown
        assert "docker load" in shown

    async def test_one_may_choose_oneself(self, running: Running, stream: StandIn) -> None:
        async with running() as pilot:
            await press(pilot, *ENTERS, "down", "enter")
            assert at(pilot) is Step.DOCKER
            assert stream.looks == 2  # files were written since the last look

    async def test_leaving_it_ends_with_the_code_of_a_failed_verification(
        self, running: Running
    ) -> None:
        async with running() as pilot:
            await press(pilot, *ENTERS, "up", "down", "down", "down", "enter")
            assert isinstance(pilot.app.screen, DoneScreen)
            assert "Written, but the proof failed" in text_of_screen(pilot)
            await press(pilot, "enter")
            assert pilot.app.return_value == ExitCode.NO


class TestUndo:
    async def test_one_key_and_a_yes_take_everything_back(
        self, running: Running, stream: StandIn
    ) -> None:
        async with running() as pilot:
            await press(pilot, *ENTERS, "u")
            assert "Take everything back?" in text_of_screen(pilot)
            assert stream.undone == []
            await press(pilot, "enter")
            assert isinstance(pilot.app.screen, UndoneScreen)
            shown = text_of_screen(pilot)
            assert "Taken back: everything is as it was" in shown
            assert "/home/dev/src/billing/Dockerfile" in shown
            await press(pilot, "enter")
            assert pilot.app.return_value == ExitCode.OK
        assert stream.undone == ["20260823-101500"]

    @pytest.mark.parametrize("keys", [("escape",), ("down", "enter")])
    async def test_no_keeps_it(
        self, running: Running, stream: StandIn, keys: tuple[str, ...]
    ) -> None:
        async with running() as pilot:
            await press(pilot, *ENTERS, "u", *keys)
            assert isinstance(pilot.app.screen, DoneScreen)
        assert stream.undone == []

    async def test_a_refused_undo_says_why(self, running: Running, stream: StandIn) -> None:
        stream.undo_refusal = UnsafeError(
            "changed since it was written: Dockerfile", where="/x", hint="gomod-wizard undo --force"
        )
        async with running() as pilot:
            await press(pilot, *ENTERS, "u", "enter")
            shown = text_of_screen(pilot)
        assert "Not everything was taken back" in shown
        assert "changed since it was written: Dockerfile" in shown

    async def test_afterwards_one_may_start_again(self, running: Running, stream: StandIn) -> None:
        async with running() as pilot:
            await press(pilot, *ENTERS, "u", "enter", "down", "enter")
            assert at(pilot) is Step.WELCOME
            assert stream.looks == 2
            assert wizard(pilot).receipt is None


async def test_what_waits_for_root_is_shown_with_its_command_and_proved_afterwards(
    running: Running, stream: StandIn
) -> None:
    stream.system, stream.root = replace(stream.system, uid=1000), False
    async with running() as pilot:
        await press(pilot, *ENTERS)
        shown = text_of_screen(pilot)
        assert "one command needs root" in shown
        assert "sudo gomod-wizard apply --staged 20260823-101500" in shown
        assert stream.proved == []
        stream.unchanged = True  # root has written it
        await press(pilot, "enter")
        assert "Done, and proved" in text_of_screen(pilot)
        assert "waits for root" not in text_of_screen(pilot)


async def test_a_write_in_steps_names_the_one_that_is_under_way(
    running: Running, stream: StandIn
) -> None:
    stream.write_gate = threading.Event()
    async with running() as pilot:
        await pilot.press(*ENTERS)
        while not (
            isinstance(pilot.app.screen, WritingScreen) and "▸ /etc" in text_of_screen(pilot)
        ):
            await pilot.pause(0.01)
        shown = text_of_screen(pilot)
        assert "✓ /home/dev/src/billing/Dockerfile" in shown
        assert "▸ /etc/docker/daemon.json …" in shown
        stream.write_gate.set()
        await settle(pilot)
