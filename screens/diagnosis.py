"""A proof that failed: what the log says, and its cure as the first way on."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import OptionList, Static

from screens.decisions import refusal_lines, text_of
from screens.frame import ARROWS, ENTER, HELP, Framed, Key
from screens.messages import Finish, Leap, Mend, Prove
from screens.outcomes import decisions_of, diagnosis_lines, outcome_lines
from screens.paragraphs import Paragraph, Paragraphs, paragraph
from screens.run import Run
from screens.state import State
from screens.ways import Way, Ways
from wizard.flow import Flow, Step
from wizard.questions import BY_KEY
from wizard.text import msg
from wizard.verify.repair import MAX_ROUNDS


def ways_of(run: Run) -> tuple[Way, ...]:
    """Return what can be done: mend it, choose oneself, try again, or leave it."""
    ways: list[Way] = []
    keys = [key for key in decisions_of(run.failed) if key in BY_KEY]
    if run.failed is not None and run.rounds < MAX_ROUNDS:
        detail = msg("look again, revisit what failed, show what would change (round {n} of {all})",
                     n=run.rounds + 1, all=MAX_ROUNDS)  # fmt: skip
        ways.append(Way(id="mend", title=msg("Mend it"), detail=detail))
    if keys:
        title = msg("Choose “{title}” yourself", title=BY_KEY[keys[0]].title)
        ways.append(Way(id="change", title=title))
    ways.append(Way(id="prove", title=msg("Prove it again"), detail=msg("as it stands")))
    ways.append(Way(id="finish", title=msg("Leave it"), detail=msg("undo is there too")))
    return tuple(ways)


class DiagnosisScreen(Framed):
    """Faults with evidence and cure; nothing is changed before its difference was shown."""

    AUTO_FOCUS = "#ways"
    help_text = msg(
        "The faults are named from the log of the build, the most likely root first, each with the "
        "lines that show it and what this machine says of it now.\n\n"
        "Mend it looks at everything again, lets go of the answers that failed, decides anew, and "
        "shows the difference before anything is written; then it is proved again. There are at "
        "most three such rounds, and each can be taken back."
    )

    def __init__(self, state: State, flow: Flow, project: str, run: Run) -> None:
        super().__init__(state, flow, project)
        self.run = run

    def content(self) -> ComposeResult:
        yield Static(text_of(msg("The proof failed; this is why")), classes="heading")
        yield Paragraphs(self.lines(), id="faults")

    def lines(self) -> tuple[Paragraph, ...]:
        """Return how each part ended, and the diagnosis of those that are red."""
        lines: list[Paragraph] = []
        if self.run.trouble is not None:
            lines += [*refusal_lines(self.run.trouble), paragraph("", "")]
        for outcome in self.run.outcomes:
            lines += outcome_lines(outcome)
        for outcome in self.run.outcomes:
            if outcome.ok is False:
                lines += [paragraph("", ""), *diagnosis_lines(outcome)]
        return tuple(lines)

    def foot(self) -> ComposeResult:
        yield Ways(ways_of(self.run))

    @on(OptionList.OptionSelected, "#ways")
    def choose(self, event: OptionList.OptionSelected) -> None:
        way = self.query_one("#ways", Ways).ways[event.option_index].id
        if way == "mend":
            self.post_message(Mend())
        elif way == "change":
            keys = [key for key in decisions_of(self.run.failed) if key in BY_KEY]
            self.post_message(Leap(Step(BY_KEY[keys[0]].step)))
        elif way == "prove":
            self.post_message(Prove())
        else:
            self.post_message(Finish())

    def keys(self) -> tuple[Key, ...]:
        return ((ENTER, msg("Choose")), (ARROWS, msg("Move")), ("PgDn", msg("More")), HELP)
