"""How changes are shown, as rows of JSON and as diffs for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wizard.apply.types import Action, Change, ChangeSet, Refusal
from wizard.cli.output import BOLD, DIM, GREEN, RED, YELLOW, Output
from wizard.errors import UsageError
from wizard.render.types import Scope
from wizard.text import Text, msg

_ACTIONS: Mapping[str, Text] = {
    Action.CREATE: msg("create"),
    Action.UPDATE: msg("update"),
    Action.REMOVE: msg("remove"),
    Action.RUN: msg("run"),
}
STATES: Mapping[str, Text] = {
    "begun": msg("begun"),
    "staged": msg("staged"),
    "applied": msg("applied"),
    "undoing": msg("undoing"),
    "undo staged": msg("undo staged"),
    "undone": msg("undone"),
    "interrupted": msg("interrupted"),
    "damaged": msg("damaged"),
    "partly undone": msg("partly undone"),
}
"""What `history` says of a transaction."""


def chosen_scopes(text: str) -> tuple[Scope, ...]:
    """Return the scopes that `--scope` names. Raises UsageError for another name, or none."""
    try:
        chosen = {Scope(name.strip()) for name in text.split(",") if name.strip()}
    except ValueError:
        raise UsageError(
            msg("a scope is project, user or system, not {text}", text=text),
            where="--scope",
            hint=msg("for example: --scope project,user"),
        ) from None
    if not chosen:
        raise UsageError(msg("--scope names nothing"), where="--scope")
    return tuple(scope for scope in Scope if scope in chosen)


def action_line(change: Change) -> str:
    """Return what happens to which path, in words."""
    return f"{_ACTIONS[change.action]}  {change.path}"


def change_rows(changes: Iterable[Change]) -> list[dict[str, object]]:
    """Return the contract's rows: path, scope, action, needs_root, restarts."""
    return [
        {
            "path": change.path,
            "scope": change.scope,
            "action": change.action,
            "needs_root": change.needs_root,
            "restarts": change.restarts,
            "artifact": change.artifact,
            "notes": change.notes,
        }
        for change in changes
    ]


def refusal_rows(refusals: Iterable[Refusal]) -> list[dict[str, object]]:
    """Return the files that are left alone, with the reason."""
    return [
        {"path": r.path, "scope": r.scope, "message": r.message, "hint": r.hint} for r in refusals
    ]


def show_changes(output: Output, changes: ChangeSet) -> None:
    """Write the diff of every change, its because and its notes, then what is refused."""
    show_differences(output, changes.changes)
    for note in changes.notes:
        output.line(note, YELLOW)
    show_refusals(output, changes.refusals)


def show_differences(output: Output, changes: Iterable[Change]) -> None:
    """Write the diff of every change, its because and its notes."""
    from wizard.apply import unified_diff

    for change in changes:
        if change.action is Action.RUN:
            output.line(msg("run: {command}", command=change.path), BOLD)
            for note in change.notes:
                output.line(f"# {note}", YELLOW)
            continue
        for because in change.because:
            output.line(f"# {because}", DIM)
        for note in change.notes:
            output.line(f"# {note}", YELLOW)
        for text in unified_diff(change).splitlines():
            output.line(text, *_diff_style(text))
        output.line()


def show_refusals(output: Output, refusals: tuple[Refusal, ...]) -> None:
    """Say which files are left alone, and why."""
    for refusal in refusals:
        output.talk(msg("left alone: {path}: {why}", path=refusal.path, why=refusal.message), RED)
        if str(refusal.hint):
            output.talk(msg("next: {hint}", hint=refusal.hint))


def _diff_style(text: str) -> tuple[str, ...]:
    if text.startswith(("+++", "---")):
        return (BOLD,)
    if text.startswith("+"):
        return (GREEN,)
    if text.startswith("-"):
        return (RED,)
    return (DIM,) if text.startswith("@@") else ()
