"""What the kernel knows of a TCP connection (Linux's TCP_INFO): its times are right when the
event loop's are not, because it does not wait for a turn.

struct tcp_info of linux/tcp.h: eight bytes, then 32-bit fields; tcpi_last_data_recv (milliseconds)
is the twelfth, tcpi_rtt (microseconds) the sixteenth, tcpi_min_rtt stands behind the 64-bit ones.
"""

from __future__ import annotations

import socket
import struct
from typing import Protocol

_SIZE = 152
_LAST_DATA, _ROUND_TRIP, _LEAST = 8 + 4 * 11, 8 + 4 * 15, 148
_TICK_S = 0.004
"""Of CONFIG_HZ=250, the slowest that desktops and servers are built with."""
_OLDEST = 72
"""Bytes of a kernel that knows the first two."""


class Socket(Protocol):
    """A socket, or asyncio's view of one."""

    def getsockopt(self, level: int, optname: int, buflen: int, /) -> bytes:
        """Return an option's bytes."""


def round_trip_ms(sock: Socket) -> float | None:
    """Return the kernel's own measure of the handshake, or None where there is none."""
    info = _info(sock)
    return None if info is None else _field(info, _ROUND_TRIP) / 1000


def undelayed_s(sock: Socket | None, waited_s: float) -> float:
    """Return how long an answer that is read now took, without the time that it lay here unread.

    The kernel counts that in ticks, the last of which may not have been whole; and no answer is
    faster than the connection's own round trip.
    """
    info = None if sock is None else _info(sock)
    if info is None:
        return waited_s
    least = _field(info, _LEAST if len(info) >= _SIZE else _ROUND_TRIP) / 1e6
    unread = max(0.0, _field(info, _LAST_DATA) / 1000 - _TICK_S)
    return max(waited_s - unread, min(waited_s, least))


def _info(sock: Socket) -> bytes | None:
    if not hasattr(socket, "TCP_INFO"):
        return None
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _SIZE)
    except OSError:
        return None
    return info if len(info) >= _OLDEST else None


def _field(info: bytes, offset: int) -> int:
    value: int = struct.unpack_from("=I", info, offset)[0]
    return value
