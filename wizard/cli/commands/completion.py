"""`completion`: the script of a shell; and, for those scripts, the ids that `undo` takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.errors import ExitCode, ForbiddenError, UsageError
from wizard.text import msg

if TYPE_CHECKING:
    import argparse

    from wizard.cli.output import Output
    from wizard.system import System

_OFFERED = 20
"""Ids at most: nobody takes back what was done a year ago by a Tab."""


def completion(flags: argparse.Namespace, system: System, output: Output) -> int:
    """Print the script of `flags.shell`. Raises UsageError where none is named."""
    if flags.ids:
        _ids(system, output)
        return ExitCode.OK
    if flags.shell is None:
        raise UsageError(
            msg("which shell?"),
            where="completion",
            hint=msg("gomod-wizard completion bash, zsh, fish or powershell"),
        )
    from wizard.cli.completion import SCRIPTS
    from wizard.cli.completion.grammar import grammar

    print(SCRIPTS[flags.shell](grammar()), end="")
    return ExitCode.OK


def _ids(system: System, output: Output) -> None:
    """Write the ids of what still stands, newest first; in the middle of a Tab there is no talk."""
    from wizard.apply.disk import Disk
    from wizard.apply.journal import Journal, State, state_folders

    try:
        for folder in state_folders(system):
            journal = Journal(folder, Disk())
            for id_ in journal.ids()[:_OFFERED]:
                if journal.state(id_) not in (State.UNDONE, State.FAILED, State.WITHDRAWN):
                    output.line(journal.known_as(id_))
    except ForbiddenError:
        return
