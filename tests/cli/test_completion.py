"""Shell completion in the real shells: a line is typed, Tab is pressed, and the program is run."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wizard.cli.completion import SCRIPTS
from wizard.cli.completion.grammar import Takes, grammar
from wizard.plan.types import KEYS

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
"""A limit against a hanging test, no measure of anything."""
EVIL = "my log $(touch hacked) 'x'.txt"
ID = "20260823-101500-" + "0" * 24

# What is typed (`\t` is the Tab), and what the program gets.
LINES = {
    "a command": ("hist\t", ["history"]),
    "a flag": ("plan --dry\t", ["plan", "--dry-run"]),
    "a flag before the command": ("--dry\t plan", ["--dry-run", "plan"]),
    "a key": ("plan --set mt\t1400", ["plan", "--set", "mtu=1400"]),
    "a key behind =": ("plan --set=mt\t1400", ["plan", "--set=mtu=1400"]),
    "a value": ("plan --set build_n\thos\t", ["plan", "--set", "build_network=host"]),
    "a value behind =": ("plan --set=ip_f\ttr\t", ["plan", "--set=ip_forward=true"]),
    "a key of --what-if": ("route --what-if gosu\toff", ["route", "--what-if", "gosumdb=off"]),
    "a choice": ("diagnose --format gith\t", ["diagnose", "--format", "github"]),
    "a scope": ("diff --scope sy\t", ["diff", "--scope", "system"]),
    "a file": ("diagnose my\t", ["diagnose", EVIL]),
    "a folder": ("generate --out fol\t", ["generate", "--out", "folder"]),
    "a shell": ("completion pow\t", ["completion", "powershell"]),
    "a command of the demo": ("demo hist\t", ["demo", "history"]),
    "an id": ("undo 2026\t", ["undo", ID]),
}
SETUP = {
    "bash": 'PS1=; eval "$(gomod-wizard completion bash)"',
    "zsh": 'PS1=; autoload -Uz compinit; compinit -u -D; eval "$(gomod-wizard completion zsh)"',
}
START = {"bash": ("bash", "--norc", "-i"), "zsh": ("zsh", "-f", "-i")}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a file of an evil name, and a program that writes down how it was called."""
    here = tmp_path / "here"
    (here / "folder").mkdir(parents=True)
    (here / EVIL).write_text("")
    entry = tmp_path / "home" / ".local" / "state" / "gomod-wizard" / "journal" / ID
    entry.mkdir(parents=True)
    (entry / "state").write_text('{"state": "applied"}')
    program = tmp_path / "bin" / "gomod-wizard"
    program.parent.mkdir()
    said = (
        "import json, os, sys\n"
        "if sys.argv[1:3] in (['completion', '--ids'], ['completion', os.environ['SHELL_NAME']]):\n"
        "    from wizard.__main__ import main\n"
        "    sys.exit(main())\n"
        "with open(os.environ['SAID'] + '.new', 'w') as file:\n"
        "    json.dump(sys.argv[1:], file)\n"
        "os.replace(os.environ['SAID'] + '.new', os.environ['SAID'])\n"
    )
    (tmp_path / "said.py").write_text(said)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {tmp_path / "said.py"} "$@"\n')
    program.chmod(0o755)
    return here


def _environment(place: Path, shell: str) -> dict[str, str]:
    return {
        "PATH": f"{place.parent / 'bin'}:{os.environ['PATH']}",
        "HOME": str(place.parent / "home"),
        "PYTHONPATH": str(ROOT),
        "SAID": str(place.parent / "said.json"),
        "SHELL_NAME": shell,
        "TERM": "dumb",
        "LC_ALL": "C.UTF-8",
    }


