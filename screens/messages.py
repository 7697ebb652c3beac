"""What a screen asks of the app. A screen never switches itself: it asks, and the app acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from screens.state import Preview
    from wizard.apply.types import Receipt
    from wizard.errors import WizardError
    from wizard.flow import Step
    from wizard.repairing import Proposal
    from wizard.verify.types import Outcome


class GoOn(Message):
    """Take the step as it stands, and go to the next one."""


class GoBack(Message):
    """Return to where the user came from."""


class LookAgain(Message):
    """Start the detection anew."""


@dataclass
class Leap(Message):
    """Go straight to a step."""

    step: Step


@dataclass
class Change(Message):
    """Open the question behind a decision."""

    key: str


@dataclass
class LeaveOut(Message):
    """Leave an artifact out of what is written, or take it in again."""

    name: str


class Write(Message):
    """The review is done: ask for the last yes, then write."""


class Leave(Message):
    """End the wizard."""


class Prove(Message):
    """Prove by a real build what stands there."""


class Mend(Message):
    """Find out what would cure a proof that failed."""


class Finish(Message):
    """Go to the last screen, whatever came of the proof."""


class Undo(Message):
    """Take everything of this run back; it was asked for."""


class Afresh(Message):
    """Start again at the first screen."""


@dataclass
class ProofEnded(Message):
    """Every part of the proof ended; `trouble`: why one could not be run."""

    outcomes: tuple[Outcome, ...]
    trouble: WizardError | None = None
    stopped: bool = False


@dataclass
class RepairAccepted(Message):
    """A repair is to be written, once more is said yes."""

    proposal: Proposal
    preview: Preview


class RepairRefused(Message):
    """Back to the diagnosis."""


@dataclass
class UndoEnded(Message):
    """Everything that could be taken back is."""

    undone: tuple[Receipt, ...]
