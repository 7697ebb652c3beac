"""What argparse itself says, in the language of the rest: its words are gettext's of the standard
library, whose catalogues know only the locale, not `--lang`, and no Chinese.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from contextlib import suppress

from wizard.text import msg, nmsg, translate, translate_count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WORDS = (
    msg("usage: "),
    msg("positional arguments"),
    msg("options"),
    msg("show this help message and exit"),
    msg("show program's version number and exit"),
    msg("argument %(argument_name)s: %(message)s"),
    msg("unrecognized arguments: %s"),
    msg("ambiguous option: %(option)s could match %(matches)s"),
    msg("invalid choice: %(value)r (choose from %(choices)s)"),
    msg("invalid choice: %(value)r, maybe you meant %(closest)r? (choose from %(choices)s)"),
    msg("invalid %(type)s value: %(value)r"),
    msg("expected one argument"),
    msg("expected at most one argument"),
    msg("expected at least one argument"),
    nmsg("expected %s argument", "expected %s arguments", n=2),
    msg("the following arguments are required: %s"),
    msg("one of the arguments %s is required"),
    msg("not allowed with argument %s"),
    msg("ignored explicit argument %r"),
    msg("unexpected option string: %s"),
)
"""Of Python 3.11 to 3.14, what a person who types can come to see."""


def speak() -> None:
    """Let argparse look up its words in the language that is current when it says them."""
    vars(argparse).update(_=translate, ngettext=translate_count)


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """argparse's help by terminal cells: it counts characters, and breaks lines at spaces alone."""

    def __init__(self, prog: str, *args: Any, **settings: Any) -> None:
        super().__init__(prog, *args, **({"width": _columns() - 2} | settings))
        self._width -= _beyond(translate("usage: "))

    def _split_lines(self, text: str, width: int) -> list[str]:
        from wizard.cli.cells import wrap

        return wrap(text, width)

    def format_help(self) -> str:
        """Return the help, the usage's lines below each other, each heading with its own colon."""
        usage, gap, rest = super().format_help().partition("\n\n")
        indent = " " * _beyond(translate("usage: "))
        lines = [line and f"{indent}{line}" for line in usage.split("\n")]
        usage = "\n".join((lines[0].removeprefix(indent), *lines[1:]))
        return usage + gap + re.sub(r"^([^\x00-\x7f]+):$", r"\1：", rest, flags=re.MULTILINE)


def _columns() -> int:
    """Return the terminal's width as `shutil` would; its import costs more than argparse."""
    with suppress(ValueError):
        if (told := int(os.environ.get("COLUMNS", "0"))) > 0:
            return told
    with suppress(OSError, ValueError, AttributeError):
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    return 80


def _beyond(text: str) -> int:
    """Return by how many cells `text` is wider than argparse takes it for."""
    from wizard.cli.cells import width

    return width(text) - len(text)
