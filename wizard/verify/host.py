"""The host's part: the user's own `go mod download` into a module cache that is thrown away."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.diagnose import diagnose_lines
from wizard.facts import Facts
from wizard.plan.types import ModuleSource, Plan
from wizard.redactor import Redactor
from wizard.system import Failed, System
from wizard.text import msg
from wizard.verify.build_log import BuildLog
from wizard.verify.modules import expected_modules
from wizard.verify.process import Ran, run_lines
from wizard.verify.trace import read_json
from wizard.verify.types import Outcome, Part
from wizard.verify.watching import KeptLog, Watching

_OUT_LIMIT = 64 * 1024 * 1024
_OWN_FILES = ("go.mod", "go.sum", "go.work", "go.work.sum")


async def verify_host(
    system: System, facts: Facts, plan: Plan, project: Path, watching: Watching
) -> Outcome:
    """Download every module of the project as the user's own go does it, from nothing.

    Never raises for the world: without a go the outcome's `ok` is None.
    """
    program = system.which("go")
    if program is None:
        return Outcome(part=Part.HOST, ok=None, why=msg("there is no go on PATH"))
    if plan.module_source.value is ModuleSource.VENDOR:
        why = msg("every module is in vendor/: nothing is downloaded")
        return Outcome(part=Part.HOST, ok=True, expected=0, why=why)
    names = expected_modules(facts.project.modules.or_else(()))
    folders = ["."] if plan.inputs.workspace else list(plan.inputs.module_dirs or (".",))
    try:
        with _throw_away() as own, unchanged(project / folder for folder in folders):
            env = {**system.env, **_own_folders(own)}
            return await _Download(program, env, names, watching, system.redactor).of(
                [project / folder for folder in folders]
            )
    except OSError as error:
        return Outcome(part=Part.HOST, ok=None, why=error.strerror or str(error))


def _own_folders(own: Path) -> dict[str, str]:
    """Return what keeps go out of the user's folders: its module cache, and what it counts.

    TEST_TELEMETRY_DIR: cmd/internal/telemetry, from Go 1.23 on; an older go counts nothing. The
    configuration folder stays the user's: git reads its own settings from there.
    """
    telemetry = own / "telemetry"
    telemetry.mkdir()
    telemetry.joinpath("mode").write_text("off", encoding="ascii")
    return {"GOMODCACHE": str(own / "modules"), "TEST_TELEMETRY_DIR": str(telemetry)}


@contextlib.contextmanager
def _throw_away() -> Iterator[Path]:
    """Yield an empty folder and remove it: what go puts there is read-only, folders too."""
    folder = Path(tempfile.mkdtemp(prefix="gomod-wizard-verify-"))
    try:
        yield folder
    finally:
        remove_read_only(folder)


def remove_read_only(folder: Path) -> None:
    """Remove `folder` as `go clean -modcache` would: first made writable, then deleted."""
    for where, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):
            os.chmod(where, stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def unchanged(folders: Iterable[Path]) -> Iterator[None]:
    """Put go.mod and go.sum back where a go older than 1.18 added to them."""
    before: dict[Path, bytes | None] = {}
    for folder in folders:
        for name in _OWN_FILES:
            path = folder / name
            before[path] = path.read_bytes() if path.is_file() else None
    try:
        yield
    finally:
        for path, data in before.items():
            with contextlib.suppress(OSError):
                if data is None:
                    path.unlink(missing_ok=True)
                elif path.read_bytes() != data:
                    path.write_bytes(data)


@dataclass(slots=True)
class _Out:
    """What `go mod download -json` printed."""

    data: bytearray

    def take(self, block: bytes) -> None:
        if len(self.data) < _OUT_LIMIT:
            self.data += block

    def modules(self) -> list[dict[str, Any]]:
        return list(read_json(self.data.decode("utf-8", "replace")))


class _Download:
    """One verification of the host; its folders one after another."""

    def __init__(
        self,
        program: str,
        env: Mapping[str, str],
        names: tuple[str, ...],
        watching: Watching,
        redactor: Redactor,
    ) -> None:
        self._redactor = redactor
        self._program = program
        self._env = env
        self._names = names
        self._watching = watching
        self._clock: Callable[[], float] = asyncio.get_running_loop().time
        self._seen = BuildLog(names, self._clock())
        self._kept = KeptLog()

    def _line(self, line: str) -> None:
        line = self._redactor.redact(line)
        if self._seen.read(line, self._clock()):
            return
        self._kept.add(line)
        self._watching.on_line(line)

    async def of(self, folders: list[Path]) -> Outcome:
        """Download what each of `folders` needs."""
        began = self._clock()
        modules: dict[str, dict[str, Any]] = {}
        ok, cut = True, False
        for folder in folders:
            out = _Out(bytearray())
            ran = await run_lines(
                (self._program, "mod", "download", "-json", "-x"),
                env=self._env,
                cwd=folder,
                on_line=self._line,
                on_out=out.take,
                on_tick=lambda: self._watching.on_progress(self._seen.progress(self._clock())),
                give_up=lambda: self._seen.silence(self._clock()) > self._watching.patience_s,
            )
            if isinstance(ran, Failed):
                return Outcome(part=Part.HOST, ok=None, why=ran.detail)
            modules |= {f"{m.get('Path')}@{m.get('Version')}": m for m in out.modules()}
            ok, cut = ok and _is_green(ran, out.modules()), cut or ran.cut
            if cut:
                break
        return self._outcome(modules, ok=ok, cut=cut, seconds=self._clock() - began)

    def _outcome(
        self, modules: dict[str, dict[str, Any]], *, ok: bool, cut: bool, seconds: float
    ) -> Outcome:
        for name, module in modules.items():
            if error := module.get("Error"):
                # With -json go puts its errors into the objects instead of stderr.
                for line in f"go: {name}: {error}".splitlines():
                    self._kept.add(line)
                    self._watching.on_line(line)
        for line in self._seen.trace.unanswered(self._clock()) if cut else ():
            self._kept.add(line)
            self._watching.on_line(line)
        green = [module for module in modules.values() if not module.get("Error")]
        return Outcome(
            part=Part.HOST,
            ok=ok,
            seconds=round(seconds, 1),
            modules=len(green) if modules else self._seen.trace.counted(),
            expected=len(self._names),
            bytes=sum(_size(module) for module in green) if green else None,
            slow=self._seen.trace.slowest(),
            diagnosis=None if ok else diagnose_lines(self._kept.lines()),
            cut=cut,
        )


def _is_green(ran: Ran, modules: list[dict[str, Any]]) -> bool:
    return ran.code == 0 and not ran.cut and not any(module.get("Error") for module in modules)


def _size(module: Mapping[str, Any]) -> int:
    try:
        return Path(str(module.get("Zip") or "")).stat().st_size
    except OSError:
        return 0
