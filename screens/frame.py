"""What every screen of the wizard has around its content: title, place, keys, a kind refusal.

The keys stand in a line of our own instead of Textual's Footer: their words are translated,
they depend on what has the focus, and at most five fit every window.
"""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.widget import Widget
from textual.widgets import Static

from screens.able import Able
from screens.grid import Tone
from screens.messages import GoOn
from screens.search import SEARCH_KEYS, SearchLine
from screens.state import AREAS, State
from screens.steps import StepRail, StepStrip
from wizard.flow import Flow
from wizard.text import Msg, Text, msg
from wizard.untrusted import clean_line

Key = tuple[str, Text]
"""A key as people call it, and what it does."""

LEAST_WIDTH, LEAST_HEIGHT = 50, 14

ENTER, ARROWS, ESC = "enter", "↑↓", "esc"
BACK: Key = (ESC, msg("Back"))
HELP: Key = ("?", msg("Help"))
LOOK_AGAIN: Key = ("r", msg("Measure again"))


EVERYWHERE: tuple[Key, ...] = (
    (ENTER, msg("go on, or open the row that is highlighted")),
    ("↑ ↓  tab", msg("go from row to row")),
    ("PgUp PgDn", msg("scroll the page")),
    (ESC, msg("go back; what you chose stays")),
    ("r", msg("look at everything again")),
    ("/", msg("search in the tables")),
    ("c", msg("copy what is highlighted, or the command")),
    ("ctrl+p", msg("every action by its name: steps, colours, language …")),
    ("? f1", msg("this help")),
    ("ctrl+q ctrl+c", msg("leave; nothing is written")),
)
"""Keys that most screens have."""


def key_line(keys: tuple[Key, ...], width: int) -> Content:
    """Return the keys and their meaning in one line; those in the middle leave a narrow window."""
    shown = list(keys)
    gap = 3
    while True:
        parts = [
            Content.assemble((key, "bold $text-primary"), " ", (str(words), Tone.MUTED))
            for key, words in shown
        ]
        line = Content(" " * gap).join(parts)
        if cell_len(line.plain) <= width or (gap == 2 and len(shown) <= 2):
            return line
        if gap == 3:
            gap = 2
        else:
            shown.pop(-2)


class KeyBar(Widget):
    """The line of keys at the foot of a screen."""

    def __init__(self, keys: tuple[Key, ...]) -> None:
        super().__init__()
        self.keys = keys

    def show(self, keys: tuple[Key, ...]) -> None:
        """Draw other keys."""
        self.keys = keys
        self.refresh()

    def render(self) -> Content:
        return key_line(self.keys, self.content_size.width)


class TooSmall(Widget):
    """What stands on a window that is too small to show anything else."""

    def render(self) -> Content:
        width, height = self.app.size
        words = msg(
            "This window has {width} columns and {height} lines; the wizard needs {least_width} "
            "and {least_height}. Please make it larger.\n\nOr leave with ctrl+q, and run\n"
            "gomod-wizard --plain\n\nNothing is lost.",
            width=width,
            height=height,
            least_width=LEAST_WIDTH,
            least_height=LEAST_HEIGHT,
        )
        return Content(str(words))


