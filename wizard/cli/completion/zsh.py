"""The script for zsh's completion system."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from wizard.cli.completion.grammar import Argument, Command, Flag, Grammar, Takes

_FRAME = """\
#compdef @PROGRAM@
# zsh completion for @PROGRAM@; as `_@PROGRAM@` in a folder of $fpath, or after compinit:
#   eval "$(@PROGRAM@ completion zsh)"

@NAME@_commands() {
    local -a commands=(
@COMMANDS@
    )
    _describe -t commands command commands
}

@NAME@_ids() {
    local -a ids=(${(f)"$(_call_program ids ${(q)service} completion --ids 2>/dev/null)"})
    compadd -a ids
}

@NAME@_decisions() {
    if compset -P '*='; then
        case "${${IPREFIX%=}##*=}" in
@VALUES@
        esac
        return 1
    fi
    local -a keys=(
@KEYS@
    )
    _describe -t decisions decision keys -S =
}

@NAME@_command() {
    if (( CURRENT == 1 )); then
        @NAME@_commands
        return
    fi
    case "$words[1]" in
@CASES@
    esac
}

@NAME@() {
    _arguments -S \\
@FLAGS@
        '*:: :@NAME@_command'
}

if [ "$funcstack[1]" = "_@PROGRAM@" ]; then
    @NAME@ "$@"
else
    compdef @NAME@ @PROGRAM@
fi
"""


def zsh(grammar: Grammar) -> str:
    """Return the script for `grammar`."""
    name = "_" + grammar.program.replace("-", "_")
    filled = {
        "COMMANDS": _described((one.name, one.summary) for one in grammar.commands),
        "KEYS": _described((key, title) for key, title, _ in grammar.decisions),
        "VALUES": "\n".join(
            f"        {shlex.quote(key)}) compadd {_quoted(words)}; return ;;"
            for key, _, words in grammar.decisions
            if words
        ),
        "CASES": "\n".join(_case(name, one) for one in grammar.commands),
        "FLAGS": _specs(name, grammar.flags),
        "NAME": name,
        "PROGRAM": grammar.program,
    }
    text = _FRAME
    for place, what in filled.items():
        text = text.replace(f"@{place}@", what)
    return text


def _case(name: str, command: Command) -> str:
    rest = ""
    if command.argument is not None:
        action = _action(name, command.argument)
        many = "*::" if command.argument.takes is Takes.COMMAND else "::"
        rest = " \\\n" + " " * 12 + shlex.quote(f"{many} :{action}")
    flags = _specs(name, command.every_flag).removesuffix(" \\")
    return f"    {shlex.quote(command.name)})\n        _arguments -S \\\n{flags}{rest}\n        ;;"


def _specs(name: str, flags: Iterable[Flag]) -> str:
    lines = []
    for flag in flags:
        behind = ""
        if flag.takes is not Takes.NOTHING:
            behind = f":{_escaped(flag.metavar)}:{_action(name, flag)}"
        others = "" if flag.repeatable or len(flag.names) == 1 else f"({' '.join(flag.names)})"
        for spelled in flag.names:
            equals = "=" if behind and spelled.startswith("--") else ""
            star = "*" if flag.repeatable else others
            lines.append(f"{star}{spelled}{equals}[{_escaped(flag.summary)}]{behind}")
    return "\n".join(f"            {shlex.quote(line)} \\" for line in lines)


def _action(name: str, what: Flag | Argument) -> str:
    return {
        Takes.FILE: "_files",
        Takes.FOLDER: "_files -/",
        Takes.WORD: f"({' '.join(_escaped(word) for word in what.words)})",
        Takes.DECISION: f"{name}_decisions",
        Takes.ID: f"{name}_ids",
        Takes.COMMAND: f"{name}_command",
    }.get(what.takes, " ")


def _escaped(text: str) -> str:
    """Return `text` for a place in a spec of `_arguments`, where `\\`, `:`, `[`, `]` mean more."""
    return "".join(f"\\{c}" if c in "\\:[]" else c for c in text)


def _described(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(
        "        " + shlex.quote(f"{word.replace(':', chr(92) + ':')}:{summary}")
        for word, summary in pairs
    )


def _quoted(words: Iterable[str]) -> str:
    return " ".join(shlex.quote(word) for word in words)
