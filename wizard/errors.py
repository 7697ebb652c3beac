"""What stops the program, and the exit codes that scripts rely on.

Failures of the world that detection meets (a dead host, a missing tool) are facts, not
exceptions; see `wizard.facts`.
"""

from __future__ import annotations

from enum import IntEnum

TYPE_CHECKING = False  # as in `wizard.text`
if TYPE_CHECKING:
    from wizard.text import Text


class ExitCode(IntEnum):
    """The contract of the command line; values change only with a major version."""

    OK = 0
    """Yes, or done."""
    NO = 1
    """The answer is no: drift, a failed verification, a fault found, no good mirror."""
    USAGE = 2
    """Wrong usage, or input that cannot be used."""
    FORBIDDEN = 3
    """This machine forbids it: permission, no engine."""
    UNSAFE = 4
    """Refused as unsafe."""
    INTERRUPTED = 130
    """Ctrl-C, or the end of piped input in the middle of the questions."""


class WizardError(Exception):
    """Stops a command: what happened, where, and what to do next.

    The command line turns it into one line and `code`; with `--json` into the `error` object.
    """

    code = ExitCode.USAGE

    def __init__(
        self, message: Text, *, where: str = "", hint: Text = "", code: ExitCode | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint
        if code is not None:
            self.code = code


class UsageError(WizardError):
    """Input that cannot be used: a flag, a profile, a catalogue, a project."""


class ForbiddenError(WizardError):
    """This machine forbids it: no permission, a read-only disk, no engine."""

    code = ExitCode.FORBIDDEN


class UnsafeError(WizardError):
    """Refused because it would be unsafe: an unsafe value without a reason, a changed file."""

    code = ExitCode.UNSAFE
