"""`build-command` and `build`: the exact `docker build`, printed or run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from wizard.cli.commands.projects import require_project
from wizard.cli.context import Context
from wizard.errors import ExitCode, ForbiddenError
from wizard.proof import secrets_in_files
from wizard.text import msg

if TYPE_CHECKING:
    import asyncio

    from wizard.facts import Facts
    from wizard.plan.types import Plan

LINE_LIMIT = 128 * 1024
"""Bytes shown of one line of the build's output."""


async def build_command(context: Context) -> int:
    """Print the build command for this project and network, with no secret in it."""
    _, plan = await _buildable(context)
    command = context.session.build_command(plan)
    context.emit("build-command", argv=command.argv, env=command.env)
    context.output.line(command.shell())
    return ExitCode.OK


async def _buildable(context: Context) -> tuple[Facts, Plan]:
    """Detect and decide. Raises UsageError where there is nothing to build."""
    facts = await context.facts()
    require_project(facts)
    return facts, context.session.decide(facts)


async def build(context: Context) -> int:
    """Run the build; exit 0 when it is green, 1 when it failed, 3 without an engine."""
    import asyncio

    from wizard.render.build_request import secret_env

    facts, plan = await _buildable(context)
    command = context.session.build_command(plan)
    extra = [argument for argument in context.flag("args", []) if argument != "--"]
    argv = [*command.argv[:-1], *extra, command.argv[-1]]
    system = context.session.system
    program = system.which(argv[0])
    if program is None:
        raise ForbiddenError(
            msg("there is no {program} on PATH", program=argv[0]),
            where="build",
            hint=msg("install Docker, or use `gomod-wizard generate --out DIR` for elsewhere"),
        )
    secrets = secret_env(plan)
    context.output.hide(secrets.values())
    context.output.hide(secrets_in_files(system, plan))
    context.output.talk(command.shell())
    if context.flag("dry_run", False):
        context.emit("build", ok=None, exit_code=None)
        return ExitCode.OK
    process = await asyncio.create_subprocess_exec(
        program,
        *argv[1:],
        cwd=context.session.request.project,
        env={**system.env, **command.env, **{k: v.reveal() for k, v in secrets.items()}},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        # Line by line through the output, so that nothing that a tool prints back leaks.
        if process.stdout is not None:
            async for line in _lines(process.stdout):
                context.output.talk(line)
        code = await process.wait()  # it may end a while after its last word
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    engine = facts.docker.engine
    if code != 0 and engine.value is None:  # docker itself was asked too, before this is said
        raise ForbiddenError(
            msg("no engine answers here: {why}", why=engine.reason),
            where="build",
            hint=msg("start Docker, or use `gomod-wizard generate --out DIR` for elsewhere"),
        )
    context.emit("build", ok=code == 0, exit_code=code)
    return ExitCode.OK if code == 0 else ExitCode.NO


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """Yield the lines of a program's output; of an endless one only its first `LINE_LIMIT`."""
    held = bytearray()
    while chunk := await stream.read(64 * 1024):
        *whole, rest = chunk.split(b"\n")
        for part in whole:
            held += part[: LINE_LIMIT - len(held)]
            yield held.decode("utf-8", "replace").rstrip("\r")
            held.clear()
        held += rest[: LINE_LIMIT - len(held)]
    if held:
        yield held.decode("utf-8", "replace")
