"""The answer of the user's own builder, asked for a plan's network, beside this host's."""

from __future__ import annotations

from wizard.cli.output import BOLD, DIM, GREEN, RED, YELLOW, Output
from wizard.facts.base import State
from wizard.facts.build import BuildFacts, Row
from wizard.text import msg


def show_comparison(output: Output, build: BuildFacts) -> None:
    """Show host and build side by side, and name the first row that differs."""
    output.line()
    if rows := build.rows.or_else(()):
        output.table(
            ("", str(msg("what")), str(msg("this host")), str(msg("in the build"))),
            [("≠" if row.differs else "", str(row.what), str(row.host), str(row.build))
             for row in rows],
        )  # fmt: skip
        output.line()
    show_cause(output, build)


def show_cause(output: Output, build: BuildFacts) -> None:
    """Say in one line what differs first, or that nothing does."""
    if build.rows.state is not State.KNOWN:
        output.line(msg("The builder gave no view: {why}", why=build.rows.reason), DIM)
        return
    cause = build.cause.value
    if cause is None:
        failing = any(mirror.reason is not None for mirror in build.mirrors.or_else(()))
        output.line(build.cause.reason, *(() if failing else (GREEN,)))
        return
    if any(mirror.reason is not None for mirror in build.mirrors.or_else(())[:1]):
        sentence = msg("The cause: {what}: here {host}, in the build {build}", **_words(cause))
        output.line(sentence, RED, BOLD)
        return
    sentence = msg(
        "The build gets its modules, yet differs: {what}: here {host}, in the build {build}",
        **_words(cause),
    )
    output.line(sentence, YELLOW)


def _words(row: Row) -> dict[str, object]:
    return {"what": row.what, "host": row.host, "build": row.build}
