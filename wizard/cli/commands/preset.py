"""`preset`: show, add, refresh, remove and check what an organisation says of its machines."""

from __future__ import annotations

from pathlib import Path

from wizard.cli.context import Context
from wizard.cli.output import BOLD, DIM, GREEN, RED, YELLOW
from wizard.errors import ExitCode, UsageError
from wizard.facts.base import Problem
from wizard.facts.preset import Preset
from wizard.preset.fetching import fetch
from wizard.preset.keeping import (
    Setting,
    read_setting,
    remove_setting,
    write_setting,
)
from wizard.preset.loading import FIRST_PATIENCE_S, PASSING_S, Loaded, age, load_copy, obtain
from wizard.preset.named import VARIABLE
from wizard.preset.reading import read_preset
from wizard.preset.signatures import Key, read_key, verify
from wizard.preset.sources import FileSource, parse_source
from wizard.text import msg, nmsg

DOCUMENT = "preset-command"


async def preset(context: Context) -> int:
    """Do what the word behind `preset` says; `show` where there is none."""
    action = context.flag("action") or "show"
    source = context.flag("source")
    if action in ("add", "check") and not source:
        raise UsageError(
            msg("{action} what?", action=action),
            where=f"gomod-wizard preset {action}",
            hint=msg("name a file, a git repository or a URL"),
        )
    if action in ("show", "refresh", "remove") and source:
        raise UsageError(
            msg("{action} takes no source", action=action),
            where=f"gomod-wizard preset {action}",
            hint=msg("to change it: gomod-wizard preset add SOURCE --key KEY"),
        )
    return await {
        "show": _show, "add": _add, "refresh": _refresh, "remove": _remove, "check": _check,
    }[action](context)  # fmt: skip


async def _show(context: Context) -> int:
    system = context.session.system
    setting = read_setting(system)
    if setting is None:
        context.emit(DOCUMENT, **_told(None), problems=())
        context.output.line(msg("No preset is in force here."))
        context.output.line(msg("next: gomod-wizard preset add SOURCE --key KEY"), BOLD)
        return ExitCode.OK
    loaded = await load_copy(system, setting, patience_s=PASSING_S[0])
    return _shown(context, loaded)


async def _add(context: Context) -> int:
    system, here = context.session.system, Path.cwd()
    given = context.flag("key")
    setting = Setting(
        source=parse_source(
            system, context.flag("source"), where="gomod-wizard preset add", folder=here
        ),
        key=None if given is None else read_key(system, given, where="--key", folder=here),
        unsigned=context.flag("unsigned", False),
        where="gomod-wizard preset add",
    )
    if setting.key is not None and setting.unsigned:
        raise UsageError(
            msg("a key is pinned, or it is unsigned: not both"),
            where="--unsigned",
            hint=msg("leave one of them out"),
        )
    loaded = await obtain(
        system, setting, patience_s=FIRST_PATIENCE_S, keep=not context.flag("dry_run", False)
    )
    if not context.flag("dry_run", False):
        path = write_setting(system, setting)
        context.output.talk(msg("in force from now on: {path}", path=path), GREEN)
    return _shown(context, loaded)


async def _refresh(context: Context) -> int:
    setting = read_setting(context.session.system)
    if setting is None:
        raise UsageError(
            msg("there is no preset to fetch anew"),
            where="gomod-wizard preset refresh",
            hint=msg("first: gomod-wizard preset add SOURCE --key KEY"),
        )
    loaded = await obtain(context.session.system, setting, patience_s=FIRST_PATIENCE_S)
    return _shown(context, loaded)


async def _remove(context: Context) -> int:
    system = context.session.system
    if not context.flag("dry_run", False):
        for path in remove_setting(system):
            context.output.line(msg("removed {path}", path=path))
    if system.env.get(VARIABLE, "").strip():
        context.output.talk(msg("{variable} still names one", variable=VARIABLE), YELLOW)
    context.emit(DOCUMENT, **_told(None), problems=())
    return ExitCode.OK


