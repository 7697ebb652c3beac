"""The checksum database, asked where go.sum lacks a line: which address, and what it knows.

Rules: cmd/go `modfetch/sumdb.go:dbDial`, `initBase` (a URL in GOSUMDB bypasses the proxies, a
proxy's 200 on `/supported` binds to it), `useSumDB`. The signed tree is not verified here.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING
from urllib.parse import quote

from wizard.route.types import NOPROXY, Answer, Ask, Attempt, Got, Kind, Outcome, Said
from wizard.rules.dirhash import hash_mod
from wizard.rules.goproxy import DIRECT, OFF, SumDb, parse_gosumdb
from wizard.rules.goproxy import Hop as Entry
from wizard.rules.gosum import parse_gosum
from wizard.rules.modpath import escape_path, escape_version
from wizard.rules.patterns import match_prefix_patterns
from wizard.text import Text, msg

if TYPE_CHECKING:
    from wizard.route.walk import Walk


class ChecksumDatabase:
    """The database of one walk; its address and its record are asked for once."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._record: Answer | Outcome | None = None

    def check(self, file: str, body: bytes | None) -> Generator[Ask, Answer, Outcome | None]:
        """Return why Go would stop over the checksum of `file`, or None. `body`: its bytes."""
        walk, settings = self._walk, self._walk.settings
        if settings.gosumdb == OFF or match_prefix_patterns(settings.nosumdb, walk.path):
            return None
        if self._record is None:
            self._record = yield from self._look_up()
        if isinstance(self._record, Outcome):
            return self._record
        text = (self._record.body or b"").decode("utf-8", "replace")
        lines = [line for line in text.split("\n") if line.startswith(f"{walk.path} ")]
        sums = parse_gosum("\n".join(lines)).sums.get((walk.path, walk.version or ""))
        known = None if sums is None else sums.mod_hash if file == "mod" else sums.zip_hash
        if known is None:
            return _stopped("not-a-module-proxy", msg("the checksum database's answer is none"))
        if file == "mod" and body is not None and hash_mod(body) != known:
            return _stopped(
                "hash-mismatch", msg("the bytes are not those that the checksum database knows")
            )
        return None

    def _look_up(self) -> Generator[Ask, Answer, Answer | Outcome]:
        walk = self._walk
        database = parse_gosumdb(walk.settings.gosumdb)
        if not isinstance(database, SumDb):
            why: Text = database if isinstance(database, str) else msg("{why}", why=database)
            return _stopped("refused", msg("GOSUMDB: {why}", why=why))
        base = database.url
        rule: Text = msg("GOSUMDB names this address: the module proxies are passed by")
        if base is None:
            found = yield from walk.try_all(lambda entry: self._supported(entry, database.name))
            if found.said is Said.FAILED:
                return _stopped(found.reason or "failed", found.text)
            base = found.where or f"https://{database.name}"
            rule = (
                msg("this proxy relays the checksum database, so no other way is taken")
                if found.where
                else msg("no module proxy relays the checksum database")
            )
        path = quote(escape_path(walk.path), safe="/~")
        version = quote(escape_version(walk.version or ""), safe="$&+=:@~")
        url = f"{base.rstrip('/')}/lookup/{path}@{version}"
        answer = yield from walk.ask(
            Ask(kind=Kind.CHECKSUM, url=url, rule=rule, credentials=walk.credentials(url))
        )
        if answer.reason == "not-asked" or answer.said is not Said.FOUND:
            return _stopped(answer.reason or "failed", answer.text)
        return answer

    def _supported(self, entry: Entry, name: str) -> Attempt:
        if entry.url in (NOPROXY, DIRECT, OFF):
            return Got(said=Said.ABSENT, text="", way="none", where="")
        url = f"{entry.url}/sumdb/{name}"
        answer = yield from self._walk.ask(
            Ask(
                kind=Kind.CHECKSUM,
                url=f"{url}/supported",
                rule=msg("go.sum lacks the module: does this proxy relay the checksum database?"),
                base=entry.url,
                credentials=self._walk.credentials(url, entry.url),
            )
        )
        where = url if answer.said is Said.FOUND else ""
        return Got(
            said=answer.said, text=answer.text, way="mirror", where=where, reason=answer.reason
        )


def _stopped(reason: str, detail: Text) -> Outcome:
    return Outcome(ok=False, way="none", where="", reason=reason, detail=detail)
