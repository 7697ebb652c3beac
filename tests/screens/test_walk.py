"""The wizard from end to end, by the keyboard alone."""

from __future__ import annotations

import threading

import pytest
from textual.widgets import OptionList

from screens.app import WizardApp
from screens.decisions import DecisionRow
from screens.farewell import farewell
from screens.frame import Proceed
from screens.grid import Grid, GridView
from tests.screens.driving import Running, at, press, settle, text_of_screen
from tests.screens.stand_in import StandIn
from wizard.errors import ExitCode, UnsafeError
from wizard.flow import Step
from wizard.verify.types import Part

STEP_BY_STEP = ("down", "enter")
TO_REVIEW = ("enter", "d")


async def test_enter_alone_leads_from_the_welcome_to_the_proposal(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "enter")
        assert at(pilot) is Step.PROPOSAL


async def test_enter_alone_walks_through_every_step(running: Running) -> None:
    seen = []
    async with running() as pilot:
        await press(pilot, *STEP_BY_STEP)
        while at(pilot) is not Step.REVIEW:
            seen.append(at(pilot))
            await press(pilot, "enter")
    assert seen == [Step.PROXY, Step.MIRRORS, Step.PRIVATE, Step.DOCKER, Step.BUILD]


async def test_escape_walks_all_the_way_back(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, *STEP_BY_STEP, *["enter"] * 5)
        await press(pilot, *["escape"] * 6)
        assert at(pilot) is Step.WELCOME


async def test_escape_at_the_welcome_changes_nothing(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "escape")
        assert at(pilot) is Step.WELCOME
        assert pilot.app.is_running


async def test_escape_from_a_leapt_to_review_returns_to_where_one_came_from(
    running: Running,
) -> None:
    async with running() as pilot:
        await press(pilot, *TO_REVIEW, "escape")
        assert at(pilot) is Step.PROPOSAL
        await press(pilot, "escape")
        assert at(pilot) is Step.WELCOME


async def test_a_machine_without_docker_skips_its_step(running: Running, stream: StandIn) -> None:
    from dataclasses import replace

    from wizard.facts import not_applicable

    absent = not_applicable("there is no docker here", "PATH")
    docker = replace(stream.facts.docker, client=absent, engine=absent)
    stream.facts = replace(stream.facts, docker=docker)
    stream.findings = ()
    async with running(size=(120, 40)) as pilot:
        await press(pilot, *STEP_BY_STEP, "enter", "enter", "enter")
        assert at(pilot) is Step.BUILD
        await press(pilot, "enter")
        assert "Docker: skipped" in text_of_screen(pilot)


async def test_a_step_with_a_finding_is_not_skipped(running: Running, stream: StandIn) -> None:
    from dataclasses import replace

    from wizard.facts import not_applicable
    from wizard.plan.types import Finding, Severity

    absent = not_applicable("there is no docker here", "PATH")
    docker = replace(stream.facts.docker, client=absent, engine=absent)
    stream.facts = replace(stream.facts, docker=docker)
    stream.findings = (
        Finding(
            id="dns.loopback-stub",
            severity=Severity.FAULT,
            message="the resolver is on loopback",
            cure="name a resolver that containers reach: --set dns=ADDRESS",
            decision="dns",
        ),
    )
    async with running(size=(90, 40)) as pilot:
        await press(pilot, *STEP_BY_STEP, "enter", "enter", "enter")
        assert at(pilot) is Step.DOCKER
        shown = " ".join(text_of_screen(pilot).split())
    assert "--set" not in shown
    assert "“Resolvers for containers (dns)” at the step Docker" in shown


@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+c"])
async def test_leaving_writes_nothing_and_says_so(
    running: Running, stream: StandIn, key: str
) -> None:
    async with running() as pilot:
        await press(pilot, "enter", key)
        app = pilot.app
    assert isinstance(app, WizardApp)
    assert app.return_value == ExitCode.INTERRUPTED
    assert stream.applied == []
    assert farewell(app.done, app.state.answers) == "Nothing was written."


@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+c"])
async def test_leaving_from_the_last_question_writes_nothing(
    running: Running, stream: StandIn, key: str
) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "enter", key)
        assert pilot.app.return_value == ExitCode.INTERRUPTED
    assert stream.applied == []


async def test_help_opens_and_closes_on_every_step(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, *STEP_BY_STEP)
        while at(pilot) is not Step.REVIEW:
            await press(pilot, "question_mark")
            assert "Help for this screen" in text_of_screen(pilot)
            await press(pilot, "escape", "enter")
        await press(pilot, "f1")
        assert "Help for this screen" in text_of_screen(pilot)


