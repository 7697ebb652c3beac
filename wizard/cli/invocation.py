"""One invocation whose flags were read: session, command, and every failure as one message."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.cli.output import RED, YELLOW, Output, wants_color
from wizard.cli.reading import read_line
from wizard.errors import ExitCode, UsageError, WizardError
from wizard.system import System, this_machine
from wizard.text import msg

if TYPE_CHECKING:
    import argparse

    from wizard.cli.context import Context
    from wizard.facts.preset import Preset
    from wizard.plan.types import Answers
    from wizard.requested import Requested
    from wizard.session import Session


def invoke(
    flags: argparse.Namespace | WizardError,
    argv: Sequence[str],
    *,
    start_wizard: Callable[[Session], int],
    system: System | None = None,
) -> int:
    """Run the command of `flags`, or report why there are none; returns the exit code."""
    machine = this_machine() if system is None else system
    own = list(argv)[: list(argv).index("--")] if "--" in argv else list(argv)
    output = Output(
        json_mode="--json" in own,
        color=wants_color(machine.env, "--no-color" in own, sys.stdout),
        verbose=getattr(flags, "verbose", False),
        redactor=machine.redactor,
    )
    from wizard.redactor import environment_secrets

    output.hide(environment_secrets(machine.env))
    for word in own:
        machine.redactor.read_value(word.partition("=")[2] if "=" in word else word)
    name = _name_of(own)
    try:
        if isinstance(flags, WizardError):
            raise flags
        code = _dispatch(flags, machine, output, start_wizard)
        sys.stdout.flush()
        return code
    except WizardError as error:
        return _report(error, output, name, machine)
    except KeyboardInterrupt:
        stopped = WizardError(msg("interrupted"), code=ExitCode.INTERRUPTED)
        return _report(stopped, output, name, machine)
    except BrokenPipeError:
        _forget_stdout()
        return ExitCode.OK
    except (MemoryError, RuntimeError, ExceptionGroup, OSError) as error:
        from wizard.scarcity import scarcity

        if lack := scarcity(error):
            return _report(lack, output, name, machine)
        if not isinstance(error, OSError) or error.filename is not None:
            raise  # of a file, and so a mistake of the program: the rooms turn those into values
        _forget_stdout()
        why = msg("gomod-wizard: the answer cannot be written: {why}", why=error.strerror)
        print(why, file=sys.stderr)
        return ExitCode.FORBIDDEN


_DOCUMENTS = {"preset": "preset-command"}
"""Commands whose own name is that of another schema: of the file that an organisation writes."""


def _name_of(argv: Sequence[str]) -> str:
    """Return the command that `argv` names; nothing else of it may reach a document's schema."""
    from wizard.cli.parser import COMMAND_NAMES

    name = next((word for word in argv if word in COMMAND_NAMES), "gomod-wizard")
    return _DOCUMENTS.get(name, name)


def _forget_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush does not complain."""
    with contextlib.suppress(OSError):
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - it lives as long as the process


TIMEOUTS_S = {"check": 1.5, "proxy-export": 30.0}
"""Deadlines of a detection where --timeout is not given, and not everybody's 5 seconds hold.

`check` promises its answer within two seconds, the start of Python included; `proxy-export` must
know what is private, and nobody waits for it. No `set_defaults`: argparse writes it into the flag
itself, which all commands share, and the last command's deadline would be everybody's.
"""

_UNDECIDED = frozenset({"detect", "mirrors", "undo", "history", "purge", "diagnose", "preset"})
"""Commands that decide nothing: a broken profile must not stop them."""

_FRUGAL = frozenset({"undo", "history", "purge", "diagnose"})
"""Commands that look at nothing, and so need little: no limit may stand in their way."""


_LEAST_LOOK_S = 0.3
"""What is left of the deadline for a look, however long the preset took."""


def _dispatch(
    flags: argparse.Namespace,
    machine: System,
    output: Output,
    start_wizard: Callable[[Session], int],
) -> int:
    if flags.command == "completion":  # a shell waits for it at each Tab
        from wizard.cli.commands.completion import completion

        return completion(flags, machine, output)
    if flags.command == "demo":
        from wizard.cli.commands.demo import demo

        return demo(flags, output, start_wizard, full_screen=_full_screen(machine.env))
    if flags.command not in _FRUGAL:
        from wizard.scarcity import refuse_a_small_limit

        refuse_a_small_limit()
    from wizard.cli.context import Context
    from wizard.detect.request import DEFAULT_TIMEOUT_S, Request
    from wizard.session import Session

    if theme := getattr(flags, "theme", None):  # stronger than the variable, so it takes its place
        machine = replace(machine, env={**machine.env, "GOMOD_WIZARD_THEME": theme})
    project = _project(getattr(flags, "project", None))

    def session() -> Session:
        """Read what was answered, and what the organisation says, as it stands now."""
        begun = time.monotonic()
        preset = _preset(flags, machine, output)
        usual_s = TIMEOUTS_S.get(flags.command, DEFAULT_TIMEOUT_S)
        timeout_s = getattr(flags, "timeout", usual_s)
        if flags.command == "check":  # it stands at a prompt: a slow server is within its time
            timeout_s = max(_LEAST_LOOK_S, timeout_s - (time.monotonic() - begun))
        return Session(
            system=machine,
            request=Request(
                project=project,
                timeout_s=timeout_s,
                mirror_urls=tuple(getattr(flags, "url", ())),
                prove_all=getattr(flags, "prove", False),
                preset=preset,
            ),
            answers=_answers(flags, machine, project, preset),
            requested=_requested(flags, machine, project, preset),
        )

    ask = None if output.json_mode else _asker(flags)
    context = Context(session=session(), output=output, flags=flags, ask=ask, renew=session)
    if flags.command is None:
        return _face(context, start_wizard)
    from wizard.cli.commands import command

    run = command(flags.command)
    import asyncio

    with _ended_as_by_ctrl_c():
        return asyncio.run(run(context))


@contextlib.contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Clean up at SIGTERM too, by which CI ends a job: else go and docker would run on."""
    import signal
    import threading

    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _preset(flags: argparse.Namespace, machine: System, output: Output) -> Preset | None:
    """Return what the organisation says; a broken preset stops no command that decides nothing."""
    if flags.command in (_FRUGAL | {"preset"}) or machine.demo:
        return None
    from wizard.preset.named import is_set

    if not is_set(machine):
        return None
    from wizard.preset.loading import PASSING_S, load

    try:
        loaded = load(machine, patience_s=PASSING_S[flags.command in (None, "check")])
    except WizardError as error:
        if flags.command not in _UNDECIDED:
            raise
        output.talk(f"{error.where}: {error.message}", YELLOW)
        return None
    for note in () if loaded is None else loaded.notes:
        output.talk(note, YELLOW)
    return None if loaded is None else loaded.preset


