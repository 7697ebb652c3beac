"""The types of apply: what would change on disk, and what was done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wizard.render.types import Scope
from wizard.text import Text


class Action(StrEnum):
    """What happens to one path; `run` is a program that is run (a restart)."""

    CREATE = "create"
    UPDATE = "update"
    REMOVE = "remove"
    RUN = "run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file that would be written, or one program that would be run."""

    path: str
    """Absolute path; for `run` the command line, as a person would type it."""
    scope: Scope
    action: Action
    artifact: str
    """The artifact's name: `daemon.json`, `go-env.sh` …"""
    before: bytes | None
    """None: the file does not exist."""
    after: bytes | None
    """None: the file is removed."""
    mode: int
    needs_root: bool
    restarts: tuple[str, ...] = ()
    because: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    """What a reader of the diff must know: a line that was commented out, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A file that is left alone, because it cannot be read or joined safely."""

    path: str
    scope: Scope
    artifact: str
    message: Text
    """What and where (line and column)."""
    hint: Text
    unsafe: bool = False
    """True: exit code 4 (would harm); False: 2 or 3 (cannot be read)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """Everything that one `apply` would do, in the order in which it would be done."""

    changes: tuple[Change, ...]
    refusals: tuple[Refusal, ...]
    unchanged: tuple[str, ...] = ()
    """Paths that already are as planned."""
    notes: tuple[Text, ...] = ()
    """What is not written, and why that is no fault: no `go` whose settings could be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was done."""

    id: str | None
    """The transaction's; None where nothing was written."""
    changes: tuple[Change, ...]
    staged: tuple[Change, ...] = ()
    """Changes of the system scope that wait for root."""
    sudo_command: str | None = None
    """The one command that applies the staged changes."""
    messages: tuple[Text, ...] = ()
    trouble: Text | None = None
    """What does not work although everything was written: the engine stays down. Exit code 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One entry of `history`."""

    id: str
    at: str
    state: str
    """`applied`, `undone`, `failed`, `interrupted` (the next run puts it back), `damaged` (its part
    of the journal is not as it was written); of what needs root `staged`, `withdrawn` (never
    applied), `undo staged` (in force until root undoes it); `partly undone` (only the part that
    needs root is in force)."""
    project: str
    changes: tuple[Change, ...]
