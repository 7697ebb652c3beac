"""The one command with which root applies what was staged."""

from __future__ import annotations

import shlex
import sys

from wizard.apply.journal import Journal
from wizard.apply.record import Record
from wizard.system import System


def sudo_command(
    system: System, journal: Journal, record: Record, restart: bool | None = None
) -> str:
    """Return the one command that applies `record`; sudo changes PATH and HOME, so none is used."""
    program = system.which("gomod-wizard")
    argv = ["sudo", program] if program else ["sudo", sys.executable, "-m", "wizard"]
    argv += ["apply", "--staged", str(journal.folder / record.id)]
    if restart is not None:
        argv.append("--restart" if restart else "--no-restart")
    return shlex.join(argv)
