"""What a verified TLS handshake costs a client here: processor milliseconds, without a network.

    python -m bench.wan.handshake ROOT.pem CHAIN.pem

Both ends talk through memory; only the client's side is counted. Prints the median.
"""

from __future__ import annotations

import contextlib
import ssl
import statistics
import sys
import time

TIMES = 60


def _shake(client: ssl.SSLContext, server: ssl.SSLContext) -> float:
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    spent = time.thread_time()
    here = client.wrap_bio(to_client, to_server, server_hostname="m00001.lab.test")
    spent = time.thread_time() - spent
    there = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):  # hello, the server's flight, finished
        start = time.thread_time()
        with contextlib.suppress(ssl.SSLWantReadError):
            here.do_handshake()
        spent += time.thread_time() - start
        with contextlib.suppress(ssl.SSLWantReadError):
            there.do_handshake()
    if here.version() is None or not here.getpeercert():
        raise SystemExit("the handshake did not end")
    return spent * 1000


def measure(root: str, chain: str) -> float:
    """Return the median of some handshakes, in milliseconds."""
    client = ssl.create_default_context(cafile=root)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain)
    server.num_tickets = 0
    return statistics.median(_shake(client, server) for _ in range(TIMES))


if __name__ == "__main__":
    print(measure(*sys.argv[1:]))
