"""`diagnose`: the faults in a failing log, each with its evidence and its cure."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from wizard.cli.context import Context
from wizard.cli.output import BOLD, DIM, GREEN, RED, YELLOW, Output
from wizard.errors import ExitCode, UsageError
from wizard.proof import beside_this_machine
from wizard.text import msg

if TYPE_CHECKING:
    from wizard.diagnose import Diagnosis, Fault, Step


async def diagnose(context: Context) -> int:
    """Read a log from a file or stdin; exit 1 for any fault, 0 for none."""
    from wizard.diagnose import diagnose_stream

    name = str(context.flag("file", "-"))
    with _opened(name) as log, _interruptible():
        try:
            diagnosis = diagnose_stream(log)
        except OSError as error:
            raise _unreadable(name, error) from None
    if diagnosis.binary:
        raise UsageError(
            msg("this is no readable log: it is not a text"),
            where="stdin" if name == "-" else name,
            hint=msg("unpack a packed log first: gzip -dc build.log.gz | gomod-wizard diagnose -"),
        )
    if not diagnosis.lines:
        raise UsageError(
            msg("the log is empty"),
            where="stdin" if name == "-" else name,
            hint=msg(
                "with a pipe, take both streams: docker build . 2>&1 | gomod-wizard diagnose -"
            ),
        )
    wanted = context.flag("live")
    looked = bool(diagnosis.faults) and (
        _is_from_here(context, diagnosis) if wanted is None else bool(wanted)
    )
    if looked:
        diagnosis = beside_this_machine(context.session, await context.facts(), diagnosis)
    context.emit(
        "diagnose", step=diagnosis.step, faults=[fault_row(fault) for fault in diagnosis.faults],
        lines=diagnosis.lines, live=looked, source="stdin" if name == "-" else name,
    )  # fmt: skip
    _show(context, diagnosis, None if name == "-" else name)
    if diagnosis.faults and not looked and context.flag("format", "text") == "text":
        context.output.line()
        context.output.line(msg("The log alone was read; --live checks it on this machine."), DIM)
    return ExitCode.NO if diagnosis.faults else ExitCode.OK


def _is_from_here(context: Context, diagnosis: Diagnosis) -> bool:
    """Whether the log is of a build of this project, so that this machine can explain it."""
    from wizard.detect.dockerfile_facts import NAMES
    from wizard.diagnose.origin import is_of

    for name in NAMES:
        text = context.session.system.read_text(context.session.request.project / name)
        if isinstance(text, str):
            return is_of(diagnosis, text)
    return False


@contextlib.contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        if sys.stdin is None or sys.stdin.isatty():
            raise UsageError(
                msg("there is no log on stdin"),
                where="diagnose",
                hint=msg("name a file, or pipe: docker build . 2>&1 | gomod-wizard diagnose -"),
            )
        yield sys.stdin.buffer
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115 - closed by the with below
    except OSError as error:
        raise _unreadable(name, error) from None
    with file:
        yield file


def _unreadable(name: str, error: OSError) -> UsageError:
    return UsageError(
        msg("the log cannot be read: {why}", why=error.strerror or str(error)),
        where=name,
        hint=msg("name a readable file, or `-` for stdin"),
    )


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end a read from a pipe at once; asyncio's own handler would wait for it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def fault_row(fault: Fault) -> dict[str, object]:
    """Return a fault as the contract's row."""
    return {
        "cause": fault.cause,
        "class": fault.fault_class,
        "detail": fault.detail,
        "title": fault.title,
        "reason": fault.reason,
        "confidence": fault.confidence,
        "evidence": fault.evidence,
        "ruled_out": fault.ruled_out,
        "cure": fault.cure,
        "link": fault.link,
        "live": fault.live,
    }


def _show(context: Context, diagnosis: Diagnosis, path: str | None) -> None:
    output = context.output
    form = context.flag("format", "text")
    if form == "github":
        from wizard.diagnose.annotate import github

        for command in github(diagnosis, path):
            output.line(command)
        return
    if form == "gitlab":
        from wizard.diagnose.annotate import gitlab

        output.line(gitlab(diagnosis, path))
        return
    if not diagnosis.faults:
        output.line(msg("No fault in {count} lines.", count=diagnosis.lines), GREEN)
        return
    show_diagnosis(output, diagnosis)


def show_diagnosis(output: Output, diagnosis: Diagnosis) -> None:
    """Write the step that failed, and each fault with evidence and cure."""
    if diagnosis.step is not None:
        output.line(_headline(diagnosis.step), BOLD)
    for number, fault in enumerate(diagnosis.faults, 1):
        output.line()
        _fault(output, number, fault)


def _headline(step: Step) -> str:
    stage = f" [{step.stage}]" if step.stage else ""
    number = f" {step.number}" if step.number else ""
    return str(msg(
        "The step that failed:{number}{stage} {instruction}",
        number=number, stage=stage, instruction=step.instruction or "",
    ))  # fmt: skip


def _fault(output: Output, number: int, fault: Fault) -> None:
    name = f"{fault.cause} ({fault.reason})" if fault.reason else fault.cause
    output.line(f"{number}. {fault.title}", BOLD, RED)
    sure = round(fault.confidence * 100)
    output.line(msg("   {name}, {kind}, {sure} % sure",
                    name=name, kind=fault.fault_class.value, sure=sure), DIM)  # fmt: skip
    for evidence in fault.evidence:
        output.line(msg("   line {line}: {text}", line=evidence.line, text=evidence.text))
    for fact in fault.live:
        output.line(msg("   here: {fact}", fact=fact), BOLD)
    output.line(msg("   cure: {cure}", cure=fault.cure.summary), GREEN)
    if fault.cure.command:
        output.line(f"     $ {fault.cure.command}", GREEN)
    if fault.cure.decision:
        output.line(msg("     the plan's key: {key}", key=fault.cure.decision), DIM)
    for out in fault.ruled_out if output.verbose else fault.ruled_out[:3]:
        output.line(msg("   not {cause}: {because}", cause=out.cause, because=out.because), YELLOW)
    output.line(f"   {fault.link}", DIM)
