"""What a diagnosis says: the failing step, and every fault with its evidence and its cure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wizard.text import Text


class FaultClass(StrEnum):
    """Where a fault lies."""

    NETWORK = "network"
    FS = "fs"
    ERROR = "error"
    """Configuration, credentials, the project, security."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The step that failed, as the log printed it; None for what the log does not show."""

    number: str | None
    """`5/8`"""
    instruction: str | None
    stage: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One line of the log."""

    line: int
    """1-based."""
    text: str
    """As it stood there, terminal codes and prefixes removed, bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledOut:
    """A cause that the log seemed to show, and why it is not the one."""

    cause: str
    because: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Cure:
    """What to do: never an unsafe value."""

    summary: Text
    command: str | None
    """A command line of this program, of go, git or docker."""
    decision: str | None
    """The key of the plan to revisit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One independent fault."""

    cause: str
    """Stable id, for example `dns-failure`."""
    fault_class: FaultClass
    detail: str
    """The finer id: that of the rule that saw it."""
    title: Text
    reason: str | None
    """The cause beneath it: why the image could not be pulled, why the database was not reached."""
    confidence: float
    """0 to 1."""
    evidence: tuple[Evidence, ...]
    ruled_out: tuple[RuledOut, ...]
    cure: Cure
    link: str
    live: tuple[Text, ...] = ()
    """What this machine says of it now; empty where nobody looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The faults of one log, the most likely root first; none where nothing failed."""

    step: Step | None
    faults: tuple[Fault, ...]
    lines: int
    """How many lines were read."""
    instructions: tuple[str, ...] = ()
    """The instructions of all steps that the log shows, as printed; bounded."""
    binary: bool = False
    """What was read is no text, so that no fault in it says nothing."""
