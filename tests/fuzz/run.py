"""`make fuzz`: every target under atheris, for a bounded time together.

Where a target raises, its input stays in `.fuzz/` and the command that runs it again is printed.
Where atheris has no wheel (other systems than Linux on x86-64), the same targets are still driven
by Hypothesis in `test_parsers.py`.
"""

from __future__ import annotations

import argparse
import os
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


def fuzz(names: list[str], seconds: int, seeds: Path) -> tuple[bool, str]:
    """Fuzz some targets in one process; returns whether they held, and what was printed."""
    for index in range(len(names)):
        for number, word in enumerate(WORDS):
            seed = bytes([index]) + word.encode()
            (seeds / f"{index}-{number}").write_bytes(seed[:LONGEST_INPUT])
    command = [
        sys.executable, "-m", "tests.fuzz.harness", ",".join(names), str(seeds),
        f"-max_total_time={seconds}", f"-max_len={LONGEST_INPUT}", "-timeout=10",
        # CI walks the same way each time: a red run can be repeated; elsewhere 0 is a new one.
        f"-seed={1 if os.environ.get('CI') else 0}",
        "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={KEPT}/",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return done.returncode == 0, f"{' '.join(command[:4])} FILE\n{done.stdout}{done.stderr}"


def main() -> int:
    """Fuzz the targets; returns 1 where one of them raised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for all of them together")
    parser.add_argument("names", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    flags = parser.parse_args()
    if find_spec("atheris") is None:
        print("there is no atheris for this Python; Hypothesis drives the same targets")
        return 0
    names = flags.names or list(TARGETS)
    shares = [share for n in range(JOBS) if (share := names[n::JOBS])]
    KEPT.mkdir(exist_ok=True)
    held = True
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(JOBS) as pool:
        seeds = [Path(folder, str(number)) for number in range(len(shares))]
        for one in seeds:
            one.mkdir()
        for share, (good, text) in zip(
            shares, pool.map(fuzz, shares, [flags.seconds] * len(shares), seeds), strict=True
        ):
            runs = next((line.split()[-1] for line in text.splitlines() if "units:" in line), "?")
            print(f"{'held' if good else 'FAILED'} after {runs} inputs: {', '.join(share)}")
            if not good:
                held = False
                print(text[:200], text[-4000:], sep="\n")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
