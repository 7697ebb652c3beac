"""A run of the bench as a document: kept in docs/, compared with, drawn."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.rows import Row

SCHEMA = "gomod-wizard/bench/2"
WORSE_BY = 1 / 3
"""A change of more than this is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where a run was made; nothing that names it."""

    python: str
    system: str
    processors: int
    processor: str
    day: str


def this_machine() -> Machine:
    """Return the machine of this process."""
    return Machine(
        python=platform.python_version(),
        system=f"{platform.system()} {platform.release().partition('-')[0]}",
        processors=os.cpu_count() or 1,
        processor=_processor(),
        day=datetime.now(UTC).date().isoformat(),
    )


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()


def document(rows: Sequence[Row], machine: Machine) -> Mapping[str, object]:
    """Return a run as JSON keeps it."""
    return {
        "schema": SCHEMA,
        "machine": asdict(machine),
        "rows": [asdict(one) | {"met": one.met} for one in rows],
    }


def write(path: Path, rows: Sequence[Row], machine: Machine) -> None:
    """Write a run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document(rows, machine), indent=2) + "\n", encoding="utf-8")


def read(path: Path) -> tuple[Machine, list[Row]]:
    """Read a run. Raises SystemExit for a file that is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["schema"] != SCHEMA:
            raise SystemExit(f"{path}: {found['schema']} is not {SCHEMA}")
        kept = [{k: v for k, v in one.items() if k != "met"} for one in found["rows"]]
        return Machine(**found["machine"]), [Row(**one) for one in kept]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SystemExit(f"{path}: no run of the bench: {error}") from None


def worse(before: Sequence[Row], now: Sequence[Row]) -> list[str]:
    """Return what is worse by more than a third than it was; only what both runs measured.

    Milliseconds and megabytes of another machine say nothing; ratios, orders and shares do.
    """
    was = {one.key: one for one in before}
    told = []
    for one in now:
        old = was.get(one.key)
        if old is None or one.unit == "ms" or not old.value:
            continue
        change = old.value / one.value - 1 if one.at_least else one.value / old.value - 1
        if change > WORSE_BY:
            told.append(
                f"{one.name}: {one.value:g} {one.unit}, {change:.0%} worse than {old.value:g}"
            )
    return told