def _answers(
    flags: argparse.Namespace, machine: System, project: Path, preset: Preset | None
) -> Answers:
    sets = (*getattr(flags, "sets_before", ()), *getattr(flags, "sets", ()))
    reason, until = getattr(flags, "reason", None), getattr(flags, "until", None)
    if flags.command in _UNDECIDED and not sets and reason is None and until is None:
        return {}
    from wizard.answers import collect_answers, flag_answers

    as_it_is = flags.command == "route" and flags.place == "shell"
    if flags.command in _UNDECIDED or as_it_is:
        return flag_answers(sets, reason=reason, until=until)
    profile = getattr(flags, "profile", None)
    return collect_answers(
        machine,
        project,
        sets=sets,
        profile=None if profile is None else Path(profile),
        reason=reason,
        until=until,
        preset=preset,
    )


def _requested(
    flags: argparse.Namespace, machine: System, project: Path, preset: Preset | None
) -> Requested:
    from wizard.requested import Requested, collect_requested

    if flags.command in _UNDECIDED or flags.command == "route":
        return Requested()
    profile = getattr(flags, "profile", None)
    return collect_requested(
        machine,
        project,
        names=getattr(flags, "with_targets", None),
        options=getattr(flags, "option", ()),
        profile=None if profile is None else Path(profile),
        preset=preset,
    )


def _face(context: Context, start_wizard: Callable[[Session], int]) -> int:
    """The bare command: the wizard, its plain twin, or a word about the commands."""
    env = context.session.system.env
    silent = context.output.json_mode or context.flag("no_input", False)
    if not silent and (
        context.flag("plain", False) or env.get("ACCESSIBLE") or env.get("TERM") == "dumb"
    ):
        from wizard.cli.plain import run_plain

        context.settle()
        return run_plain(context)
    if silent or not _full_screen(env):
        raise UsageError(
            msg("the wizard needs a terminal"),
            where="gomod-wizard",
            hint=msg(
                "without one: gomod-wizard plan, diff, apply --yes, build; "
                "or --plain for questions line by line (gomod-wizard --help)"
            ),
        )
    context.settle()
    return start_wizard(context.session)


def _full_screen(env: Mapping[str, str]) -> bool:
    """Whether Textual can draw here: it would start without a terminal too, and hang."""
    if env.get("TEXTUAL_DRIVER"):
        return True
    if sys.platform != "win32" and env.get("TERM", "") in {"", "dumb"}:
        return False
    streams = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
    return all(stream is not None and stream.isatty() for stream in streams)


def _asker(flags: argparse.Namespace) -> Callable[[str], str] | None:
    if getattr(flags, "no_input", False) or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None

    def ask(question: str) -> str:
        return read_line(question, sys.stderr)

    return ask


def _project(given: str | None) -> Path:
    path = Path(given or ".")
    try:
        resolved = path.resolve(strict=True)
    except OSError as error:
        raise UsageError(
            msg("there is no such folder: {why}", why=error.strerror or "?"),
            where=str(path),
            hint=msg("give the Go project's folder by --project"),
        ) from None
    if not resolved.is_dir():
        raise UsageError(
            msg("the project is a folder, this is a file"),
            where=str(path),
            hint=msg("give the folder that holds go.mod"),
        )
    return resolved


def _report(error: WizardError, output: Output, name: str, machine: System) -> int:
    from wizard.cli.json_view import document

    if output.json_mode:
        output.document(
            document(
                name,
                machine.clock(),
                error={"message": error.message, "where": error.where, "hint": error.hint},
            )
        )
    where = f"{error.where}: " if error.where else ""
    prefix = "" if where.startswith("gomod-wizard") else "gomod-wizard: "
    output.talk(f"{prefix}{where}{error.message}", RED)
    if str(error.hint):
        output.talk(msg("next: {hint}", hint=error.hint))
    return error.code
