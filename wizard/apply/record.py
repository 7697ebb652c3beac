"""What one transaction does, as the journal keeps it: a record, and its bytes by their hash."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wizard.apply.disk import Disk, Folder, Ownership
from wizard.apply.types import Action, Change
from wizard.render.types import Scope
from wizard.system import READ_LIMIT

SCHEMA = "gomod-wizard/journal/1"
ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{24}")
RECORD_LIMIT = 4 * READ_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One file of a transaction, as the record keeps it."""

    change: Change
    uid: int
    gid: int
    """The owner of before; -1 where there was no file or no owner to keep."""
    new_uid: int = -1
    new_gid: int = -1
    """The owner of a file that is made new."""
    attributes: tuple[tuple[str, bytes], ...] = ()
    """The access list and other extended attributes of before."""

    @property
    def path(self) -> Path:
        return Path(self.change.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One transaction."""

    id: str
    at: str
    project: str
    steps: tuple[Step, ...]
    folders: tuple[str, ...] = ()
    """Folders that it makes, outermost first."""
    staged: str = ""
    """The id of the part that was staged for root."""
    sequence: int = 0
    """Its place in the journal; clocks go backwards, and two can fall into one second."""
    undoes: str = ""
    """The id of the transaction that this one takes back as root."""
    carries: str = ""
    """The folder of the record in a user's journal that this one of root's carries out."""
    parents: Mapping[str, Ownership] = field(default_factory=dict)
    """Mode and owner of the folders above its files that were there before."""
    runs: tuple[Change, ...] = ()
    """Programs that it runs when the files are there."""

    @property
    def changes(self) -> tuple[Change, ...]:
        return (*(step.change for step in self.steps), *self.runs)

    @property
    def known_as(self) -> str:
        """The id that people were shown: of what a user staged, where root carried that out."""
        return Path(self.carries).name if self.carries else self.id


def digest(data: bytes | None) -> str | None:
    """Return the SHA-256 of `data` in hex; None for a file that is not there."""
    return None if data is None else hashlib.sha256(data).hexdigest()


def stands_as(steps: Iterable[Step], *, after: bool) -> bool:
    """Whether every file has the bytes of after (or of before) right now."""
    for step in steps:
        wanted = step.change.after if after else step.change.before
        try:
            if Disk().look(step.path, RECORD_LIMIT) != wanted:
                return False
        except OSError:
            return False
    return True


def id_of(record: Record, body: bytes) -> str:
    """Return the id: when it was, and the hash of what it says."""
    stamp = re.sub(r"[-:]", "", record.at[:19]).replace("T", "-")
    return f"{stamp}-{hashlib.sha256(body).hexdigest()[:24]}"


def when(id_: str) -> str:
    """Return the second that an id names, as ISO 8601."""
    day, time = id_[:8], id_[9:15]
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T{time[:2]}:{time[2:4]}:{time[4:]}+00:00"


def load_record(folder: Path, disk: Disk) -> Record | None:
    """Return the record in `folder`, whose name must end in the hash of what it says."""
    try:
        with Folder(folder) as opened:
            body = disk.read(opened, "record.json", RECORD_LIMIT)
            if body is None or not _is_whole(folder.name, body):
                return None
            return _record(folder.name, json.loads(body), opened, disk)
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def read_blob(folder: Path, sha: str, disk: Disk) -> bytes | None:
    """Return the bytes with this hash, None where they are not there or not those."""
    try:
        with Folder(folder) as opened:
            return _blob_or_none(opened, sha, disk)
    except OSError:
        return None


def _blob_or_none(folder: Folder, sha: str, disk: Disk) -> bytes | None:
    try:
        return _blob(folder, sha, disk)
    except (OSError, ValueError):
        return None


def _is_whole(name: str, body: bytes) -> bool:
    return ID.fullmatch(name) is not None and name.endswith(hashlib.sha256(body).hexdigest()[:24])


def encoded(record: Record) -> bytes:
    """Return the record as it is hashed; the nonce keeps two equal transactions apart."""
    return json.dumps(
        {
            "schema": SCHEMA,
            "nonce": secrets.token_hex(8),
            "at": record.at,
            "project": record.project,
            "folders": record.folders,
            "parents": {
                folder: [owner.mode, owner.uid, owner.gid]
                for folder, owner in record.parents.items()
            },
            "staged": record.staged,
            "undoes": record.undoes,
            "carries": record.carries,
            "sequence": record.sequence,
            "steps": [
                {
                    **_change_fields(step.change),
                    "before": digest(step.change.before),
                    "after": digest(step.change.after),
                    "uid": step.uid,
                    "gid": step.gid,
                    "new_uid": step.new_uid,
                    "new_gid": step.new_gid,
                    "attributes": {
                        name: base64.b64encode(value).decode() for name, value in step.attributes
                    },
                }
                for step in record.steps
            ],
            "runs": [_change_fields(change) for change in record.runs],
        },
        indent=1,
    ).encode()


def _change_fields(change: Change) -> dict[str, object]:
    return {
        "path": change.path,
        "scope": change.scope.value,
        "action": change.action.value,
        "artifact": change.artifact,
        "mode": change.mode,
        "needs_root": change.needs_root,
        "restarts": change.restarts,
        "because": [str(text) for text in change.because],
        "notes": [str(text) for text in change.notes],
    }


def _record(id_: str, data: dict[str, Any], folder: Folder, disk: Disk) -> Record:
    return Record(
        id=id_,
        at=str(data["at"]),
        project=str(data["project"]),
        folders=tuple(data["folders"]),
        parents={
            str(folder): Ownership(mode=int(mode), uid=int(uid), gid=int(gid))
            for folder, (mode, uid, gid) in dict(data.get("parents", {})).items()
        },
        staged=str(data["staged"]),
        undoes=str(data["undoes"]),
        carries=str(data.get("carries", "")),
        sequence=int(data["sequence"]),
        steps=tuple(
            Step(
                change=_change(
                    row, _blob(folder, row["before"], disk), _blob(folder, row["after"], disk)
                ),
                uid=int(row["uid"]),
                gid=int(row["gid"]),
                new_uid=int(row["new_uid"]),
                new_gid=int(row["new_gid"]),
                attributes=tuple(
                    (str(name), base64.b64decode(value))
                    for name, value in dict(row.get("attributes", {})).items()
                ),
            )
            for row in data["steps"]
        ),
        runs=tuple(_change(row, None, None) for row in data["runs"]),
    )


def _change(row: dict[str, Any], before: bytes | None, after: bytes | None) -> Change:
    return Change(
        path=str(row["path"]),
        scope=Scope(row["scope"]),
        action=Action(row["action"]),
        artifact=str(row["artifact"]),
        before=before,
        after=after,
        mode=int(row["mode"]),
        needs_root=bool(row["needs_root"]),
        restarts=tuple(row["restarts"]),
        because=tuple(row["because"]),
        notes=tuple(row["notes"]),
    )


def _blob(folder: Folder, sha: str | None, disk: Disk) -> bytes | None:
    if sha is None:
        return None
    if not re.fullmatch(r"[0-9a-f]{64}", sha):
        raise ValueError("no hash")
    data = disk.read(folder, sha, RECORD_LIMIT)
    if digest(data) != sha:
        raise ValueError("these are other bytes")
    return data
