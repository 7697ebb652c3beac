"""The live side of a walk: every question is put as Go would put it, under one deadline."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from wizard.detect.deadline import Deadline, in_thread
from wizard.detect.mirrors.http1 import BODY_LIMIT, Reply
from wizard.detect.mirrors.resolve import Names
from wizard.detect.mirrors.session import Exchange, Session
from wizard.detect.mirrors.trust import Trust, image_context, unchecked
from wizard.detect.mirrors.verdict import Phase, ProbeError, cut_off, from_status
from wizard.facts.proxy import GoProxyEnvironment
from wizard.route.git_asking import ls_remote
from wizard.route.login import GoLogins, Login
from wizard.route.types import Answer, Ask, Kind, Outcome, Said, Settings, Wanted
from wizard.route.walk import Walk, hops_of
from wizard.rules.dirhash import MAX_ZIP_BYTES
from wizard.rules.goauth import git_folder_of
from wizard.system import Failed, System
from wizard.text import Text, msg

_PLACES = 16
"""Questions under way at once; as many handshakes are a burden to no mirror."""
_SHARE = 0.6
"""Of the time that is left, for one question: a silent mirror leaves some for the next."""
_NOT_THERE = (404, 410)
_LOCKED = (401, 403, 404)
"""What a host answers to those without a login; many hide that there is something."""


class Asker:
    """Asks for many walks; what two walks ask alike is asked once. Close it at the end."""

    def __init__(
        self,
        *,
        system: System,
        settings: Settings,
        environment: GoProxyEnvironment,
        deadline: Deadline,
        trust: Trust | None = None,
        git_env: Mapping[str, str] | None = None,
        git: bool = True,
    ) -> None:
        self._system = system
        self._settings = settings
        self._environment = environment
        self._deadline = deadline
        self._git_env = git_env
        self._git = git
        self._names = Names()
        self._trust = Trust(system) if trust is None else trust
        self._places = asyncio.Semaphore(_PLACES)
        self._logins = GoLogins(system, settings, deadline)
        self._idle: dict[tuple[str, bool, Login | None], list[Session]] = {}
        self._all: list[Session] = []
        self._dead: dict[str, Answer] = {}
        """Hosts that let a question wait until it was given up; the next one need not wait."""
        self._asked: dict[tuple[Kind, str], asyncio.Task[Answer]] = {}

    def close(self) -> None:
        """Drop every connection and look-up."""
        for task in self._asked.values():
            task.cancel()
        for session in self._all:
            session.close()
        self._names.close()

    async def walk(self, wanted: Wanted) -> tuple[Walk, Outcome]:
        """Walk the way of one module to its end."""
        walk = hops_of(self._settings, wanted)
        steps = walk.run()
        try:
            ask = next(steps)
            while True:
                ask = steps.send(await self._answer(ask))
        except StopIteration as end:
            outcome: Outcome = end.value
            return walk, outcome

    async def _answer(self, ask: Ask) -> Answer:
        key = (ask.kind, ask.given or ask.url)
        if key not in self._asked:
            self._asked[key] = asyncio.create_task(self._put(ask))
        return await asyncio.shield(self._asked[key])

    async def _put(self, ask: Ask) -> Answer:
        async with self._places:
            if ask.kind is Kind.GIT:
                return await ls_remote(
                    self._system, ask.given, self._deadline, env=self._git_env, git=self._git
                )
            if ask.url.startswith("file:"):
                return await in_thread(lambda: _from_folder(self._system, ask.url))
            return await self._over_http(ask)

    async def _over_http(self, ask: Ask) -> Answer:
        if self._deadline.left() <= 0:
            late = msg("not asked: the time of --timeout is over")
            return Answer(said=Said.FAILED, text=late, reason="timeout")
        login = await self._logins.login(ask)
        answer = await self._with_login(ask, login)
        if answer.status is None or not _asked_again(ask, answer.status, self._settings):
            return answer
        second = await self._logins.again(ask)
        if second is not None and second != login:
            answer = await self._with_login(ask, second)
        return replace(answer, times=2, text=self._with_doubt(answer))

    def _with_doubt(self, answer: Answer) -> Text:
        """A helper of git may know the login; it may ask the user, and is not run here."""
        folder = git_folder_of(self._settings.goauth)
        if folder is None or answer.credentials is not None or answer.status not in _LOCKED:
            return answer.text
        return msg(
            "{answer}; unknown: Go would ask `git credential fill` in {folder}, not run here",
            answer=answer.text,
            folder=folder,
        )

    async def _with_login(self, ask: Ask, login: Login | None) -> Answer:
        parts = urlsplit(ask.url)
        if (dead := self._dead.get(parts.netloc)) is not None:
            return dead
        session = self._session(ask, login)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            async with asyncio.timeout(self._deadline.left() * _SHARE):
                exchange = await session.get(path, cut=True)
        except ProbeError as error:
            return Answer(
                said=Said.FAILED, text=error.detail, reason=error.reason.value, trail=error.trail
            )
        except TimeoutError:
            phase = session.progress.phase
            cut = cut_off(phase, session.progress.where)
            answer = Answer(said=Said.FAILED, text=cut.detail, reason=cut.reason.value)
            if phase in (Phase.RESOLVE, Phase.CONNECT):
                self._dead[parts.netloc] = answer
            return answer
        self._idle.setdefault((session.url, ask.insecure, login), []).append(session)
        return _read(ask, exchange, None if login is None else login[0])

    def _session(self, ask: Ask, login: Login | None) -> Session:
        parts = urlsplit(ask.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if idle := self._idle.get((origin, ask.insecure, login)):
            return idle.pop()
        session = Session(
            origin,
            environment=self._environment,
            names=self._names,
            trust=_Unverified(self._system) if ask.insecure else self._trust,
            login=None if login is None else login[1],
        )
        self._all.append(session)
        return session


def _read(ask: Ask, exchange: Exchange, credentials: str | None) -> Answer:
    reply = exchange.reply
    answer = Answer(
        said=_said(reply),
        text=f"{reply.status} {reply.reason}".strip(),
        status=reply.status,
        body=reply.body,
        whole=len(reply.body) < BODY_LIMIT,
        trail=exchange.trail,
        credentials=credentials,
        elapsed_ms=round(exchange.total_ms, 1),
    )
    if answer.said is Said.FOUND:
        return answer
    failure = from_status(reply, session_name(ask.url))
    reason = failure.reason.value
    if reply.status in (401, 403) and credentials is None and ask.kind is Kind.GO_GET:
        reason = "no-credentials"
    return replace(answer, text=failure.detail, reason=reason)


def session_name(url: str) -> str:
    """Return the host of a URL, with its port where it has one."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _said(reply: Reply) -> Said:
    if reply.status == 200:
        return Said.FOUND
    return Said.ABSENT if reply.status in _NOT_THERE else Said.FAILED


