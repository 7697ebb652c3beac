"""Names with several addresses: a dead one delays nobody."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Iterator

import pytest

from tests.detect.mirrors.conftest import PATIENCE_S
from tests.servers import Authority, BlackHole, Mirror, refused_url
from wizard.detect.mirrors.dial import Progress, Target, connect
from wizard.detect.mirrors.resolve import Address, Names, Resolved
from wizard.detect.mirrors.verdict import ProbeError
from wizard.facts.mirrors import Failure

TARGET = Target(scheme="https", host="mirror.example.test", port=443)


class Ports(Names):
    """Every name is at these ports of this machine."""

    def __init__(self, *ports: int) -> None:
        super().__init__()
        self.ports = ports

    async def addresses(self, host: str, port: int) -> Resolved:
        there = (Address(family=socket.AF_INET, sockaddr=("127.0.0.1", p)) for p in self.ports)
        return Resolved(addresses=tuple(there), seconds=0.0)


def refused() -> int:
    return int(refused_url().rpartition(":")[2])


async def test_a_dead_first_address_does_not_hold_up_the_second(authority: Authority) -> None:
    with BlackHole() as hole, Mirror(authority) as mirror:
        connected = await connect(TARGET, None, Ports(hole.port, mirror.port), Progress("x"))
        with contextlib.closing(connected.sock) as sock:
            assert sock.getpeername()[1] == mirror.port


async def test_after_a_refusal_the_next_address_is_tried(authority: Authority) -> None:
    with Mirror(authority) as mirror:
        connected = await connect(TARGET, None, Ports(refused(), mirror.port), Progress("x"))
        with contextlib.closing(connected.sock) as sock:
            assert sock.getpeername()[1] == mirror.port


async def test_when_every_address_refuses_that_is_the_reason() -> None:
    with pytest.raises(ProbeError) as caught:
        await connect(TARGET, None, Ports(refused(), refused()), Progress("x"))
    assert caught.value.reason is Failure.REFUSED


@pytest.fixture
def breathless() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("breathless")
async def test_of_many_answers_at_once_none_is_lost() -> None:
    names = Names()
    async with asyncio.timeout(PATIENCE_S):
        for start in range(1, 4001, 20):
            asked = (names.addresses("localhost", port) for port in range(start, start + 20))
            found = await asyncio.gather(*asked)
            assert all(resolved.addresses for resolved in found)
