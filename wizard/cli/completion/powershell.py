"""The script for PowerShell 5.1 or newer."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.cli.completion.grammar import Argument, Flag, Grammar, Takes

_FRAME = """\
# PowerShell completion for @PROGRAM@; into $PROFILE:
#   @PROGRAM@ completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName '@PROGRAM@' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commands = [ordered]@{
@COMMANDS@
    }
    $common = @(
@COMMON@
    )
    $own = @{
@OWN@
    }
    $arguments = @{
@ARGUMENTS@
    }
    $valued = @{
@VALUED@
    }
    $decisions = [ordered]@{
@DECISIONS@
    }
    $values = @{
@VALUES@
    }

    function Offer($word, $shown) {
        if ($word -like ([WildcardPattern]::Escape($wordToComplete) + '*')) {
            if (-not $shown) { $shown = $word }
            $kind = 'ParameterValue'
            [System.Management.Automation.CompletionResult]::new($word, $word, $kind, $shown)
        }
    }

    function OfKind($kind) {
        switch -Regex ($kind) {
            '^decision$' {
                if ($wordToComplete -match '^(\\w+)=') {
                    foreach ($one in $values[$Matches[1]]) { Offer "$($Matches[1])=$one" }
                } else {
                    foreach ($key in $decisions.Keys) { Offer "$key=" $decisions[$key] }
                }
            }
            '^id$' { foreach ($id in (& '@PROGRAM@' completion --ids 2>$null)) { Offer $id } }
            '^command$' { foreach ($name in $commands.Keys) { Offer $name $commands[$name] } }
            '^word:' { foreach ($one in $kind.Substring(5).Split(' ')) { Offer $one } }
        }
    }

    $command = ''
    $before = ''
    $skip = $false
    foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
        if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete) { break }
        $text = $element.Extent.Text
        if ($text -eq '--') { return }
        if (-not $skip -and $commands.Contains($text) -and ($command -in '', 'demo')) {
            $command = $text
        }
        $skip = $valued.ContainsKey($text)
        $before = $text
    }
    if ($valued.ContainsKey($before)) { return OfKind $valued[$before] }
    if ($wordToComplete -like '-*') {
        foreach ($flag in @($own[$command]) + $common) { if ($flag) { Offer $flag[0] $flag[1] } }
    } elseif ($command -eq '') {
        OfKind 'command'
    } else {
        OfKind $arguments[$command]
    }
}
"""


def powershell(grammar: Grammar) -> str:
    """Return the script for `grammar`."""
    flags = (*grammar.flags, *(flag for one in grammar.commands for flag in one.flags))
    valued = {
        name: _kind(flag)
        for flag in flags
        if flag.takes is not Takes.NOTHING
        for name in flag.names
    }
    filled = {
        "COMMANDS": _table((one.name, quoted(one.summary)) for one in grammar.commands),
        "COMMON": "\n".join(f"        ,{pair}" for pair in _pairs(grammar.flags)),
        "OWN": _table((one.name, f"@({_joined(one.flags)})") for one in grammar.commands),
        "ARGUMENTS": _table(
            (one.name, quoted(_kind(one.argument)))
            for one in grammar.commands
            if one.argument is not None
        ),
        "VALUED": _table((name, quoted(kind)) for name, kind in valued.items()),
        "DECISIONS": _table((key, quoted(title)) for key, title, _ in grammar.decisions),
        "VALUES": _table(
            (key, f"@({', '.join(map(quoted, words))})")
            for key, _, words in grammar.decisions
            if words
        ),
        "PROGRAM": grammar.program,
    }
    text = _FRAME
    for place, what in filled.items():
        text = text.replace(f"@{place}@", what)
    return text


def quoted(text: str) -> str:
    """Return `text` as a literal of PowerShell, which takes typographic quotes for quotes too."""
    return "'" + "".join(c * 2 if c in "'‘’‚‛" else c for c in text) + "'"


def _table(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"        {quoted(key)} = {value}" for key, value in rows)


def _pairs(flags: Iterable[Flag]) -> list[str]:
    return [f"@({quoted(n)}, {quoted(flag.summary)})" for flag in flags for n in flag.names]


def _joined(flags: Iterable[Flag]) -> str:
    """Return the pairs as an array of arrays, also where there is only one."""
    return "; ".join(f",{pair}" for pair in _pairs(flags))


def _kind(what: Flag | Argument) -> str:
    return f"word:{' '.join(what.words)}" if what.takes is Takes.WORD else what.takes.value
