"""`tests/lab/run`: play networks, print the scoreboard."""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from . import (
    board,
    byhand,
    byscreen,
    cleaning,
    columns,
    moving,
    scenario,
    selftest,
    setup,
    shell,
    spoiling,
    trial,
)

if TYPE_CHECKING:
    from .moving import Move
    from .scenario import Scenario
    from .spoiling import Spoilt
    from .trial import Row


def parser() -> argparse.ArgumentParser:
    said = argparse.ArgumentParser(
        prog="tests/lab/run",
        description="Play broken networks on a company made of network namespaces and real Docker "
        "engines, and print how many build after `gomod-wizard apply --yes`.",
        epilog="Ends with 0 where every network is as expected, or listed in known-failures.toml "
        "and not; with 1 where that file is out of date; with 2 on wrong usage.",
    )
    said.add_argument(
        "networks",
        nargs="*",
        metavar="NAME|FILE.toml",
        help="networks of the lab by name, or files from anywhere (default: all)",
    )
    said.add_argument("--json", type=Path, metavar="FILE", help="write the board to FILE as well")
    said.add_argument(
        "--logs",
        type=Path,
        metavar="DIR",
        help="write what every command printed, and the project as it was built, into DIR/NAME/",
    )
    said.add_argument("--report", type=Path, metavar="FILE", help="write the board as Markdown")
    said.add_argument(
        "--columns",
        action="store_true",
        help="also measure the static recipe and a plain multi-stage Dockerfile",
    )
    said.add_argument(
        "--only-before",
        action="store_true",
        help="only build untouched: is each network broken for its own reason?",
    )
    said.add_argument(
        "--only-diagnosis",
        action="store_true",
        help="only build untouched, and let `diagnose` name why: no apply, no undo",
    )
    said.add_argument(
        "--by-hand",
        action="store_true",
        help="instead of the program, apply the repairs of repairs/: can it be done?",
    )
    said.add_argument("--jobs", type=int, default=1, metavar="N", help="networks at a time")
    said.add_argument(
        "--again",
        action="store_true",
        help="play what did not end as expected once more, alone, and say so",
    )
    said.add_argument(
        "--repair",
        action="store_true",
        help="instead, set networks up wrongly (spoilt/): does `verify --repair` turn them green?",
    )
    said.add_argument(
        "--moves",
        action="store_true",
        help="instead, carry a machine that was set up to another network (moves/): does `check` "
        "name what is stale, `refresh` mend it, and the layer cache stay?",
    )
    said.add_argument(
        "--self-test",
        action="store_true",
        help="play a program that leaks and does not clean up: does the lab see all of it?",
    )
    said.add_argument(
        "--wizard",
        type=Path,
        metavar="DIR",
        help="instead, walk the wizard by the keyboard in tmux, and keep its screens in DIR: how "
        "many keys and seconds to the green build? (default network: mitm-proxy-private)",
    )
    said.add_argument("--setup", action="store_true", help="only prepare the cache")
    said.add_argument("--clean", action="store_true", help="only take away what a killed run left")
    return said


def main(words: list[str]) -> int:
    arguments = parser().parse_args(words)
    if os.geteuid() != 0:
        print("the lab needs root: it makes network namespaces and runs Docker", file=sys.stderr)
        return 2
    try:
        wrong = spoiling.find(arguments.networks) if arguments.repair else []
        moves = moving.find(arguments.networks) if arguments.moves else []
        others = arguments.repair or arguments.moves
        networks = [] if others else scenario.find(arguments.networks)
        for what in cleaning.clean():
            print(f"removed {what} of a run that is over", file=sys.stderr)
        if arguments.clean:
            return 0
        if arguments.self_test:
            return self_test()
        setup.prepare()
        if arguments.setup:
            return 0
        if arguments.repair:
            return repair_by_program(wrong, arguments.logs)
        if arguments.moves:
            return move_about(moves, arguments)
        if arguments.wizard is not None:
            walked = networks if arguments.networks else scenario.find(["mitm-proxy-private"])
            return walk_by_screen(walked, arguments.wizard)
        if arguments.by_hand:
            return repair_by_hand(networks)
        rows = play(networks, arguments)
    except shell.LabError as error:
        print(f"tests/lab/run: {error}", file=sys.stderr)
        return 2
    finally:
        cleaning.clean()  # the run's own copy of the program; a run's machines are gone by now
    return report(networks, rows, arguments)


