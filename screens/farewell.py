"""What stays in the terminal after the wizard is gone: what was written, and what comes next."""

from __future__ import annotations

import shlex

from screens.run import Run
from wizard.apply.types import Action, Change, Receipt
from wizard.plan.types import Answers, Origin
from wizard.text import Text, msg
from wizard.untrusted import clean_line


def next_steps(
    receipt: Receipt,
    command: str,
    answers: Answers,
    *,
    ids: tuple[str, ...] = (),
    proved: bool = False,
) -> tuple[tuple[Text, str], ...]:
    """Return what to do now: the reason and the command, in order.

    `ids`: every transaction to take back, the newest first; by default the receipt's own.
    """
    steps: list[tuple[Text, str]] = []
    if receipt.sudo_command:
        steps.append((msg("Write the system files"), receipt.sudo_command))
    if command:
        steps.append((msg("Build"), command))
    if command and not proved:
        words = msg("Prove it: every module from nothing, and the cause where it fails")
        steps.append((words, "gomod-wizard verify"))
    if back := ids or ((receipt.id,) if receipt.id is not None else ()):
        steps.append((msg("Take it all back"), " && ".join(f"gomod-wizard undo {i}" for i in back)))
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


def farewell(run: Run, answers: Answers) -> str:
    """Return the text."""
    receipt = run.receipt
    if receipt is None:
        return str(msg("Nothing was written."))
    if run.undone:
        return "\n".join(_taken_back(run))
    lines = [str(_deed(change)) for change in receipt.changes]
    lines += [
        str(msg("Waits for root: {path}", path=clean_line(change.path)))
        for change in receipt.staged
    ]
    if not lines:
        lines = [str(msg("Nothing had to be written."))]
    if run.proved:
        lines.append(str(msg("Proved: every module came, from nothing.")))
    elif run.failed is not None:
        lines.append(str(msg("The proof failed: `gomod-wizard verify` says why.")))
    steps = next_steps(receipt, run.command, answers, ids=run.ids, proved=run.proved)
    for words, line in steps:
        lines += ["", f"{words}:", f"  {line}"]
    return "\n".join(lines)


def _taken_back(run: Run) -> list[str]:
    """Return what was taken back, and what still is to be."""
    lines = [str(msg("Taken back: everything that was written."))]
    if run.ids:
        back = " && ".join(f"gomod-wizard undo {id_}" for id_ in run.ids)
        lines = [str(msg("Not everything was taken back; the rest: {command}", command=back))]
    for receipt in run.undone:
        if receipt.sudo_command:
            lines += ["", str(msg("As root:")), f"  {receipt.sudo_command}"]
    return lines
