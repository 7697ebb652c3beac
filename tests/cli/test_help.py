"""Help in two lengths, and a word for who mistyped."""

from __future__ import annotations

import pytest

from tests.ended import Ended
from wizard.cli import run
from wizard.cli.summaries import COMMANDS
from wizard.session import Session
from wizard.system import System


def _no_wizard(session: Session) -> int:
    raise AssertionError("the wizard must not start")


@pytest.fixture
def say(machine: System, capfd: pytest.CaptureFixture[str]) -> object:
    """Run the command line with nothing added."""

    def invoke(*argv: str) -> Ended:
        code = run(list(argv), start_wizard=_no_wizard, system=machine)
        out, err = capfd.readouterr()
        return Ended(code, out, err)

    return invoke


@pytest.mark.parametrize("command", [(), ("plan",), ("verify",), ("demo",)], ids=str)
def test_the_short_help_is_short_and_leads_to_the_long_one(
    say: object, command: tuple[str, ...]
) -> None:
    assert callable(say)
    short, long = say(*command, "-h"), say(*command, "--help")
    assert (short.code, long.code) == (0, 0)
    assert len(short.out) < len(long.out) * 0.6
    assert "--help` shows examples" in short.out
    assert "--profile" not in short.out
    assert "\nexamples:" in long.out[: long.out.index("\n  --profile")]


def test_the_short_help_names_every_command(say: object) -> None:
    assert callable(say)
    shown = say("-h").out
    assert all(f"\n  {name} " in shown for name in COMMANDS)


@pytest.mark.parametrize(
    ("argv", "meant"),
    [
        (("paln",), "did you mean plan?"),
        (("diganose", "x.log"), "did you mean diagnose?"),
        (("plan", "--dry-rn"), "did you mean --dry-run?"),
        (("--jsn", "plan"), "did you mean --json?"),
        (("apply", "--scop=user"), "did you mean --scope?"),
        (("verify", "--pacience", "3"), "did you mean --patience?"),
        (("zzzz",), "`gomod-wizard --help` shows examples"),
        (("plan", "--zzzz"), "`gomod-wizard plan --help` shows examples"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_typo_is_answered_with_what_was_probably_meant(
    say: object, argv: tuple[str, ...], meant: str
) -> None:
    assert callable(say)
    ended = say(*argv)
    assert ended.code == 2
    assert f"next: {meant}" in ended.err
