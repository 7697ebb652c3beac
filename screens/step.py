"""A step: what was seen, what is wrong, and what was decided because of it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from screens.clipboard import Copied
from screens.decisions import DecisionRow, Decisions, text_of
from screens.findings import finding_lines, step_of
from screens.frame import ARROWS, BACK, ENTER, HELP, LOOK_AGAIN, Framed, Key, Proceed
from screens.grid import Drawing, GridView
from screens.paragraphs import Paragraphs
from screens.state import State
from wizard.flow import Flow, Step, step_title
from wizard.questions import QUESTIONS
from wizard.text import Msg, Text, msg

Section = tuple[Text, Drawing]
"""A heading (may be empty) and the evidence under it."""


class StepScreen(Framed):
    """One step of the wizard; a subclass says which, why, and on what evidence."""

    step: ClassVar[Step]
    heading: ClassVar[Msg]
    why: ClassVar[Msg]

    def evidence(self, state: State) -> tuple[Section, ...]:
        """Return the tables of this step; always the same number of them."""
        raise NotImplementedError

    evidence_first: ClassVar[int] = 0
    """How many tables are what one comes for; the others stand below what follows from them."""

    def content(self) -> ComposeResult:
        yield Static(text_of(self.heading), classes="heading")
        yield Static(text_of(self.why), classes="why")
        yield Paragraphs(id="findings")
        tables = list(enumerate(self.evidence(self.state)))
        yield from self._tables(tables[: self.evidence_first])
        yield Static(text_of(msg("Decided")), classes="section")
        asked = tuple(one for one in QUESTIONS if Step(one.step) is self.step)
        yield Decisions(asked, self.state)
        yield from self._tables(tables[self.evidence_first :])

    def _tables(self, tables: list[tuple[int, Section]]) -> ComposeResult:
        for index, (title, grid) in tables:
            yield Static(text_of(title), id=f"section{index}", classes="section")
            yield GridView(grid, id=f"grid{index}")

    def foot(self) -> ComposeResult:
        yield Proceed(self._onward(self.flow))

    def _onward(self, flow: Flow) -> Text:
        return msg("Continue to {step}", step=str(step_title(flow.forward().at)))

    def draw(self) -> None:
        super().draw()
        here = tuple(one for one in self.state.findings if step_of(one) is self.step)
        self.query_one("#findings", Paragraphs).show(finding_lines(here))
        for index, (title, grid) in enumerate(self.evidence(self.state)):
            self.query_one(f"#grid{index}", GridView).show(grid)
            self.query_one(f"#section{index}", Static).update(text_of(title))
        self.query_one(Decisions).show(self.state)
        self.query_one(Proceed).say(self._onward(self.flow))
        self._hide_empty()

    def _hide_empty(self) -> None:
        for index, (title, grid) in enumerate(self.evidence(self.state)):
            shown = not grid.nothing
            self.query_one(f"#grid{index}").display = shown
            self.query_one(f"#section{index}").display = shown and bool(str(title))

    def copyable(self) -> Copied:
        row = self.focused
        if isinstance(row, DecisionRow):
            return Copied(row.asked.title, row.asked.format(row.decision.value))
        return super().copyable()

    def keys(self) -> tuple[Key, ...]:
        enter: Key = (
            ENTER,
            msg("Change") if isinstance(self.focused, DecisionRow) else msg("Continue"),
        )
        return (enter, (ARROWS, msg("Choose")), BACK, LOOK_AGAIN, HELP)
