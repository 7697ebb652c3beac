"""Shell completion: one script a shell, made from the command line's own grammar."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wizard.cli.completion.bash import bash
from wizard.cli.completion.fish import fish
from wizard.cli.completion.grammar import Grammar
from wizard.cli.completion.powershell import powershell
from wizard.cli.completion.zsh import zsh

SCRIPTS: Mapping[str, Callable[[Grammar], str]] = {
    "bash": bash,
    "zsh": zsh,
    "fish": fish,
    "powershell": powershell,
}
"""What prints the script of a shell."""
