"""The manual page says all that the parser knows, in roff that every formatter takes."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from docs.making.manual import manual
from wizard.cli.completion.grammar import grammar
from wizard.errors import ExitCode
from wizard.plan.types import KEYS

PAGE = manual(grammar())
PLAIN = re.sub(r"\\f[BRI]|\\&", "", PAGE).replace("\\-", "-")
LINTERS = {
    "mandoc": ("mandoc", "-T", "lint", "-W", "warning"),
    "groff": ("groff", "-man", "-ww", "-T", "utf8", "-k", "-z"),
}


def test_every_command_flag_decision_and_exit_code_is_on_the_page() -> None:
    for command in grammar().commands:
        assert f"\n.SS {command.name}\n" in PLAIN
        for flag in command.every_flag:
            assert ", ".join(flag.names) in PLAIN
    for key in KEYS:
        assert f"\n.BI {key} =VALUE\n" in PLAIN
    for code in ExitCode:
        assert f"\n.B {code.value}\n" in PLAIN


def test_no_line_of_text_is_taken_for_a_request() -> None:
    known = {"TH", "SH", "SS", "TP", "PP", "B", "BI", "BR", "RI", "I", "EX", "EE", "br", '\\"'}
    requests = {line[1:].split(" ")[0] for line in PAGE.splitlines() if line[:1] in (".", "'")}
    assert requests <= known


@pytest.mark.parametrize("linter", [name for name in LINTERS if shutil.which(name)])
def test_a_formatter_has_nothing_to_say(linter: str) -> None:
    done = subprocess.run(LINTERS[linter], input=PAGE, capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""
