"""Which whole files are this program's own, so that it may write them again."""

from __future__ import annotations

import re

from wizard.apply.disk import Disk
from wizard.apply.journal import Journal, State, state_folder
from wizard.apply.standing import Standing
from wizard.errors import ForbiddenError
from wizard.system import System

_HEAD = 400
_WRITTEN = {State.APPLIED, State.STAGED, State.UNDO_STAGED}
_MARK = re.compile(rb"^\s*(?:#|//|;).*\b(?:written|generated|made) by gomod-wizard\b", re.I | re.M)


def is_own(system: System, standing: Standing) -> bool:
    """Whether this program wrote what stands there: by its name at the top, or by the journal."""
    data = standing.data
    if data is None:
        return True
    if _MARK.search(b"\n".join(data[:_HEAD].split(b"\n")[:5])):
        return True
    try:
        journal = Journal(state_folder(system), Disk())
        ids = journal.ids()
    except ForbiddenError:
        return False
    for id_ in ids:
        if journal.state(id_) in _WRITTEN and (record := journal.load(id_)):
            for change in record.changes:
                if change.path == str(standing.path) and change.after == data:
                    return True
    return False
