"""The command palette: every action of the wizard by its name, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from rich.align import Align
from rich.text import Text as RichText
from textual.app import ComposeResult
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.command import SearchIcon as Sign
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.frame import Framed, TooSmall
from screens.looks import LOOKS
from screens.messages import Change, Leap, LookAgain
from wizard.flow import STEPS, step_title
from wizard.language import LANGUAGES
from wizard.questions import QUESTIONS
from wizard.text import Text, msg

if TYPE_CHECKING:
    from screens.app import WizardApp


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One action."""

    title: Text
    detail: Text
    run: Callable[[], object]


def commands(app: WizardApp, screen: Framed) -> Iterator[Command]:
    """Yield what can be done now, in the order in which it is listed before anything is typed."""
    yield from _of_the_screen(screen)
    if screen.may_leap and not app.writing:
        yield from _moving(app)
        yield from _questions(app)
    yield from _looks(app)
    yield from _languages(app)
    yield Command(title=msg("Help for this screen"), detail=msg("? does so too"),
                  run=app.action_help)  # fmt: skip
    yield Command(title=msg("Quit"), detail=msg("ctrl+q does so too"), run=app.action_leave)


def _of_the_screen(screen: Framed) -> Iterator[Command]:
    yield Command(
        title=msg("Copy"), detail=msg("what is highlighted, or the command"), run=screen.action_copy
    )
    if screen.searchable:
        yield Command(
            title=msg("Search in the tables"), detail=msg("/ does so too"), run=screen.action_search
        )
    for title, detail, run in screen.deeds():
        yield Command(title=title, detail=detail, run=run)
    yield from _ways(screen)
    undo = getattr(screen, "action_undo", None)
    if undo is not None:
        yield Command(
            title=msg("Take everything back (undo)"), detail=msg("asks once more"), run=undo
        )


def _ways(screen: Framed) -> Iterator[Command]:
    """Yield the ways on that a screen offers as a list: prove, mend, finish, and others."""
    for ways in screen.query("#ways").results(OptionList):
        for index, option in enumerate(ways.options):
            shown = option.prompt
            title = shown.plain if isinstance(shown, Content) else str(shown)
            yield Command(
                title=title.partition("  ")[0].partition("\n")[0].strip(),
                detail=msg("a way on from here"),
                run=lambda ways=ways, index=index: take(ways, index),  # type: ignore[misc]
            )


def take(ways: OptionList, index: int) -> None:
    """Choose a way as if enter had been pressed on it."""
    ways.highlighted = index
    ways.action_select()


def _moving(app: WizardApp) -> Iterator[Command]:
    for step in STEPS:
        if step is not app.flow.at and step not in app.flow.skipped and step in app.open_steps:
            yield Command(
                title=msg("Go to the step {step}", step=step_title(step)),
                detail=msg("esc comes back here"),
                run=lambda step=step: app.post_message(Leap(step)),  # type: ignore[misc]
            )
    yield Command(
        title=msg("Measure again"),
        detail=msg("look at everything anew; what you chose stays"),
        run=lambda: app.post_message(LookAgain()),
    )


def _questions(app: WizardApp) -> Iterator[Command]:
    if app.state.plan is None:
        return
    for asked in QUESTIONS:
        yield Command(
            title=msg("Change: {what}", what=asked.title),
            detail=asked.why,
            run=lambda key=asked.key: app.post_message(Change(key)),  # type: ignore[misc]
        )


def _looks(app: WizardApp) -> Iterator[Command]:
    for look in LOOKS.values():
        if look is not app.worn:
            yield Command(
                title=msg("Colours: {look}", look=look.title),
                detail=msg("remembered for the next time"),
                run=lambda name=look.name: app.wear(name),  # type: ignore[misc]
            )


def _languages(app: WizardApp) -> Iterator[Command]:
    change = getattr(app, "action_language", None)
    if change is None:
        return
    for code, name in LANGUAGES.items():
        yield Command(
            title=msg("Language: {name}", name=name),
            detail=msg("what you typed and chose stays"),
            run=lambda code=code: change(code),  # type: ignore[misc]
        )


class WizardCommands(Provider):
    """The actions as Textual's palette asks for them."""

    def _known(self) -> tuple[Command, ...]:
        screen = self.screen
        if not isinstance(screen, Framed):
            return ()
        return tuple(commands(cast("WizardApp", self.app), screen))

    async def discover(self) -> Hits:
        """Yield everything: nothing is typed yet."""
        for one in self._known():
            yield DiscoveryHit(str(one.title), one.run, help=str(one.detail))

    async def search(self, query: str) -> Hits:
        """Yield what fits the words that were typed."""
        matcher = self.matcher(query)
        for one in self._known():
            score = matcher.match(str(one.title))
            if score > 0:
                shown = matcher.highlight(str(one.title))
                yield Hit(score, shown, one.run, help=str(one.detail))


class WizardPalette(CommandPalette):
    """Textual's palette, with our words."""

    def __init__(self) -> None:
        super().__init__(
            providers=[WizardCommands], placeholder=str(msg("What do you want to do?"))
        )

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield TooSmall()

    def on_mount(self) -> None:
        self.query_one(Sign).icon = ">"  # a magnifying glass has another width on each terminal

    def _start_no_matches_countdown(self, search_value: str) -> None:
        self._stop_no_matches_countdown()

        def say() -> None:
            if search_value:
                words = RichText(str(msg("Nothing here is called so")))
                self.query_one(CommandList).add_option(
                    Option(Align.center(words), disabled=True, id=self._NO_MATCHES)
                )
            self._list_visible = bool(search_value)

        self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, say)
