"""`demo`: the wizard, or any other command, on a small played company; nothing real is touched."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.cli.output import BOLD, DIM, Output
from wizard.errors import ExitCode, ForbiddenError, UsageError
from wizard.language import spoken
from wizard.text import msg

if TYPE_CHECKING:
    import argparse

    from wizard.cli.context import Context
    from wizard.demo.company import Company
    from wizard.session import Session

_REAL = ("--project", "--profile")
"""They would lead out of the played machine."""
_PLAY = (("plan",), ("apply", "--yes"), ("verify", "--build"), ("undo",))


def demo(
    flags: argparse.Namespace,
    output: Output,
    start_wizard: Callable[[Session], int],
    *,
    full_screen: bool,
) -> int:
    """Play the company and run in it what `flags` say; bare, the wizard. Returns its exit code."""
    words = [word for word in flags.args if word != "--"]
    _refuse_what_is_real(flags, words)
    if sys.platform == "win32":
        raise ForbiddenError(
            msg("the demo plays a machine with unix sockets, which are missing here"),
            where="demo",
            hint=msg("run it in WSL, or on Linux or macOS"),
        )
    from wizard.demo.company import company

    played = False
    try:
        with company() as there:
            played = True
            os.chdir(there.project)  # a relative FILE means the played project, and goes with it
            try:
                _banner(output, there, whole=not words)
                return _run(flags, output, start_wizard, there, words, full_screen=full_screen)
            finally:
                os.chdir("/")  # a folder that somebody stands in cannot be removed everywhere
    finally:
        if played:
            output.talk(msg("The demo is over; its folder is gone, nothing real was touched."), DIM)
            output.talk(msg("On a project of your own: gomod-wizard"))


def _refuse_what_is_real(flags: argparse.Namespace, words: Sequence[str]) -> None:
    given = {word.partition("=")[0] for word in words}
    for flag in _REAL:
        if flag in given or hasattr(flags, flag.removeprefix("--")):
            raise UsageError(
                msg("{flag} would lead to your real files, and a demo touches none", flag=flag),
                where="demo",
                hint=msg("leave it out: the demo brings a project of its own"),
            )
    if "demo" in words[:1]:
        raise UsageError(msg("a demo plays no demo"), where="demo")


def _banner(output: Output, played: Company, *, whole: bool) -> None:
    output.talk(
        msg("This is a demo: a company played on this machine, in a temporary folder."), BOLD
    )
    output.talk(msg("Your files, your Docker, your Go and the network are not touched."))
    if not whole:
        return
    for server in played.servers:
        output.talk(f"  {server.url}  ({server.what})", DIM)


def _run(
    flags: argparse.Namespace,
    output: Output,
    start_wizard: Callable[[Session], int],
    played: Company,
    words: Sequence[str],
    *,
    full_screen: bool,
) -> int:
    from wizard.cli import run

    given = [f"--set={one}" for one in (*_sets(flags, "sets_before"), *_sets(flags, "sets"))]
    for name in ("yes", "no_input", "dry_run", "no_color", "verbose"):
        if getattr(flags, name, False):
            given.append(f"--{name.replace('_', '-')}")
    for name in ("reason", "until", "timeout", "theme"):
        if hasattr(flags, name):
            given.append(f"--{name}={getattr(flags, name)}")
    given.append(f"--lang={spoken()}")  # the played home remembers none
    project = ["--project", played.project]

    def inside(*more: str) -> int:
        return run([*project, *given, *more], start_wizard=start_wizard, system=played.machine)

    if output.json_mode:
        if words:
            return inside("--json", *words)
        return _one_document(flags, output, played)
    if words:
        return inside(*words)
    if getattr(flags, "plain", False):
        return inside("--plain")
    if full_screen and not getattr(flags, "no_input", False):
        return inside()
    for step in _PLAY:
        output.line()
        output.line(f"$ gomod-wizard {' '.join(step)}", BOLD)
        code = inside(*step)
        if code != ExitCode.OK:
            return code
    return ExitCode.OK


def _sets(flags: argparse.Namespace, name: str) -> Sequence[str]:
    return tuple(getattr(flags, name, None) or ())


def _one_document(flags: argparse.Namespace, output: Output, played: Company) -> int:
    """Play everything there and back, and write one document about it."""
    import asyncio

    from wizard.answers import flag_answers
    from wizard.cli.context import Context
    from wizard.detect.request import DEFAULT_TIMEOUT_S, Request
    from wizard.session import Session

    sets = (*_sets(flags, "sets_before"), *_sets(flags, "sets"))
    answers = flag_answers(
        sets, reason=getattr(flags, "reason", None), until=getattr(flags, "until", None)
    )
    session = Session(
        system=played.machine,
        request=Request(
            project=Path(played.project), timeout_s=getattr(flags, "timeout", DEFAULT_TIMEOUT_S)
        ),
        answers=answers,
    )
    return asyncio.run(
        _there_and_back(Context(session=session, output=output, flags=flags, ask=None), played)
    )


async def _there_and_back(context: Context, played: Company) -> int:
    from wizard.apply import undo
    from wizard.cli.commands.changes import change_rows

    session = context.session
    plan = await context.plan()
    changes = await session.changes(session.render(plan))
    receipt = await session.apply(changes)
    undone = await undo(session.system, receipt.id, restart=True)
    context.emit(
        "demo",
        servers=[{"url": one.url, "what": one.what} for one in played.servers],
        findings=plan.findings,
        decisions=tuple(plan.decisions()),
        changes=change_rows(receipt.changes),
        undone=change_rows(undone.changes),
    )
    return ExitCode.OK
