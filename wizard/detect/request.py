"""What a detection is asked to look at, and the events that it reports while it looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.facts.mirrors import MirrorProbe
    from wizard.facts.preset import Preset

DEFAULT_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One detection: one project, one deadline."""

    project: Path
    timeout_s: float = DEFAULT_TIMEOUT_S
    """The deadline of the whole detection, in seconds."""
    mirror_urls: tuple[str, ...] = ()
    """Replace the catalogue where given."""
    preset: Preset | None = None
    """What the user's organisation says: its mirrors and hosts are looked at too."""
    prove_all: bool = False
    """Prove every mirror that spoke the protocol, not only those the plan would use."""
    goproxy_before: str | None = None
    """The list that was decided on this very network before: its mirrors are asked as well."""
    patient: bool = True
    """Whether slow mirrors get more time where no other one could prove itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaKnown:
    """One area of the facts is complete: `proxy`, `docker`, `go` …"""

    area: str
    facts: object
    """The area's facts: `ProxyFacts`, `DockerFacts` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorAnswered:
    """One mirror's row is new or changed."""

    probe: MirrorProbe


Event = AreaKnown | MirrorAnswered
Listener = Callable[[Event], None]
"""Called on the detection's own event loop, between awaits; must return at once."""


def ignore(event: Event) -> None:
    """Listen to nothing."""
