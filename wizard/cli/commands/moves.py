"""`check`, `refresh`, `networks`: the same project after the network moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wizard.cli.commands.apply import write_shown
from wizard.cli.commands.changes import chosen_scopes, show_changes, show_refusals
from wizard.cli.context import Context
from wizard.cli.output import BOLD, DIM, GREEN, YELLOW, Output
from wizard.errors import ExitCode, UsageError
from wizard.moves.looking import Today, look_at_today, prepared
from wizard.moves.memory import recall, rename
from wizard.moves.watching import ways_out_now
from wizard.plan.stopping import refuse_the_incurable
from wizard.render.types import Scope
from wizard.text import Text, msg, nmsg
from wizard.untrusted import clean_line

_PARTS: Mapping[str, Text] = {
    "gateways": msg("gateway"),
    "resolvers": msg("resolver"),
    "search": msg("search domain"),
    "tunnels": msg("VPN interface"),
    "proxies": msg("proxy"),
    "authorities": msg("authority"),
}


async def check(context: Context) -> int:
    """Say which decisions on disk no longer hold on today's network; exit 1 where one does."""
    today = await looked(context, chosen_scopes(context.flags.scope), patient=False)
    context.emit("check", **told(today))
    show_move(context.output, today)
    show_stale(context.output, today)
    refusals = () if today.changes is None else today.changes.refusals
    show_refusals(context.output, refusals)
    if today.stale:
        show_next(context.output, today)
    show_unsure(context.output, today)
    if not today.stale and not today.unsure and not refusals:
        context.output.line(
            msg("Everything on disk fits this network ({name}).", name=today.name), GREEN
        )
    return ExitCode.NO if today.stale or refusals else ExitCode.OK


async def refresh(context: Context) -> int:
    """Write what today's network needs otherwise, and nothing else; the exit codes of `apply`."""
    context.settle()
    today = await looked(context)
    show_move(context.output, today)
    show_stale(context.output, today)
    if today.plan is None or today.changes is None:
        raise UsageError(
            today.stale[0].because,
            where=today.stale[0].paths[0],
            hint=msg("choose a safe value, or give a new reason and date"),
        )
    refuse_the_incurable(today.plan)
    context.output.line()
    show_changes(context.output, today.changes)
    here = Context(
        session=today.session, output=context.output, flags=context.flags, ask=context.ask
    )
    return await write_shown(
        here, "refresh", today.facts, today.plan, today.changes, told(today), today.left
    )


async def networks(context: Context) -> int:
    """List the networks on which this project was set up; `--name` names the one that is here."""
    session = context.session
    name, project = context.flag("name"), session.request.project
    if name is not None:
        name = clean_line(name, 60)  # it stands in the middle of sentences
        place = (await ways_out_now(session.system)).place
        if not name or not rename(session.system, project, place, name):
            raise UsageError(
                msg("nothing was set up on this network yet, so there is nothing to name"),
                where="--name",
                hint=msg("first: gomod-wizard apply"),
            )
    known = recall(session.system, project)
    context.emit(
        "networks",
        networks=[
            {"name": one.name, "place": one.fingerprint.place, "at": one.at,
             "fingerprint": one.fingerprint, "answers": one.answers} for one in known
        ],
    )  # fmt: skip
    for one in known:
        context.output.line(f"{one.name}  {one.at}  {one.fingerprint.place}", BOLD)
        for key, text in one.answers.items():
            context.output.line(f"  {key} = {text}")
    if not known:
        context.output.line(msg("This project was not set up on any network yet."))
    return ExitCode.OK


async def looked(
    context: Context, scopes: tuple[Scope, ...] = tuple(Scope), *, patient: bool = True
) -> Today:
    """Detect and compare. `patient`: slow mirrors may overrun the deadline."""
    session = await prepared(context.session)
    session = replace(session, request=replace(session.request, patient=patient))
    there = replace(context, session=session)
    return await look_at_today(session, await there.facts(), scopes)


def told(today: Today) -> dict[str, object]:
    """Return what a document says of the network and of what no longer holds on it."""
    moved = today.came_from
    return {
        "stale": [
            {"key": one.key, "was": one.was, "is": one.now, "because": one.because,
             "path": one.paths[0], "paths": one.paths} for one in today.stale
        ],
        "unsure": [
            {"key": one.key, "was": one.was, "paths": one.paths} for one in today.unsure
        ],
        "network": {
            "name": today.name,
            "place": today.here.place,
            "known": today.remembered is not None,
            "fingerprint": today.here,
        },
        "moved_from": None if moved is None else {"name": moved.name, "at": moved.at},
    }  # fmt: skip


def show_move(output: Output, today: Today) -> None:
    """Say that this is another network than the one the files were written for, and by what."""
    last = today.known[0] if today.known else None
    if last is None:
        output.line(msg("Nothing was applied for this project yet."), YELLOW)
        return
    if today.came_from is not None:
        words = msg(
            "This is another network ({here}) than the one of the last apply ({there}).",
            here=today.name,
            there=last.name,
        )
        output.line(words, YELLOW)
    for part, was, now in last.fingerprint.differences(today.here):
        words = msg("{part}: {was} → {now}", part=_PARTS[part], was=was or "–", now=now or "–")
        output.line(f"  {words}", DIM)


def show_stale(output: Output, today: Today) -> None:
    """Write each decision that does not hold: as it was, as it is now, and why."""
    if not today.stale:
        return
    if today.known:
        words = nmsg(
            "{n} decision no longer holds:", "{n} decisions no longer hold:", n=len(today.stale)
        )
    else:
        words = msg("This network needs what is not on disk:")
    output.line(words, YELLOW)
    for one in today.stale:
        output.line(f"  {one.key}", BOLD)
        if one.was is not None:
            output.line(msg("      was: {value}", value=one.was))
        output.line(msg("      is:  {value}", value=_shown(one.now)))
        output.line(f"      {one.because}", DIM)


def show_unsure(output: Output, today: Today) -> None:
    """Name what could not be judged in time; that is no drift."""
    if today.unsure:
        words = msg(
            "not seen in time, so not judged: {keys}; --timeout 10 looks longer",
            keys=", ".join(one.key for one in today.unsure),
        )
        output.line(words, YELLOW)


def show_next(output: Output, today: Today) -> None:
    """Say what writes what is stale."""
    command = "refresh" if today.known else "apply"
    output.line(msg("next: gomod-wizard {command}", command=command), BOLD)


def _shown(value: str | None) -> str:
    return "–" if value is None else value
