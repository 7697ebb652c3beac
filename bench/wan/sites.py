"""What the emulated network holds: mirrors by number, each with a round trip and a kind."""

from __future__ import annotations

import random
from dataclasses import dataclass

DNS_RTT_MS = 20.0
RESOLVER = 65333
"""The resolver's number: 10.98.255.53."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One mirror. `kind`: ok, silent, hole, refuse, 403, captive."""

    number: int
    rtt_ms: float
    kind: str = "ok"

    @property
    def url(self) -> str:
        """Its base URL, by name."""
        return url_of(self.number)

    @property
    def alive(self) -> bool:
        """A mirror that a ranking should hold."""
        return self.kind == "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How the way behaves. Shares: 0.1 is ten in a hundred."""

    jitter: float = 0.0
    """Mean extra per round trip, as a share of it."""
    spikes: float = 0.0
    """Share of the round trips that wait 50 to 500 ms more."""
    loss: float = 0.0
    """Share of the packets that are lost, in each direction."""


WIRED = Weather()
WIFI = Weather(jitter=0.10, spikes=0.05, loss=0.005)
"""As in the reference's model: a tenth of jitter, 5 % spikes, 1 % loss per round trip."""


def url_of(number: int) -> str:
    """Return the base URL of mirror `number`."""
    return f"https://{name_of(number)}"


def name_of(number: int) -> str:
    """Return the host name of mirror `number`."""
    return f"m{number:05d}.lab.test"


def address_of(number: int) -> str:
    """Return the address of mirror `number`."""
    return f"10.98.{number >> 8}.{number & 255}"


def sites(
    count: int,
    *,
    seed: int,
    dead: int = 0,
    kinds: tuple[str, ...] = ("hole",),
    lowest_ms: float = 20.0,
    highest_ms: float = 400.0,
    first: int = 1,
) -> tuple[Site, ...]:
    """Return `count` mirrors, round trips even on a log scale, shuffled by `seed`.

    `dead` of them are of the `kinds`, in turn; `first` is the first one's number.
    """
    dice = random.Random(seed)  # noqa: S311 - a scenario, no secret
    steps = max(count - 1, 1)
    rtts = [lowest_ms * (highest_ms / lowest_ms) ** (step / steps) for step in range(count)]
    dice.shuffle(rtts)
    lost = dice.sample(range(count), dead)
    fates = {place: kinds[turn % len(kinds)] for turn, place in enumerate(lost)}
    return tuple(
        Site(number=first + n, rtt_ms=round(rtt, 3), kind=fates.get(n, "ok"))
        for n, rtt in enumerate(rtts)
    )
