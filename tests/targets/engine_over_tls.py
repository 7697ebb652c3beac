"""An engine's socket over TLS, as docker:dind offers it: only for those with a certificate.

Run on a machine of the lab as `python3 engine_over_tls.py PORT CERTIFICATE AUTHORITY`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import sys


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    engine_reader, engine_writer = await asyncio.open_unix_connection("/run/docker.sock")
    await asyncio.gather(_copy(reader, engine_writer), _copy(engine_reader, writer))


async def main(port: str, certificate: str, authority: str) -> None:
    """Serve until the machine ends."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(_serve, "0.0.0.0", int(port), ssl=context)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
