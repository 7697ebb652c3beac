"""The command line's grammar as data: what completion, the man page and the reference are made of.

argparse shows its actions by no public name; its attributes are documented.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from enum import StrEnum


class Takes(StrEnum):
    """What stands after a flag, or as an argument."""

    NOTHING = "nothing"
    TEXT = "text"
    """Nothing that could be offered."""
    FILE = "file"
    FOLDER = "folder"
    WORD = "word"
    """One of `words`."""
    DECISION = "decision"
    """KEY=VALUE"""
    ID = "id"
    """A transaction's."""
    COMMAND = "command"
    """A whole command line of this program."""


_BY_METAVAR = {
    "FILE": Takes.FILE,
    "F": Takes.FILE,
    "DIR": Takes.FOLDER,
    "KEY=VALUE": Takes.DECISION,
    "ID": Takes.ID,
    "COMMAND": Takes.COMMAND,
}
_SCOPES = ("project", "user", "system", "project,user")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One flag with all its spellings."""

    names: tuple[str, ...]
    takes: Takes
    metavar: str
    summary: str
    words: tuple[str, ...] = ()
    repeatable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """What stands without a flag."""

    takes: Takes
    metavar: str
    summary: str
    words: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command, its own flags first, then the common ones."""

    name: str
    summary: str
    examples: str
    flags: tuple[Flag, ...]
    common: tuple[Flag, ...]
    argument: Argument | None

    @property
    def every_flag(self) -> tuple[Flag, ...]:
        """All flags that may stand after its name."""
        return (*self.flags, *self.common)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """The whole command line."""

    program: str
    summary: str
    flags: tuple[Flag, ...]
    """Those that may stand before a command."""
    commands: tuple[Command, ...]
    decisions: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Key, title and closed list of words of every decision."""


def grammar() -> Grammar:
    """Return the grammar of this version, in the language that is shown."""
    from wizard import __version__
    from wizard.cli.parser import build_parser
    from wizard.questions import QUESTIONS

    parser = build_parser(__version__)
    commands = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    summaries = {a.dest: str(a.help) for a in commands._choices_actions}
    common = _flags(parser)
    shared = {flag.names for flag in common}
    return Grammar(
        program=parser.prog,
        summary=str(parser.description),
        flags=common,
        commands=tuple(
            Command(
                name=name,
                summary=summaries[name],
                examples=_examples(sub),
                flags=tuple(flag for flag in _flags(sub) if flag.names not in shared),
                common=tuple(flag for flag in _flags(sub) if flag.names in shared),
                argument=_argument(sub),
            )
            for name, sub in commands.choices.items()
        ),
        decisions=tuple((one.key, str(one.title), one.words) for one in QUESTIONS),
    )


def _examples(parser: argparse.ArgumentParser) -> str:
    """Return the example lines of a command's help, without their title."""
    lines = str(getattr(parser, "examples", "")).splitlines()[1:]
    return "\n".join(line.removeprefix("  ") for line in lines)


def _flags(parser: argparse.ArgumentParser) -> tuple[Flag, ...]:
    return tuple(
        Flag(
            names=tuple(action.option_strings),
            takes=_takes(action),
            metavar=_metavar(action),
            summary=str(action.help or ""),
            words=_words(action),
            repeatable=isinstance(action, argparse._AppendAction),
        )
        for action in parser._actions
        if action.option_strings and action.help is not argparse.SUPPRESS
    )


def _argument(parser: argparse.ArgumentParser) -> Argument | None:
    for action in parser._actions:
        if not action.option_strings and not isinstance(action, argparse._SubParsersAction):
            return Argument(
                takes=_takes(action),
                metavar=_metavar(action),
                summary=str(action.help or ""),
                words=_words(action),
                required=action.required and action.nargs != argparse.REMAINDER,
            )
    return None


def _metavar(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.metavar is None and action.choices is not None:
        return "{" + ",".join(_words(action)) + "}"
    shown = action.metavar
    return shown if isinstance(shown, str) else action.dest.upper()


def _words(action: argparse.Action) -> tuple[str, ...]:
    if action.dest == "scope":
        return _SCOPES
    return tuple(str(one) for one in action.choices or ())


def _takes(action: argparse.Action) -> Takes:
    if action.nargs == 0:
        return Takes.NOTHING
    if _words(action):
        return Takes.WORD
    return _BY_METAVAR.get(_metavar(action), Takes.TEXT)
