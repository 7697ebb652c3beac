"""The proof on the connection that was measured: all questions in one flight, one round trip.

A hash does not depend on who read the bytes, and a connection that is open costs no handshake.
Where everything is right nothing is asked again. Whatever is not - a redirect, a refusal, other
bytes, a server that takes one question at a time - is left to `prove`, which asks one by one with
a client of its own and names what is wrong.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from wizard.detect.mirrors.http1 import Reply
from wizard.detect.mirrors.session import Session
from wizard.facts.mirrors import Canary
from wizard.rules.modpath import wire_path

_TRIPS = 4.0
"""Round trips after which an answer to the flight is not waited for: a large zip takes two."""
_PATIENCE_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """Every byte was right."""

    checksum_database: bool | None
    """It relays the database; None: not asked."""


async def prove_at_once(
    session: Session, canary: Canary, upper: Canary | None, sumdb: str | None, first_byte_ms: float
) -> Proved | None:
    """Return what the open connection of `session` proves, or None where it leaves a doubt.

    `canary` is one that the mirror is known to have, `upper` one with an upper-case path.
    """
    paths = [wire_path(canary.path, canary.version, part) for part in ("mod", "zip")]
    if upper is not None:
        paths.append(wire_path(upper.path, upper.version, "mod"))
    if sumdb is not None:
        paths.append(f"/sumdb/{sumdb}/supported")
    try:
        async with asyncio.timeout(_PATIENCE_S + _TRIPS * first_byte_ms / 1000):
            replies = await session.get_all(paths)
    except (OSError, TimeoutError):
        return None
    if not replies:
        return None
    mod, zipped, *more = replies
    if not _is_mod(mod, canary) or zipped.status != 200:
        return None
    if upper is not None and not _is_mod(more.pop(0), upper):
        return None
    relays = None
    if sumdb is not None:
        database = more.pop()
        if database.status not in (200, 404, 410) or database.body.lstrip()[:1] == b"<":
            return None
        relays = database.status == 200
    if not await asyncio.to_thread(_is_zip, zipped.body, canary):
        return None
    return Proved(checksum_database=relays)


def _is_mod(reply: Reply, canary: Canary) -> bool:
    from wizard.rules.dirhash import hash_mod

    return reply.status == 200 and hash_mod(reply.body) == canary.mod_hash


def _is_zip(data: bytes, canary: Canary) -> bool:
    from wizard.rules.dirhash import BadModuleZip, hash_zip

    try:
        return hash_zip(data, canary.path, canary.version) == canary.zip_hash
    except BadModuleZip:
        return False
