"""From a failing log to its faults: the failing step, the causes, the evidence, the cures.

The log is read once, line by line, in constant memory; nothing is looked up anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from wizard.diagnose.conclude import conclude
from wizard.diagnose.scan import Scanner
from wizard.diagnose.stream import diagnose_stream
from wizard.diagnose.table import load_table
from wizard.diagnose.types import Cure, Diagnosis, Evidence, Fault, FaultClass, RuledOut, Step

__all__ = [
    "Cure", "Diagnosis", "Evidence", "Fault", "FaultClass", "RuledOut", "Step", "diagnose_lines",
    "diagnose_stream",
]  # fmt: skip


def diagnose_lines(lines: Iterable[str]) -> Diagnosis:
    """Return the diagnosis of a log; `lines` with or without their line ends."""
    table = load_table()
    scanner = Scanner(table)
    number = 0
    for number, line in enumerate(lines, 1):
        scanner.feed(number, line.rstrip("\n"))
    scanner.lines = number
    return conclude(scanner, table)
