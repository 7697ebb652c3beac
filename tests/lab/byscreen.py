"""The wizard itself, by the keyboard alone, inside a broken network: keys and seconds to green.

The wizard runs in tmux, on the developer's machine, and is read as a person reads it: a key is
pressed when the screen says what it does. Afterwards the build that it prints is run once more by
the lab, cold, and everything is taken back by `u`.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from . import builds, company, developer, leaks, shell, store, trees
from .engine import TREES
from .snapshots import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from .developer import Desk
    from .scenario import Scenario

PROGRAM: Final = "gomod-wizard"
LIMIT: Final = 180.0
SIZES: Final = ((80, 24), (120, 40))

GREEN: Final = "Done, and proved"
WALK: Final = (
    ("welcome", "See what I would do", "Enter"),
    ("proposal", "that I would write", "Enter"),
    ("yes", "Write these files?", "Enter"),
    ("proof", "The proof: every module", ""),
    ("green", GREEN, ""),
)
"""What a screen is called, the words by which one knows it, and the key that is pressed then."""
BACK: Final = (
    ("green", GREEN, "u"),
    ("undo", "Take everything back?", "Enter"),
    ("undone", "Taken back: everything is as it was", "Enter"),
)


@dataclass
class Walked:
    """How one walk went; `notes` says what is not as it should be."""

    name: str
    size: tuple[int, int]
    keys: int = 0
    seconds: float | None = None
    steps: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.notes


def walk(network: Scenario, size: tuple[int, int], pictures: Path) -> Walked:
    """Open the wizard in the network, press Enter until it is green, and take it all back."""
    row = Walked(network.name, size)
    try:
        with company.running(network) as around, developer.at_work(network, around) as desk:
            _walk(desk, row, pictures / f"{network.name}-{size[0]}x{size[1]}")
    except (shell.LabError, OSError, ValueError, LookupError) as error:
        row.notes.append(f"the lab failed: {error}")
    return row


def _walk(desk: Desk, row: Walked, pictures: Path) -> None:
    untouched = Snapshot.take(desk.machine)
    pictures.mkdir(parents=True, exist_ok=True)
    with leaks.watching(desk.machine) as watch:
        terminal = Terminal.open(desk, row.size)
        try:
            started = time.monotonic()
            for name, words, key in WALK:
                _take(terminal, row, pictures, (name, words, key), started)
            row.seconds = round(time.monotonic() - started, 1)
            row.keys = sum(bool(key) for _, _, key in WALK)
            _build_it(desk, row)
            for name, words, key in BACK:
                _take(terminal, row, pictures, (f"back-{name}", words, key), started)
            terminal.wait_for_the_end()
        finally:
            (pictures / "last.txt").write_text(terminal.screen())
            terminal.close()
    row.notes += sorted(watch.found)
    tree = trees.tree(TREES[desk.engine.version])
    left = Snapshot.take(desk.machine).differences(untouched, tree)
    if left:
        row.notes.append(f"undo left {', '.join(left[:6])}")


def _take(
    terminal: Terminal, row: Walked, pictures: Path, step: tuple[str, str, str], started: float
) -> None:
    """Wait for a screen, keep its picture, and press the key that it names."""
    name, words, key = step
    shown = terminal.wait_for(words)
    row.steps[name] = round(time.monotonic() - started, 1)
    (pictures / f"{len(row.steps)}-{name}.txt").write_text(shown)
    row.notes += leaks.in_text(f"the screen {name}", shown)
    if key:
        time.sleep(READING_S)
        terminal.press(key)


READING_S: Final = 1.2
"""Seconds that a person needs at least to see that something new has come up."""


def _build_it(desk: Desk, row: Walked) -> None:
    """Run the whole build that the program prints, cold: is it green for everybody?"""
    command = json.loads(desk.run([PROGRAM, "build-command", "--json"]).must().stdout)
    argv, env = command["argv"], command["env"]
    built = desk.run(builds.cold_for(desk, argv, env), env=env, timeout=180)
    if not built.ok:
        row.notes.append(f"the build after it failed: {builds.last_words(built)}")


@dataclass
class Terminal:
    """A tmux of its own, with the wizard in it."""

    socket: str
    script: Path

    @classmethod
    def open(cls, desk: Desk, size: tuple[int, int]) -> Terminal:
        """Start the wizard in the project's folder, from the developer's shell."""
        machine = desk.machine
        env = {**machine.env, **desk.env, "TERM": "screen-256color", "COLORTERM": "truecolor"}
        script = machine.folder / "wizard.sh"  # secrets stand in it, not in a command line
        script.touch(0o600)
        exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in env.items())
        argv = machine.entered([PROGRAM], developer.PROJECT)
        script.write_text(f"{exports}{shlex.join(argv)}\necho THE END $?\nsleep 600\n")
        terminal = cls(f"{store.MARK}-{machine.pid}", script)
        width, height = size
        terminal.tmux(
            "-f", "/dev/null", "new-session", "-d", "-s", "w",
            "-x", str(width), "-y", str(height), f"sh {shlex.quote(str(script))}",
        )  # fmt: skip
        return terminal

    def tmux(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self.socket, *words], capture_output=True, text=True, timeout=20
        )
        return done.stdout

    def press(self, key: str) -> None:
        self.tmux("send-keys", "-t", "w", key)

    def screen(self) -> str:
        """What stands there now, as text."""
        return self.tmux("capture-pane", "-p", "-t", "w")

    def wait_for(self, words: str) -> str:
        """The screen, as soon as `words` stand on it."""
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            shown = self.screen()
            if words in shown:
                return shown
            time.sleep(0.1)
        raise shell.LabError(f"the wizard never said “{words}”; it says: {self.screen().strip()}")

    def wait_for_the_end(self) -> None:
        self.wait_for("THE END 0")

    def close(self) -> None:
        self.tmux("kill-server")
        self.script.unlink(missing_ok=True)


def told(row: Walked) -> str:
    """One line for people."""
    width, height = row.size
    place = f"{row.name:<24}{f'{width}x{height}':<9}"
    if row.seconds is None or not row.ok:
        return f"{place}NO: {'; '.join(row.notes)}"
    steps = ", ".join(f"{name} {at}" for name, at in row.steps.items() if "back" not in name)
    return f"{place}{row.keys} keys, {row.seconds} s to the green build ({steps}); undone exactly"
