"""What a screen asks of the app. A screen never switches itself: it asks, and the app acts."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from wizard.flow import Step


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
