"""What Go decides before it looks at the first entry of GOPROXY; pure, and nobody is asked.

Rules: cmd/go `modload` (replace, vendor), `modfetch.proxyList`, `auth.runGoAuth`,
`module.CheckPath` and `module.CheckPathMajor`.
"""

from __future__ import annotations

from dataclasses import dataclass

from wizard.route.types import NOPROXY, Answer, Ask, Hop, Kind, Outcome, Said, Settings, Wanted
from wizard.route.versions import canonical, major_fits
from wizard.rules.goauth import goauth_problem
from wizard.rules.goproxy import DIRECT, OFF, GoProxyError, parse_goproxy
from wizard.rules.goproxy import Hop as Entry
from wizard.rules.modpath import ModulePathError, escape_path
from wizard.text import Text, msg


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where a walk begins."""

    hops: tuple[Hop, ...]
    """What was met before any entry."""
    entries: tuple[Entry, ...] = ()
    """What is tried, in order; GONOPROXY's own entry first where it is set."""
    outcome: Outcome | None = None
    """The end, where Go goes no further."""


def begin(settings: Settings, wanted: Wanted, path: str, version: str | None) -> Start:
    """Return the start of a walk; `path` and `version` are those after a replace."""
    hops: list[Hop] = []
    if wanted.new_path is not None:
        hop, outcome = _replaced(wanted, wanted.new_path)
        hops.append(hop)
        if outcome is not None:
            return Start(hops=tuple(hops), outcome=outcome)
    if settings.vendored or "-mod=vendor" in settings.goflags.split():
        hops.append(_VENDORED)
    try:
        escape_path(path)
        entries = parse_goproxy(settings.goproxy)
    except ModulePathError:
        return _refusal(hops, msg("{path} is no module path", path=path))
    except GoProxyError as error:
        return _refusal(hops, msg("GOPROXY: {why}", why=str(error)))
    why = goauth_problem(settings.goauth) if settings.repeats else None
    if why is not None and any(entry.url != OFF for entry in entries):
        return _refusal(hops, why)
    if settings.noproxy and settings.goproxy != DIRECT:
        entries = (Entry(url=NOPROXY), *entries)
    if version is not None and not canonical(version):
        why = msg("{version} is no canonical version", version=version)
        return _refusal(hops, why, entries)
    if version is not None and not major_fits(path, version):
        why = msg("{version} is no version of {path}", version=version, path=path)
        return _refusal(hops, why, entries)
    return Start(hops=tuple(hops), entries=entries)


def failed(reason: str | None, detail: Text) -> Outcome:
    """Return the end of a way that leads nowhere."""
    return Outcome(ok=False, way="none", where="", reason=reason or "not-found", detail=detail)


_VENDORED = Hop(
    ask=Ask(kind=Kind.VENDOR, url="vendor", rule=msg("the project is vendored")),
    answer=Answer(
        said=Said.FOUND,
        text=msg("`go build` reads vendor/ and asks nobody; `go mod download` asks on"),
    ),
)


def _replaced(wanted: Wanted, target: str) -> tuple[Hop, Outcome | None]:
    shown = f"{target} {wanted.new_version or ''}".strip()
    rule = msg("go.mod replaces {old} by {new}", old=wanted.path, new=shown)
    ask = Ask(kind=Kind.REPLACE, url=target, rule=rule)
    if wanted.new_version is not None:
        told = Answer(said=Said.FOUND, text=msg("that is what is fetched"))
        return Hop(ask=ask, answer=told), None
    there = wanted.folder_exists is not False
    text = msg("the folder is there") if there else msg("there is no such folder")
    hop = Hop(ask=ask, answer=Answer(said=Said.FOUND if there else Said.ABSENT, text=text))
    if not there:
        return hop, failed("replace-missing", text)
    return hop, Outcome(ok=True, way="folder", where=target, reason=None, detail="")


def _refusal(hops: list[Hop], why: Text, entries: tuple[Entry, ...] = ()) -> Start:
    ask = Ask(kind=Kind.REFUSED, url="", rule=msg("Go refuses the setting"))
    hop = Hop(ask=ask, answer=Answer(said=Said.FAILED, text=why, reason="refused"))
    return Start(hops=(*hops, hop), entries=entries, outcome=failed("refused", why))