def play(networks: list[Scenario], arguments: argparse.Namespace) -> list[Row]:
    """Play the networks, and show each line as soon as it is there."""
    print(board.line(board.HEADINGS), flush=True)

    def one(network: Scenario) -> Row:
        row = trial.run(
            network,
            only_before=arguments.only_before,
            only_diagnosis=arguments.only_diagnosis,
            logs=arguments.logs,
        )
        if arguments.columns:
            columns.measure(network, row)
        print(board.line(board.cells(row)), flush=True)
        return row

    with ThreadPoolExecutor(arguments.jobs) as pool:
        rows = list(pool.map(one, networks))
    if not arguments.again:
        return rows
    return [
        row if row.as_expected else second_try(row, one(network))
        for network, row in zip(networks, rows, strict=True)
    ]


def second_try(first: Row, second: Row) -> Row:
    """The second line of a network, with a note of what was wrong in the first.

    A machine that was busy with something else can cut a build; a leak or a byte that undo lost
    is no question of time, and stays what it is.
    """
    if first.leaks or first.undo_exact is False:
        return first
    second.notes.insert(0, f"played twice; at first: {'; '.join(first.notes) or 'see above'}")
    return second


def self_test() -> int:
    """Play a program that leaks; 1 where the lab did not see all of it."""
    missed = selftest.unseen()
    for what in missed:
        print(f"the lab did not see {what}")
    print("the lab saw every leak of the bad program" if not missed else "")
    return 1 if missed else 0


def repair_by_program(wrong: list[Spoilt], logs: Path | None) -> int:
    """Say of each wrong set-up how the program mended it; 1 where it did not."""
    rows = []
    for spoilt in wrong:
        row = spoiling.repair(spoilt, logs)
        rows.append(row)
        said = f"green after {row.rounds} rounds" if row.ok else f"NO: {'; '.join(row.notes)}"
        what = f" (revisited {', '.join(row.revisited)})" if row.revisited else ""
        print(f"{spoilt.name:<24}{said}{what}", flush=True)
    return 0 if all(row.ok for row in rows) else 1


def move_about(moves: list[Move], arguments: argparse.Namespace) -> int:
    """Say of each move how it ended, and how fast `check` was; 1 where one is not as declared."""

    def one(move: Move) -> bool:
        row = moving.play(move, arguments.logs)
        if arguments.again and not row.ok and not row.leaks:
            print(f"{move.name:<24}played twice; at first: {'; '.join(row.notes)}", flush=True)
            row = moving.play(move, arguments.logs)
        asked = ", ".join(f"{where} {seconds:.2f}" for where, seconds in row.checks.items())
        said = "as declared" if row.ok else f"NO: {'; '.join(row.notes)}"
        print(f"{move.name:<24}{said} ({row.seconds:.0f} s; check: {asked})", flush=True)
        return row.ok

    with ThreadPoolExecutor(arguments.jobs) as pool:
        return 0 if all(list(pool.map(one, moves))) else 1


def walk_by_screen(networks: list[Scenario], pictures: Path) -> int:
    """Say how the wizard went in each network, at both sizes; 1 where one was not green."""
    rows = []
    for network in networks:
        for size in byscreen.SIZES:
            rows.append(byscreen.walk(network, size, pictures))
            print(byscreen.told(rows[-1]), flush=True)
    return 0 if all(row.ok for row in rows) else 1


def repair_by_hand(networks: list[Scenario]) -> int:
    """Say of each network whether its hand-made repair builds; 1 where one does not."""
    verdicts = []
    for network in networks:
        verdict = byhand.repair(network)
        verdicts.append(verdict)
        said = "no repair" if verdict is None else "builds" if verdict.ok else f"NO: {verdict.why}"
        print(f"{network.name:<24}{said}", flush=True)
    return 0 if all(verdict is None or verdict.ok for verdict in verdicts) else 1


def report(networks: list[Scenario], rows: list[Row], arguments: argparse.Namespace) -> int:
    print("\n" + board.summary(rows))
    for row in rows:
        for note in row.notes:
            print(f"  {row.name}: {note}")
    if arguments.json:
        arguments.json.write_text(board.document(rows), encoding="utf-8")
    if arguments.report:
        arguments.report.write_text(board.report(rows, networks), encoding="utf-8")
    if arguments.only_before:
        return 0 if all(row.before_ok for row in rows) else 1
    if arguments.only_diagnosis:
        return 0 if all(row.as_expected for row in rows) else 1
    wrong = board.out_of_date(rows, board.known_failures())
    for text in wrong:
        print(f"unexpected: {text}", file=sys.stderr)
    return 1 if wrong else 0
