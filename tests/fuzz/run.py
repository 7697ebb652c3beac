"""`make fuzz`: every target under atheris, for a bounded time together.

A target that raises leaves the input in `.fuzz/`; `python -m tests.fuzz.harness NAME FILE` runs it
again. Where atheris has no wheel (other systems than Linux on x86-64), the same targets are still
driven by Hypothesis in `test_parsers.py`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz.targets import TARGETS
from tests.fuzz.words import WORDS

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".fuzz"
LONGEST_INPUT = 8_192
JOBS = 2
_START_S = 2
"""Seconds that a target takes to start, on a slow machine."""


def fuzz(name: str, seconds: int, seeds: Path) -> tuple[str, bool, str]:
    """Run one target; returns its name, whether it held, and what was printed."""
    command = [
        sys.executable, "-m", "tests.fuzz.harness", name, str(seeds), f"-max_total_time={seconds}",
        f"-max_len={LONGEST_INPUT}", "-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1",
        f"-artifact_prefix={KEPT}/{name.replace('/', '-').replace(' ', '-')}-",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return name, done.returncode == 0, done.stdout + done.stderr


def main() -> int:
    """Fuzz the targets; returns 1 where one of them raised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=75, help="for all of them together")
    parser.add_argument("names", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    flags = parser.parse_args()
    if find_spec("atheris") is None:
        print("there is no atheris for this Python; Hypothesis drives the same targets")
        return 0
    names = flags.names or list(TARGETS)
    each = max(1, flags.seconds * JOBS // len(names) - _START_S)
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(JOBS) as pool:
        seeds = []
        for number, name in enumerate(names):
            own = Path(folder, str(number))  # libFuzzer writes what it finds into the first folder
            own.mkdir()
            for index, word in enumerate(WORDS):
                (own / str(index)).write_bytes(word.encode()[:LONGEST_INPUT])
            seeds.append((name, each, own))
        held = True
        for name, good, text in pool.map(lambda seed: fuzz(*seed), seeds):
            runs = next((line.split()[-1] for line in text.splitlines() if "units:" in line), "?")
            print(f"{'held' if good else 'FAILED'}  {name}  {runs} inputs", flush=True)
            if not good:
                held = False
                print(text[-3000:], flush=True)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