def _asked_again(ask: Ask, status: int, settings: Settings) -> bool:
    """Whether Go asks GOAUTH about the address and sends the question once more, even if `off`."""
    return settings.repeats and 400 <= status < 500 and ask.url.startswith("https:")


def _from_folder(system: System, url: str) -> Answer:
    """Read from a file:// mirror: what is missing counts as a 404, what is forbidden as a 403."""
    path = Path(unquote(urlsplit(url).path))
    data = system.read(path, limit=MAX_ZIP_BYTES)
    if not isinstance(data, Failed):
        return Answer(said=Said.FOUND, text=msg("the file is there"), body=data)
    if data.detail.startswith("larger"):
        return Answer(said=Said.FOUND, text=msg("the file is there"))
    if data.kind == "missing":
        return Answer(said=Said.ABSENT, text=msg("there is no such file"), reason="http-404")
    return Answer(said=Said.FAILED, text=msg("it cannot be read: {why}", why=data.detail),
                  reason="http-403")  # fmt: skip


class _Unverified(Trust):
    """What GOINSECURE means: the user's own setting says that no certificate is checked."""

    def quick(self) -> ssl.SSLContext:
        return unchecked()

    def whole(self) -> ssl.SSLContext:
        return unchecked()


class ImageTrust(Trust):
    """What an official image trusts, the public authorities, and what the plan gives to it."""

    def __init__(self, system: System, given: tuple[str, ...]) -> None:
        super().__init__(system)
        self._given = given
        self._made: ssl.SSLContext | None = None

    def quick(self) -> ssl.SSLContext:
        if self._made is None:
            import certifi

            self._made = image_context(certifi.where(), self._given)
        return self._made

    def whole(self) -> ssl.SSLContext:
        return self.quick()
