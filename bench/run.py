"""`make bench`: start-up against `python -c pass`, ranking against what it had to wait for.

Every figure is a ratio of two things measured in the same run, interleaved: absolute times of
one machine say nothing about another. Loopback only; well under a minute.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.keys import key_presses
from tests.servers import QUOTE, Authority, BlackHole, Mirror
from wizard.detect.catalogue import mirrors_from_urls
from wizard.detect.mirrors import probe_mirrors
from wizard.detect.request import Event, MirrorAnswered, Request
from wizard.facts.proxy import GoProxyEnvironment
from wizard.system import System

ROUNDS = 12
RACES = 5
DELAYS_S = (0.30, 0.05, 0.20, 0.12, 0.08, 0.25, 0.16)
REQUESTS = 3
"""One cold and two warm samples, one after the other: three answers to wait for."""


@dataclass(frozen=True)
class Row:
    """One line of the table: a ratio, its spread, and the goal that it is held against."""

    name: str
    ratio: float
    low: float
    high: float
    goal: float
    against: str

    @property
    def met(self) -> bool:
        """The median is within the goal."""
        return self.ratio <= self.goal


def _row(name: str, ratios: list[float], goal: float, against: str) -> Row:
    return Row(
        name=name,
        ratio=round(statistics.median(ratios), 2),
        low=round(min(ratios), 2),
        high=round(max(ratios), 2),
        goal=goal,
        against=against,
    )


def _seconds(argv: list[str], env: dict[str, str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(argv, env=env, capture_output=True, stdin=subprocess.DEVNULL)
    taken = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"{argv} exited {done.returncode}: {done.stderr.decode()[-500:]}")
    return taken


def start_up(rounds: int) -> list[Row]:
    """Return the start-up of the installed command, each against the `pass` of its own round."""
    # As it is installed: compiled files in place, nothing of the caller's Python settings.
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    installed = Path(sys.executable).with_name("gomod-wizard")
    command = [str(installed)] if installed.exists() else [sys.executable, "-m", "wizard"]
    nothing = [sys.executable, "-c", "pass"]
    ratios: dict[str, list[float]] = {"--version": [], "--help": []}
    for number in range(rounds + 1):
        base = _seconds(nothing, env)
        for flag, found in ratios.items():
            taken = _seconds([*command, flag], env)
            if number:  # the first round warms the caches
                found.append(taken / base)
    return [_row(f"gomod-wizard {f}", found, 2.5, "python -c pass") for f, found in ratios.items()]


async def _race(system: System, urls: list[str]) -> tuple[dict[str, float], list[str]]:
    """Return when each mirror was complete (seconds from the start), and the order of the table."""
    complete: dict[str, float] = {}
    start = time.perf_counter()

    def hear(event: Event) -> None:
        if isinstance(event, MirrorAnswered) and event.probe.samples == REQUESTS:
            complete.setdefault(event.probe.mirror.url, time.perf_counter() - start)

    facts = await probe_mirrors(
        system,
        Request(project=Path("/nowhere")),
        mirrors_from_urls(urls),
        GoProxyEnvironment(http=None, https=None, no_proxy=""),
        (QUOTE.canary,),
        "off",
        hear,
        asyncio.get_running_loop().time() + 4.0,
        whole_table=True,
    )
    return complete, [p.mirror.url for p in facts.ranking.or_else(()) if p.ok]


def ranking(races: int) -> list[Row]:
    """Return ranking times against the answers that had to be waited for, dead mirrors or not."""
    rows = []
    with ExitStack() as stack:
        authority = stack.enter_context(Authority())
        system = System(
            env={"SSL_CERT_FILE": str(authority.bundle)}, home=None, uid=-1, root=Path("/nowhere")
        )
        mirrors = [stack.enter_context(Mirror(authority, delay_s=d)) for d in DELAYS_S]
        dead = [stack.enter_context(BlackHole()).url for _ in range(3)]
        delays = sorted(DELAYS_S)
        right_order = [m.url for m in sorted(mirrors, key=lambda m: m.delay_s)]
        for name, urls, rounds in (
            (f"{len(mirrors)} mirrors", [], races),
            (f"{len(mirrors)} mirrors, 3 dead", dead, 1),
        ):
            third: list[float] = []
            whole: list[float] = []
            for _ in range(rounds):
                complete, order = asyncio.run(_race(system, [*urls, *(m.url for m in mirrors)]))
                if order != right_order:
                    raise SystemExit("the ranking is not the order of the injected latencies")
                times = sorted(complete.values())
                third.append(times[2] / (REQUESTS * delays[2]))
                whole.append(times[-1] / (REQUESTS * delays[-1]))
            rows.append(_row(f"best three, {name}", third, 1.4, "their slowest answers"))
            rows.append(_row(f"whole table, {name}", whole, 1.15, "its slowest answers"))
    return rows


def show(rows: list[Row], write: Callable[[str], object]) -> None:
    """Print the table."""
    write(f"{'what':34} {'ratio':>6} {'low':>6} {'high':>6} {'goal':>6}       against\n")
    for r in rows:
        verdict = "ok" if r.met else "MISSED"
        write(
            f"{r.name:34} {r.ratio:6.2f} {r.low:6.2f} {r.high:6.2f} {r.goal:6.2f} {verdict:>6}"
            f"  {r.against}\n"
        )


def main() -> int:
    """Run everything; exit 1 where a goal is missed by more than half."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, default=Path("bench-results.json"), metavar="FILE")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of start-up")
    parser.add_argument("--races", type=int, default=RACES)
    chosen = parser.parse_args()
    rows = [*start_up(chosen.rounds), *ranking(chosen.races)]
    show(rows, sys.stdout.write)
    keys = key_presses()
    sys.stdout.write(
        f"\nkey to changed screen while {keys.mirrors} mirrors are probed: median"
        f" {keys.median_ms} ms, 99th percentile {keys.p99_ms} ms, of {keys.keys} keys (no goal:"
        " an absolute time of this machine)\n"
    )
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "schema": "gomod-wizard/bench/1",
        "python": platform.python_version(),
        "system": platform.system(),
        "processors": os.cpu_count(),
        "keys": asdict(keys),
        "rows": [asdict(r) | {"met": r.met} for r in rows],
    }
    chosen.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return int(any(r.ratio > 1.5 * r.goal for r in rows))


if __name__ == "__main__":
    raise SystemExit(main())
