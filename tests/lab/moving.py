"""A developer's machine that moves: set up for one network, carried to another, and back.

gomod-wizard apply --yes      here; `check` has nothing to say, a build fills the layer cache
the cable goes elsewhere      the same disk, the same engine: only what is around them is another
the command of before         must fail, for the declared reason: else the move means nothing
gomod-wizard check --json     names exactly the declared decisions
gomod-wizard refresh --yes    (or a `watch` that the kernel wakes) writes what stands in them alone
the build                     its steps come out of the cache; a cold one downloads, and is green
and back                      `check`, `refresh`: every byte that was written here the first time
gomod-wizard undo             each of them: every byte as it was before the first
"""

from __future__ import annotations

import contextlib
import json
import re
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from . import builds, company, developer, leaks, scenario, shell, store, trees
from .engine import TREES
from .snapshots import Snapshot, is_noise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .company import Company
    from .developer import Desk
    from .scenario import Scenario
    from .shell import Done

PROGRAM: Final = "gomod-wizard"
LIMIT: Final = 120.0
WATCH_LOG: Final = "/var/log/gomod-wizard-watch.log"
DOCKERFILE: Final = f"{developer.PROJECT}/Dockerfile"


@dataclass(frozen=True)
class Move:
    """Two networks, and what a move between them must make of the decisions."""

    name: str
    about: str
    here: Scenario
    there: Scenario
    breaks: str
    """A pattern: why the build command of here ends in failure there."""
    stale: frozenset[str]
    """The decisions that `check` must name there, no more and no fewer."""
    back: frozenset[str]
    """The same for the way back; by default those of the way there."""
    set_here: dict[str, str]
    """What the user answers here, as `--set`; it must hold here again, and nowhere else."""
    cached: bool
    """The steps come out of the layer cache: not where the builder has no mounts."""
    watched: bool
    """`watch --refresh --yes` repairs it, once more, after all of it."""


@dataclass
class Moved:
    """How one move ended; `notes` says why it is not as it should be."""

    name: str
    seconds: float = 0.0
    checks: dict[str, float] = field(default_factory=dict)
    """Where `check` was asked: how many seconds it took."""
    leaks: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.notes


def find(words: list[str]) -> list[Move]:
    """The moves by name, all of the lab's own by default; or files from anywhere."""
    known = {file.stem: file for file in sorted((store.LAB / "moves").glob("*.toml"))}
    known |= {word: Path(word) for word in words if word.endswith(".toml")}
    missing = [word for word in words if word not in known or not known[word].is_file()]
    if missing:
        raise scenario.ScenarioError(f"no such move: {', '.join(missing)}")
    return [read(file) for name, file in known.items() if not words or name in words]


def read(file: Path) -> Move:
    """Read one move: the network that is here, `[there]`, and `[move]`."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        there, move = table.pop("there"), table.pop("move")
        about = table.pop("about")
        shared: dict[str, Any] = {key: table[key] for key in ("project", "engine") if key in table}
        rest: dict[str, Any] = {
            "about": about,
            "before": {"ends": "build", "because": ""},
            "after": {},
        }
        stale = frozenset(move.pop("stale"))
        made = Move(
            name=file.stem,
            about=about,
            here=scenario.made_of({"name": file.stem, **rest, **table}),
            there=scenario.made_of({"name": f"{file.stem}-there", **rest, **shared, **there}),
            breaks=move.pop("breaks"),
            stale=stale,
            back=frozenset(move.pop("back", stale)),
            set_here=move.pop("set_here", {}),
            cached=move.pop("cached", True),
            watched=move.pop("watched", False),
        )
        if move:
            raise ValueError(f"move: unknown {', '.join(sorted(move))}")
        _check(made.there)
    except (tomllib.TOMLDecodeError, ValueError, TypeError, KeyError) as error:
        raise scenario.ScenarioError(f"{file}: {error}") from error
    return made


def _check(there: Scenario) -> None:
    """What stands on the developer's own machine cannot be another one there."""
    account = {"files", "go_env", "ssh_agent", "modules_cached"}
    named = [name for name in sorted(account) if getattr(there.developer, name)]
    if there.names.stub or (there.proxy is not None and there.proxy.kind == "loopback"):
        named.append("a stub or a proxy on the machine itself")
    if named:
        raise ValueError(f"there: the machine stays what it is; it has no other {', '.join(named)}")


def play(move: Move, logs: Path | None = None) -> Moved:
    """Play one move and judge it. A failure of the lab itself is a note, and never green."""
    row, started = Moved(move.name), time.monotonic()
    try:
        with (
            company.running(move.here) as here,
            company.running(move.there, here.developer) as there,
            developer.at_work(move.here, here) as desk,
        ):
            trial = _Trial(move, here, there, desk, row)
            try:
                trial.play()
            finally:
                if logs is not None:
                    trial.keep(logs / move.name)
    except (shell.LabError, OSError, ValueError, LookupError, re.error) as error:
        row.notes.append(f"the lab failed: {type(error).__name__}: {error}")
    row.seconds = round(time.monotonic() - started, 1)
    return row


