"""Paragraphs with a hanging indent: a sign, and text that stays clear of it when it wraps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from screens.grid import Tone, marked
from wizard.text import Text
from wizard.untrusted import clean


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: what stands before it, and what wraps beside that."""

    lead: Content
    body: Content
    rest: Content | None = None
    """What stands before its further lines; None: blanks."""


def paragraph(lead: str, text: Text, tone: str = Tone.PLAIN) -> Paragraph:
    """Return `text`, made harmless, behind `lead`; both in `tone`."""
    return Paragraph(Content.styled(lead, tone), Content.styled(clean(str(text)), tone))


def bullets(sentences: Iterable[Text], sign: str = "• ") -> tuple[Paragraph, ...]:
    """Return sentences as a list, each once."""
    shown = dict.fromkeys(clean(str(sentence)) for sentence in sentences)
    return tuple(paragraph(sign, sentence) for sentence in shown)


def wrapped(paragraphs: tuple[Paragraph, ...], width: int) -> list[Content]:
    """Return the lines that `paragraphs` make at `width` cells."""
    lines: list[Content] = []
    for one in paragraphs:
        indent = cell_len(one.lead.plain)
        body = one.body.wrap(max(1, width - indent)) if one.body.plain else [Content("")]
        lines.append(one.lead + body[0])
        rest = Content(" " * indent) if one.rest is None else one.rest
        lines += [rest + line for line in body[1:]]
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """Paragraphs as evidence, beside tables; without any, `empty` says why."""

    paragraphs: tuple[Paragraph, ...]
    empty: Text = ""

    @property
    def nothing(self) -> bool:
        """There is not even a word to show."""
        return not self.paragraphs and not str(self.empty)

    def lines(self, width: int, needle: str = "") -> tuple[Content, ...]:
        """Return the lines; what is searched for is marked, nothing is left out."""
        shown = self.paragraphs or (paragraph("", self.empty, Tone.MUTED),)
        return tuple(marked(line, needle) if needle else line for line in wrapped(shown, width))


class Paragraphs(Widget):
    """Shows paragraphs at the width that it is given; hidden where there are none."""

    DEFAULT_CSS = "Paragraphs { height: auto; width: 1fr; }"

    def __init__(
        self,
        paragraphs: tuple[Paragraph, ...] = (),
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.paragraphs = paragraphs
        self.display = bool(paragraphs)

    def show(self, paragraphs: tuple[Paragraph, ...]) -> None:
        """Draw `paragraphs` in place of what stood there."""
        self.paragraphs = paragraphs
        self.display = bool(paragraphs)
        self.refresh(layout=True)

    def render(self) -> Content:
        return Content("\n").join(wrapped(self.paragraphs, self.content_size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(wrapped(self.paragraphs, width))
