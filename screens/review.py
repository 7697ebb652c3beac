"""The review: every file with its difference and its reasons, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.widgets import Static, Tab, Tabs

from screens.able import Deed
from screens.clipboard import Copied
from screens.decisions import text_of, waiting
from screens.diff_rows import Told
from screens.diff_view import DiffView
from screens.files import (
    blocked_lines,
    change_of,
    files_grid,
    label_of,
    listed,
    path_line,
    refusal_of,
    sign_of,
    told_hunks,
)
from screens.findings import finding_lines
from screens.frame import BACK, ENTER, HELP, LOOK_AGAIN, Framed, Key, KeyBar, Proceed
from screens.grid import Grid, GridView, Tone
from screens.hunks import Hunk
from screens.messages import LeaveOut
from screens.paragraphs import Paragraph, Paragraphs, bullets, paragraph
from screens.reasons import reasons_of
from screens.state import Preview
from screens.verdict import headline, onward, skipped_steps
from wizard.text import msg
from wizard.untrusted import clean_line

OVERVIEW = "overview"
SIDE_BY_SIDE = 100
"""Columns of a window in which two halves of a line can be read."""


class ReviewScreen(Framed):
    """Tabs: the overview, then one for each file."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "tab(-1)", show=False),
        Binding("right", "tab(1)", show=False),
        Binding("up", "scroll(-1)", show=False, priority=True),
        Binding("down", "scroll(1)", show=False, priority=True),
        Binding("space", "leave_out", show=False),
        Binding("s", "beside", show=False),
    ]
    help_text = msg(
        "Each tab is one file. Lines with + are added, lines with - are removed; everything else "
        "in the file stays as it is. Each part says why it changes. In a wide window s shows "
        "before and after side by side.\n\n"
        "← and → go from file to file, ↑ and ↓ scroll. Space leaves a file out, or takes it in "
        "again: what belongs to it, such as a restart, goes with it.\n\n"
        "Enter asks once more, then writes everything as one transaction. Esc goes back to the "
        "decisions. Files that need root are not written by this program unless it is root: it "
        "shows the one sudo command instead."
    )

    wants_beside = False
    """Before and after stand side by side where there is room; kept when the language changes."""

    own_keys = (
        ("← →", msg("go from file to file")),
        ("space", msg("leave the open file out, or take it in again")),
        ("s", msg("before and after side by side, in a wide window")),
    )

    def content(self) -> ComposeResult:
        with VerticalGroup(id="overview"):
            yield Static(id="files-title", classes="heading")
            yield Paragraphs(id="stopping")
            yield GridView(Grid(columns=(), rows=()), id="files")
            yield Paragraphs(id="blocked")
            yield Static(text_of(msg("The build, afterwards")), classes="section")
            yield Paragraphs(id="command", classes="code")
            yield Static(text_of(msg("What was found")), id="found", classes="section")
            yield Paragraphs(id="findings")
            yield Paragraphs(id="skipped", classes="because")
        with VerticalGroup(id="file"):
            yield Static(id="path", classes="why")
            with VerticalGroup(id="sides"):
                with VerticalGroup(id="diff"):
                    yield Paragraphs(id="instead")
                    yield DiffView(id="lines")
                with VerticalGroup(id="reasons"):
                    yield Static(text_of(msg("Because")), classes="section")
                    yield Paragraphs(id="because")

    def above(self) -> ComposeResult:
        tabs = Tabs(id="tabs")
        tabs.can_focus = False
        with HorizontalGroup(id="tabs-line"):
            yield tabs
            yield Static(id="tab-place")

    def foot(self) -> ComposeResult:
        yield Proceed(msg("Continue"))

    def on_mount(self) -> None:
        self.names: tuple[str, ...] = ()
        self.coming: tuple[str, ...] = ()
        """The tabs that are there, or are being put in."""
        self.preview: Preview | None = None
        """The newest comparison; it stays to be read while the next one is made."""

    def draw(self) -> None:
        super().draw()
        self.preview = self.state.preview or (self.preview if self.state.plan else None)
        self.draw_tabs()
        self.draw_tab()
        self.draw_onward()

    def draw_onward(self) -> None:
        """Say what enter does; there is no button where it can do nothing."""
        state, proceed = self.state, self.query_one(Proceed)
        words = onward(self.state)
        proceed.say(msg("Please wait") if words is None else words)
        waits = state.looking or (state.trouble is None and not state.stopping)
        proceed.display = words is not None or waits
        if proceed.display and self.focused is None:
            proceed.focus()
        self.query_one(KeyBar).show(self.keys())

    def draw_tabs(self) -> None:
        """Give every file its tab, with a sign for what happens to it."""
        labels = [(OVERVIEW, Content(str(msg("Overview"))))]
        preview = self.preview
        if preview is not None:
            for artifact in listed(preview):
                sign = sign_of(artifact, preview, self.state.left_out)
                words = clean_line(str(label_of(artifact)))
                labels.append((artifact.name, Content(f"{sign} {words}")))
        tabs = self.query_one("#tabs", Tabs)
        names = tuple(name for name, _ in labels)
        if names == self.coming != self.names:
            return  # they are being put in; their signs are drawn then
        if names == self.names:
            for index, (_, label) in enumerate(labels):
                tabs.query_one(f"#t{index}", Tab).label = label
        else:
            self.coming = names
            self.renew_tabs(labels)

    @work(exclusive=True, group="tabs")
    async def renew_tabs(self, labels: list[tuple[str, Content]]) -> None:
        """Put other tabs in place of those that are there."""
        self.names = ()
        tabs = self.query_one("#tabs", Tabs)
        await tabs.clear()
        for index, (_, label) in enumerate(labels):
            await tabs.add_tab(Tab(label, id=f"t{index}"))
        self.names = tuple(name for name, _ in labels)
        self.draw_tabs()
        self.draw_tab()

    @property
    def open_name(self) -> str:
        """The file whose tab is open, or the overview."""
        active = self.query_one("#tabs", Tabs).active
        index = int(active[1:]) if active else 0
        return self.names[index] if index < len(self.names) else OVERVIEW

    def draw_tab(self) -> None:
        """Draw what belongs to the open tab."""
        preview, name = self.preview, self.open_name
        overview = self.query_one("#overview")
        overview.display = preview is None or name == OVERVIEW
        self.query_one("#file").display = not overview.display
        self.query_one("#tab-place", Static).update(self.tab_place())
        if overview.display:
            self.draw_overview()
        elif preview is not None:
            self.draw_file(preview, name)

    def tab_place(self) -> Content:
        """Return which tab of how many is open: a narrow window cuts their line."""
        if len(self.names) < 2:
            return Content("")
        number = self.names.index(self.open_name) + 1 if self.open_name in self.names else 1
        words = msg("← {number}/{all} →", number=number, all=len(self.names))
        return Content.styled(str(words), Tone.MUTED)

    def draw_overview(self) -> None:
        """Draw what was found, what happens to which file, and the build command."""
        state, preview = self.state, self.preview
        none_yet = state.trouble is not None or state.plan is None
        found = (
            waiting(state)
            if none_yet
            else finding_lines(tuple(one for one in state.findings if not one.stops))
        )
        self.query_one("#found").display = bool(found)
        self.query_one("#findings", Paragraphs).show(found)
        self.query_one("#files-title", Static).update(text_of(headline(state)))
        stopping = () if none_yet else finding_lines(state.stopping)
        self.query_one("#stopping", Paragraphs).show(stopping)
        self.query_one("#blocked", Paragraphs).show(() if not preview else blocked_lines(preview))
        if preview is not None:
            self.query_one("#files", GridView).show(files_grid(preview, state))
            command = paragraph("", preview.command)
            self.query_one("#command", Paragraphs).show((command,))
        self.query_one("#skipped", Paragraphs).show(bullets(skipped_steps(self.flow), "– "))

    def draw_file(self, preview: Preview, name: str) -> None:
        """Draw one file: where it stands, why, and its difference."""
        change = change_of(name, preview)
        refusal = refusal_of(name, preview)
        artifact = next(one for one in preview.artifacts if one.name == name)
        self.query_one("#path", Static).update(path_line(artifact, change, self.state.left_out))
        told: tuple[Told, ...] = ()
        parts: tuple[Hunk, ...] = ()
        lines: tuple[Paragraph, ...] = ()
        if refusal is not None:
            lines = (paragraph("✗ ", refusal.message, Tone.BAD), paragraph("→ ", refusal.hint))
        elif name in self.state.left_out:
            kept = msg("You left this file out: it stays as it is.")
            lines = (paragraph("", kept, Tone.WARN),)
        elif change is None:
            same = msg("Already as planned: nothing to write.")
            lines = (paragraph("", same, Tone.GOOD),)
        else:
            told, lines = told_hunks(artifact, change, preview, self.state.plan)
            parts = tuple(one.hunk for one in told)
        self.query_one("#instead", Paragraphs).show(lines)
        self.query_one(DiffView).show(told, beside=self.beside)
        reasons = reasons_of(artifact, change, self.state.plan, parts)
        self.query_one("#because", Paragraphs).show(reasons)
        self.query_one("#reasons").display = bool(reasons) and name not in self.state.left_out

    @on(Tabs.TabActivated)
    def switched(self) -> None:
        self.draw_tab()
        self.query_one("#body").scroll_home(animate=False)

    def action_tab(self, direction: int) -> None:
        """Open the neighbour tab."""
        tabs = self.query_one("#tabs", Tabs)
        if direction > 0:
            tabs.action_next_tab()
        else:
            tabs.action_previous_tab()

    def action_scroll(self, direction: int) -> None:
        """Scroll by a line."""
        self.query_one("#body").scroll_relative(y=direction, animate=False)

    @property
    def beside(self) -> bool:
        """Before and after stand side by side: wanted, and the window is wide enough."""
        return self.wants_beside and self.size.width >= SIDE_BY_SIDE

    def action_beside(self) -> None:
        """Show before and after side by side, or below each other again."""
        if self.size.width < SIDE_BY_SIDE:
            words = msg("Side by side needs a window of {n} columns.", n=SIDE_BY_SIDE)
            self.notify(str(words), markup=False)
            return
        self.wants_beside = not self.wants_beside
        self.draw_beside()

    def draw_beside(self) -> None:
        """Give a side-by-side view the room of the rail."""
        self.set_class(self.beside, "-beside")
        self.draw_tab()

    def on_resize(self) -> None:
        super().on_resize()
        if self.is_mounted:
            self.call_after_refresh(self.draw_beside)

    def copyable(self) -> Copied:
        preview = self.preview
        if preview is None:
            return super().copyable()
        change = change_of(self.open_name, preview)
        if change is None:
            return Copied(msg("the build command"), preview.command)
        what = msg("the difference of {file}", file=self.open_name)
        return Copied(what, preview.diffs.get(change.path, ""))

    def deeds(self) -> Iterable[Deed]:
        yield (
            msg("Before and after side by side"),
            msg("s does so too, in a wide window"),
            self.action_beside,
        )

    def action_leave_out(self) -> None:
        """Leave the open file out, or take it in again."""
        if self.open_name != OVERVIEW:
            self.post_message(LeaveOut(self.open_name))

    def keys(self) -> tuple[Key, ...]:
        words = onward(self.state)
        enter: tuple[Key, ...] = ((ENTER, msg("Write")),)
        if words is None:
            enter = () if self.state.looking else (LOOK_AGAIN,)
        elif self.state.preview is not None and self.state.preview.blocked:
            enter = ((ENTER, msg("Leave out")),)
        return (*enter, ("←→", msg("File")), ("space", msg("Leave out")), BACK, HELP)
