"""The short way on one page: what is wrong, what would be done, because of what, and every line.

What stands below the ways on is all that a yes would write: the differences of every file.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import OptionList, Static

from screens.choice import ChoiceSheet
from screens.cures import changing, groups_of
from screens.curing import CureRow, CureRows
from screens.decisions import text_of, waiting
from screens.files import blocked_lines, change_of, label_of, path_line
from screens.findings import finding_lines
from screens.frame import ARROWS, BACK, ENTER, HELP, LOOK_AGAIN, Framed, Key, KeyBar
from screens.grid import Tone
from screens.messages import GoOn, Leap
from screens.paragraphs import Paragraph, Paragraphs, bullets, paragraph
from screens.state import Preview, State
from screens.ways import Way, Ways
from wizard.apply.types import Action
from wizard.flow import Step
from wizard.text import Text, msg, nmsg

APPLY, CLOSER, CHANGE = "apply", "closer", "change"


def headline(state: State) -> Text:
    """Return in one line what this page says."""
    if not state.settled:
        return msg("One moment: everything is being looked at …")
    if state.trouble is not None:
        return msg("There is no proposal yet")
    if state.stopping:
        return msg("Nothing can be written that would make this build work")
    preview = state.preview
    files = () if preview is None else tuple(_files(preview))
    if not files:
        return msg("Everything already is as it should be")
    return nmsg(
        "This is what I found, and the one file that I would write",
        "This is what I found, and the {n} files that I would write",
        n=len(files),
    )


def _files(preview: Preview) -> list[str]:
    return [one.path for one in preview.changes.changes if one.action is not Action.RUN]


def apply_way(state: State) -> Way:
    """Return the first way: what Enter does with this proposal now."""
    preview = state.ready
    if preview is None:
        if state.settled:
            words = msg("Nothing can be written now: look closer, or change an answer")
            return Way(id=APPLY, title=words, open=False)
        return Way(id=APPLY, title=msg("One moment …"), open=False)
    if closed := len(preview.blocked):
        title = nmsg(
            "Leave out the 1 file that cannot be written",
            "Leave out the {n} files that cannot be written",
            n=closed,
        )
        return Way(id=APPLY, title=title)
    count = len(_files(preview))
    if not count:
        return Way(id=APPLY, title=msg("Prove it"), detail=msg("by a real build, from nothing"))
    detail = nmsg(
        "write 1 file after one more yes, prove it by a real build",
        "write {n} files after one more yes, prove it by a real build",
        n=count,
    )
    return Way(id=APPLY, title=msg("Apply"), detail=detail)


def ways_of(state: State) -> tuple[Way, ...]:
    """Return the three ways on."""
    return (
        apply_way(state),
        Way(
            id=CLOSER,
            title=msg("Look closer"),
            detail=msg("the differences, or every step with its evidence"),
        ),
        Way(id=CHANGE, title=msg("Change"), detail=msg("an answer on this page")),
    )


def diff_lines(diff: str) -> tuple[Paragraph, ...]:
    """Return a unified diff with its signs kept, without the two lines that name the file."""
    lines = diff.splitlines()
    if len(lines) > 2 and lines[0].startswith("--- ") and lines[1].startswith("+++ "):
        lines = lines[2:]
    tones = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.ACCENT}
    return tuple(paragraph(line[:1], line[1:], tones.get(line[:1], Tone.PLAIN)) for line in lines)


def written_lines(preview: Preview, left_out: frozenset[str]) -> tuple[Paragraph, ...]:
    """Return every line that would be written, file by file, and what would be run."""
    lines: list[Paragraph] = []
    for artifact in changing(preview):
        change = change_of(artifact.name, preview)
        if change is None:
            continue
        if lines:
            lines.append(paragraph("", ""))
        head = path_line(artifact, change, left_out)
        lines.append(Paragraph(text_of(msg("{name}  ", name=label_of(artifact))), head))
        lines += bullets(change.notes, "! ")
        lines += diff_lines(preview.diffs.get(change.path, ""))
    for change in preview.changes.changes:
        if change.action is Action.RUN:
            words = msg("run, where you say yes to it: {command}", command=change.path)
            lines += [paragraph("", ""), paragraph("» ", words), *bullets(change.notes, "! ")]
    return tuple(lines)


class ProposalScreen(Framed):
    """Enter applies; the two other ways lead to the evidence, and to the questions."""

    AUTO_FOCUS = "#ways"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "differences", show=False),
        Binding("s", "steps", show=False),
        Binding("a", "rows", show=False),
    ]
    own_keys = (
        ("d", msg("the differences, one file a tab")),
        ("s", msg("step by step: evidence and alternatives")),
        ("a", msg("change an answer on this page")),
        ("e", msg("the evidence behind the row that is highlighted")),
    )
    help_text = msg(
        "Each row is one thing that is wrong, what would be done about it, why, and the file that "
        "it goes to; the most grave stand first. Below the rows stands every line that would be "
        "written.\n\n"
        "Apply asks once more, writes everything as one transaction, and then proves it by a real "
        "build. Look closer leads to the differences and to every step with its evidence. Change "
        "leads up to the rows: enter opens the question behind one, with the alternatives."
    )

    def content(self) -> ComposeResult:
        yield Static(id="headline", classes="heading")
        yield Paragraphs(id="stopping")
        yield Paragraphs(id="blocked")
        yield CureRows(groups_of(self.state), id="cures")
        yield Paragraphs(id="refusals")
        yield Static(
            text_of(msg("Every line that would be written")), id="lines", classes="section"
        )
        yield Paragraphs(id="written", classes="code")

    def foot(self) -> ComposeResult:
        yield Ways(ways_of(self.state))

    def draw(self) -> None:
        super().draw()
        state = self.state
        self.query_one("#headline", Static).update(text_of(headline(state)))
        none_yet = state.plan is None
        self.query_one("#stopping", Paragraphs).show(
            waiting(state) if none_yet or state.trouble is not None
            else finding_lines(state.stopping)
        )  # fmt: skip
        preview = state.preview
        self.query_one("#blocked", Paragraphs).show(() if not preview else blocked_lines(preview))
        self.query_one("#cures", CureRows).show(groups_of(state))
        self.query_one("#refusals", Paragraphs).show(() if not preview else _refusals(preview))
        written = () if not preview or state.stopping else written_lines(preview, state.left_out)
        self.query_one("#lines").display = bool(written)
        self.query_one("#written", Paragraphs).show(written)
        self.query_one("#ways", Ways).show(ways_of(state))
        self.query_one(KeyBar).show(self.keys())

    @on(OptionList.OptionSelected, "#ways")
    def choose(self, event: OptionList.OptionSelected) -> None:
        way = self.query_one("#ways", Ways).ways[event.option_index]
        if way.id == APPLY and way.open:
            self.post_message(GoOn())
        elif way.id == CLOSER:
            self.ask_how_close()
        elif way.id == CHANGE:
            self.action_rows()

    def ask_how_close(self) -> None:
        """Offer the ways of looking closer."""
        self.app.push_screen(
            ChoiceSheet(
                msg("Look closer"),
                (),
                (
                    Way(id="d", title=msg("The differences"), detail=msg("one file a tab (d)")),
                    Way(
                        id="s",
                        title=msg("Step by step"),
                        detail=msg("the evidence, every decision and its alternatives (s)"),
                    ),
                ),
                msg("Back to the proposal"),
            ),
            self._look_closer,
        )

    def _look_closer(self, chosen: str | None) -> None:
        if chosen is not None:
            self.post_message(Leap(Step.REVIEW if chosen == "d" else Step.PROXY))

    def action_differences(self) -> None:
        """Open the review: one tab a file."""
        self.post_message(Leap(Step.REVIEW))

    def action_steps(self) -> None:
        """Open the long way."""
        self.post_message(Leap(Step.PROXY))

    def action_rows(self) -> None:
        """Lead up to the first row that has a question; without one, to the long way."""
        for row in self.query(CureRow):
            if row.cure.key is not None:
                row.focus()
                return
        self.action_steps()

    def keys(self) -> tuple[Key, ...]:
        if isinstance(self.focused, CureRow):
            words = msg("Evidence") if self.focused.cure.key is None else msg("Change this")
            return ((ENTER, words), ("e", msg("Evidence")), (ARROWS, msg("Choose")), BACK, HELP)
        way = apply_way(self.state)
        if not way.open and self.state.settled:
            return (LOOK_AGAIN, (ARROWS, msg("Choose")), BACK, HELP)
        return (
            (ENTER, msg("Choose")),
            (ARROWS, msg("Move")),
            ("d", msg("Differences")),
            BACK,
            HELP,
        )


def _refusals(preview: Preview) -> tuple[Paragraph, ...]:
    """Return the files that are left alone, and why."""
    lines: list[Paragraph] = []
    for one in preview.changes.refusals:
        lines.append(paragraph("✗ ", msg("{path} is left alone: {why}", path=one.path,
                                         why=one.message), Tone.BAD))  # fmt: skip
        lines.append(paragraph("  → ", one.hint, Tone.MUTED))
    return tuple(lines)