class Proceed(Static, can_focus=True):
    """The way on: it has the focus first, so that Enter alone walks through the wizard."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "go", show=False)]

    def __init__(self, words: Text, *, id: str = "proceed") -> None:
        super().__init__(Content(f" {words} → "), id=id)

    def say(self, words: Text) -> None:
        """Change the words."""
        self.update(Content(f" {words} → "))

    def action_go(self) -> None:
        self.post_message(GoOn())

    def on_click(self) -> None:
        self.post_message(GoOn())


class Body(VerticalScroll, can_focus=False, inherit_bindings=False):
    """What scrolls. The arrows belong to the screen, which moves the focus by them."""


class Framed(Able):
    """A screen with the wizard's frame. A subclass gives `content`, `keys` and `show`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
    ]
    AUTO_FOCUS = "#proceed"
    help_text: ClassVar[Msg]
    """What `?` shows."""
    writes: ClassVar[bool] = False
    """Here a transaction runs, or was refused."""
    own_keys: ClassVar[tuple[Key, ...]] = ()
    """Keys of this screen alone, for its help."""

    def __init__(self, state: State, flow: Flow, project: str) -> None:
        super().__init__()
        self.state = state
        self.flow = flow
        self.project = project
        self.ready = False

    def compose(self) -> ComposeResult:
        self.fit_the_window()
        with Horizontal(id="top"):
            yield Static(name_shown(self.app), id="name")
            yield Static(Content(clean_line(self.project)), id="project")
            yield Static(look_status(self.state), id="look")
        yield StepStrip(self.flow, self.state)
        with Horizontal(id="middle"):
            yield StepRail(self.flow, self.state)
            with Vertical(id="page"):
                yield from self.above()
                with Body(id="body"):
                    yield from self.content()
                with Horizontal(id="foot"):
                    yield from self.foot()
                    yield Static(Content(str(msg("PgDn: more below"))), id="more")
        yield SearchLine(id="search")
        yield KeyBar(self.keys())
        yield TooSmall()

    def fit_the_window(self) -> None:
        """Take the classes of the window's size now: Textual gives them after the first frame."""
        size, app = self.app.size, self.app
        self.add_class(
            *self._get_breakpoint_classes(size.width, app.HORIZONTAL_BREAKPOINTS or []),
            *self._get_breakpoint_classes(size.height, app.VERTICAL_BREAKPOINTS or []),
        )

    def above(self) -> ComposeResult:
        """Yield what stays above what scrolls."""
        yield from ()

    def content(self) -> ComposeResult:
        """Yield what scrolls."""
        raise NotImplementedError

    def foot(self) -> ComposeResult:
        """Yield what stays below it."""
        yield Proceed(msg("Continue"))

    def keys(self) -> tuple[Key, ...]:
        """Return the keys to show, at most five, for what has the focus."""
        return ((ENTER, msg("Continue")), BACK, HELP)

    def help_keys(self) -> tuple[Key, ...]:
        """Return every key that does something here, and what it does."""
        return (*self.own_keys, *EVERYWHERE)

    def on_mount(self) -> None:
        self.ready = True
        body = self.query_one(Body)
        for what in ("scroll_y", "virtual_size"):
            self.watch(body, what, self.hint_more)
        self.draw()

    def hint_more(self) -> None:
        """Say that there is more below, where it is so."""
        body = self.query_one(Body)
        self.query_one("#more").visible = body.scroll_target_y < body.max_scroll_y

    def show(self, state: State, flow: Flow) -> None:
        """Take a newer state, and draw it as soon as there is something to draw on."""
        self.state, self.flow = state, flow
        if self.ready:
            self.draw()

    def draw(self) -> None:
        """Draw the state. A subclass draws its own part, and calls this."""
        self.query_one("#look", Static).update(look_status(self.state))
        self.query_one(StepStrip).show(self.flow, self.state)
        self.query_one(StepRail).show(self.flow, self.state)

    def action_move(self, direction: int) -> None:
        """Give the focus to the next thing that can be opened."""
        if direction > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def action_page(self, direction: int) -> None:
        """Scroll the content by a page, wherever the focus is."""
        body = self.query_one(Body)
        if direction > 0:
            body.scroll_page_down(animate=False)
        else:
            body.scroll_page_up(animate=False)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        searching = event.widget.id == "needle"
        self.query_one(KeyBar).show(SEARCH_KEYS if searching else self.keys())

    def on_resize(self) -> None:
        self.call_after_refresh(self.hint_more)


def name_shown(app: App[object]) -> str:
    """Return the program's name; on a played machine every screen says that it is one."""
    stream = getattr(app, "stream", None)
    played = stream is not None and stream.system.demo
    return str(msg("gomod-wizard, a demo")) if played else "gomod-wizard"


def look_status(state: State) -> Content:
    """Return in words how far the detection is."""
    if state.looking:
        done = sum(name in state.areas for name in AREAS)
        words = msg("looking … {done} of {all}", done=done, all=len(AREAS))
        return Content.styled(str(words), "$text-warning")
    if state.facts is None:
        return Content("")
    return Content.styled(str(msg("measured")), Tone.MUTED)
