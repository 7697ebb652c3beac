"""The user's netrc: for which machines it has credentials."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wizard.detect.paths import is_file
from wizard.facts.base import Fact, known, not_applicable
from wizard.rules.netrc import netrc_secrets, parse_netrc
from wizard.system import Failed, System
from wizard.text import Text, msg
from wizard.untrusted import clean_line

if TYPE_CHECKING:
    from wizard.facts.private import NetrcFile


def netrc_path(system: System) -> Path | None:
    """Return the file that Go reads: $NETRC, else the one in HOME."""
    if chosen := system.env.get("NETRC"):
        return Path(chosen)
    if system.home is None:
        return None
    if system.platform == "win32" and is_file(system.home / "_netrc"):
        return system.home / "_netrc"
    return system.home / ".netrc"


def netrc_fact(system: System) -> Fact[NetrcFile]:
    """Return the machines of the user's netrc, and what would keep a program from using it."""
    from wizard.facts.private import NetrcFile

    path = netrc_path(system)
    if path is None:
        return not_applicable(msg("there is no HOME"), "HOME")
    text = system.read_text(path, limit=1024 * 1024)
    if isinstance(text, Failed):
        if text.kind == "missing":
            return not_applicable(msg("there is no netrc"), str(path))
        why = msg("it cannot be read: {why}", why=text.detail or text.kind)
        return known(NetrcFile(path=str(path), machines=(), problem=why), str(path))
    system.redactor.add(netrc_secrets(text))
    machines = parse_netrc(text)
    names = dict.fromkeys(clean_line(machine.name, 253) for machine in machines)
    problem: Text = ""
    halves = [clean_line(machine.name, 253) for machine in machines if not machine.complete]
    if halves:
        problem = msg("{machine} has no login or no password: Go ignores it", machine=halves[0])
    elif _others_may_read(path):
        problem = msg("other users may read it; chmod 600 keeps it yours")
    elif system.env.get("NETRC"):
        problem = msg("git does not read $NETRC, only ~/.netrc")
    return known(NetrcFile(path=str(path), machines=tuple(names), problem=problem), str(path))


def _others_may_read(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & 0o077)
    except OSError:
        return False
