"""One deadline for everything: dead mirrors never add up, and the slow are not waited for."""

from __future__ import annotations

import time
from contextlib import ExitStack

from tests.detect.mirrors.conftest import Probe
from tests.servers import Authority, BlackHole, Mirror
from wizard.facts.mirrors import Failure

DEADLINE_S = 1.0


async def test_the_deadline_holds_among_many_dead_mirrors(
    authority: Authority, probe: Probe
) -> None:
    with ExitStack() as stack:
        dead = [stack.enter_context(BlackHole()) for _ in range(6)]
        silent = [
            stack.enter_context(Mirror(authority, how))
            for how in ("silent", "silent-hello", "drip") * 4
        ]
        start = time.monotonic()
        table = await probe(*dead, *silent, timeout_s=DEADLINE_S)
        taken = time.monotonic() - start
    assert len(table) == 18
    assert taken < 2 * DEADLINE_S


async def test_silent_mirrors_take_no_place_from_a_good_one(
    authority: Authority, probe: Probe
) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(Mirror(authority, "silent-hello")) for _ in range(20)]
        good = stack.enter_context(Mirror(authority))
        table = await probe(*silent, good, timeout_s=4.0, prove_all=False)
    assert table[0].mirror.url == good.url
    assert table[0].proved


async def test_the_plan_does_not_wait_for_a_slow_mirror(authority: Authority, probe: Probe) -> None:
    with ExitStack() as stack:
        fast = [stack.enter_context(Mirror(authority)) for _ in range(3)]
        slow = stack.enter_context(Mirror(authority, delay_s=4.0))
        table = await probe(*fast, slow, prove_all=False)
    assert [p.proved for p in table[:3]] == [True, True, True]
    assert (table[3].mirror.url, table[3].reason) == (slow.url, Failure.TIMEOUT)


async def test_the_whole_table_waits_for_a_slow_mirror(authority: Authority, probe: Probe) -> None:
    with ExitStack() as stack:
        fast = [stack.enter_context(Mirror(authority)) for _ in range(3)]
        slow = stack.enter_context(Mirror(authority, delay_s=0.8))
        table = await probe(*fast, slow, prove_all=False, whole_table=True)
    assert (table[3].mirror.url, table[3].ok) == (slow.url, True)


async def test_a_proof_that_time_cut_off_proves_nothing(authority: Authority, probe: Probe) -> None:
    # Three samples end after 1.2 s at the earliest, a go.mod after 1.6 s.
    with Mirror(authority, delay_s=0.4) as mirror:
        (row,) = await probe(mirror, timeout_s=1.5)
    assert (row.ok, row.proved) == (True, None)


async def test_where_no_other_proved_itself_a_slow_mirror_has_time_to(
    authority: Authority, probe: Probe
) -> None:
    with Mirror(authority, "wrong-bytes") as liar, Mirror(authority, delay_s=0.4) as slow:
        table = await probe(liar, slow, timeout_s=1.5, prove_all=False)
    assert {p.mirror.url: p.proved for p in table} == {liar.url: False, slow.url: True}
