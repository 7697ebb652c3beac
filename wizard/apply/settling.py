"""What an interrupted run left is put back before anybody looks at the machine.

A plan that is made of half-written files is a plan for a machine that never was. So whoever is
about to write settles first; whoever only looks says that something waits.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from wizard.apply.disk import Disk
from wizard.apply.journal import HALF_DONE, Journal, state_folders
from wizard.apply.lock import locked
from wizard.apply.recovery import Recovered, beyond_recovery, recover
from wizard.errors import ForbiddenError, UnsafeError
from wizard.system import System
from wizard.text import Text, msg


def settle(system: System, disk: Disk | None = None) -> tuple[Text, ...]:
    """Put back what interrupted runs left, and say what was; to be called before `detect`.

    Raises ForbiddenError where another run is writing, or the system refuses.
    """
    disk = disk or Disk()
    said: list[Text] = []
    for home in state_folders(system):
        journal = Journal(home, disk)
        if not _half_done(journal):
            continue
        with locked(home, disk):
            said += told(journal, recover(journal))
    return tuple(said)


def unsettled(system: System) -> Text | None:
    """Return a word on runs that are not finished, for a command that writes nothing."""
    try:
        found = [id_ for home in state_folders(system) for id_ in _half_done(Journal(home, Disk()))]
    except ForbiddenError:  # no folder for a journal: then there is none
        return None
    if not found:
        return None
    return msg(
        "a run was begun and is not finished ({ids}); where it does not write at this moment it was"
        " interrupted, and this shows its half: `gomod-wizard apply` puts its files back first, and"
        " `gomod-wizard undo` puts them back and writes nothing else",
        ids=", ".join(found),
    )


def told(journal: Journal, recovered: Sequence[Recovered]) -> list[Text]:
    """Return what there is to say of runs that were recovered, and of those that cannot be."""
    said: list[Text] = []
    for one in recovered:
        if one.undoing:
            what = msg("an undo was interrupted ({id}); it is finished now", id=one.record.id)
        else:
            what = msg(
                "an earlier run was interrupted ({id}); its files were put back first",
                id=one.record.id,
            )
        said += [what, *details(one)]
    said += [
        msg("an interrupted run ({id}) is damaged in the journal and was not put back", id=id_)
        for id_ in beyond_recovery(journal)
    ]
    return said


def details(one: Recovered) -> list[Text]:
    """Return which files went back, which are somebody's and left, and where copies are."""
    said: list[Text] = []
    if one.restored:
        paths = ", ".join(change.path for change in one.restored)
        said.append(msg("put back: {paths}", paths=paths))
    if one.foreign:
        left = ", ".join(one.foreign)
        said.append(msg("changed by somebody else, left alone: {p}", p=left))
    said += [msg("kept as it was: {copy}", copy=copy) for copy in one.kept]
    return said


def refuse_outdated(recovered: Sequence[Recovered]) -> UnsafeError:
    """Return the refusal of changes that were compared with half-written files."""
    paths = [change.path for one in recovered for change in one.restored]
    return UnsafeError(
        msg(
            "an earlier run was interrupted ({id}); its files are put back now, and what was shown"
            " is out of date: {paths}; nothing else was written",
            id=", ".join(one.record.id for one in recovered),
            paths=", ".join(paths),
        ),
        where=paths[0],
        hint=msg("run this again: it looks at the machine as it is now"),
    )


def _half_done(journal: Journal) -> tuple[str, ...]:
    if not os.path.isdir(journal.folder):
        return ()
    return tuple(id_ for id_ in journal.ids() if journal.state(id_) in HALF_DONE)
