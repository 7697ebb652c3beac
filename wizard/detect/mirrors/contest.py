"""Race and proof together: the best are proved, and the next one takes a failed one's place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from wizard.detect.deadline import PATIENCE
from wizard.detect.mirrors.logins import Logins
from wizard.detect.mirrors.places import HOLD_S
from wizard.detect.mirrors.quick import prove_at_once
from wizard.detect.mirrors.race import WANTED, Race, Runner
from wizard.detect.mirrors.rank import in_order, rank_of, ranked
from wizard.detect.mirrors.resolve import Names
from wizard.detect.mirrors.switching import quick_turns
from wizard.detect.mirrors.trust import Trust
from wizard.facts.base import known
from wizard.facts.mirrors import Canary, Mirror, MirrorFacts, MirrorProbe
from wizard.facts.proxy import GoProxyEnvironment
from wizard.rules.modpath import is_upper
from wizard.system import System

if TYPE_CHECKING:
    from wizard.detect.mirrors.authorities import Looked
    from wizard.detect.mirrors.prove import Prover

SOURCE = "probe"
_PROOFS_AT_ONCE = 3
_PACE_S = 0.024
"""Where all are waited for: eight places, each lent for so long, are a handshake every 3 ms."""
_SHARE_OF_RACE = 0.5
"""Where the whole table is wanted, proving begins at the latest when this share of time is over."""


class Contest:
    """One probing of many mirrors, from the first packet to the ranked table."""

    def __init__(
        self,
        *,
        system: System,
        mirrors: tuple[Mirror, ...],
        environment: GoProxyEnvironment,
        canaries: tuple[Canary, ...],
        sumdb: str | None,
        listener: Callable[[MirrorProbe], None],
        deadline: float,
        wanted: int,
        whole_table: bool,
        patient: bool = True,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._deadline = deadline
        self._patience_s = PATIENCE * (deadline - self._loop.time())
        self._patient = patient
        self._wanted = wanted
        self._whole_table = whole_table
        self._listener = listener
        self._told: dict[str, MirrorProbe] = {}
        self._system = system
        self._names = Names()
        trust, logins = Trust(system), Logins(system)
        self._warm_up = self._loop.create_task(asyncio.to_thread(_warm_up, trust))

        def prover(until: float) -> Prover:
            from wizard.detect.mirrors.prove import Prover

            return Prover(
                environment=environment,
                canaries=canaries,
                sumdb=sumdb,
                trust=trust,
                logins=logins,
                deadline=until,
            )

        self._make_prover = prover
        self._prover: Prover | None = None
        self._looking: asyncio.Task[Looked] | None = None
        self._sumdb = sumdb
        self._upper = next((c for c in canaries if is_upper(c.path)), None)
        self._race = Race(
            mirrors,
            environment=environment,
            canaries=canaries,
            trust=trust,
            names=self._names,
            logins=logins,
            deadline=deadline,
            changed=self._tell,
            prove=self._prove_at_once,
            stamp=system.stamp,
            hold_s=_PACE_S if whole_table else HOLD_S,
        )

    async def run(self) -> MirrorFacts:
        """Return the ranked table and who signed; at the latest shortly after the deadline."""
        with quick_turns():
            return await self._run()

    async def _run(self) -> MirrorFacts:
        try:
            await self._until_decided()
            await self._prove()
            if self._whole_table:
                while not self._race.over and await self._race.news(self._deadline):
                    pass
            await self._race.stop(early=self._loop.time() < self._deadline)
            await self._prove_the_slow()
        finally:
            self._race.abandon()
            self._names.close()
            if self._prover is not None:
                await self._prover.close()
            await self._warm_up
        table = ranked(runner.probe for runner in self._race.runners)
        for probe in table:
            self._report(probe)
        from wizard.detect.mirrors.authorities import own_authorities

        looked = None if self._looking is None else await self._looking
        return MirrorFacts(
            ranking=known(table, SOURCE),
            authorities=await asyncio.to_thread(
                own_authorities, self._system, self._anchors(), looked
            ),
        )

    def _anchors(self) -> dict[str, bytes]:
        """Return the hosts that were verified, each with what its chain ended at."""
        return {h: der for r in self._race.runners for h, der in r.session.anchors.items()}

    async def _look_at_anchors(self) -> Looked:
        """Look the anchors up while the decision is waited for: it reads a hundred files."""
        from wizard.detect.mirrors.authorities import look_up

        return await asyncio.to_thread(look_up, self._system, set(self._anchors().values()))

    async def _until_decided(self) -> None:
        if not self._whole_table:
            await self._race.decided()
            return
        begin = self._loop.time() + (self._deadline - self._loop.time()) * _SHARE_OF_RACE
        while not self._race.over and await self._race.news(begin):
            pass

    async def _prove(self) -> None:
        """Prove the best that are not proved yet, until enough are, or nothing is left."""
        running: dict[asyncio.Task[MirrorProbe], Runner] = {}
        tried: set[int] = set()
        try:
            while self._loop.time() < self._deadline:
                proved = sum(1 for r in self._race.runners if r.probe.proved)
                free = min(_PROOFS_AT_ONCE, self._wanted - proved) - len(running)
                for runner in self._candidates(tried):
                    # What is in use is proved in any case: a plan must know whether to keep it.
                    used = runner.probe.mirror.wanted
                    if free <= 0 and not used:
                        continue
                    free -= 1
                    tried.add(id(runner))
                    task = self._loop.create_task(self._proof(runner))
                    running[task] = runner
                if running:
                    done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        self._settle(running.pop(task), task.result())
                elif (
                    proved >= self._wanted
                    or self._race.over
                    or (proved and not self._whole_table)
                    or not await self._race.news(self._deadline)
                ):
                    return
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _prove_at_once(self, runner: Runner) -> None:
        """Prove who is complete on its own connection, where it is one of the best so far."""
        complete = [r.probe for r in self._race.runners if r.complete]
        if self._looking is None and len(complete) >= WANTED:
            self._looking = self._loop.create_task(self._look_at_anchors())
        rank = rank_of(runner.probe, complete)
        used = runner.probe.mirror.wanted
        if runner.canary is None or rank is None or not (used or rank <= self._wanted):
            return
        runner.proof = self._loop.create_task(
            prove_at_once(
                runner.session,
                runner.canary,
                None if self._upper == runner.canary else self._upper,
                self._sumdb,
                runner.probe.latency.first_byte or 0.0,
            )
        )
        try:
            await asyncio.wait([runner.proof])
        finally:
            runner.proof.cancel()

    async def _proof(self, runner: Runner) -> MirrorProbe:
        """Return what the open connection has proved, or else what a second client finds."""
        if runner.proof is not None:
            await asyncio.wait([runner.proof])
            if not runner.proof.cancelled() and (proved := runner.proof.result()) is not None:
                return replace(
                    runner.probe, proved=True, checksum_database=proved.checksum_database
                )
        if self._prover is None:
            self._prover = self._make_prover(self._deadline)
        return await self._prover.prove(runner.probe, runner.canary)

    async def _prove_the_slow(self) -> None:
        """Give who answered well, but too slowly to be proved, more time: better late than none."""
        proved = any(runner.probe.proved for runner in self._race.runners)
        if self._whole_table or proved or not self._patient:
            return
        slow = [runner for runner in self._race.runners if runner.probe.ok]
        if not slow:
            return
        prover = self._make_prover(self._loop.time() + self._patience_s)
        try:
            proofs = await asyncio.gather(*(prover.prove(r.probe, r.canary) for r in slow))
        finally:
            await prover.close()
        for runner, proof in zip(slow, proofs, strict=True):
            self._settle(runner, proof)

    def _candidates(self, tried: set[int]) -> list[Runner]:
        """Return the runners that may be proved next, best first."""
        by_probe = {id(r.probe): r for r in self._race.runners if r.complete}
        order = (by_probe[id(probe)] for probe in in_order(r.probe for r in by_probe.values()))
        return [runner for runner in order if id(runner) not in tried]

    def _settle(self, runner: Runner, proof: MirrorProbe) -> None:
        runner.probe = replace(
            runner.probe,
            ok=runner.probe.ok and proof.ok,
            proved=proof.proved,
            reason=proof.reason,
            detail=proof.detail,
            checksum_database=proof.checksum_database,
            redirects=proof.redirects,
        )
        self._tell(runner)

    def _tell(self, runner: Runner) -> None:
        """Report one row with the rank that it has among those known so far."""
        rank = rank_of(runner.probe, [r.probe for r in self._race.runners])
        self._report(replace(runner.probe, rank=rank))

    def _report(self, probe: MirrorProbe) -> None:
        if self._told.get(probe.mirror.url) != probe:
            self._told[probe.mirror.url] = probe
            self._listener(probe)


def _warm_up(trust: Trust) -> None:
    """Do in a thread, while names and TCP are waited for, what is needed a little later."""
    trust.quick()
    import wizard.detect.mirrors.authorities
    import wizard.rules.dirhash  # noqa: F401
