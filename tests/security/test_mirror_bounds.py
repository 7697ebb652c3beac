"""What a mirror sends is bounded by what comes out of it, not by what it says."""

from __future__ import annotations

import asyncio
import gzip
import io
import tracemalloc
import zipfile
from collections.abc import Iterator

import pytest

from tests.servers import Authority, Mirror
from wizard.detect.mirrors.fetch import Fetcher, load
from wizard.detect.mirrors.logins import Logins
from wizard.detect.mirrors.trust import Trust
from wizard.detect.mirrors.verdict import ProbeError
from wizard.facts.proxy import GoProxyEnvironment
from wizard.rules.dirhash import BadModuleZip, hash_zip
from wizard.system import System

MEGABYTE = 1 << 20
DIRECT = GoProxyEnvironment(http=None, https=None, no_proxy="")


@pytest.fixture(scope="module")
def authority() -> Iterator[Authority]:
    with Authority() as made:
        yield made


async def _fetched(machine: System, url: str, limit: int) -> int:
    """Fetch from a mirror; returns the most bytes of memory that it took."""
    load()
    fetcher = Fetcher(
        environment=DIRECT, trust=Trust(machine), logins=Logins(machine),
        deadline=asyncio.get_running_loop().time() + 30,
    )  # fmt: skip
    tracemalloc.start()
    try:
        with pytest.raises(ProbeError):
            await fetcher.fetch(url, "/x", limit)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        await fetcher.close()


async def test_a_gzip_bomb_is_not_unpacked(machine: System, authority: Authority) -> None:
    bomb = gzip.compress(bytes(256 * MEGABYTE), 9)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    with Mirror(authority, certificate="none", raw=head + bomb) as mirror:
        assert await _fetched(machine, mirror.url, 64 * 1024) < 16 * MEGABYTE


async def test_an_endless_body_is_not_kept(machine: System, authority: Authority) -> None:
    with Mirror(authority, "endless", certificate="none") as mirror:
        assert await _fetched(machine, mirror.url, 64 * 1024) < 16 * MEGABYTE


@pytest.mark.parametrize("said", [None, 10], ids=["as it is", "says ten bytes"])
def test_a_zip_bomb_is_given_up_where_its_bound_is(said: int | None) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rsc.io/quote@v1.5.2/a", bytes(64 * MEGABYTE))
    data = packed.getvalue()
    if said is not None:
        data = data.replace((64 * MEGABYTE).to_bytes(4, "little"), said.to_bytes(4, "little"))
    tracemalloc.start()
    try:
        with pytest.raises(BadModuleZip):
            hash_zip(data, "rsc.io/quote", "v1.5.2", max_unpacked=MEGABYTE)
        assert tracemalloc.get_traced_memory()[1] < 8 * MEGABYTE
    finally:
        tracemalloc.stop()
