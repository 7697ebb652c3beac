"""The journal: every transaction's bytes of before and after, on the disk ahead of the writes.

One folder a transaction, `<state>/gomod-wizard/journal/<id>/`:

    record.json   what is to be done; never changes, and the id ends in its hash
    <sha256>      bytes of before and after, by content
    state         one word, replaced in one step: it is what a crash leaves to recover from

Folders are 0700 and files 0600, because a configuration file of the user's may hold a password.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from wizard.apply.disk import Disk, Folder, Ownership
from wizard.apply.failure import unreadable
from wizard.apply.record import (
    ID,
    RECORD_LIMIT,
    Record,
    digest,
    encoded,
    id_of,
    load_record,
    read_blob,
    stands_as,
)
from wizard.errors import ForbiddenError
from wizard.system import System
from wizard.text import msg

PRIVATE_FILE = Ownership(mode=0o600)
PRIVATE_FOLDER = Ownership(mode=0o700)
_NONE: Mapping[str, Any] = MappingProxyType({})


class State:
    """The words of the state file."""

    STAGED = "staged"
    """Written down; waits for root."""
    WITHDRAWN = "withdrawn"
    """It waited for root, who never came: a later apply or an undo took its place."""
    BEGUN = "begun"
    """Files may be old or new: recovery makes them old."""
    APPLIED = "applied"
    UNDOING = "undoing"
    """Files may be new or old: recovery makes them old."""
    UNDO_STAGED = "undo staged"
    """Applied by root, and still in force: its undo waits for root."""
    UNDONE = "undone"
    FAILED = "failed"
    """Every file was put back."""


_WORDS = frozenset(word for name, word in vars(State).items() if name.isupper())
HALF_DONE = frozenset({State.BEGUN, State.UNDOING})
"""The states that a crash leaves, and a run that writes at this moment."""


def state_folder(system: System) -> Path:
    """Return the program's state folder. Raises ForbiddenError where there is no place for it.

    Root under sudo keeps its own, so that no file of root's lands in the user's home.
    """
    if under_sudo(system):
        return machine_folder(system)
    base = system.state_home()
    if base is None and system.uid == 0:
        base = system.path("/var/lib")
    if base is None and system.root == Path("/"):
        from platformdirs import user_state_path

        with contextlib.suppress(RuntimeError):  # an account that the machine does not know
            base = user_state_path()
    if base is None or not base.is_absolute():
        raise ForbiddenError(
            msg("there is no folder to keep the journal in, without which nothing can be undone"),
            where="HOME",
            hint=msg("set HOME or XDG_STATE_HOME to an absolute path"),
        )
    return Path(os.path.realpath(base)) / "gomod-wizard"


def state_folders(system: System) -> tuple[Path, ...]:
    """Return the folder of `state_folder`, and for root also where it keeps its own under sudo."""
    own = state_folder(system)
    machine = machine_folder(system)
    return (own, machine) if system.uid == 0 and machine != own else (own,)


def under_sudo(system: System) -> bool:
    """Whether this is root, called by a user through sudo."""
    return system.uid == 0 and system.env.get("SUDO_UID", "0") != "0"


def machine_folder(system: System) -> Path:
    """Return where root keeps what it did for a user under sudo."""
    return Path(os.path.realpath(system.path("/var/lib"))) / "gomod-wizard"


class Journal:
    """The transactions of one user."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.folder = folder / "journal"
        self.disk = disk

    # Reading

    def ids(self) -> tuple[str, ...]:
        """Return the ids, newest first. Raises ForbiddenError where the journal is unreadable."""
        try:
            names = [entry.name for entry in self.folder.iterdir() if ID.fullmatch(entry.name)]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise unreadable(error, self.folder) from error
        return tuple(sorted(names, key=self._sequence, reverse=True))

    def _sequence(self, id_: str) -> int:
        try:
            return int(self._json(id_, "record.json")["sequence"])
        except (ValueError, KeyError, TypeError, OverflowError):
            return 0

    def load(self, id_: str) -> Record | None:
        """Return a record with its bytes, None where it is damaged or gone."""
        return load_record(self.folder / id_, self.disk)

    def known_as(self, id_: str) -> str:
        """Return the id that people were shown for this record."""
        return Path(str(self._json(id_, "record.json").get("carries", ""))).name or id_

    def state(self, id_: str) -> str:
        """Return the state's word; where that is lost, what the files themselves tell."""
        word = self._state_file(id_).get("state")
        known = isinstance(word, str) and word in _WORDS
        return str(word) if known else self._state_by_files(id_)

    def _state_by_files(self, id_: str) -> str:
        """Return the state of an entry that has none any more.

        An entry gets its name with a state in it and keeps one at every instant, so this was no
        crash of ours; what may still stand is kept for an undo, and from a purge.
        """
        record = self.load(id_)
        standing = record is None or any(
            stands_as((step,), after=True)
            for step in record.steps
            if step.change.before != step.change.after
        )
        return State.APPLIED if standing else State.FAILED

    def ran(self, id_: str) -> bool:
        """Whether the programs of the record were run, and did what they should."""
        return self._state_file(id_).get("ran") is True

    def found(self, id_: str) -> dict[str, bytes | None]:
        """Return the bytes that a forced undo found in place of its own, by path."""
        hashes = self._state_file(id_).get("found")
        return {
            path: None if sha is None else read_blob(self.folder / id_, str(sha), self.disk)
            for path, sha in (hashes.items() if isinstance(hashes, dict) else ())
        }

    def _state_file(self, id_: str) -> dict[str, Any]:
        return self._json(id_, "state")

    def _json(self, id_: str, name: str) -> dict[str, Any]:
        """Return the object in a file of a record; no link, no pipe, nothing endless is read.

        Root reads a user's journal so, who could have laid anything there.
        """
        try:
            with Folder(self.folder / id_) as folder:
                value = json.loads(self.disk.read(folder, name, RECORD_LIMIT) or b"{}")
        except (OSError, ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    # Writing

    def add(self, record: Record, state: str) -> Record:
        """Write a transaction down, durably, and return it with its id."""
        latest = max((self._sequence(id_) for id_ in self.ids()), default=0)
        record = replace(record, sequence=latest + 1)
        body = encoded(record)
        id_ = id_of(record, body)
        make_private(self.folder, self.disk)
        fresh = self.folder / f".new-{id_}"
        self.disk.make_folder(fresh, PRIVATE_FOLDER)
        blobs = {
            sha: data
            for step in record.steps
            for data in (step.change.before, step.change.after)
            if data is not None and (sha := digest(data)) is not None
        }
        with Folder(fresh) as folder:
            for sha, data in blobs.items():
                self.disk.write_new(folder, sha, data, PRIVATE_FILE)
            self.disk.write_new(folder, "record.json", body, PRIVATE_FILE)
            self.disk.write_new(folder, "state", _state_bytes(state), PRIVATE_FILE)
            self.disk.sync(folder)
        with Folder(self.folder) as folder:
            self.disk.rename(folder, fresh.name, id_)
            self.disk.sync(folder)
        return replace(record, id=id_)

    def set_state(
        self,
        id_: str,
        state: str,
        found: Mapping[str, bytes | None] = _NONE,
        *,
        ran: bool | None = None,
    ) -> None:
        """Replace the state in one step; `found` are bytes that a forced undo writes over.

        `ran` None keeps what is known of the record's programs.
        """
        hashes = {path: digest(data) for path, data in found.items()}
        ran = self.ran(id_) if ran is None else ran
        with Folder(self.folder / id_) as folder:
            owner = _owned_as(folder)
            for path, data in found.items():
                sha = hashes[path]
                if data is not None and sha and read_blob(folder.path, sha, self.disk) is None:
                    self.disk.remove(folder, sha)
                    self.disk.write_new(folder, sha, data, PRIVATE_FILE)
            if found:
                self.disk.sync(folder)
            self.disk.remove(folder, "state.new")
            self.disk.write_new(folder, "state.new", _state_bytes(state, hashes, ran), owner)
            self.disk.rename(folder, "state.new", "state")
            self.disk.sync(folder)

    def never_begun(self) -> tuple[Path, ...]:
        """Return what a crash left of transactions before they were written down whole."""
        try:
            return tuple(entry for entry in self.folder.iterdir() if entry.name.startswith(".new-"))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise unreadable(error, self.folder) from error

    def sweep(self) -> None:
        """Remove what a crash left of transactions that never began."""
        for entry in self.never_begun():
            shutil.rmtree(entry, ignore_errors=True)


def make_private(folder: Path, disk: Disk) -> None:
    """Make a folder of the program's own, and those above it that are missing."""
    if folder.is_dir():
        return
    make_private(folder.parent, disk)
    disk.make_folder(folder, PRIVATE_FOLDER)


def _state_bytes(state: str, found: Mapping[str, str | None] = _NONE, ran: bool = False) -> bytes:
    return json.dumps({"state": state, "found": dict(found), "ran": ran}).encode()


def _owned_as(folder: Folder) -> Ownership:
    """Return a private file of the folder's owner: root tells a user's journal what it did."""
    if folder.fd is None or os.geteuid() != 0:
        return PRIVATE_FILE
    status = os.fstat(folder.fd)
    return Ownership(mode=PRIVATE_FILE.mode, uid=status.st_uid, gid=status.st_gid)
