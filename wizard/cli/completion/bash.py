"""The script for bash, 3.2 (macOS) or newer; it needs no bash-completion."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from wizard.cli.completion.grammar import Argument, Flag, Grammar, Takes

# Words are compared one by one: `compgen -W` would run a `$(…)` that stands in one.
_FRAME = """\
# bash completion for @PROGRAM@; put into your ~/.bashrc:
#   eval "$(@PROGRAM@ completion bash)"

@NAME@_offer() {
    local word
    for word in "$@"; do
        [[ "$word" == "$cur"* ]] && COMPREPLY[${#COMPREPLY[@]}]="$word"
    done
}

@NAME@_open() {  # what is offered goes on behind its last letter
    if type compopt >/dev/null 2>&1; then compopt -o nospace 2>/dev/null; fi
}

@NAME@_files() {
    local line
    if type compopt >/dev/null 2>&1; then compopt -o filenames 2>/dev/null; fi
    while IFS= read -r line; do
        COMPREPLY[${#COMPREPLY[@]}]="$line"
    done < <(compgen "$1" -- "$cur")
}

@NAME@_ids() {
    local line
    while IFS= read -r line; do
        @NAME@_offer "$line"
    done < <("$program" completion --ids 2>/dev/null)
}

@NAME@_keys() {
    @NAME@_open
    @NAME@_offer @KEYS@
}

@NAME@_values() {
    case "$1" in
@VALUES@
    esac
}

@NAME@_of_flag() {  # what stands after a flag; 1: it takes nothing, or is none
    case "$1" in
@OF_FLAGS@
    *) return 1 ;;
    esac
}

@NAME@() {
    local cur="${COMP_WORDS[COMP_CWORD]}" prev="" command="" program="${COMP_WORDS[0]}"
    local i=1 at=$((COMP_CWORD - 1))
    COMPREPLY=()
    [[ $at -gt 0 ]] && prev="${COMP_WORDS[at]}"
    # bash makes a word of its own of each `=`
    if [[ "$cur" == "=" ]]; then
        cur=""
    elif [[ "$prev" == "=" ]]; then
        at=$((at - 1))
        prev="${COMP_WORDS[at]}"
    fi
    while [[ $i -lt $at || ( $i -eq $at && "$prev" != -* ) ]]; do
        case "${COMP_WORDS[i]}" in
        --) return 0 ;;
@VALUED@) i=$((i + 1)); [[ "${COMP_WORDS[i]}" == "=" ]] && i=$((i + 1)) ;;
@NAMES@) [[ -z "$command" || "$command" == "demo" ]] && command="${COMP_WORDS[i]}" ;;
        esac
        i=$((i + 1))
    done
    if [[ "$prev" == "--" ]]; then return 0; fi
    if [[ "$prev" == -* ]]; then
        @NAME@_of_flag "$prev" && return 0
    elif [[ $at -lt $((COMP_CWORD - 1)) || "${COMP_WORDS[COMP_CWORD]}" == "=" ]]; then
        @NAME@_values "$prev"  # the value of KEY=
        return 0
    fi
    if [[ "$cur" == -* ]]; then
        case "$command" in
@FLAGS@
        esac
        return 0
    fi
    case "$command" in
@ARGUMENTS@
    esac
    return 0
}

complete -F @NAME@ @PROGRAM@
"""


def bash(grammar: Grammar) -> str:
    """Return the script for `grammar`."""
    name = "_" + grammar.program.replace("-", "_")
    flags = {flag.names: flag for flag in grammar.flags}
    for command in grammar.commands:
        flags.update({flag.names: flag for flag in command.flags})
    valued = [flag for flag in flags.values() if flag.takes is not Takes.NOTHING]
    every = [command.name for command in grammar.commands]
    values = {key: words for key, _, words in grammar.decisions if words}
    of_flag = [f"    {_either(f.names)}) {_offer(name, f, every)} ;;" for f in valued]
    own = [
        f"        {shlex.quote(one.name)}) {name}_offer {_quoted(_spelled(one.every_flag))} ;;"
        for one in grammar.commands
    ]
    arguments = [
        f"    {shlex.quote(one.name)}) {_offer(name, one.argument, every)} ;;"
        for one in grammar.commands
        if one.argument is not None and one.argument.takes is not Takes.TEXT
    ]
    first = f"{name}_offer {_quoted(every)}"
    filled = {
        "KEYS": _quoted(f"{key}=" for key, _, _ in grammar.decisions),
        "VALUES": "\n".join(
            f"    {shlex.quote(key)}) {name}_offer {_quoted(words)} ;;"
            for key, words in values.items()
        ),
        "OF_FLAGS": "\n".join(of_flag),
        "VALUED": "        " + _either([name for flag in valued for name in flag.names]),
        "NAMES": "        " + _either(every),
        "FLAGS": "\n".join(
            [f"        '') {name}_offer {_quoted(_spelled(grammar.flags))} ;;", *own]
        ),
        "ARGUMENTS": "\n".join([f"    '') {first} ;;", *arguments]),
        "NAME": name,
        "PROGRAM": grammar.program,
    }
    text = _FRAME
    for place, what in filled.items():
        text = text.replace(f"@{place}@", what)
    return text


def _spelled(flags: Iterable[Flag]) -> list[str]:
    return [name for flag in flags for name in flag.names]


def _quoted(words: Iterable[str]) -> str:
    return " ".join(shlex.quote(word) for word in words)


def _either(words: Iterable[str]) -> str:
    return " | ".join(shlex.quote(word) for word in words)


def _offer(name: str, what: Flag | Argument, commands: list[str]) -> str:
    """Return the call that offers what `what` takes."""
    return {
        Takes.FILE: f"{name}_files -f",
        Takes.FOLDER: f"{name}_files -d",
        Takes.WORD: f"{name}_offer {_quoted(what.words)}",
        Takes.DECISION: f"{name}_keys",
        Takes.ID: f"{name}_ids",
        Takes.COMMAND: f"{name}_offer {_quoted(commands)}",
    }.get(what.takes, ":")
