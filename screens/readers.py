"""Who reads which proxy: one row for each value, and each reader, that has none, too. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from screens.evidence import LOOKING
from screens.grid import Cell, Column, Grid, Tone
from screens.state import State
from wizard.facts import ProxyFacts
from wizard.facts.proxy import GoProxyEnvironment, ProxySetting, Reader
from wizard.plan.types import ContainerProxy
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import Text, msg

_NAMES: dict[str, Text] = {
    Reader.PROCESS: msg("this shell"),
    "go": "go",
    Reader.GIT: "git",
    Reader.DOCKER_CLIENT: msg("docker client"),
    "engine": msg("Docker engine"),
    "build": msg("the build"),
    Reader.ETC_ENVIRONMENT: "/etc/environment",
}
"""In the order in which a download passes them; the last is read at the next login alone."""

_ENGINE = (Reader.DAEMON_JSON, Reader.SYSTEMD)
_OPTIONAL = (Reader.ETC_ENVIRONMENT,)
"""Readers that are no news where they have nothing."""

Row = tuple[Cell, ...]


def proxy_readers(state: State) -> Grid:
    """Return who on this machine reads which proxy, from where, and whether it will do."""
    facts = state.area("proxy")
    rows: list[Row] = []
    if facts is not None:
        for reader, name in _NAMES.items():
            rows += _named(name, _rows(reader, facts, state), reader)
    return Grid(
        columns=(
            Column(title=msg("Read by"), least=13, most=18),
            Column(title=msg("Variable"), least=11, weight=1, most=12),
            Column(title=msg("Value"), least=30, most=46),
            Column(title=msg("State"), least=16, weight=2, most=24),
            Column(title=msg("Where"), least=14, weight=3, most=40, from_width=104),
        ),
        rows=tuple(rows),
        empty=LOOKING,
    )


def _named(name: Text, rows: list[Row], reader: str) -> list[Row]:
    """Put a reader's name before its first row; one without any row says so."""
    if not rows:
        if reader in _OPTIONAL:
            return []
        rows = [(Cell(""), Cell(msg("none set"), Tone.MUTED), Cell(""), Cell(""))]
    return [(Cell(name if index == 0 else ""), *row) for index, row in enumerate(rows)]


def _rows(reader: str, facts: ProxyFacts, state: State) -> list[Row]:
    if reader == "go":
        return list(_go(facts.effective.value))
    if reader == "build":
        return list(_build(state))
    wanted = _ENGINE if reader == "engine" else (reader,)
    return [_setting(one, facts) for one in facts.settings.or_else(()) if one.reader in wanted]


def _setting(setting: ProxySetting, facts: ProxyFacts) -> Row:
    where = Cell(setting.source, Tone.MUTED)
    if setting.problem is not None:
        why = msg("cannot be used: {why}", why=str(setting.problem.message))
        return (Cell(setting.spelled), Cell(why, Tone.BAD), Cell(msg("✗ broken"), Tone.BAD), where)
    value = str(setting.url) if setting.url is not None else (setting.text or "")
    return (Cell(setting.spelled), Cell(value), _judged(setting, facts), where)


def _judged(setting: ProxySetting, facts: ProxyFacts) -> Cell:
    """Say in words what is to be known of a value: it differs, or means another machine."""
    differs = any(setting in one.settings for one in facts.contradictions.or_else(()))
    loopback = setting.url is not None and any(
        end.loopback and end.url == setting.url for end in facts.endpoints.or_else(())
    )
    if differs:
        return Cell(msg("! not all agree"), Tone.WARN)
    if loopback:
        return Cell(msg("! this host alone"), Tone.WARN)
    return Cell("✓", Tone.GOOD)


def _go(found: GoProxyEnvironment | None) -> Iterable[Row]:
    if found is None:
        return
    where = Cell(msg("as Go reads the shell's variables"), Tone.MUTED)
    pairs: tuple[tuple[str, ProxyUrl | str | None], ...] = (
        ("HTTP_PROXY", found.http),
        ("HTTPS_PROXY", found.https),
        ("NO_PROXY", found.no_proxy),
    )
    for name, value in pairs:
        if value:
            yield (Cell(name), Cell(str(value)), Cell(""), where)


def _build(state: State) -> Iterable[Row]:
    if state.plan is None:
        return
    planned: ContainerProxy | None = state.plan.container_proxy.value
    where = Cell(msg("as the plan hands it over"), Tone.MUTED)
    if planned is None:
        return
    moved = Cell(msg("✓ moved to the bridge"), Tone.GOOD) if planned.rewritten else Cell("")
    for name, value in (("HTTP_PROXY", planned.http), ("HTTPS_PROXY", planned.https)):
        if value is not None:
            yield (Cell(name), Cell(str(value)), moved, where)
    if hosts := state.plan.no_proxy.value:
        yield (Cell("NO_PROXY"), Cell(",".join(hosts)), Cell(""), where)
