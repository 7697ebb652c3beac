"""Names and TCP connections, asked for without ever blocking the detection."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wizard.detect.deadline import in_thread
from wizard.rules.addresses import parse_address
from wizard.text import Text, msg

CONNECT_S = 2.0
"""Seconds for one TCP connection; a black hole takes all of them."""


async def addresses_of(host: str) -> tuple[str, ...]:
    """Return the host's addresses as this machine resolves it; empty: it does not."""
    if (literal := parse_address(host)) is not None:
        return (str(literal),)

    def look() -> tuple[str, ...]:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return ()
        return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))

    return await in_thread(look)


@asynccontextmanager
async def connected(
    address: str, port: int
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Connect to a numeric address. Raises OSError or TimeoutError."""
    async with asyncio.timeout(CONNECT_S):
        reader, writer = await asyncio.open_connection(address, port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(0.2):
                await writer.wait_closed()


async def can_connect(addresses: tuple[str, ...], port: int) -> tuple[bool, Text]:
    """Whether one of `addresses` takes a connection, all tried at once; and what came of it."""
    if not addresses:
        return False, msg("the name does not resolve")

    async def one(address: str) -> Text | None:
        try:
            async with connected(address, port):
                return None
        except TimeoutError:
            return msg(
                "no answer from {address} in {seconds} s", address=address, seconds=CONNECT_S
            )
        except OSError as error:
            return connection_failure(address, port, error)

    failures: list[Text] = []
    tries = [asyncio.create_task(one(address)) for address in addresses[:4]]
    try:
        for attempt in asyncio.as_completed(tries):
            failure = await attempt
            if failure is None:
                return True, msg("port {port} answers", port=port)
            failures.append(failure)
    finally:
        for task in tries:
            task.cancel()
    return False, failures[0]


def connection_failure(address: str, port: int, error: OSError) -> Text:
    """Return the sentence for a connection that was not made."""
    if error.errno == errno.ECONNREFUSED:
        return msg("{address} refuses port {port}", address=address, port=port)
    return msg(
        "{address} port {port}: {why}", address=address, port=port, why=error.strerror or str(error)
    )
