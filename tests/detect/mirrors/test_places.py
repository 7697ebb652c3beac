"""Places for handshakes: a few at a time, the nearest first, and nobody keeps one for ever."""

from __future__ import annotations

import asyncio

from wizard.detect.mirrors.places import Places

LONG_S = 60.0
"""A hold that no test reaches."""


async def held(places: Places, distance_ms: float, served: list[float]) -> None:
    async with places.held(distance_ms):
        served.append(distance_ms)


async def test_the_nearest_of_those_who_wait_comes_first() -> None:
    places, served = Places(1, LONG_S), list[float]()
    async with places.held(0.0):
        waiting = [asyncio.create_task(held(places, d, served)) for d in (300.0, 20.0, 100.0)]
        await asyncio.sleep(0)
    await asyncio.wait(waiting)
    assert served == [20.0, 100.0, 300.0]


async def test_who_waits_for_the_network_gives_its_place_back() -> None:
    places, served = Places(1, hold_s=0.0), list[float]()
    async with places.held(0.0):  # held by the block, lent no longer
        await held(places, 1.0, served)
    assert served == [1.0]


async def test_who_gives_up_waiting_takes_no_place_along() -> None:
    places, served = Places(1, LONG_S), list[float]()
    async with places.held(0.0):
        gone = asyncio.create_task(held(places, 1.0, served))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.wait([gone])
    await held(places, 2.0, served)
    assert served == [2.0]
