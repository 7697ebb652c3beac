"""Measured on logs of real threads, and on other words in the layout of every builder and CI."""

from __future__ import annotations

import json
import random
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.diagnose.formats import BUILDERS, PREFIXES, prefixed
from tests.diagnose.measure import Score, leave_one_out, lines_of, unseen
from wizard.diagnose import Diagnosis, diagnose_lines

DATA = Path(__file__).parent / "data"
CORPUS = [json.loads(line) for line in (DATA / "corpus.jsonl").read_text().splitlines()]
CORES = tomllib.loads((DATA / "cores.toml").read_text())["core"]
INSIDE = [core for core in CORES if core["inside"]]


def _diagnosed() -> list[tuple[dict[str, Any], Diagnosis]]:
    return [(row, diagnose_lines(row["log"].split("\n"))) for row in CORPUS]


def _first(diagnosis: Diagnosis) -> tuple[str | None, str]:
    if not diagnosis.faults:
        return None, "none"
    return diagnosis.faults[0].cause, diagnosis.faults[0].fault_class.value


def test_the_class_is_right_on_98_of_100_logs() -> None:
    wrong = [row["id"] for row, found in _diagnosed() if _first(found)[1] != row["class"]]
    assert len(wrong) <= 0.02 * len(CORPUS), wrong


def test_the_cause_is_right_on_95_of_100_logs() -> None:
    def right(row: dict[str, Any], found: Diagnosis) -> bool:
        cause, kind = _first(found)
        if row["cause"].startswith("negative-"):
            return bool(kind == row["class"])
        return cause in (row["cause"], *row["also"])

    wrong = [row["id"] for row, found in _diagnosed() if not right(row, found)]
    assert len(wrong) <= 0.05 * len(CORPUS), wrong


def test_the_step_is_right_wherever_the_log_shows_one() -> None:
    shown = [(row, found) for row, found in _diagnosed() if row["step"] != "-" and found.faults]
    numbers = {row["id"]: found.step and found.step.number for row, found in shown}
    assert numbers == {row["id"]: row["step"] for row, _ in shown}


def test_no_fault_is_claimed_on_a_build_that_went_well() -> None:
    green = [(row, found) for row, found in _diagnosed() if row["cause"] == "negative-success"]
    assert green
    assert not [row["id"] for row, found in green if found.faults]


@pytest.mark.parametrize("core", CORES, ids=lambda core: f"{core['cause']}-{core['text'][1:30]}")
def test_other_words_for_a_cause_are_understood(core: dict[str, Any]) -> None:
    log = core["text"].strip("\n").split("\n")
    if core["inside"]:
        log = BUILDERS["legacy"](log, random.Random(1)).log
    faults = diagnose_lines(log).faults
    assert [fault.cause for fault in faults] == [core["cause"]]
    assert faults[0].reason == core.get("reason", faults[0].reason)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("builder", BUILDERS)
def test_step_and_cause_survive_every_builder_behind_every_prefix(
    builder: str, prefix: str
) -> None:
    for index, core in enumerate(INSIDE):
        r = random.Random(f"{builder} {prefix} {index}")
        built = BUILDERS[builder](core["text"].strip("\n").split("\n"), r)
        found = diagnose_lines(prefixed(built.log, prefix, r))
        seen = (found.step.number, found.step.instruction) if found.step else (None, None)
        assert [fault.cause for fault in found.faults] == [core["cause"]], built.log
        assert seen == (built.number, built.instruction), built.log


@pytest.mark.parametrize("row", unseen(), ids=lambda row: row["id"])
def test_a_log_of_another_tool_is_understood(row: dict[str, Any]) -> None:
    score = Score("one")
    score.add(row, diagnose_lines(lines_of(row)))
    assert (score.causes, score.classes, score.steps) == (1, 1, score.steps_shown), score.missed


def test_without_what_only_its_own_thread_taught_most_logs_are_still_understood() -> None:
    score = leave_one_out(sheets=True)
    assert score.classes >= 0.95 * score.logs, score.missed
    assert score.causes >= 0.93 * score.logs, score.missed
