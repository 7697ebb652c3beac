"""`watch`: look again whenever the network changes; and what starts it with a session."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

from wizard.cli.commands.apply import write_shown
from wizard.cli.commands.moves import (
    looked,
    show_move,
    show_next,
    show_stale,
    show_unsure,
    told,
)
from wizard.cli.context import Context
from wizard.cli.output import BOLD, DIM, GREEN, YELLOW
from wizard.errors import ExitCode, UsageError, WizardError
from wizard.moves.fingerprint import Fingerprint
from wizard.moves.looking import Today
from wizard.moves.notifying import notify
from wizard.moves.starting import HOOKS, UNITS
from wizard.moves.watching import moves
from wizard.text import msg, nmsg


async def watch(context: Context) -> int:
    """Check now, and again after each change of the network, until it is interrupted.

    `--once`: return after the first change with the exit code of `check`.
    """
    if (shell := context.flag("hook")) is not None:
        context.output.line(HOOKS[shell])
        return ExitCode.OK
    if (service := context.flag("unit")) is not None:
        context.output.line(UNITS[service](context.session.request.project))
        return ExitCode.OK
    once = context.flag("once", False)
    if context.output.json_mode and not once:
        raise UsageError(
            msg("an endless watch has no single document"),
            where="--json",
            hint=msg("add --once, which ends after the first change"),
        )
    if context.flag("refresh", False) and not context.flag("yes", False):
        raise UsageError(
            msg("nobody is there to confirm while this watches"),
            where="--refresh",
            hint=msg("add --yes, or leave --refresh out and be told alone"),
        )
    code, first = int(ExitCode.OK), True
    async with aclosing(moves(context.session.system)) as seen:
        async for here in seen:
            if once and first:
                first = False
                context.output.talk(msg("waiting for the network to change"), DIM)
                continue
            code = await _looked(context, here)
            context.output.flush()  # a service manager reads it from a pipe
            if once:
                break
    return code


async def _looked(context: Context, here: Fingerprint) -> int:
    """Check once; a machine without any way out is not judged."""
    output = context.output
    output.line(f"{context.now.isoformat(timespec='seconds')}  {here.name}", BOLD)
    if not here.gateways:
        output.line(msg("There is no way out of this machine; nothing is judged."), YELLOW)
        return ExitCode.OK
    try:
        if context.flag("refresh", False):
            context.settle()
        if context.renew is not None:  # a profile or a preset may have changed since
            context = replace(context, session=await asyncio.to_thread(context.renew))
        today = await looked(context)
        code = await _acted(context, today)
    except WizardError as error:  # the watch outlives a profile that is being edited
        output.talk(f"{error.where}: {error.message}", YELLOW)
        code = error.code
    return code


async def _acted(context: Context, today: Today) -> int:
    output = context.output
    show_move(output, today)
    show_stale(output, today)
    if not today.stale:
        context.emit("watch", **told(today))
        show_unsure(output, today)
        if today.unsure:
            return ExitCode.OK
        output.line(msg("Everything on disk fits this network ({name}).", name=today.name), GREEN)
        return ExitCode.OK
    keys = ", ".join(one.key for one in today.stale)
    if context.flag("notify", False):
        title = nmsg(
            "{n} decision no longer holds", "{n} decisions no longer hold", n=len(today.stale)
        )
        text = msg("on {name}: {keys}", name=today.name, keys=keys)
        if not await notify(context.session.system, str(title), output.redact(str(text))):
            output.talk(msg("this system has no way to notify (notify-send, osascript)"), DIM)
    proxy = today.proxy_out_of_sight
    if proxy is not None:
        words = msg(
            "the files were written with the proxy {proxy}, and the environment in which this"
            " watch was started names none; where your shell has it: gomod-wizard check",
            proxy=proxy,
        )
        output.talk(words, YELLOW)
    if (
        proxy is not None
        or not context.flag("refresh", False)
        or today.plan is None
        or today.changes is None
    ):
        context.emit("watch", **told(today))
        show_next(output, today)
        return ExitCode.NO
    there = replace(context, session=today.session)
    return await write_shown(
        there, "watch", today.facts, today.plan, today.changes, told(today), today.left
    )
