"""argparse as this program wants it: errors as values, near words for typos, a short help."""

from __future__ import annotations

import argparse
import sys

from wizard.cli.argparse_words import HelpFormatter
from wizard.errors import UsageError
from wizard.text import msg

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, NoReturn

    from wizard.text import Text


class Parser(argparse.ArgumentParser):
    """argparse, with errors as `UsageError`, so that one place prints them.

    `--help` shows examples first and everything after them, `-h` what fits a small window.
    """

    def __init__(self, *, examples: str = "", add_help: bool = True, **options: Any) -> None:
        super().__init__(
            formatter_class=HelpFormatter, allow_abbrev=False, add_help=False, **options
        )
        self.examples = examples
        if add_help:
            self.add_argument("-h", action=_ShortHelp, help=str(msg("show a short help and exit")))
            self.add_argument(
                "--help", action="help", help=str(msg("show this help message and exit"))
            )

    def error(self, message: str) -> NoReturn:
        raise self._mistake(message)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, and refuse what is left over with the nearest flag that there is."""
        found, extra = self.parse_known_args(args, namespace)
        if extra:
            command = getattr(found, "command", None)
            parser = self._of(command) if command is not None else self
            typed = next((word for word in extra if word.startswith("-")), extra[0])
            message = msg("unrecognized arguments: %s")
            near = _near(typed.partition("=")[0], parser._option_string_actions)
            raise parser._mistake(str(message) % " ".join(extra), near)
        return found

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        known = action.choices
        if isinstance(action, argparse._SubParsersAction) and known and value not in known:
            near = _near(str(value), known)
            raise self._mistake(msg("there is no command {word}", word=str(value)), near)
        super()._check_value(action, value)

    def _mistake(self, message: Text, near: str | None = None) -> UsageError:
        hint = msg("`{command} --help` shows examples", command=self.prog)
        if near is not None:
            hint = msg("did you mean {near}?", near=near)
        return UsageError(message, where=self.prog, hint=hint)

    def _of(self, command: str) -> Parser:
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                found = action.choices[command]
                if isinstance(found, Parser):
                    return found
        return self

    def format_help(self) -> str:
        """Return the long help: what it is, examples, then every command and flag."""
        formatter = self._get_formatter()
        formatter.add_usage(self.usage, self._actions, self._mutually_exclusive_groups)
        formatter.add_text(self.description)
        formatter.add_text(self.examples)
        for group in self._action_groups:
            formatter.start_section(group.title)
            formatter.add_text(group.description)
            formatter.add_arguments(group._group_actions)
            formatter.end_section()
        formatter.add_text(self.epilog)
        return formatter.format_help()

    def format_short(self) -> str:
        """Return the short help: its commands, or the flags that are this command's own."""
        formatter = self._get_formatter()
        formatter.add_text(self.description)
        whole = next((a for a in self._actions if isinstance(a, argparse._SubParsersAction)), None)
        if whole is not None:
            formatter.start_section(str(msg("commands")))
            formatter.add_arguments(whole._get_subactions())
            formatter.end_section()
        else:
            common = next(
                (g for g in self._action_groups if g.title == str(msg("common flags"))), None
            )
            shared = [] if common is None else common._group_actions
            formatter.start_section(str(msg("flags")))
            formatter.add_arguments(
                [a for a in self._actions if a not in shared and not isinstance(a, _ShortHelp)]
            )
            formatter.end_section()
        formatter.add_text(
            str(msg("`{command} --help` shows examples and every flag", command=self.prog))
        )
        return formatter.format_help()


class _ShortHelp(argparse.Action):
    """`-h`."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str | None = None) -> None:
        super().__init__(
            option_strings, argparse.SUPPRESS, nargs=0, default=argparse.SUPPRESS, help=help
        )

    def __call__(self, parser: argparse.ArgumentParser, *unused: object, **more: object) -> None:
        if isinstance(parser, Parser):
            parser._print_message(parser.format_short(), sys.stdout)
        parser.exit()


def _near(word: str, known: Iterable[str]) -> str | None:
    """Return the word of `known` that was probably meant."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), None)
