"""What argparse itself says, in the language of the rest: its words are gettext's of the standard
library, whose catalogues know only the locale, not `--lang`, and no Chinese.
"""

from __future__ import annotations

import argparse

from wizard.text import msg, nmsg, translate, translate_count

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
    """argparse's help, wrapped by terminal cells: a line of Chinese has no spaces to break at."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        from wizard.cli.cells import wrap

        return wrap(text, width)