async def test_the_password_of_a_proxy_stands_on_no_screen(running: Running) -> None:
    from tests.screens.sample import PASSWORD

    async with running(size=(160, 60)) as pilot:
        await press(pilot, *STEP_BY_STEP)
        assert "dev:***@127.0.0.1:3128" in text_of_screen(pilot)
        while at(pilot) is not Step.REVIEW:
            assert PASSWORD not in text_of_screen(pilot)
            await press(pilot, "enter")
        for _ in range(6):
            assert PASSWORD not in text_of_screen(pilot)
            await press(pilot, "right")


# --- looking ---------------------------------------------------------------------------------


async def test_what_was_found_appears_while_the_rest_is_still_looked_at(
    running: Running, stream: StandIn
) -> None:
    stream.gate = threading.Event()
    async with running(looked=False) as pilot:
        while "git.corp.example/platform/billing" not in text_of_screen(pilot):
            await pilot.pause(0.01)
        assert "looking …" in text_of_screen(pilot)
        stream.gate.set()
        await settle(pilot)
        assert "measured" in text_of_screen(pilot)


async def test_mirrors_appear_as_they_answer(running: Running, stream: StandIn) -> None:
    stream.gate = threading.Event()
    async with running(looked=False) as pilot:
        await pilot.press(*STEP_BY_STEP)
        await pilot.press("enter")
        while "goproxy.io" not in text_of_screen(pilot):
            await pilot.pause(0.01)
        assert "goproxy.corp.example" not in text_of_screen(pilot)
        assert "looking" in text_of_screen(pilot)
        stream.gate.set()
        await settle(pilot)
        grid = pilot.app.screen.query_one("#grid0", GridView).grid
        assert isinstance(grid, Grid)
        rows = grid.rows
        assert [row[0].shown for row in rows] == ["1", "2", "3", "–", "–"]


async def test_the_review_waits_for_the_look_and_then_shows_the_files(
    running: Running, stream: StandIn
) -> None:
    async with running() as pilot:
        await press(pilot, *TO_REVIEW)
        stream.gate = threading.Event()
        await pilot.press("r", "enter")  # nothing to confirm yet
        await pilot.pause()
        assert "Looking again" in text_of_screen(pilot)
        stream.gate.set()
        await settle(pilot)
        assert "4 files to write" in text_of_screen(pilot)


async def test_r_looks_again(running: Running, stream: StandIn) -> None:
    async with running() as pilot:
        await press(pilot, *STEP_BY_STEP, "r")
        assert stream.looks == 2


async def test_leaving_while_looking_does_not_wait_for_it(
    running: Running, stream: StandIn
) -> None:
    stream.gate = threading.Event()  # never set
    async with running(looked=False) as pilot:
        await pilot.press("ctrl+q")
    assert stream.applied == []


