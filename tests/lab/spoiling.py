"""Networks that were set up wrongly on purpose: does `verify --build --repair` turn them green?

gomod-wizard apply --yes --set …      the wrong answers, kept in the project's profile
verify --build --repair --yes         must see that it fails, mend it, and end green
gomod-wizard build-command            what it prints is what is run, cold
gomod-wizard undo                     each round and the first apply: every byte must be as it was
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from . import builds, company, developer, scenario, shell, store, trees
from .engine import TREES
from .snapshots import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from .developer import Desk

PROGRAM: Final = "gomod-wizard"
LIMIT: Final = 420.0
PATIENCE: Final = "25"
ROUNDS: Final = 3


@dataclass(frozen=True)
class Spoilt:
    """One wrong set-up of one of the lab's networks."""

    name: str
    about: str
    network: str
    dockerfile: str | None = None  # instead of the network's own: as in `[project]`
    set: dict[str, str] = field(default_factory=dict)  # answers, handed over as `--set`
    daemon_json: str | None = None  # written over the right one afterwards


@dataclass
class Repaired:
    """How one repair ended; `notes` says why it is not as it should be."""

    name: str
    rounds: int = 0
    revisited: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.notes


def find(words: list[str]) -> list[Spoilt]:
    """The wrong set-ups by name, all of them by default."""
    known = {file.stem: file for file in sorted((store.LAB / "spoilt").glob("*.toml"))}
    missing = [word for word in words if word not in known]
    if missing:
        raise scenario.ScenarioError(f"no such wrong set-up: {', '.join(missing)}")
    return [_read(file) for name, file in known.items() if not words or name in words]


def _read(file: Path) -> Spoilt:
    try:
        return Spoilt(file.stem, **tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise scenario.ScenarioError(f"{file}: {error}") from error


def repair(spoilt: Spoilt, logs: Path | None = None) -> Repaired:
    """Set one network up wrongly, and let the program mend it."""
    row = Repaired(spoilt.name)
    (network,) = scenario.find([spoilt.network])
    if spoilt.dockerfile is not None:
        project = replace(network.project, dockerfile=spoilt.dockerfile)
        network = replace(network, project=project)
    try:
        with company.running(network) as around, developer.at_work(network, around) as desk:
            _play(spoilt, desk, row, logs)
    except (shell.LabError, OSError, ValueError, LookupError) as error:
        row.notes.append(f"the lab failed: {error}")
    return row


def _play(spoilt: Spoilt, desk: Desk, row: Repaired, logs: Path | None) -> None:
    untouched = Snapshot.take(desk.machine)
    sets = [word for key, value in spoilt.set.items() for word in ("--set", f"{key}={value}")]
    desk.run([PROGRAM, "apply", "--yes", *sets], timeout=LIMIT).must()
    right = ""
    if spoilt.daemon_json is not None:
        right = desk.machine.read("/etc/docker/daemon.json")
        desk.machine.write("/etc/docker/daemon.json", spoilt.daemon_json)
        desk.run(["systemctl", "restart", "docker"]).must()
    done = desk.run(
        [PROGRAM, "verify", "--build", "--repair", "--yes", "--json", "--patience", PATIENCE],
        timeout=LIMIT,
    )
    if logs is not None:
        logs.mkdir(parents=True, exist_ok=True)
        (logs / f"{spoilt.name}.log").write_text(done.stdout + done.stderr)
    _judge(done, row)
    command = json.loads(desk.run([PROGRAM, "build-command", "--json"]).must().stdout)
    built = desk.run(
        builds.cold_for(desk, command["argv"], command["env"]), env=command["env"], timeout=120
    )
    if not built.ok:
        row.notes.append(f"the build after it failed: {builds.last_words(built)}")
    for number in range(row.rounds + 1):
        if right and number == row.rounds:
            desk.machine.write("/etc/docker/daemon.json", right)
        undone = desk.run([PROGRAM, "undo", "--yes"])
        if not undone.ok:
            row.notes.append(f"undo failed: {builds.last_words(undone)}")
    tree = trees.tree(TREES[desk.engine.version])
    left = Snapshot.take(desk.machine).differences(untouched, tree)
    if left:
        row.notes.append(f"undo left {', '.join(left[:6])}")


def _judge(done: shell.Done, row: Repaired) -> None:
    document: dict[str, Any] = json.loads(done.stdout) if done.stdout else {}
    rounds = document.get("rounds") or []
    row.rounds = len(rounds)
    row.revisited = tuple(key for one in rounds for key in one["revisited"])
    if not rounds:
        row.notes.append(f"no round was walked: it was not broken, or: {builds.last_words(done)}")
    elif len(rounds) > ROUNDS:
        row.notes.append(f"{len(rounds)} rounds")
    if done.code != 0 or not document.get("ok"):
        row.notes.append(f"verify ended with {done.code}: {builds.last_words(done)}")
