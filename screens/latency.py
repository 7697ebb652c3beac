"""Bars of latency, divided into the legs of a request; each leg has a sign of its own. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from screens.grid import Tone
from screens.paragraphs import Notes, paragraph
from wizard.facts.mirrors import Latency, MirrorProbe
from wizard.text import Text, msg

BAR_CELLS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One part of a request."""

    name: str
    """The field of `Latency`."""
    sign: str
    short: Text
    words: Text


LEGS = (
    Leg(name="dns", sign="░", short="DNS", words=msg("name (DNS)")),
    Leg(name="connect", sign="▒", short="TCP", words=msg("connection (TCP)")),
    Leg(name="tls", sign="▓", short="TLS", words=msg("TLS")),
    Leg(name="first_byte", sign="█", short=msg("first"), words=msg("first byte")),
)


def legs(latency: Latency) -> tuple[float, ...]:
    """Return the milliseconds of each leg; 0 where it could not be seen."""
    return tuple(getattr(latency, leg.name) or 0.0 for leg in LEGS)


def total(probe: MirrorProbe) -> float:
    """Return the milliseconds that a bar stands for."""
    return sum(legs(probe.latency))


def legs_bar(latency: Latency, longest: float, cells: int = BAR_CELLS) -> str:
    """Return a bar of at most `cells` cells; a leg that was seen has one cell at least.

    Cells go to the legs by the largest remainder, so that the whole is as long as it should be.
    """
    times = legs(latency)
    whole = sum(times)
    if whole <= 0 or longest <= 0:
        return ""
    seen = [index for index, time in enumerate(times) if time > 0]
    length = max(len(seen), min(cells, round(cells * whole / longest)))
    spare = length - len(seen)
    shares = {index: spare * times[index] / whole for index in seen}
    counts = {index: 1 + int(share) for index, share in shares.items()}
    left = length - sum(counts.values())
    for index in sorted(seen, key=lambda one: (int(shares[one]) - shares[one], one))[:left]:
        counts[index] += 1
    return "".join(LEGS[index].sign * counts[index] for index in seen)


def legend(probes: Iterable[MirrorProbe]) -> Notes:
    """Return what the signs of the bars mean, of those that were drawn, and what ranks."""
    drawn = [probe.latency for probe in probes if probe.ok]
    used = [leg for leg in LEGS if any(getattr(latency, leg.name) for latency in drawn)]
    if not used:
        return Notes(paragraphs=())
    signs = "   ".join(" ".join((leg.sign, str(leg.words))) for leg in used)
    ranks = msg("Rank and speed: the first byte on a warm connection, what each module costs.")
    hidden = msg("A proxy lies between: name, connection and TLS cannot be seen.")
    lines = [paragraph("", signs, Tone.MUTED), paragraph("", ranks, Tone.MUTED)]
    if len(used) == 1:
        lines.append(paragraph("", hidden, Tone.MUTED))
    return Notes(paragraphs=tuple(lines))
