"""The probe's lines in a build's log, BuildKit's plain progress or the legacy builder's."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from wizard.detect.in_build.request import InBuild
from wizard.detect.in_build.words import meaning
from wizard.facts.build import ConnectionSeen, MirrorSeen, NameSeen
from wizard.facts.mirrors import Failure
from wizard.rules.credentials import mask_credentials
from wizard.untrusted import clean_line

MAX_LINES = 400
_LINE = re.compile(r"(?:#\d+ \d+\.\d+ )?@gomod-probe (\S+) ?(.*)")
_SLOW_LOOKUP_S = 0.9
"""The script asks each nameserver once for a second: one that took as long did not answer."""
_KILLED = (124, 137, 143)
"""Exit codes of a program that `timeout` ended, in coreutils and in BusyBox."""
_NOT_RUN = (125, 126, 127)
"""Exit codes of the shell and of `timeout`: there is no such program."""
_COMMON_NAME = re.compile(r"\bCN ?= ?([^,/]+)")
_ORGANISATION = re.compile(r"\bO ?= ?([^,/]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the step printed."""

    begun: int | None = None
    ended: int | None = None
    """Seconds since 1970, by the builder's clock; None: the step was cut off."""
    user: int | None = None
    go: str | None = None
    free_disk: int | None = None
    mtu: int | None = None
    resolvers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    names: tuple[NameSeen, ...] = ()
    connections: tuple[ConnectionSeen, ...] = ()
    proxies: tuple[tuple[str, str], ...] = ()
    mirrors: tuple[MirrorSeen, ...] = ()


def read_log(log: str, request: InBuild) -> Seen | None:
    """Return what the step saw; None where the log has no line of it."""
    lines = list(_lines(log))
    if not lines:
        return None
    rest = {key: [text for kind, text in lines if kind == key] for key, _ in lines}

    def first(key: str) -> str:
        return rest.get(key, [""])[0]

    resolv = [text.partition(" ") for text in rest.get("resolv", [])]
    names = tuple(_names(rest.get("name", [])))
    connections = tuple(_connections(rest.get("tcp", []), names))
    return Seen(
        begun=_number(first("begin")),
        ended=_number(first("end")),
        user=_number(first("user")),
        go=first("go").removeprefix("go") or None,
        free_disk=None if (blocks := _number(first("disk"))) is None else blocks * 1024,
        mtu=_number(first("mtu").rpartition(" ")[2]),
        resolvers=tuple(value.split()[0] for word, _, value in resolv
                        if word == "nameserver" and value.split()),
        search=tuple(domain for word, _, value in resolv if word != "nameserver"
                     for domain in value.split()),
        names=names,
        connections=connections,
        proxies=tuple((name, value) for name, _, value in
                      (text.partition(" ") for text in rest.get("proxy", []))),
        mirrors=tuple(_mirrors(rest, request, connections)),
    )  # fmt: skip


def why_no_answer(log: str) -> str:
    """Return the builder's own last words about a build that never came to the step."""
    words = [line.strip() for line in log.splitlines() if line.strip().startswith("ERROR")]
    words = words or [line.strip() for line in log.splitlines() if line.strip()]
    return clean_line(mask_credentials(words[-1]), 300) if words else ""


def _lines(log: str) -> Iterator[tuple[str, str]]:
    """Yield (key, rest) of each line; BuildKit repeats the last ones where a step failed."""
    count = 0
    for line in log.splitlines():
        match = _LINE.fullmatch(line.strip())
        if match is None:
            continue
        yield match[1], clean_line(mask_credentials(match[2]), 3000)
        count += 1
        if match[1] == "end" or count == MAX_LINES:
            return


def _number(text: str) -> int | None:
    word = text.strip()
    return int(word) if word.isascii() and word.isdigit() and len(word) < 16 else None


def _seconds(begun: str, ended: str) -> float:
    try:
        return max(0.0, float(ended) - float(begun))
    except ValueError:
        return 0.0


def _names(lines: list[str]) -> Iterator[NameSeen]:
    for text in lines:
        words = text.split()
        if len(words) < 4:
            continue
        name, code, begun, ended, *addresses = words
        late = _number(code) in _KILLED or _seconds(begun, ended) >= _SLOW_LOOKUP_S
        failure = Failure.DNS_TIMEOUT if late else Failure.DNS
        yield NameSeen(name=name, addresses=tuple(addresses), reason=None if addresses else failure)


def _connections(lines: list[str], names: tuple[NameSeen, ...]) -> Iterator[ConnectionSeen]:
    unresolved = {name.name: name.reason for name in names}
    for text in lines:
        words = text.split(" ", 3)
        port = _number(words[1]) if len(words) > 2 else None
        code = _number(words[2]) if len(words) > 2 else None
        if port is None or code is None:
            continue
        reason = None
        if code != 0:
            said = None if code in _KILLED else meaning(words[3] if len(words) > 3 else "")
            reason = unresolved.get(words[0]) or said or Failure.CONNECT_TIMEOUT
        yield ConnectionSeen(host=words[0], port=port, reason=reason)


def _mirrors(
    rest: dict[str, list[str]], request: InBuild, connections: tuple[ConnectionSeen, ...]
) -> Iterator[MirrorSeen]:
    failed = {(seen.host, seen.port): seen.reason for seen in connections}
    issuers = {
        tuple(text.split(" ", 2)[:2]): text.split(" ", 2)[-1] for text in rest.get("tls", [])
    }
    traces = dict(text.partition(" ")[::2] for text in rest.get("trace", []))
    # The last try counts: it is the first one that worked, or the end.
    answers = {text.partition(" ")[0]: text for text in rest.get("mirror", [])}
    for number, mirror in enumerate(request.mirrors):
        words = answers.get(str(number), "").split(" ", 4)
        if len(words) < 4:
            continue
        code = _number(words[1])
        if code in _NOT_RUN:
            continue
        answer = _json(words[4] if len(words) > 4 else "")
        error = answer.get("Error", "")
        reason = None
        if code != 0 or error:
            way = mirror.through or mirror.target
            said = meaning(error or traces.get(str(number), ""))
            # Go that was ended in mid-wait says nothing; the connection tells where it waited.
            reason = said or failed.get((way.host, way.port)) or Failure.TIMEOUT
        issuer = issuers.get((mirror.target.host, str(mirror.target.port)))
        yield MirrorSeen(
            url=mirror.url,
            info="Info" in answer,
            mod="GoMod" in answer,
            zip="Zip" in answer,
            reason=reason,
            detail=error if error else "" if reason is None else traces.get(str(number), ""),
            milliseconds=round(1000 * _seconds(words[2], words[3])),
            issuer=None if issuer is None else _short_issuer(issuer),
        )


def _json(text: str) -> dict[str, str]:
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(text)
        if isinstance(found, dict):
            return {str(key): clean_line(str(value), 1000) for key, value in found.items()}
    # The line was cut, or Go said something else: its words may still tell.
    return {"Error": text} if text.strip() else {}


def _short_issuer(issuer: str) -> str:
    """Return the common name, else the organisation, as the host's own look has it."""
    found = _COMMON_NAME.search(issuer) or _ORGANISATION.search(issuer)
    return (found[1] if found else issuer).strip()