@pytest.fixture(params=[name for name in START if shutil.which(name)])
def shell(request: pytest.FixtureRequest) -> str:
    """Each shell that is installed; bash is everywhere, zsh where somebody wants it."""
    return str(request.param)


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_tab_completes_in_the_real_shell(
    place: Path, shell: str, line: tuple[str, list[str]]
) -> None:
    typed, wanted = line
    said = place.parent / "said.json"
    terminal, slave = pty.openpty()
    running = subprocess.Popen(
        START[shell], cwd=place, env=_environment(place, shell), start_new_session=True,
        stdin=slave, stdout=slave, stderr=slave,
    )  # fmt: skip
    os.close(slave)
    seen = b""
    try:
        os.write(terminal, f"{SETUP[shell]}; echo re''ady\n".encode())
        until = time.monotonic() + PATIENCE_S
        while b"ready" not in seen and time.monotonic() < until:
            seen += _read(terminal)
        first, *rest = typed.split("\t")
        os.write(terminal, f"gomod-wizard {first}".encode())
        for more in rest:
            os.write(terminal, b"\t")
            seen += _until_quiet(terminal)
            os.write(terminal, more.encode())
        os.write(terminal, b"\n")
        while not said.exists() and time.monotonic() < until:
            seen += _read(terminal)
    finally:
        os.close(terminal)
        running.kill()
        running.wait()
    assert said.exists(), seen.decode(errors="replace")
    words = json.loads(said.read_text())
    assert [word.removesuffix("/") for word in words] == wanted  # zsh takes a last slash back
    assert not (place / "hacked").exists()


def _read(terminal: int) -> bytes:
    ready, _, _ = select.select([terminal], [], [], 0.2)
    try:
        return os.read(terminal, 65536) if ready else b""
    except OSError:
        return b""


def _until_quiet(terminal: int) -> bytes:
    """Read until the shell has answered a Tab: it writes what it inserts."""
    seen = b""
    until = time.monotonic() + 30
    while not seen.strip(b"\a") and time.monotonic() < until:
        seen += _read(terminal)
    while more := _read(terminal):
        seen += more
    return seen


FISH = {
    "gomod-wizard hist": ["history"],
    "gomod-wizard plan --dry": ["--dry-run"],
    "gomod-wizard plan --set mt": ["mtu="],
    "gomod-wizard plan --set build_network=h": ["build_network=host"],
    "gomod-wizard plan --set=ip_forward=t": ["--set=ip_forward=true"],
    "gomod-wizard diagnose --format gith": ["github"],
    "gomod-wizard diagnose my": [EVIL],
    "gomod-wizard generate --out fol": ["folder/"],
    "gomod-wizard demo hist": ["history"],
    "gomod-wizard plan hist": [],
    "gomod-wizard undo 2026": [ID],
}


@pytest.mark.parametrize("line", FISH if shutil.which("fish") else ())
def test_fish_offers_what_fits(place: Path, line: str) -> None:
    done = subprocess.run(
        ["fish", "--no-config", "-c",
         "gomod-wizard completion fish | source; complete -C $argv[1]", line],
        env=_environment(place, "fish"), cwd=place, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [row.partition("\t")[0] for row in done.stdout.splitlines()] == FISH[line]
    assert done.stderr == ""


@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_script_names_every_command_flag_and_decision(shell: str) -> None:
    known = grammar()
    script = SCRIPTS[shell](known)
    for command in known.commands:
        assert re.search(rf"(?<![\w-]){command.name}(?![\w-])", script)
        for flag in command.every_flag:
            spelled = flag.names[-1].removeprefix("--") if shell == "fish" else flag.names[-1]
            assert spelled in script
    for key in KEYS:
        assert re.search(rf"(?<!\w){key}(?!\w)", script)
    assert not re.search(r"@[A-Z]+@", script)


def test_the_common_flags_take_what_their_names_promise() -> None:
    takes = {name: flag.takes for flag in grammar().flags for name in flag.names}
    assert takes["--project"] is Takes.FOLDER
    assert takes["--profile"] is Takes.FILE
    assert takes["--set"] is Takes.DECISION
    assert takes["--yes"] is Takes.NOTHING
