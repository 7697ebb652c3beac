"""What stays in the terminal after the wizard is gone: what was written, and what comes next."""

from __future__ import annotations

import shlex

from wizard.apply.types import Action, Change, Receipt
from wizard.plan.types import Answers, Origin
from wizard.text import Text, msg
from wizard.untrusted import clean_line


def next_steps(receipt: Receipt, command: str, answers: Answers) -> tuple[tuple[Text, str], ...]:
    """Return what to do now: the reason and the command, in order."""
    steps: list[tuple[Text, str]] = []
    if receipt.sudo_command:
        steps.append((msg("Write the system files"), receipt.sudo_command))
    if command:
        steps.append((msg("Build"), command))
        words = msg("Verify: build once more, and be told the cause where it fails")
        steps.append((words, "gomod-wizard build 2>&1 | gomod-wizard diagnose -"))
    if receipt.id is not None:
        steps.append((msg("Take it all back"), f"gomod-wizard undo {receipt.id}"))
    chosen = [(key, one.text) for key, one in answers.items() if one.origin is Origin.FLAG]
    if chosen:
        sets = shlex.join(word for key, text in chosen for word in ("--set", f"{key}={text}"))
        steps.append((msg("The same again, without the wizard"), f"gomod-wizard apply {sets}"))
    return tuple(steps)


def _deed(change: Change) -> Text:
    path = clean_line(change.path)
    if change.action is Action.RUN:
        return msg("Ran: {command}", command=path)
    if change.action is Action.REMOVE:
        return msg("Removed: {path}", path=path)
    return msg("Written: {path}", path=path)


def after_a_mistake(receipt: Receipt | None, *, writing: bool) -> Text:
    """Return what to say when the program itself failed: whether files were changed."""
    if receipt is not None and receipt.id is not None:
        kept = msg("your files were written; `gomod-wizard undo {id}` takes them back",
                   id=receipt.id)  # fmt: skip
    elif writing:
        kept = msg("it was writing: the next run of gomod-wizard puts back what was half done")
    else:
        kept = msg("nothing was written")
    return msg("The wizard stopped over a mistake of its own; {kept}.", kept=kept)


def farewell(receipt: Receipt | None, command: str, answers: Answers) -> str:
    """Return the text; `receipt` None: the user left before anything was written."""
    if receipt is None:
        return str(msg("Nothing was written."))
    lines = [str(_deed(change)) for change in receipt.changes]
    lines += [
        str(msg("Waits for root: {path}", path=clean_line(change.path)))
        for change in receipt.staged
    ]
    if not lines:
        lines = [str(msg("Nothing had to be written."))]
    for words, line in next_steps(receipt, command, answers):
        lines += ["", f"{words}:", f"  {line}"]
    return "\n".join(lines)
