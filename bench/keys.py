"""From a key to a changed screen, while 200 mirrors are being probed: median and 99th percentile.

The real session probes 200 HTTPS servers on loopback, which run in a process of their own; the
keys walk between two steps, each of which is composed anew every time.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.rows import Row
from screens.app import WizardApp
from screens.calm import calm_the_interpreter
from tests.servers import Authority, Mirror
from wizard.detect.request import Request
from wizard.flow import Step
from wizard.session import Session
from wizard.system import System

MIRRORS = 200
DELAY_S = 1.0
"""How long each server thinks before each answer."""
TIMEOUT_S = 20.0
LEAST = 20
"""Keys below which a percentile says nothing."""
KEYS = 100
NEVER_S = 3.0
LONGEST_S = 25.0


async def _painted(app: WizardApp) -> None:
    """Wait until the screen that is open has been drawn."""
    painted = asyncio.Event()
    app.screen.call_after_refresh(painted.set)
    await painted.wait()


async def _walk(session: Session) -> tuple[list[float], list[float]]:
    """Return the seconds of keys that open another screen, and of keys that move the focus."""
    app = WizardApp(session)
    steps: list[float] = []
    moves: list[float] = []

    async def press(key: str, done: Callable[[], bool], times: list[float]) -> None:
        start = time.perf_counter()
        app.simulate_key(key)
        while not done():
            await asyncio.sleep(0.001)
            if time.perf_counter() - start > NEVER_S:
                return  # there is nothing else to move to yet
        await _painted(app)
        times.append(time.perf_counter() - start)
        await asyncio.sleep(0.01)

    end = time.perf_counter() + LONGEST_S
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "enter")
        while len(steps) < KEYS and time.perf_counter() < end:
            if not app.state.looking:  # the race is won: run it again
                app.look()
            screen = app.screen
            key = "enter" if app.flow.at is Step.PROXY else "escape"
            await press(key, lambda: app.screen is not screen, steps)  # noqa: B023 - awaited here
            if len(app.screen.focus_chain) < 2:
                continue  # before the first look is complete there is one way on, and no rows
            focus = app.focused
            await press("down", lambda: app.focused is not focus, moves)  # noqa: B023
            await press("up", lambda: app.focused is focus, moves)  # noqa: B023
    return steps, moves


@contextmanager
def served() -> Iterator[tuple[str, list[str]]]:
    """The servers, in a process of their own; yields the authority's file and their URLs."""
    argv = [sys.executable, "-m", "bench.keys", "serve"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        if other.stdin is None or other.stdout is None:
            raise SystemExit("the servers have no streams")
        told = json.loads(other.stdout.readline())
        try:
            yield told["bundle"], told["urls"]
        finally:
            other.stdin.close()


def serve() -> None:
    """Serve until stdin ends."""
    with ExitStack() as stack:
        authority = stack.enter_context(Authority())
        urls = [stack.enter_context(Mirror(authority, delay_s=DELAY_S)).url for _ in range(MIRRORS)]
        print(json.dumps({"bundle": str(authority.bundle), "urls": urls}), flush=True)
        sys.stdin.read()


def figures() -> list[Row]:
    """Return how long a key takes while everything is being probed."""
    steps, moves = key_presses()
    return [
        *_rows("paint.key", "key that moves in a screen", moves),
        *_rows("paint.step", "key that opens another screen", steps),
    ]


def _rows(key: str, name: str, times: Sequence[float]) -> list[Row]:
    ranks = statistics.quantiles(times, n=100, method="inclusive")
    against = f"{len(times)} keys while {MIRRORS} mirrors are probed"
    return [
        Row(
            key=f"{key}.{short}",
            name=f"{name}, {long}",
            value=round(value, 1),
            low=round(min(times), 1),
            high=round(max(times), 1),
            goal=50,
            unit="ms",
            against=against,
            rounds=len(times),
        )
        for short, long, value in (
            ("p99", "99th percentile", ranks[98]),
            ("median", "median", statistics.median(times)),
        )
    ]


def key_presses() -> tuple[list[float], list[float]]:
    """Return the milliseconds from a key to the screen that it changed, of both kinds."""
    with served() as (bundle, urls), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "go.mod").write_text("module example.org/app\n\ngo 1.25\n")
        system = System(
            env={"SSL_CERT_FILE": bundle, "HOME": name}, home=folder, uid=-1, root=folder
        )
        request = Request(
            project=folder, timeout_s=TIMEOUT_S, mirror_urls=tuple(urls), prove_all=True
        )
        calm_the_interpreter()
        steps, moves = asyncio.run(_walk(Session(system=system, request=request)))
    if min(len(steps), len(moves)) < LEAST:
        raise SystemExit(f"only {len(steps)} keys while {MIRRORS} mirrors were probed")
    return [one * 1000 for one in steps], [one * 1000 for one in moves]


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        print(*figures(), sep="\n")
