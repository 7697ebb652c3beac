"""What the screens say, and that no two of them contradict each other."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from screens.farewell import farewell
from screens.findings import step_of
from screens.run import Run
from screens.steps import glyph
from tests.screens import sample
from tests.screens.driving import Running, press, settle, text_of_screen, wizard
from tests.screens.stand_in import ARTIFACTS, StandIn, compared
from wizard.apply.types import Action, Receipt
from wizard.facts import known, not_applicable
from wizard.facts.base import Problem
from wizard.facts.private import PrivateHost
from wizard.flow import Flow, Step
from wizard.plan.types import Answer, Origin


async def test_a_broken_proxy_variable_is_not_called_no_proxy(
    running: Running, stream: StandIn
) -> None:
    proxy = stream.facts.proxy
    (first, *_) = proxy.settings.or_else(())
    broken = replace(first, url=None, problem=Problem(message="it is no proxy URL"))
    proxy = replace(
        proxy,
        settings=known((broken,), "test"),
        contradictions=known((), "test"),
        effective=not_applicable("broken", "test"),
    )
    stream.facts = replace(stream.facts, proxy=proxy)
    async with running() as pilot:
        shown = text_of_screen(pilot)
    assert "HTTPS_PROXY cannot be used" in shown
    assert "goes straight out" not in shown


async def test_without_an_engine_no_build_is_called_good(running: Running, stream: StandIn) -> None:
    absent = not_applicable("there is no docker here", "PATH")
    docker = replace(stream.facts.docker, client=absent, engine=absent)
    stream.facts, stream.findings = replace(stream.facts, docker=docker), ()
    async with running() as pilot:
        shown = text_of_screen(pilot)
    assert "without a Docker engine no build could be checked" in " ".join(shown.split())
    assert "Nothing was found that would make a build fail" not in shown


async def test_private_hosts_that_no_module_needs_are_told_apart(
    running: Running, stream: StandIn
) -> None:
    (host, *_) = stream.facts.private.hosts.or_else(())
    lone: tuple[PrivateHost, ...] = (replace(host, modules=(), patterns=()),)
    private = replace(stream.facts.private, hosts=known(lone, "test"))
    stream.facts = replace(stream.facts, private=private)
    async with running() as pilot:
        assert "git.corp.example: no module needs them here" in text_of_screen(pilot)


def test_missing_credentials_are_told_where_the_private_hosts_stand() -> None:
    finding = next(one for one in sample.FINDINGS if one.id == "private.no-credentials")
    assert step_of(replace(finding, decision="secrets")) is Step.PRIVATE


def test_the_short_way_ticks_no_step_that_was_not_open() -> None:
    flow = Flow().leap(Step.REVIEW)
    assert glyph(flow, Step.WELCOME) == "✓"
    assert glyph(flow, Step.MIRRORS) == "·"


async def test_a_value_that_one_chose_to_leave_says_so_once(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await press(pilot, "down", "enter", "enter")
        assert wizard(pilot).try_answers({"goproxy": "none"}) is None
        await settle(pilot)
        shown = text_of_screen(pilot)
    assert "(your choice)" in shown
    assert "you chose it" not in shown


async def test_codes_are_shown_as_words(running: Running) -> None:
    async with running(size=(70, 60)) as pilot:
        await press(pilot, "down", "enter", *["enter"] * 4)
        shown = " ".join(text_of_screen(pilot).split())
    assert "a block in your Dockerfile, in stage build, with cache and secret mounts" in shown
    assert "+mounts" not in shown
    assert "from the module mirrors" in shown


async def test_the_evidence_of_the_build_has_a_title(running: Running) -> None:
    async with running(size=(120, 60)) as pilot:
        await press(pilot, "down", "enter", *["enter"] * 4)
        assert "The project" in text_of_screen(pilot)


async def test_the_review_says_which_tab_of_how_many_is_open(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "d", "right", "right")
        assert "← 3/5 →" in text_of_screen(pilot)


async def test_a_file_that_is_as_planned_is_said_in_full(running: Running, stream: StandIn) -> None:
    stream.unchanged = True
    async with running(size=(60, 20)) as pilot:
        await press(pilot, "enter", "d")
        assert text_of_screen(pilot).count("already as planned") == len(ARTIFACTS)


async def test_help_names_the_keys_of_its_screen(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await press(pilot, "enter", "d", "question_mark")
        assert "leave the open file out" in text_of_screen(pilot)


async def test_help_at_the_end_promises_nothing_unwritten(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await press(pilot, "enter", "enter", "enter", "question_mark")
        shown = text_of_screen(pilot)
    assert "copy the command" in shown
    assert "nothing is written" not in shown


async def test_the_end_says_how_to_verify(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await press(pilot, "enter", "enter", "enter")
        assert "gomod-wizard verify" in text_of_screen(pilot)


def test_a_program_that_was_run_is_not_called_written() -> None:
    change = replace(compared(ARTIFACTS).changes[0], action=Action.RUN,
                     path="systemctl restart docker")  # fmt: skip
    words = farewell(Run(receipts=(Receipt(id="1", changes=(change,)),)), {})
    assert "Ran: systemctl restart docker" in words
    assert "Written" not in words


def test_answers_of_the_wizard_are_repeated_as_flags() -> None:
    answers = {"mtu": Answer(text="1380", origin=Origin.FLAG, source="wizard")}
    assert "--set mtu=1380" in farewell(Run(receipts=(Receipt(id="1", changes=()),)), answers)


CRASH = """
from screens import app
from tests.screens.stand_in import StandIn
class Broken(StandIn):
    async def detect(self, listener):
        raise RuntimeError("a mistake")
app.WizardApp.run = lambda self, run=app.WizardApp.run: run(self, headless=True)
app.run_wizard(Broken())
"""


def test_a_mistake_of_the_program_says_whether_files_changed() -> None:
    done = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True)
    assert "stopped over a mistake of its own; nothing was written" in done.stderr
    assert done.returncode != 0
