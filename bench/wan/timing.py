"""Whole processes inside the emulated network: wall time, processor time, peak memory.

    python -m bench.wan.timing SPEC.json

The commands of a spec run interleaved, one of each in a round; the first round is not counted.
Times are taken here, beside the commands, so that entering the namespace is no part of them. This
module imports little: the kernel counts the peak of the process that starts another one as its.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def run(argv: list[str], environment: dict[str, str], output: Path) -> dict[str, Any]:
    """Run one command; seconds, megabytes, exit code and the beginning of what it wrote."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    streams = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(output), flags, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, f"{output}.errors", flags, 0o600),
    ]
    start = time.perf_counter()
    process = os.posix_spawnp(argv[0], argv, environment, file_actions=streams)
    _, status, used = os.wait4(process, 0)
    return {
        "wall": time.perf_counter() - start,
        "cpu": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
        "code": os.waitstatus_to_exitcode(status),
        "out": output.read_text(errors="replace"),
        "errors": Path(f"{output}.errors").read_text(errors="replace")[-2000:],
    }


def rounds(spec: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return what each command took in each counted round."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in spec["commands"]}
    for number in range(spec["rounds"] + 1):
        for name, command in spec["commands"].items():
            once = run(command["argv"], command["env"], Path(spec["folder"]) / "output")
            if number:
                found[name].append(once)
    return found


if __name__ == "__main__":
    print(json.dumps(rounds(json.loads(Path(sys.argv[1]).read_text()))))
