"""Facts as lines for people: one short line for a small value, a few for a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import singledispatch

from wizard.cli.json_view import to_json
from wizard.facts.base import Problem
from wizard.facts.docker import DockerNetwork, Engine, JsonConfig
from wizard.facts.mirrors import MirrorProbe
from wizard.facts.network import Interface, Resolver, ResolverAnswer, Route
from wizard.facts.preset import HostAnswer, Preset
from wizard.facts.private import PrivateHost
from wizard.facts.project import GoModule
from wizard.facts.proxy import Contradiction, GoProxyEnvironment, ProxyEndpoint, ProxySetting
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import Msg, msg, nmsg

MAX_ITEMS = 12
"""Items of a list shown to people; `--json` has all, and so has `-v`."""


def describe(value: object, *, everything: bool = False) -> list[str]:
    """Return the lines that show `value` to a person."""
    if isinstance(value, tuple | list):
        if not value:
            return [str(msg("none"))]
        shown = value if everything else value[:MAX_ITEMS]
        lines = [line(item) for item in shown]
        if len(shown) < len(value):
            lines.append(str(msg("… and {n} more (-v shows all)", n=len(value) - len(shown))))
        return lines
    if isinstance(value, Mapping):
        return [f"{key} = {line(item)}" for key, item in value.items()] or [str(msg("none"))]
    return [line(value)]


@singledispatch
def line(value: object) -> str:
    """Return one line for one value; a type without its own form shows its fields."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(msg("yes") if value else msg("no"))
    if isinstance(value, Enum):
        return str(value.value)
    if is_dataclass(value) and not isinstance(value, ProxyUrl | Msg):
        return "  ".join(_fields(value))
    if isinstance(value, tuple | list):
        return ", ".join(line(item) for item in value) or str(msg("none"))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={line(item)}" for key, item in value.items()) or str(msg("none"))
    return str(to_json(value))


def _fields(value: object) -> Iterator[str]:
    for field in fields(value):  # type: ignore[arg-type] # is_dataclass was asked
        item = getattr(value, field.name)
        if item not in (None, "", (), False):
            yield f"{field.name.replace('_', ' ')}: {line(item)}"


@line.register
def _(value: ProxySetting) -> str:
    shown = value.url or value.text or (value.problem.message if value.problem else "")
    return f"{value.spelled} = {shown}  ({value.reader}, {value.source})"


@line.register
def _(value: Contradiction) -> str:
    return f"{value.name}: {value.meaning}"


@line.register
def _(value: GoProxyEnvironment) -> str:
    return str(
        msg(
            "http {http}, https {https}, not for {bypass}",
            http=value.http or "-",
            https=value.https or "-",
            bypass=value.no_proxy or "-",
        )
    )


@line.register
def _(value: ProxyEndpoint) -> str:
    state = msg("not tried") if value.reachable is None else (
        msg("reachable") if value.reachable else msg("not reachable")
    )  # fmt: skip
    loopback = f", {msg('on this host only')}" if value.loopback else ""
    return f"{value.url}: {state}{loopback}  {value.detail}".rstrip()


@line.register
def _(value: MirrorProbe) -> str:
    if not value.ok:
        return f"{value.mirror.url}: {value.reason}  {value.detail}".rstrip()
    ms = value.latency.first_byte
    return f"{value.rank}. {value.mirror.url}  {'' if ms is None else f'{ms:.0f} ms'}".rstrip()


@line.register
def _(value: Engine) -> str:
    running = nmsg("{n} container running", "{n} containers running", n=value.containers_running)
    return f"{value.version} ({value.flavour}, {value.operating_system}), {running}"


@line.register
def _(value: DockerNetwork) -> str:
    network = f"{value.name}: {value.driver} {', '.join(value.subnets)}".rstrip()
    return (
        str(msg("{network}, mtu {mtu}", network=network, mtu=value.mtu)) if value.mtu else network
    )


@line.register
def _(value: JsonConfig) -> str:
    if not value.exists:
        return f"{value.path}: {msg('not there')}"
    if value.problem is not None:
        return f"{value.path}: {line(value.problem)}"
    return f"{value.path}: {line(value.values)}"


@line.register
def _(value: Problem) -> str:
    place = ""
    if value.line is not None:
        place = str(msg("line {line}", line=value.line))
        if value.column is not None:
            place += str(msg(", column {column}", column=value.column))
        place += ": "
    return f"{place}{value.message}"


@line.register
def _(value: Interface) -> str:
    state = msg("up") if value.up else msg("down")
    addresses = ", ".join(value.addresses) or "-"
    return str(
        msg(
            "{name}: {state}, mtu {mtu}, {addresses}",
            name=value.name,
            state=state,
            mtu=value.mtu,
            addresses=addresses,
        )
    )


@line.register
def _(value: Route) -> str:
    via = f" via {value.gateway}" if value.gateway else ""
    return f"{value.destination}{via} dev {value.interface}"


@line.register
def _(value: Resolver) -> str:
    loopback = f" ({msg('on this host only')})" if value.loopback else ""
    return f"{value.address}{loopback}"


@line.register
def _(value: ResolverAnswer) -> str:
    answer = ", ".join(value.addresses) or value.outcome.value
    ms = "" if value.milliseconds is None else f"  {value.milliseconds:.0f} ms"
    return f"{value.resolver}: {value.name} → {answer}{ms}"


@line.register
def _(value: Preset) -> str:
    return str(
        msg(
            "{organisation}, version {version}",
            organisation=value.organisation,
            version=value.version,
        )
    )


@line.register
def _(value: HostAnswer) -> str:
    state = msg("reachable") if value.reachable else msg("not reachable")
    through = f" {msg('by {proxy}', proxy=value.through)}" if value.through else ""
    return f"{value.host}: {state}{through}  {value.detail}".rstrip()


@line.register
def _(value: PrivateHost) -> str:
    why = "; ".join(str(evidence.what) for evidence in value.evidence[:3])
    how = ", ".join(value.authentication) or msg("no credentials found")
    return f"{value.host}: {how}  {msg('({words})', words=why)}  {value.detail}".rstrip()


@line.register
def _(value: GoModule) -> str:
    sums = msg("go.sum is there") if value.has_sum else msg("no go.sum")
    gaps = nmsg(
        "{n} requirement without a go.sum line",
        "{n} requirements without a go.sum line",
        n=len(value.missing_sums),
    )
    if value.missing_sums:
        sums = msg("{sums}, {gaps}", sums=sums, gaps=gaps)
    n = len(value.mod.requires)
    requires = nmsg("{n} requirement", "{n} requirements", n=n)
    words = (value.mod.module, f"Go {value.mod.go}", requires, sums)
    return f"{value.directory}: {str(msg(', ')).join(map(str, words))}"
