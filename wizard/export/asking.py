"""What the project needs, as the user's own go says it; what is not there yet it fetches.

`go mod download -json` without arguments names what go.mod and go.work need, and go.sum holds the
hash of each of it. (`all` also names what only the tests of other modules need, and go.sum not.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wizard.diagnose import diagnose_lines
from wizard.diagnose.types import Diagnosis
from wizard.errors import ForbiddenError
from wizard.facts import Facts
from wizard.plan.types import Plan
from wizard.render.goenv_file import host_settings
from wizard.rules.goproxy import GoProxyError, parse_goproxy
from wizard.rules.gosum import ModuleSums, parse_gosum
from wizard.rules.proxy_url import ProxyUrl
from wizard.system import Completed, Failed, System
from wizard.text import msg
from wizard.verify.build_log import BuildLog
from wizard.verify.host import unchanged
from wizard.verify.process import run_lines
from wizard.verify.trace import read_json
from wizard.verify.watching import KeptLog, Watching

_PRIVATE = ("GOPRIVATE", "GONOPROXY", "GONOSUMDB")
_SUMS = ("go.sum", "go.work.sum")
_OUT_LIMIT = 64 * 1024 * 1024
_ASK_S = 60.0
_SHOWN = 500
_OFFLINE = {"GOPROXY": "off", "GONOPROXY": "none"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One module version that go named."""

    path: str
    version: str
    zip_hash: str
    """What go says that its zip hashes to; empty where it says nothing."""
    mod_hash: str


@dataclass(slots=True)
class Asked:
    """What go said."""

    program: str
    cache: Path
    """`$GOMODCACHE/cache/download`."""
    private: tuple[str, ...] = ()
    """GOPRIVATE, GONOPROXY and GONOSUMDB, as go has them here."""
    modules: dict[tuple[str, str], Named] = field(default_factory=dict)
    sums: list[tuple[str, tuple[str, str], ModuleSums]] = field(default_factory=list)
    """(file, (path, version), hashes) of each go.sum as the user has it."""
    added: dict[tuple[str, str], ModuleSums] = field(default_factory=dict)
    """Hashes that go itself added to go.sum, and that stand there no more."""
    graph: bool = False
    """All that the project needs was asked for, not only some modules by name."""
    errors: dict[str, str] = field(default_factory=dict)
    """`path@version` → why go could not have it."""
    failed: bool = False
    cut: bool = False
    diagnosis: Diagnosis | None = None
    last_line: str = ""
    """What go said last, where it failed."""


def go_environment(system: System, facts: Facts, plan: Plan) -> dict[str, str]:
    """Return the user's environment with what the plan sets for this user's go.

    A GOPROXY that names the same mirrors stays as the user has it: it may hold a login. So do the
    user's own proxies. What else holds a password goes to go by this way alone.
    """
    settings = host_settings(plan)
    own = facts.go.settings.or_else({}).get("GOPROXY")
    if own is not None and _mirrors(own.value) == _mirrors(settings.get("GOPROXY", "")):
        settings.pop("GOPROXY", None)
    env = {**system.env, **settings}
    proxies: tuple[tuple[str, ProxyUrl | None], ...] = (
        ("HTTP_PROXY", plan.http_proxy.value),
        ("HTTPS_PROXY", plan.https_proxy.value),
    )
    for name, proxy in proxies:
        if proxy is not None and not (env.get(name) or env.get(name.lower())):
            env[name] = proxy.reveal()
            if plan.no_proxy.value and not (env.get("NO_PROXY") or env.get("no_proxy")):
                env["NO_PROXY"] = ",".join(plan.no_proxy.value)
    return env


def _mirrors(goproxy: str) -> list[tuple[str, str]]:
    try:
        return [(hop.url, hop.separator) for hop in parse_goproxy(goproxy)]
    except GoProxyError:
        return []


