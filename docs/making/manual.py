"""`make man`: the manual page, from the same parser and questions as `--help`.

    python -m docs.making.manual FILE

Needs the standard library alone, because a wheel is built without the program's dependencies.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from wizard import __version__
from wizard.cli.completion.grammar import Argument, Command, Flag, Grammar, grammar
from wizard.cli.summaries import WIZARD
from wizard.questions import QUESTIONS

DATE = "2026-11-28"
"""When the words of this file were last gone through; a page that is made twice is the same."""

EXIT_CODES = (
    ("0", "Yes, or done."),
    ("1", "The answer is no: drift, a failed verification, a fault found, no good mirror."),
    ("2", "Wrong usage, or input that cannot be used."),
    ("3", "This machine forbids it: permission, no engine. Staged work waits for root."),
    ("4", "Refused as unsafe."),
    ("130", "Interrupted."),
)

ENVIRONMENT = (
    (
        "GOMOD_WIZARD_SET_KEY",
        "Answers the decision KEY, in capitals: GOMOD_WIZARD_SET_MTU=1400. --set is stronger.",
    ),
    (
        "GOMOD_WIZARD_PRESET, GOMOD_WIZARD_PRESET_KEY",
        "The organisation's preset and the public key of whoever signs it, for a fleet or a job.",
    ),
    ("NO_COLOR", "Where it is set and not empty, nothing is coloured."),
    ("ACCESSIBLE", "Where it is set, the wizard asks line by line, as with --plain."),
    ("TERM", "A dumb terminal gets the wizard line by line."),
    ("LC_ALL, LC_MESSAGES, LANG, LANGUAGE", "The language, where --lang does not say it."),
    (
        "HTTP_PROXY, HTTPS_PROXY, NO_PROXY",
        "Read as Go, git and docker read them, in both spellings; never changed.",
    ),
    (
        "GOPROXY, GOSUMDB, GOPRIVATE, GOENV and the others of Go",
        "What Go uses in this shell; the plan names where each value comes from.",
    ),
    (
        "DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG",
        "Which engine is asked, and where the client's configuration lies.",
    ),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "Whom TLS trusts, as Go reads them on Linux."),
    ("NETRC, SSH_AUTH_SOCK", "Where credentials for private hosts are; they are not copied."),
    ("XDG_CONFIG_HOME, XDG_STATE_HOME", "Where answers and the journal lie."),
)

FILES = (
    ("gomod-wizard.toml", "The project's answers; holds no secret and may be committed."),
    ("~/.config/gomod-wizard/config.toml", "The user's answers, weaker than the project's."),
    (
        "~/.config/gomod-wizard/preset.toml",
        "Where the organisation's preset comes from, and the pinned key.",
    ),
    ("~/.config/gomod-wizard/mirrors.toml", "The user's own catalogue of module mirrors."),
    (
        "~/.local/state/gomod-wizard/journal/",
        "What was done: the bytes of before and after, mode 0600, for undo.",
    ),
    ("/var/lib/gomod-wizard/", "The same for what root did under sudo."),
)


def manual(known: Grammar) -> str:
    """Return the page, in roff's man macros."""
    return "\n".join((*_page(known), ""))


def _page(known: Grammar) -> Iterator[str]:
    name = known.program
    yield f'.\\" Made by docs/making/manual.py from the parser of {name} {__version__}.'
    yield f'.TH {_text(name.upper())} 1 "{DATE}" "{name} {__version__}" "User Commands"'
    yield ".SH NAME"
    yield f"{_text(name)} \\- make go mod download work inside docker build on corporate networks"
    yield ".SH SYNOPSIS"
    yield f".B {_text(name)}\n.RI [ FLAG \\ ...]\n.br"
    yield f".B {_text(name)}\n.I COMMAND\n.RI [ FLAG \\ ...]\n.RI [ ARGUMENT ]"
    yield ".SH DESCRIPTION"
    yield _text(
        "Finds out what is true on this machine and its network, decides once, writes every file"
        " from that one decision as one transaction, proves it by a real build, and takes it all"
        " back on request, to the byte."
    )
    yield ".PP"
    yield _text(
        "Without a command it starts the wizard, which needs a terminal. Every screen of it has a"
        " command as its headless twin; --json gives one documented object on standard output."
        " Nothing is written that was not shown."
    )
    yield ".SH EXAMPLES"
    for example, what in WIZARD:
        yield f".TP\n.B {_text(example)}\n{_text(str(what))}"
    yield ".SH COMMON FLAGS"
    yield "They may stand before or after the command."
    yield from _flags(known.flags)
    yield ".SH COMMANDS"
    for command in known.commands:
        yield from _command(name, command)
    yield ".SH DECISIONS"
    yield _text("The keys of --set, --what-if, of the profile and of GOMOD_WIZARD_SET_KEY.")
    for one in QUESTIONS:
        yield f".TP\n.BI {_text(one.key)} =VALUE\n{_text(f'{one.title}. {one.why}')}"
        yield _text(f"Expected: {one.expected}; for example {one.key}={one.example}.")
    yield ".SH EXIT STATUS"
    yield from _table(EXIT_CODES)
    yield ".SH ENVIRONMENT"
    yield from _table(ENVIRONMENT)
    yield ".SH FILES"
    yield from _table(FILES)
    yield ".SH SEE ALSO"
    yield ".BR go (1),\n.BR docker (1),\n.BR docker\\-build (1),\n.BR netrc (5)"


def _command(name: str, command: Command) -> Iterator[str]:
    yield f".SS {_text(command.name)}"
    usage = f".B {_text(f'{name} {command.name}')}"
    if command.flags:
        usage += "\n.RI [ FLAG \\ ...]"
    if command.argument is not None:
        shown = _text(command.argument.metavar)
        usage += f"\n.I {shown}" if command.argument.required else f"\n.RI [ {shown} ]"
    yield f"{usage}\n.PP"
    yield f"{_sentence(command.summary)}"
    if command.argument is not None and command.argument.summary:
        yield from _argument(command.argument)
    yield from _flags(command.flags)
    yield ".PP\n.EX"
    yield "\n".join(_text(line) for line in command.examples.splitlines())
    yield ".EE"


def _argument(argument: Argument) -> Iterator[str]:
    yield f".TP\n.I {_text(argument.metavar)}\n{_text(argument.summary)}"


def _flags(flags: Iterable[Flag]) -> Iterator[str]:
    for flag in flags:
        names = ", ".join(f"\\fB{_text(name)}\\fR" for name in flag.names)
        value = f" \\fI{_text(flag.metavar)}\\fR" if flag.metavar else ""
        yield f".TP\n{names}{value}\n{_text(flag.summary)}"


def _table(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, what in rows:
        yield f".TP\n.B {_text(name)}\n{_text(what)}"


def _sentence(summary: str) -> str:
    return _text(summary[:1].upper() + summary[1:] + ".")


def _text(text: str) -> str:
    """Return `text` as roff shows it as it is: no escapes, no requests, hyphens as typed."""
    shown = text.replace("\\", "\\(rs").replace("-", "\\-").replace("`", "\\(ga")
    shown = shown.replace("'", "\\(aq").replace('"', "\\(dq").replace("^", "\\(ha")
    shown = shown.replace("~", "\\(ti")
    return f"\\&{shown}" if shown.startswith((".", "\\(aq")) else shown


def main(file: str) -> None:
    """Write the page to `file`."""
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(manual(grammar()), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
