"""What a person reads of the comparison."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from wizard.cli.in_build import show_comparison
from wizard.cli.output import Output
from wizard.detect.in_build import cannot_ask
from wizard.facts import known
from wizard.facts.build import BuildFacts, MirrorSeen, Row, RowKind
from wizard.facts.mirrors import Failure

ROW = Row(kind=RowKind.TCP, what="TCP to m:80", host="connected", build="refused", differs=True)


def _shown(build: BuildFacts) -> str:
    out = io.StringIO()
    show_comparison(Output(json_mode=False, color=False, stdout=out), build)
    return out.getvalue()


def _differs(reason: Failure | None) -> BuildFacts:
    well = reason is None
    mirror = MirrorSeen(
        url="http://m", info=well, mod=well, zip=well, reason=reason, detail="",
        milliseconds=1, issuer=None,
    )  # fmt: skip
    return replace(
        cannot_ask("", ""), rows=known((ROW,), ""), cause=known(ROW, ""),
        mirrors=known((mirror,), ""),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (Failure.REFUSED, "The cause: TCP to m:80"),
        (None, "The build gets its modules, yet differs"),
    ],
)
def test_a_difference_is_the_cause_only_where_the_build_gets_no_module(
    reason: Failure | None, expected: str
) -> None:
    shown = _shown(_differs(reason))
    assert expected in shown
    assert "≠" in shown


def test_a_builder_that_was_not_asked_is_said_with_the_reason() -> None:
    assert "there is no docker" in _shown(cannot_ask("there is no docker", "PATH"))
