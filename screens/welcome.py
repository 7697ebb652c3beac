"""The first screen: what this is, what is being looked at, and the two ways on."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import OptionList, Static

from screens.decisions import text_of, waiting
from screens.frame import ARROWS, ENTER, ESC, HELP, LOOK_AGAIN, Framed, Key, KeyBar
from screens.grid import GridView, Tone
from screens.messages import Leap
from screens.paragraphs import Paragraph, Paragraphs, paragraph
from screens.state import State
from screens.summary import overview
from screens.ways import Way, Ways
from wizard.flow import Step
from wizard.plan.types import Severity
from wizard.text import msg, nmsg


class WelcomeScreen(Framed):
    """Live detection, and the choice between the short way and every step."""

    AUTO_FOCUS = "#ways"
    help_text = msg(
        "The wizard finds out what is true on this machine, decides once, and writes one set of "
        "files from that decision, so that `go mod download` works inside `docker build`.\n\n"
        "The short way shows on one page what is wrong, what would be done, and every line. The "
        "long way shows the evidence and the alternatives, one topic at a time. Nothing is written "
        "before you have seen it and said yes, and `gomod-wizard undo` takes it back.\n\n"
        "Nothing is sent anywhere but to the servers that are being checked."
    )

    def content(self) -> ComposeResult:
        yield Static(
            text_of(msg("Make `go mod download` work inside `docker build`")), classes="heading"
        )
        yield Static(
            text_of(
                msg(
                    "What stands below was just read from this machine and its network. Nothing "
                    "is changed before you have seen every line and said yes."
                )
            ),
            classes="why",
        )
        yield GridView(overview(self.state), id="overview")
        yield Paragraphs(_news(self.state), id="news")

    def foot(self) -> ComposeResult:
        yield Ways(ways_of(self.state))

    def draw(self) -> None:
        super().draw()
        self.query_one("#overview", GridView).show(overview(self.state))
        self.query_one("#news", Paragraphs).show(_news(self.state))
        self.query_one("#ways", Ways).show(ways_of(self.state))
        self.query_one(KeyBar).show(self.keys())

    @on(OptionList.OptionSelected, "#ways")
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.post_message(Leap(Step.PROXY if event.option_index else Step.PROPOSAL))

    def keys(self) -> tuple[Key, ...]:
        if self.state.held:
            return ((ESC, msg("Stay here")), LOOK_AGAIN, HELP, ("ctrl+q", msg("Quit")))
        return (
            (ENTER, msg("Continue")),
            (ARROWS, msg("Choose")),
            LOOK_AGAIN,
            HELP,
            ("ctrl+q", msg("Quit")),
        )


def ways_of(state: State) -> tuple[Way, ...]:
    """Return the short way and the long one; the first says so where it is waited for."""
    first = Way(
        id="short",
        title=msg("See what I would do"),
        detail=msg("one page: what is wrong, the cure, and every line"),
    )
    if state.held:
        words = msg("The proposal opens as soon as everything was looked at")
        first = Way(id="short", title=words, detail=msg("esc: stay here"))
    steps = msg("proxy, mirrors, private hosts, Docker, build")
    return (first, Way(id="long", title=msg("Go step by step"), detail=steps))


def _no_fault(state: State) -> Paragraph:
    """Say that nothing is wrong only where there was an engine to look at."""
    if state.facts is not None and state.facts.docker.engine.value is None:
        words = msg("No fault was found, but without a Docker engine no build could be checked.")
        return paragraph("! ", words, Tone.WARN)
    words = msg("Nothing was found that would make a build fail.")
    return paragraph("✓ ", words, Tone.GOOD)


def _news(state: State) -> tuple[Paragraph, ...]:
    """What a person should know before choosing: faults in a line each, the rest as a count."""
    if state.trouble is not None:
        return waiting(state)
    if state.plan is None:
        return ()
    faults = [one for one in state.findings if one.severity is Severity.FAULT]
    warnings = sum(one.severity is Severity.WARNING for one in state.findings)
    lines = [paragraph("✗ ", fault.message, Tone.BAD) for fault in faults]
    if not faults:
        lines.append(_no_fault(state))
    if warnings:
        words = nmsg("{n} warning", "{n} warnings", n=warnings)
        lines.append(paragraph("! ", words, Tone.WARN))
    return tuple(lines)
