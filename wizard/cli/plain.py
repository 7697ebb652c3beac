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
    from wizard.verify.types import Outcome


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


class _Afterwards:
    """What comes after the write: the proof, its repair, and the way back."""

    def __init__(
        self, talk: _Interview, facts: Facts, plan: Plan, ids: tuple[str, ...], code: int
    ) -> None:
        self.talk = talk
        self.facts = facts
        self.plan = plan
        self.ids = ids
        self.code = code
        self.context = replace(
            talk.context,
            session=replace(talk.context.session, answers=talk.answers),
            ask=lambda question: "n" if talk.pick(question, _YES_NO) else "y",
        )

    async def run(self) -> int:
        """Ask until the person leaves; returns the exit code."""
        outcomes: tuple[Outcome, ...] = ()
        while True:
            red = any(outcome.ok is False for outcome in outcomes)
            ways = {
                "mend": msg("mend it: look again, and see what would change"),
                "prove": msg("prove it by a real build, every module from nothing"),
                "leave": msg("leave; what was written stays written"),
                "undo": msg("take everything back"),
            }
            if not red:
                del ways["mend"]
            if outcomes and not red:
                ways = {key: ways[key] for key in ("leave", "prove", "undo")}
            way = list(ways)[self.talk.pick(msg("What now?"), tuple(ways.values()))]
            if way == "leave":
                return ExitCode.NO if red else self.code
            if way == "undo":
                return await self._undo()
            outcomes = await (self._mend(outcomes) if way == "mend" else self._prove())

    async def _prove(self) -> tuple[Outcome, ...]:
        from wizard.cli.commands.verify import verify_parts
        from wizard.verify.types import Part

        try:
            return await verify_parts(self.context, self.facts, self.plan, tuple(Part))
        except WizardError as error:
            self.talk.output.line(error.message)
            self.talk.output.line(error.hint)
            return ()

    async def _mend(self, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        from wizard.cli.commands.repairing import repair

        outcomes, rounds, _ = await repair(self.context, outcomes)
        self.ids = (*(one.id for one in reversed(rounds) if one.id is not None), *self.ids)
        return outcomes

    async def _undo(self) -> int:
        self.code = ExitCode.OK
        for id_ in self.ids:
            receipt = await self.context.session.undo(id_)
            show_receipt(self.context, receipt)
            if receipt.staged:
                self.code = ExitCode.FORBIDDEN
        return self.code


_YES_NO = (msg("yes, write them"), msg("no"))


class _Interview:
    """One conversation: the facts, the answers so far, and where the lines come from."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.output = context.output
        self.answers: Mapping[str, Answer] = context.session.answers
        self.chosen: dict[str, str] = {}
        """What was answered in this conversation, or in an earlier one that ended unwritten."""

    async def run(self) -> int:
        """Look, show, ask until the person writes or leaves."""
        self.output.line(msg("Looking at this machine …"))
        facts = await self.context.facts()
        self._offer_draft(facts)
        while True:
            plan = self.context.session.decide(facts, self.answers)
            self.output.line()
            show_findings(self.output, plan.findings)
            show_decisions(self.output, plan)
            self.output.line()
            picked = self.pick(
                msg("What now?"),
                (
                    msg("see the changes, then write them"),
                    msg("change an answer"),
                    msg("leave, nothing is written"),
                ),
            )
            if picked == 0:
                return await self._write(facts, plan)
            if picked == 2:
                self.output.line(msg("Nothing was changed."))
                return ExitCode.OK
            self._change(plan, facts)

    def _offer_draft(self, facts: Facts) -> None:
        """Offer what was chosen earlier and not written; an answer that no longer fits is let go.

        Raises KeyboardInterrupt at the end of the input.
        """
        draft = self.context.session.draft()
        if draft is None:
            return
        self.output.line()
        for key, text in draft.answers.items():
            self.output.line(f"  {key} = {text}")
        day = draft.at.astimezone().strftime("%Y-%m-%d %H:%M")
        question = msg("Go on with what you chose on {day} and did not write?", day=day)
        if self.pick(question, (msg("yes, go on with it"), msg("no, start afresh"))) == 1:
            self._keep({})
            return
        kept = {key: Answer(text=t, origin=Origin.FLAG) for key, t in draft.answers.items()}
        try:
            self.context.session.decide(facts, {**self.answers, **kept})
        except WizardError as error:
            self.output.line(error.message)
            return
        self.answers = {**self.answers, **kept}
        self.chosen = dict(draft.answers)

    def _keep(self, chosen: dict[str, str]) -> None:
        from wizard.flow import Step

        self.chosen = chosen
        self.context.session.keep_draft(chosen, Step.PROPOSAL)

    def _change(self, plan: Plan, facts: Facts) -> None:
        from wizard.questions import QUESTIONS

        values = {decision.key: decision.value for decision in plan.decisions()}
        labels = [
            msg("{title}: {value}", title=q.title, value=q.format(values[q.key])) for q in QUESTIONS
        ]
        question = QUESTIONS[self.pick(msg("Which answer?"), labels)]
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
        self._keep({**self.chosen, question.key: text})

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
        picked = self.pick(question.title, [*labels, own])
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

    async def _write(self, facts: Facts, plan: Plan) -> int:
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
        if self.pick(question, (msg("yes, write them"), msg("no"))) == 1:
            self.output.line(msg("Nothing was changed."))
            return ExitCode.OK
        receipt = await session.apply(changes)
        replace(self.context, session=session).remember(facts, plan)
        self._keep({})
        show_receipt(self.context, receipt)
        self.output.line(msg("taken back by: gomod-wizard undo {id}", id=receipt.id))
        if not changes.refusals and not receipt.staged:
            self.output.line(msg("next: gomod-wizard build"))
        code = _code(changes, receipt)
        ids = () if receipt.id is None else (receipt.id,)
        try:
            return await _Afterwards(self, facts, plan, ids, code).run()
        except KeyboardInterrupt:  # the end of the input: what was written stays written
            return code

    def pick(self, title: Text, labels: Sequence[Text]) -> int:
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