async def ask_go(
    system: System,
    asked: Asked,
    folders: Iterable[Path],
    words: tuple[str, ...],
    env: Mapping[str, str],
    watching: Watching,
    *,
    sum_folders: Iterable[Path] = (),
    offline: bool = False,
) -> None:
    """Run `go mod download -json` in each of `folders`, with `words` behind it, into `asked`.

    `sum_folders` have a go.sum that counts too: those of a workspace. go.mod and go.sum are put
    back where go changed them. `offline`: nothing is fetched. Raises
    ForbiddenError where go cannot be started.
    """
    env = {**env, **(_OFFLINE if offline else {})}
    places = list(folders)
    asked.graph = words in ((), ("all",))
    kept = KeptLog()
    every = list(dict.fromkeys((*places, *sum_folders)))
    with unchanged(every):
        before = [(folder, _sums(system, folder)) for folder in every]
        for folder, sums in before:
            asked.sums += [
                (str(folder / name), key, found)
                for name, known in sums.items()
                for key, found in known.items()
            ]
        for folder in places:
            await _download(words, folder, env, watching, asked, kept, system)
            if asked.cut:
                break
        for folder, sums in before:
            for name, known in _sums(system, folder).items():
                old = sums.get(name, {})
                asked.added |= {key: found for key, found in known.items() if key not in old}
    if asked.failed:
        lines = kept.lines()
        asked.diagnosis = diagnose_lines(lines)
        asked.last_line = lines[-1][:_SHOWN] if lines else ""


async def begin_asking(system: System, folder: Path) -> Asked:
    """Return where go keeps its modules, and what it takes for private; nothing is asked for yet.

    Raises ForbiddenError without a go, and for one that does not say.
    """
    program = system.which("go")
    if program is None:
        raise ForbiddenError(
            msg("there is no go on PATH"),
            where="proxy-export",
            hint=msg("install Go; the modules come from its module cache"),
        )
    done = await system.run(
        ("go", "env", "-json", "GOMODCACHE", *_PRIVATE),
        timeout_s=_ASK_S,
        env={**system.env, "GOFLAGS": ""},
        cwd=folder,
    )
    said = next(read_json(done.out), {}) if isinstance(done, Completed) else {}
    if not said.get("GOMODCACHE"):
        why = done.detail if isinstance(done, Failed) else done.err.strip()[:500]
        raise ForbiddenError(
            msg("go does not say where its module cache is: {why}", why=why),
            where="go env GOMODCACHE",
            hint=msg("look what `go env GOMODCACHE` says in this folder"),
        )
    patterns = [one for name in _PRIVATE for one in str(said.get(name, "")).split(",") if one]
    return Asked(
        program=program,
        cache=Path(str(said["GOMODCACHE"])) / "cache" / "download",
        private=tuple(dict.fromkeys(patterns)),
    )


def _sums(system: System, folder: Path) -> dict[str, Mapping[tuple[str, str], ModuleSums]]:
    found = {}
    for name in _SUMS:
        text = system.read_text(folder / name)
        if not isinstance(text, Failed):
            found[name] = parse_gosum(text).sums
    return found


async def _download(
    words: tuple[str, ...],
    folder: Path,
    env: Mapping[str, str],
    watching: Watching,
    asked: Asked,
    kept: KeptLog,
    system: System,
) -> None:
    clock = asyncio.get_running_loop().time
    seen = BuildLog((), clock())
    out = bytearray()

    def take(block: bytes) -> None:
        if len(out) < _OUT_LIMIT:
            out.extend(block)

    def line(text: str) -> None:
        text = system.redactor.redact(text)
        if not seen.read(text, clock()):
            kept.add(text)
            watching.on_line(text)

    ran = await run_lines(
        (asked.program, "mod", "download", "-json", "-x", *words),
        env=env,
        cwd=folder,
        on_line=line,
        on_out=take,
        on_tick=lambda: watching.on_progress(seen.progress(clock())),
        give_up=lambda: seen.silence(clock()) > watching.patience_s,
    )
    if isinstance(ran, Failed):
        raise ForbiddenError(
            msg("go cannot be started: {why}", why=ran.detail),
            where=asked.program,
            hint=msg("look whether that file may be run"),
        )
    for module in _read(bytes(out)):
        path, version = str(module.get("Path", "")), str(module.get("Version", ""))
        if error := module.get("Error"):
            asked.errors[f"{path}@{version}"] = system.redactor.redact(str(error))
            for one in f"go: {path}@{version}: {error}".splitlines():
                kept.add(system.redactor.redact(one))
            continue
        asked.modules[path, version] = Named(
            path=path,
            version=version,
            zip_hash=str(module.get("Sum") or ""),
            mod_hash=str(module.get("GoModSum") or ""),
        )
    for one in seen.trace.unanswered(clock()) if ran.cut else ():
        kept.add(one)
    asked.cut = asked.cut or ran.cut
    asked.failed = asked.failed or ran.code != 0 or ran.cut


def _read(out: bytes) -> Iterator[dict[str, Any]]:
    yield from read_json(out.decode("utf-8", "replace"))
