"""What the bench lets a client do inside an emulated network, and what it hears of it."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.wan.lab import Lab
from bench.wan.sites import Site
from tests.servers.module import QUOTE, SHOUT

_SPECS = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A row of the table, as the program ranked it. Milliseconds."""

    url: str
    ok: bool
    proved: bool | None
    reason: str | None
    first_byte: float | None
    connect: float | None
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Raced:
    """One race, as its events told it. Seconds from the call."""

    answered: Mapping[str, float]
    """URL to its first right answer."""
    complete: Mapping[str, float]
    """URL to its third sample."""
    ended: float
    cpu: float
    """Processor seconds of the process meanwhile."""
    table: tuple[Ranked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One process from start to end. Seconds and megabytes."""

    wall: float
    cpu: float
    peak_mb: float
    code: int
    out: str
    errors: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command line and its whole environment."""

    argv: Sequence[str]
    env: Mapping[str, str]


def races(
    lab: Lab,
    runs: Sequence[Sequence[Site]],
    *,
    whole_table: bool,
    timeout_s: float = 5.0,
    at_once: int = 1,
) -> list[Raced]:
    """Return one race for each of `runs`, of one fresh process."""
    spec = {
        "runs": [[site.url for site in run] for run in runs],
        "canaries": [asdict(module.canary) for module in (QUOTE, SHOUT)],
        "timeout_s": timeout_s,
        "whole_table": whole_table,
        "at_once": at_once,
    }
    return [
        Raced(**{**told, "table": tuple(Ranked(**row) for row in told["table"])})
        for told in _ask(lab, "race", spec)
    ]


def commands(lab: Lab, asked: Mapping[str, Command], rounds: int) -> dict[str, list[Ran]]:
    """Return what each command took in each of `rounds`, interleaved."""
    spec = {
        "commands": {name: asdict(command) for name, command in asked.items()},
        "rounds": rounds,
        "folder": str(lab.folder),
    }
    told = _ask(lab, "timing", spec)
    return {name: [Ran(**once) for once in found] for name, found in told.items()}


def handshake_ms(lab: Lab) -> float:
    """Return the processor time of a verified handshake with the lab's chain."""
    argv = [sys.executable, "-m", "bench.wan.handshake", str(lab.root), str(lab.chain)]
    return float(_output(lab, argv))


def _ask(lab: Lab, program: str, spec: Mapping[str, Any]) -> Any:
    path = lab.folder / f"spec-{next(_SPECS)}.json"
    path.write_text(json.dumps(spec), encoding="utf-8")
    return json.loads(_output(lab, [sys.executable, "-m", f"bench.wan.{program}", str(path)]))


def _output(lab: Lab, argv: Sequence[str]) -> str:
    done = subprocess.run(
        lab.argv(*argv), env=lab.environment(), capture_output=True, text=True, timeout=600
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(argv)} exited {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout
