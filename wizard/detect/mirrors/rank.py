"""The order of the mirrors: by the fastest first byte, in favour of the one in use; the
organisation's own come first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from wizard.facts.mirrors import MirrorProbe, Origin

_CLEARLY_MS = 10.0
_CLEARLY_PART = 1 / 3
"""netcheck's rule: a change must gain more than 10 ms and more than a third."""


def _speed(probe: MirrorProbe) -> float:
    value = probe.latency.first_byte
    return float("inf") if value is None else value


def clearly_faster(one: MirrorProbe, other: MirrorProbe) -> bool:
    """Return whether leaving `other` for `one` is worth it."""
    gain = _speed(other) - _speed(one)
    return gain > _CLEARLY_MS and gain > _speed(other) * _CLEARLY_PART


def ranked(probes: Iterable[MirrorProbe]) -> tuple[MirrorProbe, ...]:
    """Return the good ones with their ranks, then the failed ones in the order they came."""
    probes = tuple(probes)
    failed = (replace(p, rank=None) for p in probes if not p.ok)
    return (*(replace(p, rank=n) for n, p in enumerate(in_order(probes), start=1)), *failed)


def rank_of(probe: MirrorProbe, probes: Iterable[MirrorProbe]) -> int | None:
    """Return the rank of `probe`, one of `probes`, among them; None: it is no good one.

    Counted where nobody is favoured: with two hundred mirrors each piece of news would sort them.
    """
    if not probe.ok:
        return None
    own, rank = _speed(probe), 1
    good: list[MirrorProbe] = []
    favoured = False
    for other in probes:
        if other.ok:
            good.append(other)
            favoured = favoured or other.mirror.wanted
            if (speed := other.latency.first_byte) is not None and speed < own:
                rank += 1
    if favoured:
        return next(n for n, p in enumerate(in_order(good), start=1) if p is probe)
    return rank


def in_order(probes: Iterable[MirrorProbe]) -> list[MirrorProbe]:
    """Return the good ones, best first; their ranks are left as they are."""
    answered = [p for p in probes if p.ok]
    good = sorted(answered, key=_speed)
    # GOPROXY's own entries, last first, so that the first of them ends up highest.
    for current in [p for p in reversed(answered) if p.mirror.origin is Origin.GOPROXY]:
        rest = [p for p in good if p is not current]
        place = next((i for i, p in enumerate(rest) if not clearly_faster(p, current)), len(rest))
        good = [*rest[:place], current, *rest[place:]]
    # The organisation's own come first, however fast a stranger is.
    return sorted(good, key=lambda p: p.mirror.origin is not Origin.PRESET)
