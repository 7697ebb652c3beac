"""The module mirrors to ask and the canaries to ask for: shipped, the user's own, GOPROXY's.

A catalogue is TOML: `[[mirror]]` (name, url, operator, region, notes, source, automatic) and
`[[canary]]` (path, version, zip_hash, mod_hash, source). The user's file may say
`shipped = false` at its top to leave the shipped mirrors out; its canaries, if it has any,
replace the shipped ones.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from wizard.errors import UsageError
from wizard.facts.base import Problem
from wizard.facts.mirrors import Canary, Mirror, Origin
from wizard.facts.preset import Preset
from wizard.resources import asset
from wizard.rules.credentials import mask_value, without_login
from wizard.rules.goproxy import GoProxyError, parse_goproxy
from wizard.rules.modpath import ModulePathError, check_path, escape_version
from wizard.system import Failed, System
from wizard.text import Text, msg
from wizard.untrusted import clean_line

_MIRROR_KEYS = {"name", "url", "operator", "region", "notes", "source", "automatic"}
_CANARY_KEYS = {"path", "version", "zip_hash", "mod_hash", "source"}
_TOP_KEYS = {"mirror", "canary", "shipped"}
GO_DEFAULT = "https://proxy.golang.org,direct"
_HASH = re.compile(r"h1:[A-Za-z0-9+/]{43}=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What to ask. GOPROXY's mirrors come first, then the user's, then the shipped ones."""

    mirrors: tuple[Mirror, ...]
    canaries: tuple[Canary, ...]
    shipped: bool = True
    """False: the user's file leaves the shipped mirrors out."""


class _Bad(Exception):
    def __init__(self, table: str, index: int, key: str, message: Text) -> None:
        super().__init__(table)
        self.table, self.index, self.key, self.message = table, index, key, message


def user_catalogue_path(system: System) -> Path | None:
    """Return where the user's own catalogue would be, or None without a configuration folder."""
    base = system.config_home()
    return None if base is None else base / "gomod-wizard" / "mirrors.toml"


def load_catalogue(
    system: System,
    goproxy: str | None = None,
    before: str | None = None,
    preset: Preset | None = None,
) -> Catalogue:
    """Return every mirror to ask, each URL once. `goproxy` is the machine's current GOPROXY.

    `before` is the list that was decided on this network before. The mirrors of the organisation's
    `preset` come first.
    Raises UsageError for a user catalogue that cannot be used: file, line and what to do.
    """
    shipped = _read(asset("mirrors.toml").read_text(encoding="utf-8"), Origin.CATALOGUE)
    own = _user_catalogue(system)
    lists = [_of_preset(preset), goproxy_mirrors(goproxy), goproxy_mirrors(before)]
    canaries = shipped.canaries
    if own is not None:
        lists.append(own.mirrors)
        canaries = own.canaries or canaries
    if own is None or own.shipped:
        lists.append(shipped.mirrors)
    return Catalogue(mirrors=_merged(m for part in lists for m in part), canaries=canaries)


def _of_preset(preset: Preset | None) -> tuple[Mirror, ...]:
    if preset is None:
        return ()
    return tuple(
        Mirror(
            url=one.url,
            name=one.name,
            operator=preset.organisation,
            source=one.where,
            origin=Origin.PRESET,
        )
        for one in preset.mirrors
    )


def goproxy_mirrors(goproxy: str | None) -> tuple[Mirror, ...]:
    """Return the http(s) entries of a GOPROXY list that somebody chose.

    Go's own default is nobody's choice; a list that Go refuses has no entries.
    """
    if goproxy is None or goproxy == GO_DEFAULT:
        return ()
    try:
        hops = parse_goproxy(goproxy) if goproxy else ()
    except GoProxyError:
        return ()
    return tuple(
        Mirror(
            url=hop.url,
            name=urlsplit(hop.url).netloc,
            source="GOPROXY",
            origin=Origin.GOPROXY,
        )
        for hop in hops
        if hop.is_url and not hop.url.startswith("file:")
    )


