"""`make bench`: every figure of docs/benchmarks.md anew, each held against its goal.

A ratio divides two things measured in the same run, turn by turn: absolute times of one machine
say nothing about another. Loopback, and network namespaces that the bench makes itself.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from bench import keys, mirrors, recorded, starting, writing
from bench.page import RECORDED
from bench.rows import Row

ROUNDS = 12
QUICK = 6
"""Rounds below which the mirrors are measured in a minute, not in six."""

Part = Callable[[int], list[Row]]


def ranking(rounds: int, *, peers: bool = False) -> list[Row]:
    """Return the figures of the mirrors; they need root, for network namespaces."""
    if os.geteuid() != 0:
        sys.stderr.write("mirrors: left out, their network namespaces need root\n")
        return []
    return mirrors.rows(quick=rounds < QUICK, with_peers=peers)


PARTS: dict[str, Part] = {
    "start": starting.start_up,
    "paint": starting.paint,
    "keys": lambda rounds: keys.figures(),
    "write": writing.writing,
    "large": lambda rounds: writing.large(max(1, rounds // 4)),
    "mirrors": ranking,
    "dead": lambda rounds: writing.dead(max(1, rounds // 4)),
}


def show(rows: Sequence[Row], write: Callable[[str], object]) -> None:
    """Print the table."""
    write(f"{'what':42} {'median':>9} {'low':>9} {'high':>9} {'goal':>8}         against\n")
    for one in rows:
        verdict = "ok" if one.met else "MISSED"
        bound = "≥" if one.at_least else "≤"
        write(
            f"{one.name:42} {one.value:9.2f} {one.low:9.2f} {one.high:9.2f} {bound}{one.goal:7.2f} "
            f"{one.unit:>3} {verdict:>6}  {one.against}\n"
        )


def main() -> int:
    """Run what was asked for; exit 0: a figure that falls short is told, and fails nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=tuple(PARTS), action="append", metavar="PART")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path, default=Path("bench-results.json"), metavar="FILE")
    parser.add_argument("--record", action="store_true", help="keep it in docs/benchmarks.json")
    parser.add_argument("--compare", action="store_true", help="with docs/benchmarks.json")
    parser.add_argument("--peers", action="store_true", help="nrm and cnpip too, from npm and PyPI")
    chosen = parser.parse_args()
    parts = PARTS | {"mirrors": partial(ranking, peers=chosen.peers)}
    rows: list[Row] = []
    for name in chosen.only or parts:
        rows += parts[name](chosen.rounds)
    show(rows, sys.stdout.write)
    machine = recorded.this_machine()
    recorded.write(RECORDED if chosen.record else chosen.json, rows, machine)
    if chosen.compare and RECORDED.exists():
        for told in recorded.worse(recorded.read(RECORDED)[1], rows):
            sys.stdout.write(f"warning: {told}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
