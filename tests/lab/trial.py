"""One network, from the untouched build to the undo: what `gomod-wizard` makes of it.

untouched build ── must end as declared, for its reason
gomod-wizard diagnose      reads that build's log
gomod-wizard apply --yes   as the developer would type it, on the developer's machine
gomod-wizard build-command what it prints is what is run, cold
the leak search
gomod-wizard undo          and every byte must be as it was
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from . import builds, company, developer, elsewhere, exported, leaks, scenario, shell, trees
from .engine import TREES
from .snapshots import Snapshot, is_noise

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .company import Company
    from .developer import Desk
    from .scenario import Scenario
    from .shell import Done
    from .snapshots import File

PROGRAM: Final = "gomod-wizard"
APPLY_LIMIT: Final = 150.0


@dataclass
class Row:
    """One line of the scoreboard; `notes` says why something is not as it should be."""

    name: str
    before_ok: bool = False
    builds_after: bool | None = None
    as_expected: bool = False
    seconds: float = 0.0
    diagnosed: int | None = None
    leaks: int = 0
    undo_exact: bool | None = None
    static_recipe: bool | None = None
    plain: bool | None = None
    steps: dict[str, float] = field(default_factory=dict)  # seconds of each step, for tuning
    notes: list[str] = field(default_factory=list)


def run(
    network: Scenario,
    *,
    only_before: bool = False,
    only_diagnosis: bool = False,
    logs: Path | None = None,
) -> Row:
    """Play one network and judge it. A failure of the lab itself is a note, and never green."""
    folder = logs / network.name if logs else None
    row, started = Row(network.name), time.monotonic()
    try:
        with company.running(network) as around, developer.at_work(network, around) as desk:
            row.steps["set-up"] = round(time.monotonic() - started, 1)
            before = builds.untouched(network, desk)
            row.steps["untouched build"] = round(before.seconds, 1)
            verdict = builds.judge(network.before, before)
            row.before_ok = verdict.ok
            if not verdict.ok:
                row.notes.append(f"before: {verdict.why}")
            if not only_before:
                trial = _Trial(network, around, desk, row)
                trial.play(before, folder, only_diagnosis=only_diagnosis)
    except (shell.LabError, OSError, ValueError, LookupError, re.error) as error:
        row.before_ok = row.as_expected = False
        row.notes.append(f"the lab failed: {error}")
    row.seconds = round(time.monotonic() - started, 1)
    return row


@dataclass
class _Trial:
    """The half of a trial that needs the program."""

    network: Scenario
    around: Company
    desk: Desk
    row: Row
    said: list[tuple[str, Done]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    made: dict[str, File] = field(default_factory=dict)  # what `apply` wrote, noise left out

    def program(self, *words: str, stdin: str | None = None, timeout: float = APPLY_LIMIT) -> Done:
        done = self.desk.run([PROGRAM, *words], stdin=stdin, timeout=timeout)
        self.said.append((f"{PROGRAM} {words[0]}", done))
        self.row.steps[words[0]] = round(done.seconds, 1)
        if "Traceback (most recent call last)" in done.output:
            self.wrong.append(
                f"{words[0]} shows a traceback: {done.stderr.strip().splitlines()[-1]}"
            )
        return done

    def play(self, before: Done, logs: Path | None, *, only_diagnosis: bool = False) -> None:
        self.said.append(("the untouched build", before))
        try:
            if only_diagnosis:
                self._diagnose(before)
                if logs is not None:
                    self.program("plan", "--json")
                    self.program("detect", "--json")
                self.row.as_expected = self.row.before_ok and not self.wrong
                self.row.notes += self.wrong
            else:
                self._play(before)
        finally:
            if logs is not None:
                self._keep(logs)

    def _keep(self, folder: Path) -> None:
        """Write down what every command printed, for whoever looks into a network."""
        folder.mkdir(parents=True, exist_ok=True)
        for number, (what, done) in enumerate(self.said, 1):
            name = f"{number}-{what.removeprefix(PROGRAM).strip().replace(' ', '-')}"
            end = f"[{' '.join(done.argv)}]\n[code {done.code}, {done.seconds:.1f} s]\n"
            (folder / f"{name}.log").write_text(done.stdout + done.stderr + end)
        for path, file in sorted(self.made.items()):
            copy = folder / "made" / path.lstrip("/")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.data or b"")

    def _play(self, before: Done) -> None:
        self._diagnose(before)
        self._export()
        machine = self.desk.machine
        untouched = Snapshot.take(machine)
        asked = len(self.around.outside.asked())
        with leaks.watching(machine) as watch:
            apply = self._apply()
            command = self.program("build-command", "--json", timeout=60)
            asked_by_build = len(self.around.outside.asked())
            built = self._build(command)
        self.row.builds_after = built.ok if built is not None else None
        self._judge(apply, built)
        self._judge_traffic(asked, asked_by_build)
        self._judge_export()
        after = Snapshot.take(machine)
        self._judge_files(untouched, after)
        found = [*leaks.in_files(untouched, after), *sorted(watch.found)]
        if built is not None and built.ok:
            found += leaks.in_image(self.desk.engine)
        self._undo(untouched)
        for what, done in self.said[1:]:
            found += leaks.in_output(what, done)
        self.row.leaks = len(set(found))
        self.wrong += sorted(set(found))
        self.row.as_expected = self.row.before_ok and not self.wrong
        self.row.notes += self.wrong

    def _diagnose(self, before: Done) -> None:
        done = self.program("diagnose", "-", "--json", stdin=before.output, timeout=30)
        document = _document(done) or {}
        faults = document.get("faults")
        self.row.diagnosed = None if faults is None else len(faults)
        told = json.dumps(faults)
        self.wrong += [
            f"diagnose does not name /{pattern}/"
            for pattern in self.network.after.diagnosis
            if not re.search(pattern, told)
        ]
        self.wrong += unnamed(self.network.after.faults, faults or [])
        if self.network.after.live:
            done = self.program("diagnose", "-", "--live", "--json", stdin=before.output)
            told = json.dumps((_document(done) or {}).get("faults"))
            self.wrong += [
                f"diagnose --live does not name /{pattern}/"
                for pattern in self.network.after.live
                if not re.search(pattern, told)
            ]

    def _export(self) -> None:
        """Let the developer write the modules down, and the company serve them."""
        wanted = self.network.export
        if wanted is None:
            return
        words = ["--private"] if wanted.private else []
        done = self.program("proxy-export", "--out", exported.WRITTEN_AT, "--json", *words)
        if not done.ok:
            self.wrong.append(f"proxy-export failed: {builds.last_words(done)}")
            return
        exported.carry(self.desk, self.around.office)

    def _judge_export(self) -> None:
        """Every module must have come from there: nobody else was to be reached."""
        wanted = self.network.export
        if wanted is None:
            return
        document = next((_document(d) for what, d in self.said if "proxy-export" in what), None)
        written = {module["module"] for module in (document or {}).get("modules", [])}
        missing = written - exported.fetched(self.around.inside.asked(), wanted.to)
        if not written or missing:
            self.wrong.append(f"the build had not from {wanted.to}: {sorted(missing)}")

    def _apply(self) -> Done:
        sets = [
            word
            for key, value in self.network.apply.set.items()
            for word in ("--set", f"{key}={value}")
        ]
        return self.program("apply", "--yes", *sets)

    def _build(self, command: Done) -> Done | None:
        """Run what `build-command` said, cold; None where it said nothing to run."""
        document = _document(command)
        if document is None or not document.get("argv"):
            if self.network.after.ends != "refuse":
                self.wrong.append(f"build-command gave no command: {builds.last_words(command)}")
            return None
        argv, env = document["argv"], strings(document.get("env"))
        limit = self.network.after.within
        if self.network.after.ends == "artifacts-only":
            built = elsewhere.build(self.network, self.around, self.desk, argv, env, limit)
        else:
            built = self.desk.run(builds.cold_for(self.desk, argv, env), env=env, timeout=limit)
        self.said.append(("the build", built))
        self.row.steps["build"] = round(built.seconds, 1)
        return built

    def _judge(self, apply: Done, built: Done | None) -> None:
        expected = self.network.after
        if apply.code != expected.exit_code:
            self.wrong.append(
                f"apply ended with {apply.code}, not {expected.exit_code}: "
                f"{builds.last_words(apply)}"
            )
        if expected.says and not re.search(expected.says, apply.output):
            self.wrong.append(f"apply does not say /{expected.says}/")
        if expected.ends == "refuse":
            if built is not None and built.ok:
                self.wrong.append("declared to be refused, but it built")
        elif built is not None and not built.ok:
            how = "was cut" if built.cut else "failed"
            self.wrong.append(f"the build {how} after apply: {builds.last_words(built)}")

    def _judge_traffic(self, since_apply: int, since_build: int) -> None:
        """A mirror is public evidence: what it was asked for can never be taken back."""
        requests = self.around.outside.asked()
        expected = self.network.after
        bad = {
            request.host
            for request in requests[since_build:]
            if request.host in expected.never_asked and "/@v/" in request.path
        }
        self.wrong += [f"the build used {host}" for host in sorted(bad)]
        if expected.never_asked_for:
            told = {
                f"{request.host} was asked for {request.path}"
                for request in requests[since_apply:]
                if re.search(expected.never_asked_for, request.path)
            }
            self.wrong += sorted(told)

    def _judge_files(self, untouched: Snapshot, after: Snapshot) -> None:
        changed = after.changed_since(untouched)
        self.made = {path: file for path, file in changed.items() if not is_noise(path)}
        self.wrong += [
            f"apply changed {path}" for path in self.network.after.unchanged if path in changed
        ]
        for path, pattern in self.network.after.keeps.items():
            file = after.files.get(path)
            if file is None or not re.search(pattern, (file.data or b"").decode(errors="replace")):
                self.wrong.append(f"{path} does not hold /{pattern}/")

    def _undo(self, untouched: Snapshot) -> None:
        """Take it all back, and compare every byte."""
        done = self.program("undo", "--yes")
        tree = trees.tree(TREES[self.network.engine.version])
        left = Snapshot.take(self.desk.machine).differences(untouched, tree)
        self.row.undo_exact = not left
        if left:
            self.wrong.append(
                f"undo left {', '.join(left[:6])} (it said: {builds.last_words(done)})"
            )


def unnamed(wanted: Sequence[str], faults: Sequence[dict[str, Any]]) -> list[str]:
    """What `diagnose` did not name; each wanted fault needs one of its own."""
    left = list(faults)
    missing = []
    for want in wanted:
        match = scenario.FAULT.fullmatch(want)
        parts = match.groupdict() if match else {}
        for fault in left:
            seen = {**fault, "decision": (fault.get("cure") or {}).get("decision")}
            if all(seen.get(key) == value for key, value in parts.items() if value is not None):
                left.remove(fault)
                break
        else:
            named = ", ".join(f"{one.get('cause')}/{one.get('detail')}" for one in faults)
            missing.append(f"diagnose does not name {want}, but {named or 'nothing'}")
    return missing


def strings(table: Any) -> dict[str, str]:
    """The entries of a JSON object that are text."""
    entries = table.items() if isinstance(table, dict) else ()
    return {name: value for name, value in entries if isinstance(value, str)}


def _document(done: Done) -> dict[str, Any] | None:
    """The one JSON object on stdout, or None."""
    try:
        document = json.loads(done.stdout)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