def mirrors_from_urls(urls: Iterable[str]) -> tuple[Mirror, ...]:
    """Return the mirrors of `--url`, in order, each once. Raises UsageError.

    `goproxy.cn` is `https://goproxy.cn`, as in GOPROXY.
    """
    found = []
    for given in urls:
        url = f"https://{given}" if "." in given and ":/" not in given else given
        problem = url_problem(url)
        if problem:
            raise UsageError(
                msg("{url} is no mirror: {why}", url=mask_value(clean_line(url)), why=problem),
                where="--url",
                hint=msg("give a base URL such as https://proxy.golang.org"),
            )
        found.append(
            Mirror(
                url=normal_url(url),
                name=urlsplit(url).netloc,
                source="--url",
                origin=Origin.FLAG,
            )
        )
    return _merged(found)


def parse_catalogue(text: str, origin: Origin = Origin.USER) -> Catalogue | Problem:
    """Return what the catalogue `text` says, or what is wrong and on which line."""
    import tomllib

    try:
        return _read(text, origin)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        return Problem(
            message=clean_line(str(error).partition(" (at")[0]),
            line=int(place[1]) if place else text.count("\n") + 1,
            column=int(place[2]) if place else None,
        )
    except RecursionError:
        return Problem(message=msg("it is nested too deeply"))
    except ValueError:  # Python refuses integers of more than 4300 digits
        return Problem(message=msg("a number in it is too long"))
    except _Bad as bad:
        return Problem(message=bad.message, line=_line_of(text, bad))


def _user_catalogue(system: System) -> Catalogue | None:
    path = user_catalogue_path(system)
    if path is None:
        return None
    text = system.read_text(path)
    if isinstance(text, Failed):
        if text.kind == "missing":
            return None
        raise UsageError(
            msg("the mirror catalogue cannot be read: {why}", why=text.detail or text.kind),
            where=str(path),
            hint=msg("make it readable, or move it away"),
        )
    for line in system.redactor.read_text(text).splitlines():
        system.redactor.read_value(line)
    parsed = parse_catalogue(text)
    if isinstance(parsed, Problem):
        raise UsageError(
            msg("the mirror catalogue cannot be used: {why}", why=parsed.message),
            where=f"{path}:{parsed.line}" if parsed.line else str(path),
            hint=msg("correct that line, or move the file away to use the shipped catalogue"),
        )
    return parsed


def _read(text: str, origin: Origin) -> Catalogue:
    import tomllib

    data = tomllib.loads(text)
    for key in data:
        if key not in _TOP_KEYS:
            raise _Bad("", 0, key, msg("{key} is no key of a catalogue", key=clean_line(key)))
    shipped = data.get("shipped", True)
    if not isinstance(shipped, bool):
        raise _Bad("", 0, "shipped", msg("shipped is true or false"))
    return Catalogue(
        mirrors=tuple(_mirror(i, t, origin) for i, t in _tables(data, "mirror", _MIRROR_KEYS)),
        canaries=tuple(_canary(i, t) for i, t in _tables(data, "canary", _CANARY_KEYS)),
        shipped=shipped,
    )


def _tables(
    data: Mapping[str, object], name: str, keys: set[str]
) -> Iterable[tuple[int, Mapping[str, object]]]:
    tables = data.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise _Bad("", 0, name, msg("write every {name} as a [[{name}]] table", name=name))
    for index, table in enumerate(tables):
        for key in table:
            if key not in keys:
                raise _Bad(name, index, key, msg("{key} is no key of a {name}", key=key, name=name))
        yield index, table


def _string(table: str, index: int, data: Mapping[str, object], key: str, default: str = "") -> str:
    value = data.get(key, default)
    if not isinstance(value, str):
        raise _Bad(table, index, key, msg("{key} must be a text in quotes", key=key))
    return clean_line(value, 500)


