"""The way of one module, exactly as the go command goes it; pure: it asks by yielding.

Rules: cmd/go `modfetch.TryProxies` and `lookup` (the list is begun anew for each file),
`modcmd.runDownload` (`.mod`, `.info`, `.zip`), `fetch.go:checkModSum`. Whoever drives the walk
answers each `Ask`; so no question is asked that Go would not ask at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from urllib.parse import quote, urlsplit

from wizard.route.begin import begin, failed
from wizard.route.content import bytes_problem, info_problem, mod_problem, version_of
from wizard.route.origin import Origin
from wizard.route.sums import ChecksumDatabase
from wizard.route.types import (
    NOPROXY,
    Answer,
    Ask,
    Attempt,
    Got,
    Hop,
    Kind,
    Outcome,
    Said,
    Settings,
    Walking,
    Wanted,
)
from wizard.route.versions import latest_of, newest_of
from wizard.rules.goproxy import DIRECT, OFF
from wizard.rules.goproxy import Hop as Entry
from wizard.rules.modpath import escape_path, wire_path
from wizard.rules.patterns import match_prefix_patterns
from wizard.text import Text, msg


class Walk:
    """One walk; `run` is driven from outside, `hops` is what it met so far."""

    def __init__(self, settings: Settings, wanted: Wanted) -> None:
        self.settings = settings
        self.wanted = wanted
        self.hops: list[Hop] = []
        self.path = wanted.new_path or wanted.path
        self.version = wanted.version if wanted.new_path is None else wanted.new_version
        self.unproxied = match_prefix_patterns(settings.noproxy, self.path)
        self.private = self.unproxied or match_prefix_patterns(settings.goprivate, self.path)
        self.entries: tuple[Entry, ...] = ()
        self._origins: dict[str, Origin] = {}
        self._sums = ChecksumDatabase(self)

    def run(self) -> Walking:
        """Walk to the end, yielding each question."""
        start = begin(self.settings, self.wanted, self.path, self.version)
        self.hops += start.hops
        self.entries = start.entries
        if start.outcome is not None:
            return start.outcome
        got = Got(said=Said.FAILED, text="", way="none", where="")
        order: tuple[str, ...] = ("mod", "info", "zip")
        if self.version is None:
            got = yield from self.try_all(self._latest_at)
            if got.said is not Said.FOUND:
                return failed(got.reason, got.text)
            order = ("mod", "zip")
        for file in order:
            got = yield from self.try_all(lambda entry, f=file: self._checked(entry, f))  # type: ignore[misc]
            if got.said is not Said.FOUND:
                return failed(got.reason, got.text)
            problem = yield from self._judge(file, got)
            if problem is not None:
                return problem
        return Outcome(ok=True, way=got.way, where=got.where, reason=None, detail="")

    def met(self, ask: Ask, answer: Answer, judged: Text = "") -> None:
        """Note one stop."""
        self.hops.append(Hop(ask=ask, answer=answer, judged=judged))

    def ask(self, ask: Ask) -> Generator[Ask, Answer, Answer]:
        """Put one question, unless it would tell the public of a private path."""
        if self._would_tell(ask):
            answer = Answer(
                said=Said.ABSENT,
                text=msg("not asked: the path looks private and this host is public; taken as 404"),
                reason="not-asked",
            )
        elif self._refused(ask):
            answer = Answer(
                said=Said.FAILED,
                text=msg("Go sends no credentials over http:// and stops"),
                reason="insecure-credentials",
            )
        else:
            answer = yield ask
        self.met(ask, answer)
        return answer

    def _would_tell(self, ask: Ask) -> bool:
        host = urlsplit(ask.url).hostname or ""
        suspect = match_prefix_patterns(self.settings.suspects, self.path)
        path = escape_path(self.path) in ask.url.replace("%21", "!") or self.path in ask.url
        return suspect and path and host in self.settings.public

    def _refused(self, ask: Ask) -> bool:
        return ask.url.startswith("http:") and ask.base in self.settings.url_logins

    def credentials(self, url: str, base: str = "") -> str | None:
        """Return where Go has a login for `url`: GOPROXY's own URL wins over netrc."""
        if base and base in self.settings.url_logins:
            return "GOPROXY"
        parts = urlsplit(url)
        goauth = [word.strip() for word in self.settings.goauth.split(";")]
        listed = parts.scheme == "https" and parts.netloc in self.settings.netrc
        if listed and (self.settings.go_version < (1, 24) or "netrc" in goauth):
            return "netrc"
        return None

    def try_all(self, one: Callable[[Entry], Attempt]) -> Attempt:
        """Go's TryProxies: the entries in order, and the most telling failure where none has it."""
        best, rank = Got(said=Said.ABSENT, text="", way="none", where=""), -1
        for entry in self.entries:
            got = yield from one(entry)
            if got.said is Said.FOUND:
                return got
            direct = entry.url == DIRECT or (entry.url == NOPROXY and self.unproxied)
            here = 2 if direct else 1 if got.said is Said.FAILED else 0
            if here >= rank:
                best, rank = got, here
            if got.said is Said.FAILED and entry.separator != "|":
                break
        return best

    def _checked(self, entry: Entry, file: str) -> Attempt:
        """Ask one entry; a go.mod that the checksum database rejects counts as its failure."""
        got = yield from self._one(entry, file)
        if file == "mod" and got.said is Said.FOUND and self.wanted.sums.mod_hash is None:
            refused = yield from self._sums.check(file, got.body if got.whole else None)
            if refused is not None:
                return replace(got, said=Said.FAILED, text=refused.detail, reason=refused.reason)
        return got

    def _one(self, entry: Entry, file: str) -> Attempt:
        if self.unproxied:
            if entry.url in (NOPROXY, DIRECT):
                return (yield from self._direct(entry, file))
            return _nothing(msg("GONOPROXY keeps it from {entry}", entry=entry.url))
        if entry.url == NOPROXY:
            return _nothing("")
        if entry.url == OFF:
            why = msg("GOPROXY=off ends here")
            self.met(
                Ask(kind=Kind.OFF, url=OFF, rule=msg("the entry `off` of GOPROXY")),
                Answer(said=Said.ABSENT, text=why, reason="off"),
            )
            return _nothing(why, "off")
        if entry.url == DIRECT:
            return (yield from self._direct(entry, file))
        return (yield from self.from_mirror(entry.url, file, self._why(entry), base=entry.url))

    def _why(self, entry: Entry) -> Text:
        place = self.entries.index(entry)
        if place == 0 or self.entries[place - 1].url == NOPROXY:
            return msg("the first entry of GOPROXY")
        if self.entries[place - 1].separator == "|":
            return msg("after `|` any failure leads here")
        return msg("after `,` only a 404 or 410 leads here")

    def from_mirror(self, url: str, file: str, rule: Text, *, base: str = "") -> Attempt:
        """Ask a module proxy for one file."""
        address = url.rstrip("/") + self._wire(file)
        answer = yield from self.ask(
            Ask(
                kind=Kind.MIRROR,
                url=address,
                rule=rule,
                base=base,
                credentials=self.credentials(address, base),
            )
        )
        if file == "info" and answer.said is Said.FOUND:
            problem = info_problem(answer.body or b"", self.version)
            if problem is not None:
                self.hops[-1] = Hop(ask=self.hops[-1].ask, answer=answer, judged=problem)
                return Got(said=Said.FAILED, text=problem, reason="not-a-module-proxy",
                           way="mirror", where=url)  # fmt: skip
        if file == "list" and answer.said is Said.FOUND:
            yield from self._newest(answer.body or b"", url, base)
        return Got(
            said=answer.said, text=answer.text, reason=answer.reason, way="mirror", where=url,
            body=answer.body, whole=answer.whole,
        )  # fmt: skip

    def _newest(self, listing: bytes, url: str, base: str) -> Generator[Ask, Answer, None]:
        """Go looks at the newest dated line of a list at once, whether it needs it or not."""
        newest = newest_of(listing.decode("utf-8", "replace").split("\n"))
        if newest is not None:
            address = url.rstrip("/") + wire_path(self.path, newest, "info")
            rule = msg("the list names a date: Go looks at the newest one")
            login = self.credentials(address, base)
            yield from self.ask(
                Ask(kind=Kind.MIRROR, url=address, rule=rule, base=base, credentials=login)
            )

    def _wire(self, file: str) -> str:
        if file in ("list", "@latest"):
            path = quote(escape_path(self.path), safe="/~")
            return f"/{path}/@v/list" if file == "list" else f"/{path}/@latest"
        return wire_path(self.path, self.version or "", file)

    def _direct(self, entry: Entry, file: str) -> Attempt:
        if entry.url not in self._origins:
            self._origins[entry.url] = Origin(self, self._direct_rule(entry))
        return (yield from self._origins[entry.url].get(file))

    def _direct_rule(self, entry: Entry) -> Text:
        if entry.url == NOPROXY:
            return msg("GONOPROXY covers it: no module proxy is asked")
        return msg("the entry `direct` of GOPROXY")

    def _latest_at(self, entry: Entry) -> Attempt:
        """Find the latest version at one entry: the list, else `@latest`; then its .info."""
        got = yield from self._one(entry, "list")
        if got.said is not Said.FOUND:
            return got
        version = latest_of((got.body or b"").decode("utf-8", "replace").split("\n"))
        if version is not None:
            self.version = version
            got = yield from self._one(entry, "info")
        else:
            got = yield from self._one(entry, "@latest")
            version = version_of(got.body) if got.said is Said.FOUND else None
            self.version = version
        if got.said is Said.FOUND and self.version is None:
            why = msg("no version of {path} was found", path=self.path)
            return replace(got, said=Said.FAILED, text=why, reason="not-found")
        if got.said is not Said.FOUND:
            self.version = None
        return got

    def _judge(self, file: str, got: Got) -> Generator[Ask, Answer, Outcome | None]:
        """What Go checks after a file came; a failure here leads to no other entry."""
        if file == "info":
            return None
        sums = self.wanted.sums
        known = sums.mod_hash if file == "mod" else sums.zip_hash
        problem = bytes_problem(file, got, known, self.path, self.version or "")
        if problem is not None:
            reason, why = problem
            self.hops[-1] = Hop(ask=self.hops[-1].ask, answer=self.hops[-1].answer, judged=why)
            return failed(reason, why)
        if known is None and file == "zip":
            refused = yield from self._sums.check(file, got.body if got.whole else None)
            if refused is not None:
                return refused
        if file == "mod" and got.body is not None:
            why = mod_problem(got.body, None if self.wanted.new_path else self.path)
            if str(why):
                self.hops[-1] = Hop(ask=self.hops[-1].ask, answer=self.hops[-1].answer, judged=why)
                return failed("not-a-module-proxy", why)
        return None


def _nothing(text: Text, reason: str | None = None) -> Got:
    return Got(said=Said.ABSENT, text=text, way="none", where="", reason=reason)


def hops_of(settings: Settings, wanted: Wanted) -> Walk:
    """Return the walk of one module, not begun: drive its `run()` with answers."""
    return Walk(settings, wanted)