async def _check(context: Context) -> int:
    """Say every mistake of a file, line by line; exit 1 where there is one."""
    system, here = context.session.system, Path.cwd()
    source = parse_source(
        system, context.flag("source"), where="gomod-wizard preset check", folder=here
    )
    given = context.flag("key")
    key: Key | None = None
    if given is not None:
        key = read_key(system, given, where="--key", folder=here)
    suffix = None if key is None else key.suffix
    fetched = await fetch(system, source, suffix, patience_s=FIRST_PATIENCE_S)
    if key is not None and fetched.signature is not None:
        verify(key, fetched.document, fetched.signature, where=source.beside(key.suffix))
    system.redactor.read_text(fetched.document.decode("utf-8", "replace"))
    read = read_preset(fetched.document, str(source))
    problems: tuple[Problem, ...] = read if isinstance(read, tuple) else ()
    document = None if isinstance(read, tuple) else read
    keys = {**_told(None), "source": str(source), "signed": key is not None, "preset": document}
    context.emit(
        DOCUMENT,
        **keys,
        problems=[{"line": one.line, "message": one.message} for one in problems],
    )
    for one in problems:
        context.output.line(f"{source}:{one.line}: {one.message}", RED)
    if document is None:
        count = nmsg("{n} mistake", "{n} mistakes", n=len(problems))
        context.output.line(count, BOLD)
        return ExitCode.NO
    words = msg(
        "{organisation}, version {version}: it can be used",
        organisation=document.organisation,
        version=document.version,
    )
    context.output.line(words, GREEN)
    return ExitCode.OK


def _told(loaded: Loaded | None) -> dict[str, object]:
    if loaded is None:
        return {"preset": None, "source": None, "set_in": None, "signed": False, "key": None,
                "fetched_at": None, "notes": ()}  # fmt: skip
    setting = loaded.setting
    return {
        "preset": loaded.preset,
        "source": str(setting.source),
        "set_in": setting.where,
        "signed": setting.key is not None,
        "key": None if setting.key is None else setting.key.text,
        "fetched_at": loaded.fetched_at.isoformat(timespec="seconds"),
        "notes": loaded.notes,
    }


def _shown(context: Context, loaded: Loaded) -> int:
    context.emit(DOCUMENT, **_told(loaded), problems=())
    output, preset, setting = context.output, loaded.preset, loaded.setting
    output.line(
        msg(
            "{organisation}, version {version}",
            organisation=preset.organisation,
            version=preset.version,
        ),
        BOLD,
    )
    output.line(msg("  from {source} ({where})", source=setting.source, where=setting.where))
    if setting.key is not None:
        output.line(msg("  signed by {key}", key=setting.key.text))
    elif isinstance(setting.source, FileSource):
        output.line(msg("  a file of this machine, unsigned"))
    if not isinstance(setting.source, FileSource):
        ago = age(context.now - loaded.fetched_at)
        output.line(msg("  fetched {age} ago", age=ago), DIM)
    for line in _content(preset):
        output.line(f"  {line}")
    for note in loaded.notes:
        output.talk(note, YELLOW)
    if preset.contact:
        output.line(msg("  ask {contact}", contact=preset.contact), DIM)
    return ExitCode.OK


def _content(preset: Preset) -> list[object]:
    """Return what a preset says, one line each."""
    lines: list[object] = [f"{one.key} = {one.text}" for one in (*preset.answers, *preset.targets)]
    lines += [msg("mirror {url} ({name})", url=one.url, name=one.name) for one in preset.mirrors]
    if preset.patterns:
        lines.append(msg("private {patterns}", patterns=", ".join(preset.patterns)))
    lines += [
        msg("authority {name} ({sha256} …)", name=one.name, sha256=one.sha256[:16])
        for one in preset.authorities
    ]
    if preset.addresses.docker:
        lines.append(msg("Docker may use {ranges}", ranges=", ".join(preset.addresses.docker)))
    if preset.addresses.reserved:
        ranges = ", ".join(preset.addresses.reserved)
        lines.append(msg("Docker must not use {ranges}", ranges=ranges))
    if preset.registry:
        lines.append(msg("base images from {registry}", registry=preset.registry))
    for rule in preset.rules:
        if rule.allowed:
            lines.append(msg("{key} may be {values}: {why}", key=rule.decision,
                             values=", ".join(rule.allowed), why=rule.because))  # fmt: skip
        if rule.forbidden:
            lines.append(msg("{key} must not be {values}: {why}", key=rule.decision,
                             values=", ".join(rule.forbidden), why=rule.because))  # fmt: skip
    lines += [msg("{host} must be reached", host=one.address) for one in preset.self_test]
    return lines
