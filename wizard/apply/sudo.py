"""The one command with which root applies what was staged.

Root must run this very installation, and nothing that a project brings. `python -m wizard` would
take a folder `wizard/` of the folder it is typed in, and a program found on PATH may be anybody's;
so the interpreter is started isolated (`-I`: no current folder, no PYTHON* variables, no user
site) on this package's own `__main__.py`, every path absolute.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import wizard
from wizard.apply.journal import Journal
from wizard.apply.record import Record


def sudo_command(journal: Journal, record: Record, restart: bool | None = None) -> str:
    """Return the one command that applies `record`; sudo changes PATH and HOME, so none is used."""
    argv = ["sudo", sys.executable, "-I", str(_entry())]
    argv += ["apply", "--staged", str(journal.folder / record.id)]
    if restart is not None:
        argv.append("--restart" if restart else "--no-restart")
    return shlex.join(argv)


def sudo_purge() -> str:
    """Return the command that removes what root keeps; it asks by itself."""
    return shlex.join(["sudo", sys.executable, "-I", str(_entry()), "purge"])


def _entry() -> Path:
    return Path(os.path.realpath(wizard.__file__)).with_name("__main__.py")