@dataclass
class _Trial:
    move: Move
    here: Company
    there: Company
    desk: Desk
    row: Moved
    said: list[tuple[str, Done]] = field(default_factory=list)
    written: int = 0
    """Transactions that wait to be undone."""

    def play(self) -> None:
        untouched = Snapshot.take(self.desk.machine)
        with leaks.watching(self.desk.machine) as watch:
            self._play(untouched)
            self._undo(untouched)
        found = set(watch.found)
        for what, done in self.said:
            found |= set(leaks.in_output(what, done))
        self.row.leaks += len(found)
        self.row.notes += sorted(found)

    def _play(self, untouched: Snapshot) -> None:
        home = self._set_up(untouched)
        dockerfile = self.desk.machine.read(DOCKERFILE)
        old_argv, old_env = self._command()
        self._build("the first build", old_argv, old_env, cached=False)
        self._name("here")

        self._carry(self.here, self.there)
        self._must_fail(old_argv, old_env)
        self._refresh("there", self.move.stale)
        self._name("there")
        argv, env = self._command()
        self._build("the build there", argv, env, cached=self.move.cached)
        self._build_cold(argv, env)
        self._note(
            self.desk.machine.read(DOCKERFILE) == dockerfile, "refresh changed the Dockerfile"
        )
        self._search(untouched)

        self._carry(self.there, self.here)
        self._refresh("back", self.move.back, name="here")
        now = Snapshot.take(self.desk.machine)
        other = [path for path, file in home.items() if now.files.get(path) != file]
        self._note(not other, f"back here, other bytes: {', '.join(other)}")
        argv, env = self._command()
        self._build("the build back here", argv, env, cached=self.move.cached)
        self._build_cold(argv, env)
        if self.move.watched:
            self._watch()

    def _set_up(self, untouched: Snapshot) -> dict[str, Any]:
        """Apply here; return what was written, noise left out."""
        sets = [f"{key}={value}" for key, value in self.move.set_here.items()]
        words = [word for text in sets for word in ("--set", text)]
        self._must(self._program("apply", "--yes", *words), "apply")
        self.written += 1
        self._asked("here", frozenset())
        changed = Snapshot.take(self.desk.machine).changed_since(untouched)
        return {path: file for path, file in changed.items() if not is_noise(path)}

    def _refresh(self, where: str, stale: frozenset[str], name: str | None = None) -> None:
        """Let `check` say what is stale, write that, and see that nothing is left to say."""
        rows = self._asked(where, stale, name)
        before = Snapshot.take(self.desk.machine)
        done = self._program("refresh", "--yes", "--json")
        self._must(done, f"refresh {where}")
        self.written += done.ok and _document(done).get("id") is not None
        changed = Snapshot.take(self.desk.machine).changed_since(before)
        touched = {path for path in changed if not is_noise(path)}
        more = touched - {path for row in rows for path in row["paths"]}
        self._note(not more, f"refresh {where} wrote more than is stale: {', '.join(sorted(more))}")
        self._asked(f"{where}, refreshed", frozenset())

    def _asked(
        self, where: str, stale: frozenset[str], name: str | None = None
    ) -> list[dict[str, Any]]:
        """Ask `check` what is stale; it must be exactly `stale`."""
        done = self._program("check", "--json", timeout=30)
        self.row.checks[where] = round(done.seconds, 2)
        document = _document(done)
        rows: list[dict[str, Any]] = document.get("stale") or []
        named = {row["key"] for row in rows}
        if named != stale:
            self.row.notes.append(
                f"check {where} names {_listed(named)}, not {_listed(stale)}: "
                f"{builds.last_words(done) if not document else ''}"
            )
        code = 1 if stale else 0
        self._note(done.code == code, f"check {where} ended with {done.code}, not {code}")
        network = document.get("network") or {}
        if name is not None and network.get("name") != name:
            self.row.notes.append(f"check {where} takes this for {network.get('name')}")
        return rows

    def _name(self, name: str) -> None:
        self._must(self._program("networks", "--name", name), f"networks --name {name}")

    def _carry(self, start: Company, end: Company) -> None:
        self.desk = developer.carried(self.desk, end.scenario, start, end)

    def _command(self) -> tuple[list[str], dict[str, str]]:
        """Return what `build-command` says is to be run, with everything printed."""
        document = _document(self._program("build-command", "--json", timeout=60))
        return document.get("argv") or ["false"], document.get("env") or {}

    def _plain(self, argv: list[str]) -> list[str]:
        legacy = self.desk.env.get("DOCKER_BUILDKIT") == "0"
        return [*argv, "--tag", builds.IMAGE, *([] if legacy else ["--progress=plain"])]

    def _run(self, what: str, argv: list[str], env: dict[str, str], limit: float = 120) -> Done:
        done = self.desk.run(argv, env=env, timeout=limit)
        self.said.append((what, done))
        return done

    def _build(self, what: str, argv: list[str], env: dict[str, str], *, cached: bool) -> None:
        """Build with whatever is cached; `cached`: every step must come out of it."""
        done = self._run(what, self._plain(argv), env)
        self._must(done, what)
        if cached and (run := not_cached(done.output)):
            self.row.notes.append(f"{what} ran again: {' | '.join(run)}")

    def _build_cold(self, argv: list[str], env: dict[str, str]) -> None:
        done = self._run("a cold build", builds.cold_for(self.desk, argv, env), env)
        self._must(done, "a cold build")

    def _must_fail(self, argv: list[str], env: dict[str, str]) -> None:
        what = "the command of before"
        done = self._run(what, builds.cold_for(self.desk, argv, env), env, limit=25)
        if done.ok or not re.search(self.move.breaks, done.output, re.MULTILINE):
            self.row.notes.append(
                f"{what} {'built' if done.ok else 'failed'} there, and not with "
                f"/{self.move.breaks}/: {builds.last_words(done)}"
            )

    def _watch(self) -> None:
        """Once more, by a `watch` that nobody but the kernel wakes."""
        machine = self.desk.machine
        with self._watching():
            _until(lambda: "fits this network" in machine.read(WATCH_LOG), "the watch is silent")
            self._carry(self.here, self.there)
            _until(lambda: "taken back by" in machine.read(WATCH_LOG), "the watch wrote nothing")
        self.written += 1
        self._asked("there, watched", frozenset())
        argv, env = self._command()
        self._build_cold(argv, env)

    @contextlib.contextmanager
    def _watching(self) -> Iterator[None]:
        machine = self.desk.machine
        script = f"echo $$ >/run/watch.pid; exec {PROGRAM} watch --refresh --yes"
        argv = ["env", "-C", developer.PROJECT, "sh", "-c", script]
        machine.spawn(argv, WATCH_LOG, env=self.desk.env)
        try:
            yield
        except shell.LabError as error:
            raise shell.LabError(f"{error}: {machine.read(WATCH_LOG)[-800:]}") from None
        finally:
            machine.run(["sh", "-c", "kill -INT $(cat /run/watch.pid)"])
            self.row.notes += leaks.in_text("the output of watch", machine.read(WATCH_LOG))

    def _search(self, untouched: Snapshot) -> None:
        found = leaks.in_files(untouched, Snapshot.take(self.desk.machine))
        found += leaks.in_image(self.desk.engine)
        self.row.leaks += len(set(found))
        self.row.notes += sorted(set(found))

    def _undo(self, untouched: Snapshot) -> None:
        """Take all of it back, and compare every byte."""
        if self.move.watched:  # it ended there
            self._carry(self.there, self.here)
        for _ in range(self.written):
            self._must(self._program("undo", "--yes"), "undo")
        tree = trees.tree(TREES[self.desk.engine.version])
        left = Snapshot.take(self.desk.machine).differences(untouched, tree)
        self._note(not left, f"undo left {', '.join(left[:6])}")

    def _program(self, *words: str, timeout: float = LIMIT) -> Done:
        done = self.desk.run([PROGRAM, *words], timeout=timeout)
        self.said.append((f"{PROGRAM} {words[0]}", done))
        self._note("Traceback (most recent call last)" not in done.output, f"{words[0]}: traceback")
        return done

    def _must(self, done: Done, what: str) -> None:
        self._note(done.ok, f"{what} ended with {done.code}: {builds.last_words(done)}")

    def _note(self, ok: bool, wrong: str) -> None:
        if not ok:
            self.row.notes.append(wrong)

    def keep(self, folder: Path) -> None:
        """Write down what every command printed."""
        folder.mkdir(parents=True, exist_ok=True)
        for number, (what, done) in enumerate(self.said, 1):
            name = f"{number:02}-{what.removeprefix(PROGRAM).strip().replace(' ', '-')}"
            end = f"[{' '.join(done.argv)}]\n[code {done.code}, {done.seconds:.1f} s]\n"
            (folder / f"{name}.log").write_text(done.stdout + done.stderr + end)
        with contextlib.suppress(OSError):
            (folder / "watch.log").write_text(self.desk.machine.read(WATCH_LOG))


STEP: Final = re.compile(r"^#(?P<number>\d+) \[[^\]]*\d+/\d+\] (?P<text>(?:RUN|COPY) .*)$", re.M)


def not_cached(log: str) -> list[str]:
    """The steps that a builder's plain log does not call CACHED; a log without any is none."""
    steps = {found["number"]: found["text"][-60:] for found in STEP.finditer(log)}
    cached = set(re.findall(r"^#(\d+) CACHED$", log, re.MULTILINE))
    if not steps:
        return ["(no step in the log)"]
    return [text for number, text in steps.items() if number not in cached]


def _until(seen: Any, what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not seen():
        if time.monotonic() > deadline:
            raise shell.LabError(what)
        time.sleep(0.1)


def _document(done: Done) -> dict[str, Any]:
    try:
        document = json.loads(done.stdout)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _listed(keys: Sequence[str] | frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(keys)) or "nothing"
