"""One decision as a question: the alternatives with their because, or a value of one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from screens.deciding import Asking
from screens.decisions import text_of
from screens.focus import Sheet
from screens.found import FoundSuggester
from screens.frame import ARROWS, ENTER, ESC, Body, Key, KeyBar, TooSmall
from screens.grid import Tone
from screens.words import choice_in_words
from wizard.errors import UnsafeError, UsageError, WizardError
from wizard.questions import REASON, UNTIL, Choice
from wizard.text import Text, msg
from wizard.untrusted import clean

TryAnswers = Callable[[Mapping[str, str | None]], WizardError | None]
"""Take answers (None: take one back) if a plan can be decided with them, else say why not."""


ROOMY = 22
"""Lines from which on a sheet leaves something of the screen below it to be seen."""
SHARE = 0.9


class QuestionScreen(Sheet[None]):
    """Enter takes the highlighted choice; tab leads to the line for an own value."""

    AUTO_FOCUS = "#choices"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        Binding("up", "choices", show=False),
        Binding("ctrl+q,ctrl+c", "app.leave", show=False),
    ]

    def __init__(self, asking: Asking, try_answers: TryAnswers) -> None:
        super().__init__()
        self.asked = asking.asked
        self.decision = asking.decision
        self.choices = asking.choices
        self.recommended = asking.recommended
        self.found = asking.found
        self.try_answers = try_answers

    def compose(self) -> ComposeResult:
        with VerticalGroup(id="sheet"):
            with VerticalGroup(id="asked"):
                yield Static(text_of(self.asked.title), classes="heading")
                yield Static(text_of(self.asked.why), classes="why")
            with Body(id="answering"):
                yield from self._lines()
        yield KeyBar(self.keys())
        yield TooSmall()

    def _lines(self) -> ComposeResult:
        """Yield what scrolls below the question."""
        yield OptionList(
            *(Option(self._option(choice)) for choice in self.choices),
            id="choices",
            markup=False,
        )
        yield Static(text_of(msg("Or a value of your own")), classes="section")
        yield Input(
            id="own",
            placeholder=clean(str(msg("for example {value}", value=self.asked.example))),
            compact=True,
            select_on_focus=False,
            suggester=FoundSuggester(self.found),
        )
        if self.found:
            words = msg("Found here: {values}   (→ takes the rest)", values=", ".join(self.found))
            yield Static(text_of(words), id="found-here", classes="because")
        yield Static(text_of(msg("Expected: {what}", what=self.asked.expected)), id="verdict")
        with VerticalScroll(id="waiver", can_focus=False):
            yield Static(text_of(msg("Why it must be, for the record")))
            yield Input(id="reason", compact=True)
            yield Static(text_of(msg("Until which day (YYYY-MM-DD); then `check` fails")))
            yield Input(id="until", compact=True, placeholder="2027-03-31")

    def on_resize(self) -> None:
        self.call_after_refresh(self.fit)

    def fit(self) -> None:
        """Give what scrolls the room that the question above it leaves."""
        sheet, asked = self.query_one("#sheet"), self.query_one("#asked")
        around = sheet.outer_size.height - sheet.content_size.height
        most = int(self.size.height * (1 if self.size.height < ROOMY else SHARE))
        room = most - around - asked.outer_size.height
        self.query_one("#answering").styles.max_height = max(4, room)

    def on_mount(self) -> None:
        self.query_one("#waiver").display = False
        current = self.asked.format(self.decision.value)
        values = [choice.value for choice in self.choices]
        self.query_one("#choices", OptionList).highlighted = (
            values.index(current) if current in values else 0
        )

    def _option(self, choice: Choice) -> Content:
        marks: list[Text] = []
        if choice.value == self.asked.format(self.decision.value):
            marks.append(msg("now"))
        if choice.value == self.recommended:
            marks.append(msg("recommended"))
        label = choice_in_words(self.asked, choice.value, choice.label)
        head = Content.styled(clean(str(label), 300), Tone.STRONG)
        if marks:
            words = str(msg(", ")).join(str(mark) for mark in marks)
            head = head + "  " + Content.styled(str(msg("({words})", words=words)), Tone.ACCENT)
        because = clean(str(choice.because))
        return head + Content.styled(f"\n{because}", Tone.MUTED) if because else head

    def keys(self) -> tuple[Key, ...]:
        """Return the keys to show."""
        return (
            (ENTER, msg("Take it")),
            (ARROWS, msg("Choose")),
            ("tab", msg("Own value")),
            (ESC, msg("Back, as it was")),
        )

    @on(OptionList.OptionSelected, "#choices")
    def take_choice(self, event: OptionList.OptionSelected) -> None:
        value = self.choices[event.option_index].value
        self._take(None if value == self.recommended else value)

    @on(Input.Submitted)
    def take_own(self, event: Input.Submitted) -> None:
        own = self.query_one("#own", Input).value
        if own.strip():
            self._take(own)
        elif event.input.id == "own":
            words = msg("Type a value first, or go back up (↑) and take one of the choices.")
            self._say(words, Tone.WARN)
        else:
            index = self.query_one("#choices", OptionList).highlighted or 0
            self._take(self.choices[index].value)

    @on(Input.Changed, "#own")
    def judge(self, event: Input.Changed) -> None:
        """Say while it is typed whether the value can be used."""
        if not event.value.strip():
            self._say(msg("Expected: {what}", what=self.asked.expected), Tone.MUTED)
            return
        try:
            value = self.asked.parse(event.value)
        except UsageError as error:
            self._say(msg("✗ {why}\n{hint}", why=error.message, hint=error.hint), Tone.BAD)
            return
        gives_up = self.asked.unsafe(value)
        if gives_up is None:
            self._say(msg("✓ can be used: press enter"), Tone.GOOD)
        else:
            self._say(msg("! unsafe: {why}", why=gives_up), Tone.WARN)

    def _take(self, text: str | None) -> None:
        changes: dict[str, str | None] = {self.asked.key: text}
        for key, id_ in ((REASON, "#reason"), (UNTIL, "#until")):
            if given := self.query_one(id_, Input).value.strip():
                changes[key] = given
        refused = self.try_answers(changes)
        if refused is None:
            self.dismiss()
            return
        waiver = self.query_one("#waiver")
        if isinstance(refused, UnsafeError) and not waiver.display:
            waiver.display = True
            self.call_after_refresh(self.query_one("#reason", Input).focus)
            self._say(msg("! {why}", why=refused.message), Tone.WARN)
            return
        self._say(msg("✗ {why}\n{hint}", why=refused.message, hint=refused.hint), Tone.BAD)

    def _say(self, words: Text, tone: Tone) -> None:
        verdict = self.query_one("#verdict", Static)
        verdict.update(Content.styled(clean(str(words)), tone))
        self.call_after_refresh(verdict.scroll_visible, animate=False)

    def action_choices(self) -> None:
        """Go from a line up to the choices."""
        self.query_one("#choices").focus()

    def action_close(self) -> None:
        self.dismiss()
