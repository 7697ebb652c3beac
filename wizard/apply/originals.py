"""What stood in a file before this program wrote it for the first time, by its journal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wizard.apply.disk import Disk
from wizard.apply.journal import Journal, State, state_folder
from wizard.errors import ForbiddenError
from wizard.system import READ_LIMIT, System


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The two ends of a chain of writes, nothing of anybody else's between them."""

    before: bytes | None
    """None: there was no file."""
    now: bytes


def original_of(system: System, path: Path) -> Original | None:
    """Return what `path` held before; None where it is not as this program left it."""
    disk = Disk()
    try:
        now = disk.look(path, READ_LIMIT)
        journal = Journal(state_folder(system), disk)
        ids = journal.ids()
    except (OSError, ForbiddenError):
        return None
    if now is None:
        return None
    link: bytes | None = now
    found = False
    for id_ in ids:
        if journal.state(id_) != State.APPLIED or (record := journal.load(id_)) is None:
            continue
        change = next((one for one in record.changes if one.path == str(path)), None)
        if change is None:
            continue
        if change.after != link:
            break
        found, link = True, change.before
    return Original(before=link, now=now) if found else None
