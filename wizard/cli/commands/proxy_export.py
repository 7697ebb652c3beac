"""`proxy-export`: the project's modules as a folder that any web server serves to go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from wizard.cli.commands.diagnose import show_diagnosis
from wizard.cli.commands.projects import require_project
from wizard.cli.context import Context
from wizard.cli.output import BOLD, DIM, GREEN, YELLOW
from wizard.errors import ExitCode, UnsafeError, UsageError, WizardError
from wizard.rules.modpath import ModulePathError, check_path
from wizard.rules.patterns import match_prefix_patterns
from wizard.text import msg, nmsg

if TYPE_CHECKING:
    from wizard.export.asking import Asked
    from wizard.export.exporting import Exported
    from wizard.facts import Facts
    from wizard.plan.types import Plan

_QUERY = re.compile(r"[A-Za-z0-9<>=][A-Za-z0-9._+/<>=-]{0,200}")
_PORT = 8080
_MISMATCH = "checksum-mismatch"


async def proxy_export(context: Context) -> int:
    """Exit 1 where go cannot have the modules, 4 for one that is not what go.sum says."""
    from wizard.export.asking import begin_asking
    from wizard.export.exporting import export, private_patterns, require_known_privacy

    if not context.flags.out:
        raise UsageError(
            msg("--out names no folder"),
            where="proxy-export",
            hint=msg("for example: gomod-wizard proxy-export --out go-proxy"),
        )
    words = tuple(dict.fromkeys(context.flag("modules", ())))
    for word in words:
        _check_word(word)
    facts = await context.facts()
    if not words or "all" in words:
        require_project(facts)
    plan = context.session.decide(facts)
    private = context.flag("private", False)
    if not private:
        require_known_privacy(facts)
    asked = await begin_asking(context.session.system, context.session.request.project)
    patterns = private_patterns(facts, plan, asked)
    hidden = () if private else tuple(w for w in words if _is_private(w, patterns))
    named = tuple(word for word in words if word not in hidden)
    if named or not words:
        await _ask(context, facts, plan, asked, named)
    dry_run = context.flag("dry_run", False)
    unread = [name for name in asked.errors if private or not _is_private(name, patterns)]
    # Where only private modules fail, which stay out, the rest is whole.
    if asked.failed and not dry_run and (unread or asked.cut or not asked.errors):
        _refuse(context, asked)
    exported = await export(
        asked, patterns, Path(context.flags.out), private=private, dry_run=dry_run
    )
    left_out = (*hidden, *("@".join(key) for key in exported.left_out))
    left_out += tuple(name for name in asked.errors if name not in unread)
    missing = _missing(facts, asked, named) if dry_run else []
    missing = [name for name in missing if private or not _is_private(name, patterns)]
    steps = _next(exported, patterns)
    _emit(context, exported, left_out, missing, steps)
    _show(context, exported, left_out, missing, steps)
    return ExitCode.OK


def _check_word(word: str) -> None:
    path, _, version = word.partition("@")
    try:
        if word == "all":
            return
        check_path(path)
        if _QUERY.fullmatch(version):
            return
    except ModulePathError:
        pass
    raise UsageError(
        msg("{word} is no MODULE@VERSION", word=word),
        where="proxy-export",
        hint=msg("for example: gomod-wizard proxy-export --out go-proxy rsc.io/quote@v1.5.2"),
    )


def _is_private(name: str, patterns: str) -> bool:
    return match_prefix_patterns(patterns, name.partition("@")[0])


def _missing(facts: Facts, asked: Asked, words: tuple[str, ...]) -> list[str]:
    """Return what is asked for and stands not in the module cache, as far as go.mod names it."""
    from wizard.verify.modules import expected_modules

    names = words if not asked.graph else expected_modules(facts.project.modules.or_else(()))
    there = {"@".join(key) for key in asked.modules}
    return [name for name in names if name not in there]


async def _ask(
    context: Context, facts: Facts, plan: Plan, asked: Asked, words: tuple[str, ...]
) -> None:
    from wizard.export.asking import ask_go, go_environment
    from wizard.verify.watching import Watching

    session = context.session
    project = session.request.project
    modules = [project / folder for folder in plan.inputs.module_dirs or (".",)]
    folders = [project] if words or plan.inputs.workspace else modules
    dry_run = context.flag("dry_run", False)
    if not dry_run:
        context.output.talk(msg("go mod download, into your own module cache"), BOLD)
    await ask_go(
        session.system,
        asked,
        folders,
        words,
        go_environment(session.system, facts, plan),
        Watching(on_line=lambda text: context.output.talk(text, DIM)),
        sum_folders=modules,
        offline=dry_run,
    )


def _refuse(context: Context, asked: Asked) -> None:
    """Raise what go said, with the diagnosis of it before."""
    if asked.diagnosis is not None:
        show_diagnosis(context.output, asked.diagnosis)
        for fault in asked.diagnosis.faults:
            if fault.cause == _MISMATCH:
                raise UnsafeError(
                    msg("go refuses a module: its bytes are not those that were recorded; nothing"
                        " was written"),
                    where="proxy-export",
                    hint=fault.cure.summary,
                )  # fmt: skip
    raise WizardError(
        msg("go cannot have all modules: {why}; nothing was written", why=asked.last_line),
        where="proxy-export",
        hint=msg("gomod-wizard verify --host --repair finds out why and mends it"),
        code=ExitCode.NO,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """How the tree is served, and what a go that uses it must be told."""

    serve: tuple[str, ...]
    settings: Mapping[str, str]
    file: str
    """The GOPROXY that reads it without a server."""


def _next(exported: Exported, patterns: str) -> Next:
    settings = {"GOPROXY": f"http://127.0.0.1:{_PORT}"}
    if exported.private:
        # GOPRIVATE would send go past the tree that has them.
        settings |= {"GONOPROXY": "none", "GONOSUMDB": patterns}
    elif patterns:
        settings |= {"GOPRIVATE": patterns}
    out = str(exported.out)
    return Next(
        serve=("python3", "-m", "http.server", str(_PORT), "--bind", "127.0.0.1",
               "--directory", out),
        settings=settings,
        file=f"file://{quote(out)}",
    )  # fmt: skip


def _emit(
    context: Context,
    exported: Exported,
    left_out: tuple[str, ...],
    missing: list[str],
    steps: Next,
) -> None:
    context.emit(
        "proxy-export",
        out=str(exported.out),
        modules=[
            {
                "module": one.path,
                "version": one.version,
                "checked_by": one.by,
                "bytes": sum(file.size for file in one.files),
                "written": sum(file.name in exported.written for file in one.files),
            }
            for one in exported.modules
        ],
        left_out=left_out,
        missing=missing,
        private=exported.private,
        changes=[
            {"path": str(exported.out / one.name), "action": one.action, "bytes": one.size}
            for one in exported.written.values()
        ],
        next=steps,
    )


def _show(
    context: Context,
    exported: Exported,
    left_out: tuple[str, ...],
    missing: list[str],
    steps: Next,
) -> None:
    from wizard.render.quoting import posix

    output = context.output
    for one in exported.modules:
        new = sum(file.name in exported.written for file in one.files)
        if new:
            output.line(f"{one.path}@{one.version}  +{new}")
    for name in missing:
        output.line(msg("{name}: not in the module cache; a real run fetches it", name=name))
    for name in left_out:
        output.line(msg("left out: {name}: it is private (--private takes it in)", name=name),
                    YELLOW)  # fmt: skip
    if exported.private:
        output.line(msg("private modules stand in {out}: serve it only where outsiders cannot "
                        "reach it: {names}", out=exported.out, names=", ".join(exported.private)),
                    YELLOW)  # fmt: skip
    by_go = sum(one.by != "go.sum" for one in exported.modules)
    if by_go:
        output.line(
            nmsg(
                "{n} module has no line in go.sum: it is as go fetched and checked it",
                "{n} modules have no line in go.sum: they are as go fetched and checked them",
                n=by_go,
            ),
            YELLOW,
        )
    count = nmsg("{n} module", "{n} modules", n=len(exported.modules))
    files = nmsg("{n} file", "{n} files", n=len(exported.written))
    if not exported.written:
        output.line(msg("Nothing to do: {out} has all of {count}.", out=exported.out, count=count),
                    GREEN)  # fmt: skip
    elif context.flag("dry_run", False):
        output.line(msg("would write {files} into {out}: {count}, each as its hash says",
                        files=files, out=exported.out, count=count))  # fmt: skip
    else:
        output.line(msg("{files} written into {out}: {count}, each as its hash says",
                        files=files, out=exported.out, count=count), GREEN)  # fmt: skip
    if not context.flag("dry_run", False):
        words = [f"{name}={value}" for name, value in steps.settings.items()]
        output.line(msg("next, serve it (this machine alone): {line}", line=posix(steps.serve)))
        output.line(msg("      and let go use it: {line}", line=posix(("go", "env", "-w", *words))))
        output.line(msg("      or without a server: GOPROXY={url}", url=steps.file))
