"""The mirrors' figures, in an emulated network: `python -m bench.mirrors [--quick] [--peers]`.

The real program is measured: `probe_mirrors` heard by its events, a fresh process for each race,
and the installed `gomod-wizard mirrors` as a whole. Needs root; nothing leaves the machine, but for
the two peers, which come from their registries when they are asked for.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from bench.orders import kendall
from bench.rows import Row, row
from bench.wan.client import Command, Raced, Ran, commands, handshake_ms, races
from bench.wan.lab import Lab
from bench.wan.peers import install, peers
from bench.wan.sites import DNS_RTT_MS, WIFI, Site, sites
from tests.servers import QUOTE, SHOUT, write_catalogue

SIZES = (10, 50, 200)
TRIPS = 5
"""TCP, TLS, and three samples on one connection."""
TIMEOUT_S = 5.0
FLOOR_MS = 250.0
NEAR = 1.05
"""Round trips that differ by less than this count as the same."""
_TAU = {10: 0.99, 50: 0.99, 200: 0.97}
_BEST_THREE = {10: 1.2, 50: 1.2, 200: 1.5}
_WHOLE = {10: 1.02, 50: 1.02, 200: 1.15}
_WIFI_MIRRORS = 12


def limit_ms(places: Sequence[Site], number: int = 3) -> float:
    """Return the round trips until the `number` best are complete: name, TCP, TLS, samples."""
    return DNS_RTT_MS + TRIPS * _alive(places)[number - 1].rtt_ms


def _alive(places: Sequence[Site]) -> list[Site]:
    return sorted((site for site in places if site.alive), key=lambda site: site.rtt_ms)


def best_three_ms(places: Sequence[Site], raced: Raced) -> float:
    """Return when three were complete that are as near as the third best, or the race's end."""
    alive = _alive(places)
    near = [site.url for site in alive if site.rtt_ms <= NEAR * alive[2].rtt_ms]
    times = sorted(raced.complete[url] for url in near if url in raced.complete)
    return 1000 * (times[2] if len(times) >= 3 else max(raced.ended, TIMEOUT_S))


class _Rounds:
    """What the rounds of all sizes gave, by key."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = {}

    def add(self, key: str, value: float) -> None:
        """Note one round's value."""
        self._values.setdefault(key, []).append(value)

    def row(self, key: str, name: str, goal: float, **more: object) -> Row:
        """Return the row of `key`."""
        return row(key, name, self._values[key], goal, **more)  # type: ignore[arg-type]


