"""The rows of the proposal: fault, cure, reason and file; Enter opens the question behind one."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screens.cures import Cure, Group
from screens.decisions import VALUE_LIMIT, breakable, text_of
from screens.findings import SEVERITY
from screens.grid import Tone
from screens.messages import Change, Leap
from screens.paragraphs import Paragraph, Paragraphs, paragraph
from wizard.text import msg
from wizard.untrusted import clean


def cure_lines(cure: Cure) -> tuple[Paragraph, ...]:
    """Return one row: what is wrong, what is done about it and where, and because of what."""
    lines: list[Paragraph] = []
    for fault in cure.faults:
        sign, word, tone = SEVERITY[fault.severity]
        head = Content.styled(f"{word}: ", f"bold {tone}")
        body = head + Content(clean(str(fault.message)))
        lines.append(Paragraph(Content.styled(f"{sign} ", f"bold {tone}"), body))
    for text in cure.cures:
        lines.append(paragraph("  → ", text, Tone.STRONG))
    if cure.value is not None:
        shown = clean(breakable(str(cure.value)), VALUE_LIMIT)
        files = ", ".join(str(name) for name in cure.files)
        lead = "    " if cure.faults else "• "
        lines.append(paragraph(lead, msg("{value}  (in {files})", value=shown, files=files)))
    if str(cure.because):
        lead = "    " if cure.faults else "  "
        lines.append(paragraph(lead, msg("because {why}", why=cure.because), Tone.MUTED))
    return tuple(lines)


class CureRow(Paragraphs, can_focus=True):
    """One row: Enter changes the decision, `e` leads to its evidence."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "change", show=False),
        Binding("e", "evidence", show=False),
    ]

    def __init__(self, cure: Cure) -> None:
        super().__init__(cure_lines(cure), classes="cure")
        self.cure = cure

    def draw(self, cure: Cure) -> None:
        """Draw another state of the same row."""
        if cure != self.cure:
            self.cure = cure
            self.show(cure_lines(cure))

    def action_change(self) -> None:
        self.post_message(Leap(self.cure.step) if self.cure.key is None else Change(self.cure.key))

    def action_evidence(self) -> None:
        self.post_message(Leap(self.cure.step))

    def on_click(self) -> None:
        self.focus()


class CureRows(VerticalGroup):
    """All rows under their headings. They keep the focus while only their words change."""

    def __init__(self, groups: tuple[Group, ...], *, id: str) -> None:
        super().__init__(id=id)
        self.groups = groups

    def compose(self) -> ComposeResult:
        yield from self._parts()

    def _parts(self) -> list[Widget]:
        parts: list[Widget] = []
        for group in self.groups:
            parts.append(Static(text_of(group.title), classes="section"))
            parts += [CureRow(cure) for cure in group.cures]
        return parts

    def show(self, groups: tuple[Group, ...]) -> None:
        """Draw the newest rows."""
        same = _names(groups) == _names(self.groups)
        self.groups = groups
        if not same:
            self.call_later(self.recompose)
            return
        cures = [cure for group in groups for cure in group.cures]
        for row, cure in zip(self.query(CureRow), cures, strict=False):
            row.draw(cure)


def _names(groups: tuple[Group, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(f"{one.key} {[fault.id for fault in one.faults]}" for one in group.cures)
        for group in groups
    )
