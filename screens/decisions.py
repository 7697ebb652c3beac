"""The decisions of a step as rows: title, value, because; Enter opens the alternatives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screens.grid import Tone
from screens.messages import Change
from screens.paragraphs import Paragraph, Paragraphs, paragraph
from screens.state import State
from screens.words import in_words
from wizard.errors import WizardError
from wizard.plan.types import Decision, Origin
from wizard.text import Text, msg
from wizard.untrusted import clean, clean_line

if TYPE_CHECKING:
    from wizard.questions import Question

VALUE_LIMIT = 600
"""Characters of a value shown in a row; the review shows all of it."""

_ORIGINS = {
    Origin.FLAG: msg("your choice"),
    Origin.ENVIRONMENT: msg("from the environment"),
    Origin.PROJECT: msg("from the project's profile"),
    Origin.USER: msg("from your own profile"),
    Origin.PRESET: msg("from your organisation's preset"),
}


def value_line(asked: Question, decision: Decision[object]) -> Content:
    """Return a decision's value as people read it."""
    if decision.value is None and decision.origin is Origin.FLAG:
        return Content.styled(str(msg("left as it is")), Tone.MUTED)  # who chose stands beside it
    if decision.value is None:
        kept = msg("left as it is: {because}", because=clean(str(decision.because)))
        return Content.styled(str(kept), Tone.MUTED)
    shown = clean(breakable(str(in_words(asked, decision.value))), VALUE_LIMIT)
    return Content.styled(shown or str(msg("none")), Tone.STRONG)


def title_lines(asked: Question, decision: Decision[object]) -> Content:
    """Return what is decided, and under it who chose, where that was a person."""
    title = Content(clean_line(str(asked.title)))
    chosen = _ORIGINS.get(decision.origin)
    if chosen is None:
        return title
    return title + Content.styled("\n" + str(msg("({words})", words=chosen)), Tone.ACCENT)


def breakable(text: str) -> str:
    """Return a long list with a space after its separators, so that it wraps between entries."""
    return re.sub(r"([,|;])(?=\S)", r"\1 ", text) if len(text) > 24 else text


class DecisionRow(HorizontalGroup, can_focus=True):
    """One decision. It keeps its place while the plan is decided anew."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "change", show=False)]

    def __init__(self, asked: Question, decision: Decision[object]) -> None:
        super().__init__()
        self.asked = asked
        self.decision = decision

    def compose(self) -> ComposeResult:
        yield Static(classes="decision-title")
        with VerticalGroup():
            yield Static(classes="decision-value")
            yield Static(classes="because")

    def on_mount(self) -> None:
        self.draw()

    def show(self, decision: Decision[object]) -> None:
        """Draw the decision as the newest plan has it."""
        if decision == self.decision:
            return
        self.decision = decision
        self.draw()

    def draw(self) -> None:
        """Draw value and because; a value that is left alone says why in the same line."""
        title = title_lines(self.asked, self.decision)
        self.query_one(".decision-title", Static).update(title)
        self.query_one(".decision-value", Static).update(value_line(self.asked, self.decision))
        because = self.query_one(".because", Static)
        chosen = self.decision.origin is Origin.FLAG  # "(your choice)" says it already
        lost = self.decision.overrides[0] if self.decision.overrides else None
        words = self.decision.because
        if chosen and lost is not None:
            words = msg("overrides {value} ({source})", value=lost.text, source=lost.source)
        because.update(Content(clean(str(words))))
        because.display = (self.decision.value is not None and not chosen) or lost is not None

    def action_change(self) -> None:
        self.post_message(Change(self.asked.key))

    def on_click(self) -> None:
        self.post_message(Change(self.asked.key))


class Decisions(VerticalGroup):
    """The rows of one step, or why there are none yet."""

    def __init__(self, asked: tuple[Question, ...], state: State) -> None:
        super().__init__()
        self.asked = asked
        self.state = state

    def compose(self) -> ComposeResult:
        yield from self._parts()

    def _parts(self) -> list[Widget]:
        plan = self.state.plan
        if plan is None:
            return [Paragraphs(waiting(self.state))]
        return [DecisionRow(asked, getattr(plan, asked.key)) for asked in self.asked]

    def show(self, state: State) -> None:
        """Draw the newest plan; rows that are there keep the focus."""
        had_plan, self.state = self.state.plan is not None, state
        if state.plan is None:
            for line in self.query(Paragraphs):
                line.show(waiting(state))
        elif had_plan:
            for row in self.query(DecisionRow):
                row.show(getattr(state.plan, row.asked.key))
        else:
            self.call_later(self.recompose)


def waiting(state: State) -> tuple[Paragraph, ...]:
    """Return in words why nothing is decided yet."""
    if state.trouble is None:
        words = msg("The recommendations appear here as soon as everything was looked at.")
        return (paragraph("", words, Tone.MUTED),)
    return refusal_lines(state.trouble)


def refusal_lines(error: WizardError, hint: Text | None = None) -> tuple[Paragraph, ...]:
    """Return what went wrong, where, and what to do, one below the other.

    `hint` takes the place of the error's own.
    """
    hint = error.hint if hint is None else hint
    lines = [paragraph("✗ ", error.message, Tone.BAD)]
    if error.where:
        lines.append(paragraph("  ", error.where))
    if str(hint):
        lines.append(paragraph("  → ", hint, Tone.MUTED))
    return tuple(lines)


def text_of(value: Text) -> Content:
    """Return a sentence as content that is never parsed."""
    return Content(clean(str(value)))