async def test_a_look_that_cannot_be_made_is_told_in_words(
    running: Running, stream: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wizard.errors import UsageError

    async def broken(listener: object) -> None:
        raise UsageError("the catalogue [x] is not TOML", where="mirrors.toml:3", hint="mend it")

    monkeypatch.setattr(stream, "detect", broken)
    async with running() as pilot:
        shown = text_of_screen(pilot)
    assert "the catalogue [x] is not TOML" in shown
    assert "mirrors.toml:3" in shown


# --- writing ---------------------------------------------------------------------------------


async def test_what_was_shown_is_written_after_the_last_yes(
    running: Running, stream: StandIn
) -> None:
    async with running(size=(120, 40)) as pilot:
        await press(pilot, "enter", "enter")
        assert stream.applied == []
        await press(pilot, "enter")
        shown = text_of_screen(pilot)
        await press(pilot, "down", "enter")
        assert pilot.app.return_value == ExitCode.FORBIDDEN  # the system's files wait for root
    (changes, restart) = stream.applied[0]
    assert [change.artifact for change in changes.changes] == [
        "Dockerfile",
        ".dockerignore",
        "docker-config.json",
        "daemon.json",
    ]
    assert restart is False
    assert "sudo gomod-wizard apply --staged" in shown
    assert "gomod-wizard undo 20260823-101500" in shown


async def test_no_at_the_last_question_goes_back(running: Running, stream: StandIn) -> None:
    async with running() as pilot:
        await press(pilot, *TO_REVIEW, "enter", "down", "enter")
        assert "4 files to write" in text_of_screen(pilot)
    assert stream.applied == []


async def test_escape_at_the_last_question_goes_back_to_the_review(
    running: Running, stream: StandIn
) -> None:
    async with running() as pilot:
        await press(pilot, *TO_REVIEW, "enter", "escape")
        assert "4 files to write" in text_of_screen(pilot)
    assert stream.applied == []


async def test_a_file_that_was_left_out_is_not_written(running: Running, stream: StandIn) -> None:
    async with running() as pilot:
        await press(pilot, *TO_REVIEW, "right", "space", "enter", "enter")
    names = [change.artifact for change in stream.applied[0][0].changes]
    assert "Dockerfile" not in names
    assert "daemon.json" in names


async def test_a_file_that_was_left_out_can_be_taken_in_again(
    running: Running, stream: StandIn
) -> None:
    async with running() as pilot:
        await press(pilot, *TO_REVIEW, "right", "space")
        assert "You left this file out" in text_of_screen(pilot)
        await press(pilot, "space", "enter", "enter")
    assert stream.applied[0][0].changes[0].artifact == "Dockerfile"


async def test_a_refused_write_says_why_and_returns_to_a_new_comparison(
    running: Running, stream: StandIn
) -> None:
    stream.refusal = UnsafeError(
        "Dockerfile was changed by somebody else", where="/x/Dockerfile", hint="look again"
    )
    async with running() as pilot:
        await press(pilot, *TO_REVIEW)
        compared = stream.compared
        await press(pilot, "enter", "enter")
        shown = text_of_screen(pilot)
        assert "Dockerfile was changed by somebody else" in shown
        assert "Everything is as it was before" in shown
        await press(pilot, "enter")
        assert at(pilot) is Step.REVIEW
        assert stream.compared == compared + 1
        assert "4 files to write" in text_of_screen(pilot)


async def test_nothing_to_write_ends_well_without_a_question(
    running: Running, stream: StandIn
) -> None:
    stream.unchanged = True
    async with running() as pilot:
        await press(pilot, "enter")
        assert "Everything already is as it should be" in text_of_screen(pilot)
        await press(pilot, "enter", "enter")
        assert pilot.app.return_value == ExitCode.OK
    assert stream.proved == [Part.BUILD, Part.HOST]
    assert stream.applied == []


@pytest.mark.parametrize(("running_containers", "first"), [(0, True), (2, False)])
async def test_root_is_offered_a_restart_first_only_where_no_container_runs(
    running: Running, stream: StandIn, running_containers: int, first: bool
) -> None:
    from dataclasses import replace

    stream.system = replace(stream.system, uid=0)
    engine = stream.facts.docker.engine
    assert engine.value is not None
    busy = replace(engine.value, containers_running=running_containers)
    docker = replace(stream.facts.docker, engine=replace(engine, value=busy))
    stream.facts = replace(stream.facts, docker=docker)
    async with running() as pilot:
        await press(pilot, "enter", "enter", "enter")
    assert stream.applied[0][1] is first


# --- moving inside a step --------------------------------------------------------------------


async def test_the_way_on_has_the_focus_first(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, *STEP_BY_STEP)
        assert isinstance(pilot.app.focused, Proceed)


async def test_the_arrows_reach_every_decision(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, *STEP_BY_STEP)
        rows = list(pilot.app.screen.query(DecisionRow))
        reached = []
        for _ in rows:
            await press(pilot, "up")
            reached.append(pilot.app.focused)
        assert reached == rows[::-1]


async def test_a_row_that_has_the_focus_is_scrolled_into_sight(running: Running) -> None:
    async with running(size=(60, 20)) as pilot:
        await press(pilot, *STEP_BY_STEP, "up")
        assert "Certificate authorities" in text_of_screen(pilot)


async def test_the_welcome_recommends_the_short_way(running: Running) -> None:
    async with running() as pilot:
        assert pilot.app.screen.query_one("#ways", OptionList).highlighted == 0


def test_a_mistake_of_the_program_prints_no_local_variable(
    stream: StandIn, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(listener: object) -> None:
        password = "s3cret-of-a-frame"
        raise RuntimeError(f"a mistake of {len(password)}")

    monkeypatch.setattr(stream, "detect", broken)
    app = WizardApp(stream)
    app.run(headless=True)
    written = capfd.readouterr()
    assert "s3cret-of-a-frame" not in written.out + written.err
    assert "a mistake of 17" in str(app._exception)
