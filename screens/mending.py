"""One round of a repair: look again, decide without what failed, and show what would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import OptionList, Static
from textual.worker import Worker

from screens.apart import apart
from screens.deciding import preview_of
from screens.decisions import refusal_lines, text_of
from screens.frame import ARROWS, ENTER, ESC, HELP, Framed, Key, KeyBar
from screens.grid import Tone
from screens.messages import Finish, RepairAccepted, RepairRefused
from screens.paragraphs import Paragraph, Paragraphs, paragraph
from screens.proposal import written_lines
from screens.run import Run
from screens.state import Preview, State
from screens.ways import Way, Ways
from wizard.errors import WizardError
from wizard.flow import Flow
from wizard.questions import BY_KEY
from wizard.text import Text, msg
from wizard.verify.repair import MAX_ROUNDS

if TYPE_CHECKING:
    from screens.stream import Stream
    from wizard.repairing import Proposal


class MendingScreen(Framed):
    """The difference of a repair; Enter leads to the last yes, escape back to the diagnosis."""

    AUTO_FOCUS = "#ways"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back_to_faults", show=False)]
    help_text = msg(
        "Everything was looked at anew. The answers named here count no more, because what they "
        "say failed; below stands every line that would be written instead.\n\n"
        "Enter asks once more, writes it as a transaction of its own, and proves it again."
    )

    def __init__(self, state: State, flow: Flow, project: str, stream: Stream, run: Run) -> None:
        super().__init__(state, flow, project)
        self.stream = stream
        self.run = run
        self.proposal: Proposal | None = None
        self.preview: Preview | None = None
        self.failure: WizardError | None = None
        self.searching = True
        self.work: Worker[None] | None = None

    def content(self) -> ComposeResult:
        words = msg("Mending it: round {n} of {all}", n=self.run.rounds + 1, all=MAX_ROUNDS)
        yield Static(text_of(words), classes="heading")
        yield Paragraphs(id="found")
        yield Paragraphs(id="written", classes="code")

    def foot(self) -> ComposeResult:
        yield Ways(self.ways())

    def on_mount(self) -> None:
        if self.work is None:  # a change of language mounts anew
            self.work = self.app.run_worker(self.search(), group="mend", exclusive=True)

    def on_unmount(self) -> None:
        if self.work is not None:
            self.work.cancel()

    def draw(self) -> None:
        super().draw()
        self.query_one("#found", Paragraphs).show(self.lines())
        preview = self.preview
        shown = () if preview is None else written_lines(preview, frozenset())
        self.query_one("#written", Paragraphs).show(shown)
        self.query_one("#ways", Ways).show(self.ways())
        self.query_one(KeyBar).show(self.keys())

    async def search(self) -> None:
        """Look again, and find the narrowest change; nothing is written."""
        failed = self.run.failed
        try:
            facts = await apart(lambda: self.stream.detect(lambda event: None))
            if failed is not None:
                answers = self.state.answers
                self.proposal = await apart(lambda: self.stream.propose(facts, answers, failed))
            if self.proposal is not None:
                self.preview = preview_of(
                    self.stream,
                    self.proposal.plan,
                    self.proposal.artifacts,
                    self.proposal.changes,
                )
        except WizardError as error:
            self.failure = error
        self.searching = False
        self.draw()

    def lines(self) -> tuple[Paragraph, ...]:
        """Return what is done now, or what came of it."""
        if self.searching:
            words = msg("Looking at everything again, and deciding without what failed …")
            return (paragraph("▸ ", words, Tone.ACCENT),)
        if self.failure is not None:
            return refusal_lines(self.failure)
        if self.proposal is None:
            words = msg("Nothing is left to change: everything is as planned, and it fails.")
            hint = msg("`gomod-wizard report` writes the page that a network team needs.")
            return (paragraph("! ", words, Tone.WARN), paragraph("  → ", hint))
        return tuple(self._revisited(self.proposal))

    def _revisited(self, proposal: Proposal) -> list[Paragraph]:
        lines: list[Paragraph] = []
        for key in proposal.dropped:
            was: Text = self.state.answers[key].text if key in self.state.answers else ""
            because = getattr(proposal.plan, key).because
            title = BY_KEY[key].title if key in BY_KEY else key
            words = msg("{title}: no longer {was}", title=title, was=was)
            lines += [paragraph("↺ ", words, Tone.STRONG),
                      paragraph("  ", msg("because {why}", why=because), Tone.MUTED)]  # fmt: skip
        if not lines:
            words = msg("What stands there has drifted from the plan; this brings it back.")
            lines.append(paragraph("↺ ", words))
        return [*lines, paragraph("", "")]

    def ways(self) -> tuple[Way, ...]:
        """Return the ways on, as far as there is something to apply."""
        back = Way(id="back", title=msg("Back to the faults"))
        if self.searching:
            return (Way(id="wait", title=msg("One moment …"), open=False), back)
        if self.preview is None:
            return (back, Way(id="finish", title=msg("Leave it"), detail=msg("undo is there too")))
        title, detail = msg("Apply"), msg("after one more yes, then prove it again")
        return (Way(id="apply", title=title, detail=detail), back)

    @on(OptionList.OptionSelected, "#ways")
    def choose(self, event: OptionList.OptionSelected) -> None:
        way = self.query_one("#ways", Ways).ways[event.option_index].id
        if way == "apply" and self.proposal is not None and self.preview is not None:
            self.post_message(RepairAccepted(self.proposal, self.preview))
        elif way == "finish":
            self.post_message(Finish())
        elif way == "back":
            self.action_back_to_faults()

    def action_back_to_faults(self) -> None:
        """Return to the diagnosis; a look under way is dropped."""
        if self.work is not None:
            self.work.cancel()
        self.post_message(RepairRefused())

    def keys(self) -> tuple[Key, ...]:
        return (
            (ENTER, msg("Choose")), (ARROWS, msg("Move")), ("PgDn", msg("Every line")),
            (ESC, msg("Back to the faults")), HELP,
        )  # fmt: skip