def races_rows(seeds: Sequence[int], sizes: Sequence[int] = SIZES) -> list[Row]:
    """Return the rows of races on a wired way, each seed a network of its own."""
    rounds = _Rounds()
    for seed in seeds:
        clean = {n: sites(n, seed=seed, first=1 + 1000 * at) for at, n in enumerate(sizes)}
        dead = {
            n: sites(n, seed=seed, dead=n // 5, first=20_001 + 1000 * at)
            for at, n in enumerate(sizes)
        }
        everybody = [site for n in sizes for site in (*clean[n], *dead[n])]
        with Lab(everybody, seed=seed) as lab:
            spent = {}
            for n in sizes:
                _decisions(rounds, lab, n, dead[n])
                spent[n] = _whole(rounds, lab, n, clean[n], dead[n])
            few, many = min(sizes), max(sizes)
            one_more = 1000 * (spent[many] - spent[few]) / (many - few)
            rounds.add("mirrors.cpu", one_more / handshake_ms(lab))
        _say(f"seed {seed}: the network was {lab.lateness['late_mean_us']} µs late on average")
    return _rows_of(rounds, sizes)


def _decisions(rounds: _Rounds, lab: Lab, n: int, dead: Sequence[Site]) -> None:
    shown: dict[str, float] = {}
    for name, places in (("alone", _alive(dead)), ("dead", dead)):
        (raced,) = races(lab, [places], whole_table=False, timeout_s=TIMEOUT_S)
        if sum(1 for found in raced.table if found.proved) < 3:
            raise SystemExit(f"{n} mirrors, {name}: fewer than three were proved")
        shown[name] = raced.ended * 1000 / max(FLOOR_MS, limit_ms(places))
        if name == "dead":
            rounds.add(f"mirrors.best-three.{n}", best_three_ms(places, raced) / limit_ms(places))
    rounds.add(f"mirrors.decided.{n}", shown["dead"])
    rounds.add(f"mirrors.dead-add.{n}", shown["dead"] / shown["alone"])


def _whole(rounds: _Rounds, lab: Lab, n: int, clean: Sequence[Site], dead: Sequence[Site]) -> float:
    """Wait for every mirror; returns the processor seconds that it took without dead ones."""
    (raced,) = races(lab, [clean], whole_table=True, timeout_s=TIMEOUT_S)
    truth = {site.url: site.rtt_ms for site in clean}
    last = 1000 * max(raced.complete.values())
    rounds.add(f"mirrors.whole.{n}", last / limit_ms(clean, n))
    rounds.add(f"mirrors.tau.{n}", kendall([found.url for found in raced.table], truth))
    errors = [abs(found.first_byte - truth[found.url]) for found in raced.table if found.first_byte]
    rounds.add(f"mirrors.warm-error.{n}", statistics.median(errors))
    if n == 50:
        (waited,) = races(lab, [dead], whole_table=True, timeout_s=TIMEOUT_S)
        rounds.add("mirrors.whole-dead.50", waited.ended / TIMEOUT_S)
    return raced.cpu


def _rows_of(rounds: _Rounds, sizes: Sequence[int]) -> list[Row]:
    rows = []
    for n in sizes:
        fifth = f"{n} mirrors, a fifth dead"
        rows += [
            rounds.row(f"mirrors.best-three.{n}", f"best three complete, {fifth}", _BEST_THREE[n],
                       against="name, TCP, TLS, three samples of the third best"),
            rounds.row(f"mirrors.decided.{n}", f"decision shown, {fifth}", 1.3,
                       against="the same, at least 250 ms"),
            rounds.row(f"mirrors.dead-add.{n}", f"what the dead add, {fifth}", 1.05,
                       against="the living alone"),
            rounds.row(f"mirrors.whole.{n}", f"whole table, {n} mirrors", _WHOLE[n],
                       against="round trips of its slowest"),
            rounds.row(f"mirrors.tau.{n}", f"right order, {n} mirrors", _TAU[n],
                       unit="tau", against="the injected round trips", at_least=True),
            rounds.row(f"mirrors.warm-error.{n}", f"warm error, {n} mirrors", 1.0,
                       unit="ms", against="the injected round trips"),
        ]  # fmt: skip
        if n == 50:
            rows.append(
                rounds.row("mirrors.whole-dead.50", f"whole table, {fifth}", 1.01,
                           against="the deadline")
            )  # fmt: skip
    what = f"processor time of one more mirror, from {min(sizes)} to {max(sizes)}"
    return [*rows, rounds.row("mirrors.cpu", what, 3.0, against="one verified TLS handshake")]


def wifi_rows(runs: int) -> list[Row]:
    """Return how often the first place is right, on a way with jitter, spikes and loss."""
    fields = [
        sites(_WIFI_MIRRORS, seed=seed, first=1 + _WIFI_MIRRORS * seed) for seed in range(runs)
    ]
    with Lab([site for field in fields for site in field], weather=WIFI) as lab:
        found = {
            "whole": races(lab, fields, whole_table=True, timeout_s=TIMEOUT_S, at_once=6),
            "early": races(lab, fields, whole_table=False, timeout_s=TIMEOUT_S),
        }

    def share(key: str) -> float:
        return 100 * statistics.mean(
            _first_is_right(field, raced) for field, raced in zip(fields, found[key], strict=True)
        )

    against = f"{runs} runs of {_WIFI_MIRRORS} mirrors with jitter, spikes and loss"
    return [
        row("mirrors.top-one.whole", "first place within 5 % of the best", [share("whole")], 98.0,
            unit="%", against=against, at_least=True),
        row("mirrors.top-one.early", "first place, decided early", [share("early")], 93.0,
            unit="%", against=against, at_least=True),
    ]  # fmt: skip


def _first_is_right(places: Sequence[Site], raced: Raced) -> bool:
    rtt = {site.url: site.rtt_ms for site in places}
    first = next((found.url for found in raced.table if found.ok), None)
    return first is not None and rtt[first] <= NEAR * min(rtt.values())


def command_rows(rounds: int, *, with_peers: bool, seed: int = 8) -> list[Row]:
    """Return the rows of `gomod-wizard mirrors` as a whole process: ten by name, one dead.

    With this seed the dead one is in the middle: near enough to be asked, and no third best.
    """
    places = sites(10, seed=seed, dead=1)
    with ExitStack() as stack:
        lab = stack.enter_context(Lab(places, seed=seed))
        env = lab.environment()
        write_catalogue(
            Path(env["HOME"]) / ".config/gomod-wizard/mirrors.toml",
            [site.url for site in places],
            [QUOTE.canary, SHOUT.canary],
        )
        project = lab.folder / "project"
        project.mkdir()
        program = str(Path(sys.executable).with_name("gomod-wizard"))
        asked = {
            "pass": Command(argv=(sys.executable, "-c", "pass"), env=env),
            "mirrors": Command(argv=(program, "mirrors", "--project", str(project)), env=env),
        }
        if with_peers:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="peers-")))
            install(folder)
            asked |= peers(lab, folder, places)
        found = commands(lab, asked, rounds)
    for once in found["mirrors"]:
        if once.code or "proved" not in once.out:
            raise SystemExit(f"mirrors exited {once.code}: {once.out[-500:]}{once.errors[-500:]}")
    limit_s = limit_ms(places) / 1000
    pairs = list(zip(found["mirrors"], found["pass"], strict=True))
    what = "gomod-wizard mirrors, ten by name, one dead"
    rows = [
        row("mirrors.command", what, [m.wall / p.wall for m, p in pairs], 20.0,
            against=f"python -c pass; its round trips alone are {_trips(limit_s, pairs)} of it"),
        row("mirrors.command.own", "gomod-wizard mirrors without its round trips",
            [(m.wall - limit_s) / p.wall for m, p in pairs], 11.0, against="python -c pass"),
        row("mirrors.command.limit", "gomod-wizard mirrors against its round trips",
            [m.wall / limit_s for m, _ in pairs], 1.6, against="its round trips"),
        row("mirrors.command.peak", "gomod-wizard mirrors, peak memory",
            [m.peak_mb for m, _ in pairs], 30.0, unit="MB"),
    ]  # fmt: skip
    for name in ("nrm", "cnpip"):
        if name in found:
            shares = [
                m.wall / peer.wall for m, peer in zip(found["mirrors"], found[name], strict=True)
            ]
            rows.append(row(f"mirrors.command.{name}", what, shares, round(1 / 9, 3), against=name))
    return rows


