"""The race: every mirror asked at once for a `.info`, and a decision before the slowest answers.

TCP to all at once; TLS in the order of TCP completion through eight places, so that the nearest
come first and handshakes do not distort each other; one cold and two warm samples each. The race
is decided when three mirrors are complete and twice the slowest of them (name look-ups once, and at
least a quarter of a second) has passed; with fewer, one second after the first. Whose TCP handshake
was faster than the best answer may still win: it has a second, for packets do get lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from wizard.detect.mirrors.logins import Logins
from wizard.detect.mirrors.places import Places
from wizard.detect.mirrors.quick import Proved
from wizard.detect.mirrors.resolve import Names
from wizard.detect.mirrors.session import Exchange, Session
from wizard.detect.mirrors.trust import Trust
from wizard.detect.mirrors.verdict import (
    ProbeError,
    check_info,
    cut_off,
)
from wizard.facts.mirrors import Canary, Failure, Latency, Mirror, MirrorProbe
from wizard.facts.proxy import GoProxyEnvironment
from wizard.rules.modpath import wire_path
from wizard.text import Text, msg

PLACES = 8
WANTED = 3
_FACTOR = 2.0
_FLOOR_S = 0.25
_ALONE_S = 1.0
_NEARER_S = 1.0
_CLEARLY = 0.95
_WARM_SAMPLES = 2
_MOST_CANARIES = 4
_TRY_NEXT = {Failure.HTTP_404, Failure.HTTP_410}


@dataclass(slots=True)
class Runner:
    """One mirror in the race."""

    session: Session
    probe: MirrorProbe
    canary: Canary | None = None
    """The one that it answered."""
    complete: bool = False
    enough_s: float = 0.0
    """What somebody else may take to be no worse: its cold request twice, the look-up once."""
    done: bool = False
    proof: asyncio.Task[Proved | None] | None = None
    """What its open connection proves, where that was asked for at once."""


class Race:
    """A race under way. `runners` keep the order in which the mirrors were given."""

    def __init__(
        self,
        mirrors: tuple[Mirror, ...],
        *,
        environment: GoProxyEnvironment,
        canaries: tuple[Canary, ...],
        trust: Trust,
        names: Names,
        logins: Logins,
        deadline: float,
        changed: Callable[[Runner], None],
        prove: Callable[[Runner], Awaitable[object]],
        stamp: Callable[[], str],
        hold_s: float,
    ) -> None:
        """`changed` hears of every news; `prove` gets who is complete, still connected."""
        self._stamp = stamp
        self._loop = asyncio.get_running_loop()
        self._deadline = deadline
        self._canaries = canaries[:_MOST_CANARIES]
        self._changed = changed
        self._prove = prove
        self._start = self._loop.time()
        self._first: float | None = None
        self._news = asyncio.Event()
        places = Places(PLACES, hold_s)
        self.runners = tuple(
            self._runner(
                mirror,
                Session(
                    mirror.url,
                    environment=environment,
                    names=names,
                    trust=trust,
                    places=places,
                    login=logins.header(mirror.url),
                ),
            )
            for mirror in mirrors
        )
        self._tasks = [self._loop.create_task(self._run(runner)) for runner in self.runners]

    @staticmethod
    def _runner(mirror: Mirror, session: Session) -> Runner:
        return Runner(
            session=session,
            probe=MirrorProbe(
                mirror=mirror,
                rank=None,
                ok=False,
                proved=None,
                reason=None,
                detail="",
                latency=Latency(),
                samples=0,
                checksum_database=None,
                through=None if session.proxy is None else str(session.proxy),
            ),
        )

    @property
    def over(self) -> bool:
        """Every mirror has answered or failed."""
        return all(runner.done for runner in self.runners)

    @property
    def decided_at(self) -> float | None:
        """The loop time at which the order is good enough to go on with; None: not yet known."""
        complete = sorted(r.enough_s for r in self.runners if r.complete)
        if self._first is None:
            return None
        alone = self._first + _ALONE_S
        waits_for = any(r.probe.mirror.wanted and not r.done for r in self.runners)
        if len(complete) < WANTED or waits_for:
            return alone
        enough = max(complete[WANTED - 1], _FLOOR_S)
        return self._start + max(enough, _NEARER_S if self._nearer_is_open() else 0.0)

    def _nearer_is_open(self) -> bool:
        """Whether somebody who has not answered is nearer than the best one who has."""
        best = min(
            (r.probe.latency for r in self.runners if r.complete),
            key=lambda latency: latency.first_byte or 0.0,
        )
        if best.first_byte is None or best.connect is None:
            return False  # a tunnel: its TCP says nothing of the mirror
        if best.connect < best.first_byte / 2:
            return False  # nor does TCP that somebody on the way answers
        limit = _CLEARLY * best.first_byte
        return any(
            not runner.done
            and not runner.complete
            and runner.session.legs.connect is not None
            and runner.session.legs.connect < limit
            for runner in self.runners
        )

    async def decided(self) -> None:
        """Wait until the order is good enough, the race is over, or time is up."""
        while not self.over:
            at = self.decided_at
            limit = self._deadline if at is None else min(at, self._deadline)
            if await self.news(limit):
                continue
            at = self.decided_at  # once more: a TCP handshake is no news
            if at is None or at <= limit or limit >= self._deadline:
                return

    async def news(self, until: float) -> bool:
        """Wait for the next answer; False when it is `until` (loop time) first."""
        try:
            async with asyncio.timeout_at(until):
                await self._news.wait()
        except TimeoutError:
            return False
        self._news.clear()
        return True

    def abandon(self) -> None:
        """Drop every connection at once; where the race was not stopped, nobody will ask."""
        for task in self._tasks:
            task.cancel()
        for runner in self.runners:
            runner.session.close()

    async def stop(self, *, early: bool) -> None:
        """End the race; who has not answered failed by what it was waiting for.

        `early`: not the deadline ended it, enough others had answered.
        """
        for task in self._tasks:
            task.cancel()
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended  # the world's errors are rows by now: this one is the program's
        waited = (self._loop.time() - self._start) * 1000
        for runner in self.runners:
            runner.session.close()
            if runner.done:
                continue
            progress = runner.session.progress
            error = cut_off(progress.phase, progress.where)
            # Of one in use it is told what it did not do: a plan must know whether to keep it.
            if early and not runner.probe.mirror.wanted:
                error = ProbeError(Failure.TIMEOUT, _not_waited_for(runner, round(waited)))
            self._fail(runner, error)

    async def _run(self, runner: Runner) -> None:
        try:
            async with asyncio.timeout_at(self._deadline):
                await self._measure(runner)
                runner.done = True
                self._news.set()
                await self._prove(runner)
        except ProbeError as error:
            self._fail(runner, error)
        except TimeoutError:
            if not runner.done:
                progress = runner.session.progress
                self._fail(runner, cut_off(progress.phase, progress.where))
        finally:
            runner.session.close()
        runner.done = True
        self._news.set()

    def _complete(self, runner: Runner) -> None:
        runner.complete = True
        if self._first is None:
            self._first = self._loop.time()
        self._changed(runner)

    def _fail(self, runner: Runner, error: ProbeError) -> None:
        runner.done = True
        if runner.probe.ok:
            self._complete(runner)  # a warm sample was lost; the cold one stands
            return
        runner.probe = replace(
            runner.probe,
            ok=False,
            at=self._stamp(),
            reason=error.reason,
            detail=error.detail,
            latency=Latency(dns=runner.session.legs.dns, connect=runner.session.legs.connect),
            issuer=runner.session.issuer,
        )
        self._changed(runner)

    async def _measure(self, runner: Runner) -> None:
        started = self._loop.time()
        first, canary = await self._cold(runner)
        runner.canary = canary
        look_up_s = (runner.session.legs.dns or 0.0) / 1000
        cold_s = self._loop.time() - started - look_up_s
        runner.enough_s = look_up_s + _FACTOR * cold_s
        samples = [first.first_byte_ms]
        self._note(runner, first, samples)
        path = wire_path(canary.path, canary.version, "info")
        for _ in range(_WARM_SAMPLES):
            again = await runner.session.get(path)
            check_info(again.reply, canary, runner.session.target.shown)
            samples.append(again.first_byte_ms)
            runner.probe = replace(
                runner.probe,
                samples=len(samples),
                latency=replace(runner.probe.latency, first_byte=min(samples)),
            )
        self._complete(runner)

    async def _cold(self, runner: Runner) -> tuple[Exchange, Canary]:
        """Ask for one canary after the other until the mirror has one."""
        failure: ProbeError | None = None
        for canary in self._canaries:
            exchange = await runner.session.get(wire_path(canary.path, canary.version, "info"))
            where = (*exchange.hosts, runner.session.target.shown)[0]
            try:
                check_info(exchange.reply, canary, where)
            except ProbeError as error:
                failure = failure or error
                if error.reason not in _TRY_NEXT:
                    raise
                continue
            return exchange, canary
        raise failure or ProbeError(Failure.HTTP_404, msg("it has none of the known modules"))

    def _note(self, runner: Runner, cold: Exchange, samples: list[float]) -> None:
        legs = runner.session.legs
        runner.probe = replace(
            runner.probe,
            ok=True,
            at=self._stamp(),
            latency=Latency(
                dns=legs.dns,
                connect=legs.connect,
                tls=legs.tls,
                first_byte=min(samples),
                total=cold.total_ms,
            ),
            samples=len(samples),
            redirects=cold.hosts,
            issuer=runner.session.issuer,
        )
        self._changed(runner)


def _not_waited_for(runner: Runner, waited_ms: int) -> Text:
    connect = runner.session.legs.connect
    if connect is None:
        return msg("no answer in {ms} ms; it was not waited for any longer", ms=waited_ms)
    return msg(
        "farther than the best: {ms} ms for a connection; it was not waited for any longer",
        ms=round(connect),
    )
