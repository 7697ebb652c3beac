"""The build's part: the stage that downloads modules, by the user's own builder, cold."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from wizard.detect.in_build.traces import own_traces
from wizard.diagnose import diagnose_lines
from wizard.errors import UsageError
from wizard.facts import Facts
from wizard.plan.types import Plan
from wizard.render.build_command import BuildCommand, build_command
from wizard.render.build_request import secret_env
from wizard.rules.dockerfile import DockerfileError
from wizard.secret import Secret
from wizard.system import Completed, Failed, System
from wizard.text import Text, msg
from wizard.verify.build_log import BuildLog
from wizard.verify.cold_dockerfile import ColdDockerfile, cold_dockerfile
from wizard.verify.leavings import Leavings
from wizard.verify.modules import expected_modules
from wizard.verify.process import run_lines
from wizard.verify.types import Outcome, Part
from wizard.verify.watching import KeptLog, Watching

CACHED_LIMIT_S = 30.0
"""Seconds that an ordinary build gets to show that it is green by its caches."""

_IMAGE = "gomod-wizard-verify"
_ASK_S = 20.0


def cannot_build(facts: Facts) -> Text | None:
    """Return why no build can run on this machine; None where one can."""
    if facts.docker.client.value is None:
        return facts.docker.client.reason
    if facts.docker.engine.value is None:
        return facts.docker.engine.reason
    return None


def has_dockerfile(plan: Plan, project: Path) -> bool:
    """Whether the file that the plan builds from stands there: `apply` writes it."""
    return (project / plan.inputs.dockerfile).is_file()


async def verify_build(
    system: System, facts: Facts, plan: Plan, project: Path, watching: Watching
) -> Outcome:
    """Build the stage that downloads, with no layer and no cache mount of an earlier build.

    Raises UsageError for a Dockerfile that cannot be read, or in which nothing runs go.
    """
    reason = cannot_build(facts)
    program = system.which("docker")
    if reason is not None or program is None:
        return Outcome(part=Part.BUILD, ok=None, why=reason or msg("there is no docker on PATH"))
    file = project / plan.inputs.dockerfile
    text = system.read_text(file)
    if isinstance(text, Failed):
        raise UsageError(
            msg("there is no Dockerfile to build: {why}", why=text.detail or text.kind),
            where=str(file),
            hint=msg("gomod-wizard apply"),
        )
    names = expected_modules(facts.project.modules.or_else(()))
    secrets = secret_env(plan)
    with tempfile.TemporaryDirectory(prefix="gomod-wizard-", ignore_cleanup_errors=True) as tmp:
        folder = Path(tmp)
        with own_traces(system, folder) as own:
            command = build_command(plan)
            env = {**system.env, **command.env, **own, "BUILDKIT_PROGRESS": "plain"}
            build = _Build(
                system, program, command, text, file, folder, names, watching,
                env, secrets, legacy=_is_legacy(facts, env),
            )  # fmt: skip
            outcome = await build.run(cold=True)
            if outcome.ok or outcome.ok is None:
                return outcome
            warm = await build.run(cold=False)
            return replace(outcome, green_by_cache=warm.ok)


def _is_legacy(facts: Facts, env: Mapping[str, str]) -> bool:
    if env.get("DOCKER_BUILDKIT") == "1":
        return False
    client = facts.docker.client.value
    return client is not None and client.legacy_builder


@dataclass(slots=True)
class _Build:
    """One project's build, cold or as everybody does it."""

    system: System
    program: str
    command: BuildCommand
    text: str
    file: Path
    folder: Path
    names: tuple[str, ...]
    watching: Watching
    env: dict[str, str]
    secrets: Mapping[str, Secret]
    legacy: bool

    async def run(self, *, cold: bool) -> Outcome:
        nonce = os.urandom(6).hex()
        copy = self._copy(trace=cold)
        mounts = cold and not self.legacy and "type=cache" in copy.text
        tag = f"{_IMAGE}:{nonce}"
        leavings = Leavings(self.system, self.env, tag=tag, namespace=nonce, mounts=mounts)
        argv = (*await self._options(copy, nonce, cold=cold), self.command.argv[-1])
        left: Text = ""
        try:
            outcome = await self._watched((self.program, *argv), leavings, cold=cold)
        finally:
            left = await leavings.remove()
        return replace(outcome, left=left)

    def _copy(self, *, trace: bool) -> ColdDockerfile:
        try:
            copy = cold_dockerfile(self.text, trace=trace)
        except DockerfileError as error:
            raise UsageError(
                error.message,
                where=f"{self.file}:{error.line}",
                hint=msg("mend that line"),
            ) from None
        if copy is None:
            raise UsageError(
                msg("no stage of it runs go"),
                where=str(self.file),
                hint=msg("gomod-wizard apply writes one that does"),
            )
        self.folder.joinpath("Dockerfile").write_text(copy.text, encoding="utf-8")
        own = self.file.with_name(f"{self.file.name}.dockerignore")
        if own.is_file():  # BuildKit prefers the one beside the Dockerfile that it is given
            self.folder.joinpath("Dockerfile.dockerignore").write_bytes(own.read_bytes())
        return copy

    async def _options(self, copy: ColdDockerfile, nonce: str, *, cold: bool) -> tuple[str, ...]:
        words = ["build", "-f", str(self.folder / "Dockerfile")]
        given = list(self.command.argv[2:-1])
        for flag, value in zip(given[::2], given[1::2], strict=True):
            if flag not in ("-f", "-t"):
                words += [flag, value]
        words += ["--target", copy.target, "-t", f"{_IMAGE}:{nonce}"]
        if self.legacy:
            words.append("--force-rm")  # the legacy builder keeps the container of a failed step
        if not cold:
            return tuple(words)
        if self.legacy:
            return (*words, "--no-cache")
        # A namespace of its own for every cache mount: those of the user stay as they are.
        words += ["--build-arg", f"BUILDKIT_CACHE_MOUNT_NS={nonce}"]
        if await self._knows_filter():
            return (*words, "--no-cache-filter", ",".join(copy.stages))
        return (*words, "--no-cache")

    async def _knows_filter(self) -> bool:
        """Whether this docker has `--no-cache-filter` (buildx 0.8)."""
        asked = await self.system.run(("docker", "build", "--help"), timeout_s=_ASK_S, env=self.env)
        return isinstance(asked, Completed) and "--no-cache-filter" in asked.out

    async def _watched(self, argv: tuple[str, ...], leavings: Leavings, *, cold: bool) -> Outcome:
        clock = asyncio.get_running_loop().time
        began = clock()
        seen, kept = BuildLog(self.names, began), KeptLog()
        redactor = self.system.redactor
        redactor.add(self.secrets.values())

        def on_line(line: str) -> None:
            line = redactor.redact(line)
            leavings.read(line)
            if seen.read(line, clock()):
                return
            kept.add(line)
            if cold:
                self.watching.on_line(line)

        def give_up() -> bool:
            if not cold and clock() - began > CACHED_LIMIT_S:
                return True
            return seen.silence(clock()) > self.watching.patience_s

        def on_tick() -> None:
            if cold:
                self.watching.on_progress(seen.progress(clock()))

        ran = await run_lines(
            argv,
            env={**self.env, **{name: one.reveal() for name, one in self.secrets.items()}},
            cwd=self.file.parent,
            on_line=on_line,
            on_tick=on_tick,
            give_up=give_up,
        )
        if isinstance(ran, Failed):
            return Outcome(part=Part.BUILD, ok=None, why=ran.detail)
        ok = ran.code == 0 and not ran.cut
        for line in seen.trace.unanswered(clock()) if ran.cut else ():
            kept.add(line)
        progress = seen.progress(clock())
        return Outcome(
            part=Part.BUILD,
            ok=ok,
            seconds=round(ran.seconds, 1),
            modules=progress.done,
            expected=len(self.names),
            bytes=progress.bytes,
            slow=seen.trace.slowest() or progress.slow,
            diagnosis=None if ok else diagnose_lines(kept.lines()),
            cut=ran.cut,
        )