def _trips(limit_s: float, pairs: Sequence[tuple[Ran, Ran]]) -> str:
    return f"{limit_s / statistics.median(p.wall for _, p in pairs):.1f} x"


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def rows(*, quick: bool = False, with_peers: bool = False) -> list[Row]:
    """Return every row of the mirrors' part; `quick`: one seed, a tenth of the runs."""
    return [
        *races_rows(range(1, 2 if quick else 6)),
        *wifi_rows(20 if quick else 200),
        *command_rows(3 if quick else 10, with_peers=with_peers),
    ]


def show(found: Sequence[Row], write: Callable[[str], object]) -> None:
    """Print the rows as a table."""
    for one in found:
        verdict = "ok" if one.met else "MISSED"
        write(
            f"{one.key:26} {one.value:8.3f} {one.low:8.3f} {one.high:8.3f} {one.unit:3}"
            f" {'>=' if one.at_least else '<='} {one.goal:<7g} {verdict:6}  {one.name}"
            f"{f' / {one.against}' if one.against else ''}\n"
        )


def main() -> int:
    """Measure and print; exit 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, few runs")
    parser.add_argument("--peers", action="store_true", help="nrm and cnpip, from their registries")
    parser.add_argument("--json", type=Path, metavar="FILE")
    chosen = parser.parse_args()
    found = rows(quick=chosen.quick, with_peers=chosen.peers)
    show(found, sys.stdout.write)
    if chosen.json is not None:
        document = [asdict(one) | {"met": one.met} for one in found]
        chosen.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return int(not all(one.met for one in found))


if __name__ == "__main__":
    raise SystemExit(main())
