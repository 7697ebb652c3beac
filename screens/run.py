"""What was done in this run of the wizard: written, proved, taken back. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.errors import ExitCode

if TYPE_CHECKING:
    from wizard.apply.types import Change, Receipt
    from wizard.errors import WizardError
    from wizard.verify.types import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One moment of it."""

    receipts: tuple[Receipt, ...] = ()
    """Of every write, the oldest first; one without an id wrote nothing."""
    command: str = ""
    """The build command."""
    outcomes: tuple[Outcome, ...] = ()
    """Of the last proof; empty: none was made, or it was stopped."""
    stopped: bool = False
    """The user stopped the last proof."""
    trouble: WizardError | None = None
    """Why the last proof could not be made."""
    staged: tuple[Change, ...] = ()
    """Files of the system that root has not written yet."""
    rounds: int = 0
    """Repairs that were written."""
    undone: tuple[Receipt, ...] = ()
    """What was taken back."""

    @property
    def written(self) -> bool:
        """Something may be changed on this machine, or nothing had to be."""
        return bool(self.receipts)

    @property
    def ids(self) -> tuple[str, ...]:
        """The transactions in force, the newest first: the order in which they are taken back."""
        back = {receipt.id for receipt in self.undone}
        found = (one.id for one in reversed(self.receipts) if one.id is not None)
        return tuple(id_ for id_ in found if id_ not in back)

    @property
    def sudo_command(self) -> str | None:
        """The one command for root, while something waits for it."""
        commands = [one.sudo_command for one in self.receipts if one.sudo_command]
        return commands[-1] if commands and self.staged else None

    @property
    def failed(self) -> Outcome | None:
        """The part of the proof that is red, a build before the host."""
        red = [outcome for outcome in self.outcomes if outcome.ok is False]
        return max(red, key=lambda outcome: outcome.part.value == "build", default=None)

    @property
    def proved(self) -> bool:
        """Every part that can run on this machine is green, and there is one."""
        return self.failed is None and any(outcome.ok for outcome in self.outcomes)

    @property
    def receipt(self) -> Receipt | None:
        """All writes as one receipt; None before the first."""
        if not self.receipts:
            return None
        from wizard.apply.types import Receipt

        return Receipt(
            id=next(iter(self.ids), None),
            changes=tuple(change for one in self.receipts for change in one.changes),
            staged=self.staged,
            sudo_command=self.sudo_command,
            messages=tuple(text for one in self.receipts for text in one.messages),
        )

    @property
    def code(self) -> ExitCode:
        """How the program ends when the user leaves now."""
        if not self.receipts:
            return ExitCode.INTERRUPTED
        if self.undone:
            waits = any(receipt.staged for receipt in self.undone)
            return ExitCode.FORBIDDEN if waits else ExitCode.OK
        if self.staged:
            return ExitCode.FORBIDDEN
        return ExitCode.NO if self.failed is not None else ExitCode.OK
