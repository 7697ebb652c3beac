"""The wizard without a screen: numbered questions, line by line.

For screen readers, dumb terminals and piped input. Nothing is redrawn; every answer is a number
or a value and Enter; the end of the input means leave, and nothing is written.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from wizard.cli.commands.apply import show_receipt
from wizard.cli.commands.changes import show_changes
from wizard.cli.commands.plan import show_decisions, show_findings
from wizard.cli.context import Context
from wizard.cli.reading import read_line
from wizard.errors import ExitCode, WizardError
from wizard.plan.stopping import refuse_the_incurable
from wizard.plan.types import Answer, Origin
from wizard.rules.numbers import whole_number
from wizard.text import Text, msg, nmsg

if TYPE_CHECKING:
    from wizard.apply.types import ChangeSet, Receipt
    from wizard.facts import Facts
    from wizard.plan.types import Plan
    from wizard.questions import Question


def run_plain(context: Context) -> int:
    """Ask line by line; returns the exit code."""
    import asyncio

    return asyncio.run(_Interview(context).run())


def _code(changes: ChangeSet, receipt: Receipt | None) -> int:
    """Return the exit code that `apply` gives for the same."""
    if any(refusal.unsafe for refusal in changes.refusals):
        return ExitCode.UNSAFE
    if changes.refusals:
        return ExitCode.USAGE
    return ExitCode.FORBIDDEN if receipt is not None and receipt.staged else ExitCode.OK


class _Interview:
    """One conversation: the facts, the answers so far, and where the lines come from."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.output = context.output
        self.answers: Mapping[str, Answer] = context.session.answers

    async def run(self) -> int:
        """Look, show, ask until the person writes or leaves."""
        self.output.line(msg("Looking at this machine …"))
        facts = await self.context.facts()
        while True:
            plan = self.context.session.decide(facts, self.answers)
            self.output.line()
            show_findings(self.output, plan.findings)
            show_decisions(self.output, plan)
            self.output.line()
            picked = self._pick(
                msg("What now?"),
                (
                    msg("see the changes, then write them"),
                    msg("change an answer"),
                    msg("leave, nothing is written"),
                ),
            )
            if picked == 0:
                return await self._write(plan)
            if picked == 2:
                self.output.line(msg("Nothing was changed."))
                return ExitCode.OK
            self._change(plan, facts)

    def _change(self, plan: Plan, facts: Facts) -> None:
        from wizard.questions import QUESTIONS

        values = {decision.key: decision.value for decision in plan.decisions()}
        labels = [
            msg("{title}: {value}", title=q.title, value=q.format(values[q.key])) for q in QUESTIONS
        ]
        question = QUESTIONS[self._pick(msg("Which answer?"), labels)]
        text = self._answer(question, plan, facts)
        if text is None:
            return
        changed = {**self.answers, question.key: Answer(text=text, origin=Origin.FLAG)}
        try:
            self.context.session.decide(facts, changed)
        except WizardError as error:
            self.output.line(error.message)
            self.output.line(error.hint)
            return
        self.answers = changed

    def _answer(self, question: Question, plan: Plan, facts: Facts) -> str | None:
        self.output.line(question.why)
        choices = question.choices(plan, facts)
        labels: list[Text] = [
            msg("{label}  ({because})", label=c.label, because=c.because)
            if str(c.because)
            else c.label
            for c in choices
        ]
        own = msg("another value, for example {example}", example=question.example)
        picked = self._pick(question.title, [*labels, own])
        if picked < len(choices):
            return choices[picked].value
        text = self._read(msg("Value ({expected}): ", expected=question.expected))
        try:
            question.parse(text)
        except WizardError as error:
            self.output.line(error.message)
            self.output.line(error.hint)
            return None
        return text

    async def _write(self, plan: Plan) -> int:
        refuse_the_incurable(plan)
        session = replace(self.context.session, answers=self.answers)
        changes = await session.changes(session.render(plan))
        show_changes(self.output, changes)
        if not changes.changes:
            if not changes.refusals:
                self.output.line(msg("Nothing to change: everything is as planned."))
            return _code(changes, None)
        question = nmsg(
            "Write this {n} change?", "Write these {n} changes?", n=len(changes.changes)
        )
        if self._pick(question, (msg("yes, write them"), msg("no"))) == 1:
            self.output.line(msg("Nothing was changed."))
            return ExitCode.OK
        receipt = await session.apply(changes)
        show_receipt(self.context, receipt)
        self.output.line(msg("taken back by: gomod-wizard undo {id}", id=receipt.id))
        if not changes.refusals and not receipt.staged:
            self.output.line(msg("next: gomod-wizard build"))
        return _code(changes, receipt)

    def _pick(self, title: Text, labels: Sequence[Text]) -> int:
        """Return the index of the chosen label; Enter takes the first."""
        self.output.line(title)
        for number, label in enumerate(labels, start=1):
            self.output.line(f"  {number}  {label}")
        while True:
            text = self._read(msg("Number (Enter: 1): ")) or "1"
            chosen = whole_number(text)
            if chosen is not None and 1 <= chosen <= len(labels):
                return chosen - 1
            self.output.line(msg("Please give a number from 1 to {n}.", n=len(labels)))

    def _read(self, prompt: Text) -> str:
        """Return the next line of input. Raises KeyboardInterrupt at its end."""
        try:
            return read_line(str(prompt), sys.stdout)
        finally:
            if not sys.stdin.isatty():
                print()
