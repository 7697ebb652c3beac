"""Runs the probe build with the user's own docker, and ends it with all it started."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wizard.detect.in_build.dockerfile import probe_dockerfile
from wizard.detect.in_build.request import CA_SECRET, InBuild
from wizard.detect.in_build.traces import own_traces
from wizard.ending import end_process
from wizard.system import OUTPUT_LIMIT, Failed, System
from wizard.text import msg

_GRACE_S = 3.0
"""Seconds for docker to cancel the build, so that the engine ends the step as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A build that ended by itself: its log, and when by this host's clock."""

    log: str
    begun: float
    ended: float
    seconds: float


async def run_probe(system: System, request: InBuild, limit_s: float) -> Ran | Failed:
    """Run the build in a folder of its own, never in the project's. Its log holds no secret."""
    program = system.which("docker")
    if program is None:
        return Failed(kind="missing", detail="docker")
    try:
        with tempfile.TemporaryDirectory(prefix="gomod-wizard-", ignore_cleanup_errors=True) as tmp:
            words = _prepare(Path(tmp), request)
            with own_traces(system, Path(tmp)) as own:
                return await _run(
                    system, (program, *words), {**request.env, **own}, request, limit_s
                )
    except OSError as error:
        return Failed(kind="denied", detail=error.strerror or str(error))


def _prepare(folder: Path, request: InBuild) -> tuple[str, ...]:
    """Write the context, which holds the Dockerfile alone; return docker's arguments."""
    context = folder / "context"
    context.mkdir()
    context.joinpath("Dockerfile").write_text(probe_dockerfile(request), encoding="utf-8")
    words = ["build", "--no-cache", *request.options]
    if request.ca:
        authority = folder / "ca.pem"
        authority.write_text(request.ca, encoding="utf-8")
        words += ["--secret", f"id={CA_SECRET},src={authority}"]
    return (*words, str(context))


async def _run(
    system: System,
    argv: tuple[str, ...],
    env: Mapping[str, str],
    request: InBuild,
    limit_s: float,
) -> Ran | Failed:
    loop = asyncio.get_running_loop()
    begun, started = system.clock().timestamp(), loop.time()
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={
            **system.env,
            **env,
            **{name: secret.reveal() for name, secret in request.secret_env.items()},
            "BUILDKIT_PROGRESS": "plain",
        },
        # docker starts a plugin of its own: both are ended together.
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(limit_s):
            out, _ = await process.communicate()
    except TimeoutError:
        return Failed(kind="timeout", detail=str(msg("no answer in {n} s", n=f"{limit_s:g}")))
    finally:
        if process.returncode is None:
            await end_process(process, _GRACE_S)
    log = out[:OUTPUT_LIMIT].decode("utf-8", "replace")
    system.redactor.add(request.secret_env.values())
    log = system.redactor.redact(log)
    return Ran(
        log=log,
        begun=begun,
        ended=system.clock().timestamp(),
        seconds=loop.time() - started,
    )
