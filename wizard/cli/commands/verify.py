"""`verify`: the real download on the host and in a build, from nothing; repaired on request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wizard.cli.commands.diagnose import fault_row, show_diagnosis
from wizard.cli.commands.projects import require_project
from wizard.cli.context import Context
from wizard.cli.output import BOLD, DIM, GREEN, RED, YELLOW
from wizard.errors import ExitCode, ForbiddenError
from wizard.proof import prove, secrets_in_files
from wizard.text import Text, msg, nmsg

if TYPE_CHECKING:
    from wizard.cli.commands.repairing import Round
    from wizard.facts import Facts
    from wizard.plan.types import Plan
    from wizard.verify.types import Outcome, Part, Progress

_PARTS: Mapping[str, Text] = {"host": msg("host"), "build": msg("build")}


async def verify(context: Context) -> int:
    """Exit 0 where every part that ran is green, 1 where one is not, 3 where none could run."""
    from wizard.verify.types import Part

    asked = tuple(part for part in Part if context.flag(part.value, False))
    if context.flag("repair", False):
        context.settle()
    facts = await context.facts()
    require_project(facts)
    plan = context.session.decide(facts)
    if context.flag("dry_run", False):
        _say_what_would_run(context, asked or tuple(Part))
        return ExitCode.OK
    outcomes = await verify_parts(context, facts, plan, asked or tuple(Part))
    _refuse_what_cannot_run(outcomes, asked)
    rounds: tuple[Round, ...] = ()
    waits = False
    if context.flag("repair", False) and _failed(outcomes):
        from wizard.cli.commands.repairing import repair

        outcomes, rounds, waits = await repair(context, outcomes)
    _emit(context, outcomes, rounds)
    _conclude(context, outcomes)
    if waits:
        return ExitCode.FORBIDDEN
    return ExitCode.NO if _failed(outcomes) else ExitCode.OK


async def verify_parts(
    context: Context, facts: Facts, plan: Plan, parts: tuple[Part, ...]
) -> tuple[Outcome, ...]:
    """Run `parts`, the host first, and tell of each how it ended."""
    from wizard.render.build_request import secret_env
    from wizard.verify.types import Part
    from wizard.verify.watching import PATIENCE_S, Watching

    context.output.hide(secret_env(plan).values())
    context.output.hide(secrets_in_files(context.session.system, plan))
    outcomes: list[Outcome] = []
    for part in parts:
        shown = _Shown(context)
        watching = Watching(
            on_line=shown.line,
            on_progress=shown.progress,
            patience_s=context.flag("patience", PATIENCE_S),
        )
        if part is Part.HOST:
            context.output.talk(msg("host: go mod download, with an empty module cache"), BOLD)
        else:
            context.output.talk(msg("build: the stage that downloads, with no cache"), BOLD)
        outcome = await prove(
            context.session, facts, plan, part, watching,
            missing_is_red=context.flag("repair", False),
        )  # fmt: skip
        outcomes.append(outcome)
        _show(context, outcome)
    return tuple(outcomes)


@dataclass(slots=True)
class _Shown:
    """Tells of one part as it goes: its lines, and every few seconds how far it is."""

    context: Context
    _next: float = 3.0
    _slow: frozenset[str] = field(default_factory=frozenset)

    def line(self, text: str) -> None:
        self.context.output.talk(text, DIM)

    def progress(self, now: Progress) -> None:
        slow = frozenset(one.what for one in now.slow)
        if now.elapsed < self._next and slow <= self._slow:
            return
        self._next, self._slow = now.elapsed + max(5.0, now.elapsed / 4), slow
        self.context.output.talk(progress_text(now))


def progress_text(now: Progress) -> str:
    """Return one line: which module, how many of how many, bytes, elapsed, what is slow."""
    words = [now.step, now.module]
    if now.total is not None:
        words.append(str(msg("{done} of {total} modules", done=now.done, total=now.total)))
    elif now.done:
        words.append(str(nmsg("{n} module", "{n} modules", n=now.done)))
    if now.bytes is not None and now.bytes_total is not None:
        words.append(f"{_size(now.bytes)} / {_size(now.bytes_total)}")
    words.append(f"{now.elapsed:.0f} s")
    for one in now.slow[:2]:
        words.append(str(msg("slow: {what}, for {n} s", what=one.what, n=round(one.seconds))))
    return "  " + " · ".join(word for word in words if word)


def _size(number: int) -> str:
    value = float(number)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def _show(context: Context, outcome: Outcome) -> None:
    output = context.output
    name = _PARTS[outcome.part.value]
    if outcome.ok is None:
        output.line(msg("{part}: cannot run here: {why}", part=name, why=outcome.why), YELLOW)
        return
    if outcome.ok:
        count = nmsg(
            "{n} module in {s} s", "{n} modules in {s} s", n=outcome.modules, s=outcome.seconds
        )
        size = "" if outcome.bytes is None else f", {_size(outcome.bytes)}"
        why = f" {msg('({words})', words=outcome.why)}" if str(outcome.why) else ""
        output.line(msg("{part}: verified: {what}{size}{why}",
                        part=name, what=count, size=size, why=why), GREEN)  # fmt: skip
    else:
        how = _how(outcome)
        output.line(msg("{part}: not verified: {how}", part=name, how=how), RED, BOLD)
    if str(outcome.left):
        output.line(msg("  what stays: {left}", left=outcome.left), YELLOW)
    for one in outcome.slow:
        output.line(msg("  slow: {what}, {n} s", what=one.what, n=one.seconds), YELLOW)
    if outcome.diagnosis is not None:
        show_diagnosis(output, outcome.diagnosis)
    if outcome.green_by_cache:
        output.line(msg("An ordinary build is green here, but only by its cache: "
                        "on another machine, or after a prune, it is not."), YELLOW)  # fmt: skip


def _how(outcome: Outcome) -> Text:
    if str(outcome.why):
        return outcome.why
    expected = "?" if outcome.expected is None else outcome.expected
    words = {"n": outcome.modules, "all": expected, "s": outcome.seconds}
    if outcome.cut:
        return msg("given up after {s} s, when nothing happened any more; "
                   "{n} of {all} modules came", **words)  # fmt: skip
    return msg("it failed after {s} s; {n} of {all} modules came", **words)


def _failed(outcomes: tuple[Outcome, ...]) -> bool:
    return any(outcome.ok is False for outcome in outcomes)


def _refuse_what_cannot_run(outcomes: tuple[Outcome, ...], asked: tuple[Part, ...]) -> None:
    """Raise ForbiddenError for a part that was asked for, or where no part could run."""
    idle = [outcome for outcome in outcomes if outcome.ok is None]
    missed = [outcome for outcome in idle if outcome.part in asked]
    if not missed and len(idle) < len(outcomes):
        return
    first = (missed or idle)[0]
    raise ForbiddenError(
        msg("cannot run here: {why}", why=first.why),
        where=f"verify --{first.part.value}",
        hint=msg("install Go or start Docker; without either, "
                 "`gomod-wizard generate --out DIR` is for elsewhere"),
    )  # fmt: skip


def _say_what_would_run(context: Context, parts: tuple[Part, ...]) -> None:
    for part in parts:
        context.output.line(msg("would verify: {part}", part=_PARTS[part.value]))
    context.emit("verify", ok=None, seconds=0.0, modules=0, diagnosis=None, parts=[], rounds=[])


def _emit(context: Context, outcomes: tuple[Outcome, ...], rounds: tuple[Round, ...]) -> None:
    ran = [outcome for outcome in outcomes if outcome.ok is not None]
    failed = next((outcome for outcome in ran if not outcome.ok), None)
    context.emit(
        "verify",
        ok=failed is None,
        seconds=round(sum(outcome.seconds for outcome in ran), 1),
        modules=max((outcome.modules for outcome in ran), default=0),
        diagnosis=None if failed is None else _diagnosis(failed),
        parts=[_part(outcome) for outcome in outcomes],
        rounds=[replace(one) for one in rounds],
    )


def _part(outcome: Outcome) -> dict[str, object]:
    return {
        "part": outcome.part,
        "ok": outcome.ok,
        "seconds": outcome.seconds,
        "modules": outcome.modules,
        "expected": outcome.expected,
        "bytes": outcome.bytes,
        "slow": outcome.slow,
        "cut": outcome.cut,
        "green_by_cache": outcome.green_by_cache,
        "left": str(outcome.left) or None,
        "why": str(outcome.why) or None,
        "diagnosis": _diagnosis(outcome),
    }


def _diagnosis(outcome: Outcome) -> dict[str, object] | None:
    if outcome.diagnosis is None:
        return None
    return {
        "step": outcome.diagnosis.step,
        "faults": [fault_row(fault) for fault in outcome.diagnosis.faults],
    }


def _conclude(context: Context, outcomes: tuple[Outcome, ...]) -> None:
    if not _failed(outcomes):
        context.output.line(msg("Verified."), GREEN, BOLD)
        return
    keys = {
        fault.cure.decision: None
        for outcome in outcomes if outcome.diagnosis is not None
        for fault in outcome.diagnosis.faults if fault.cure.decision is not None
    }  # fmt: skip
    if keys:
        context.output.line(msg("the decision to revisit: {keys}", keys=", ".join(keys)), BOLD)
    if not context.flag("repair", False):
        context.output.line(msg("next: gomod-wizard verify --repair"), BOLD)
