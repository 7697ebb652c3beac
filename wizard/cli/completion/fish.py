"""The script for fish 3 or newer."""

from __future__ import annotations

from wizard.cli.completion.grammar import Argument, Flag, Grammar, Takes

_FRAME = """\
# fish completion for @PROGRAM@; into ~/.config/fish/config.fish:
#   @PROGRAM@ completion fish | source

complete -c @PROGRAM@ -e
complete -c @PROGRAM@ -f

function __@NAME@_decisions
    set -l given (string replace -r -- '^--[a-z-]+=' '' (commandline -ct))
    switch $given
@VALUES@
        case '*'
@KEYS@
    end
end

function __@NAME@_ids
    @PROGRAM@ completion --ids 2>/dev/null
end

function __@NAME@_first
    not __fish_seen_subcommand_from @COMMANDS@
    or begin
        __fish_seen_subcommand_from demo
        and test (count (commandline -opc | string match -v -- '-*')) -eq 2
    end
end

@LINES@
"""


def fish(grammar: Grammar) -> str:
    """Return the script for `grammar`."""
    program, name = grammar.program, grammar.program.replace("-", "_")
    lines = [_flag(program, name, flag, "") for flag in grammar.flags]
    for command in grammar.commands:
        lines.append(
            f"complete -c {program} -n __{name}_first -a {quoted(command.name)}"
            f" -d {quoted(command.summary)}"
        )
    for command in grammar.commands:
        when = f" -n {quoted(f'__fish_seen_subcommand_from {command.name}')}"
        lines += [_flag(program, name, flag, when) for flag in command.flags]
        if command.argument is not None and (offered := _offered(name, command.argument)):
            lines.append(f"complete -c {program}{when} {offered}")
    filled = {
        "VALUES": "\n".join(
            f"        case {quoted(key + '=*')}\n"
            f"            printf '%s\\n' {' '.join(quoted(f'{key}={word}') for word in words)}"
            for key, _, words in grammar.decisions
            if words
        ),
        "KEYS": "\n".join(
            f"            printf '%s=\\t%s\\n' {quoted(key)} {quoted(title)}"
            for key, title, _ in grammar.decisions
        ),
        "COMMANDS": " ".join(quoted(command.name) for command in grammar.commands),
        "LINES": "\n".join(lines),
        "NAME": name,
        "PROGRAM": program,
    }
    text = _FRAME
    for place, what in filled.items():
        text = text.replace(f"@{place}@", what)
    return text


def quoted(text: str) -> str:
    """Return `text` as one word of fish."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _flag(program: str, name: str, flag: Flag, when: str) -> str:
    spelled = " ".join(
        f"-l {quoted(one[2:])}" if one.startswith("--") else f"-s {quoted(one[1:])}"
        for one in flag.names
    )
    takes = _offered(name, flag) or ("-x" if flag.takes is Takes.TEXT else "")
    words = [f"complete -c {program}{when} {spelled}", takes, f"-d {quoted(flag.summary)}"]
    return " ".join(filter(None, words))


def _offered(name: str, what: Flag | Argument) -> str:
    """Return the options of `complete` that offer what `what` takes."""
    return {
        Takes.FILE: "-r -F",
        Takes.FOLDER: "-x -a '(__fish_complete_directories)'",
        Takes.WORD: f"-x -a {quoted(' '.join(what.words))}",
        Takes.DECISION: f"-x -a '(__{name}_decisions)'",
        Takes.ID: f"-x -a '(__{name}_ids)'",
    }.get(what.takes, "")