def _mirror(index: int, data: Mapping[str, object], origin: Origin) -> Mirror:
    url = _string("mirror", index, data, "url")
    if problem := url_problem(url):
        raise _Bad("mirror", index, "url", problem)
    automatic = data.get("automatic", True)
    if not isinstance(automatic, bool):
        raise _Bad("mirror", index, "automatic", msg("automatic is true or false"))
    return Mirror(
        url=normal_url(url),
        name=_string("mirror", index, data, "name") or urlsplit(url).netloc,
        operator=_string("mirror", index, data, "operator"),
        region=_string("mirror", index, data, "region"),
        notes=_string("mirror", index, data, "notes"),
        source=_string("mirror", index, data, "source"),
        origin=origin,
        automatic=automatic,
    )


def _canary(index: int, data: Mapping[str, object]) -> Canary:
    canary = Canary(
        path=_string("canary", index, data, "path"),
        version=_string("canary", index, data, "version"),
        zip_hash=_string("canary", index, data, "zip_hash"),
        mod_hash=_string("canary", index, data, "mod_hash"),
        source=_string("canary", index, data, "source"),
    )
    for key, value in (("zip_hash", canary.zip_hash), ("mod_hash", canary.mod_hash)):
        if not _HASH.fullmatch(value):
            raise _Bad("canary", index, key, msg("{key} must be an h1: hash of go.sum", key=key))
    try:
        check_path(canary.path)
    except ModulePathError:
        raise _Bad("canary", index, "path", msg("path must be a module path")) from None
    try:
        escape_version(canary.version)
    except ModulePathError:
        raise _Bad("canary", index, "version", msg("version must be a module version")) from None
    return canary


def url_problem(url: str) -> Text:
    """Return why `url` can be no mirror's; empty where it can."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return msg("the URL cannot be read")
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\x00-\x20\x7f]", url):
        return msg("url must be a whole URL, https://host/path")
    if parts.username is not None or without_login(url)[1] is not None:
        return msg("the URL holds credentials; put them into your netrc, Go reads them there")
    if parts.query or parts.fragment:
        return msg("the URL ends before ? and #")
    if "," in url or "|" in url:
        return msg("GOPROXY ends a URL at , and |; write them percent-encoded")
    return ""


def _shown(url: str) -> str:
    return mask_value(clean_line(url, 200))


def normal_url(url: str) -> str:
    """Return `url` in the form that two spellings of one mirror share."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    if not host.isascii():
        with contextlib.suppress(UnicodeError):
            host = host.encode("idna").decode("ascii")
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port not in (None, default) else ""
    return urlunsplit((parts.scheme, host + port, parts.path.rstrip("/"), "", ""))


def _merged(mirrors: Iterable[Mirror]) -> tuple[Mirror, ...]:
    """Keep each URL once, the first; a GOPROXY entry takes the description of a known mirror."""
    kept: dict[str, Mirror] = {}
    for mirror in mirrors:
        url = normal_url(mirror.url)
        first = kept.get(url)
        if first is None:
            kept[url] = replace(mirror, url=url)
        elif first.source == "GOPROXY" and mirror.origin is not Origin.GOPROXY:
            kept[url] = replace(mirror, url=url, origin=Origin.GOPROXY, automatic=True)
    return tuple(kept.values())


def _line_of(text: str, bad: _Bad) -> int | None:
    """Return the line of the key in the `index`-th `[[table]]`, or of that table's header."""
    lines = text.splitlines()
    start, end = 0, len(lines)
    if bad.table:
        header = re.compile(rf"\s*\[\[\s*{bad.table}\s*\]\]")
        heads = [n for n, line in enumerate(lines) if header.match(line)]
        if bad.index >= len(heads):
            return None
        start = heads[bad.index]
        after = (n for n in range(start + 1, len(lines)) if lines[n].lstrip().startswith("["))
        end = next(after, end)
    key = re.compile(rf"""\s*["']?{re.escape(bad.key)}["']?\s*=|\s*\[+\s*{re.escape(bad.key)}\b""")
    named = (n for n in range(start, end) if key.match(lines[n]))
    return next(named, start) + 1
