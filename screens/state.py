"""What the wizard knows right now: facts as they arrive, answers, and the plan they give. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, overload

from wizard.detect.request import AreaKnown

if TYPE_CHECKING:
    from wizard.apply.types import Change, ChangeSet
    from wizard.detect.request import Event
    from wizard.errors import WizardError
    from wizard.facts import (
        DockerFacts,
        Facts,
        GoFacts,
        MirrorFacts,
        NetworkFacts,
        PrivateFacts,
        ProjectFacts,
        ProxyFacts,
    )
    from wizard.facts.mirrors import MirrorProbe
    from wizard.plan.types import Answers, Finding, Plan
    from wizard.render.types import Artifact

AREAS = ("project", "go", "network", "proxy", "private", "docker", "mirrors")
"""The areas of the facts in the order in which the welcome screen lists them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would be written, compared with what stands on disk."""

    artifacts: tuple[Artifact, ...]
    """Every artifact of the plan, those that were left out too."""
    changes: ChangeSet
    """Of the artifacts that were not left out."""
    diffs: Mapping[str, str]
    """Path → unified diff."""
    command: str
    """The build command as one line for this machine's shell."""
    root: bool = False
    """This program runs as root."""

    @property
    def staged(self) -> tuple[Change, ...]:
        """System files that are laid ready for root: this user may not write them."""
        return tuple(one for one in self._closed if one.scope == "system")

    @property
    def blocked(self) -> tuple[Change, ...]:
        """Files that this user may not write and that nobody writes later."""
        return tuple(one for one in self._closed if one.scope != "system")

    @property
    def _closed(self) -> tuple[Change, ...]:
        files = (one for one in self.changes.changes if one.action != "run")
        return () if self.root else tuple(one for one in files if one.needs_root)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One moment of the wizard. Every screen is drawn from it and keeps nothing of its own."""

    looking: bool = False
    """A detection is under way."""
    areas: Mapping[str, object] = field(default_factory=dict)
    """Areas that the detection under way, or the last one, has completed."""
    probes: tuple[MirrorProbe, ...] = ()
    """Mirrors as they answer, good ones first; complete when `looking` ends."""
    facts: Facts | None = None
    """The last complete look."""
    plan: Plan | None = None
    answers: Answers = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    """Names of artifacts that the user does not want written."""
    preview: Preview | None = None
    """None: not compared yet with what stands on disk."""
    held: bool = False
    """Enter was pressed before the look was complete: the proposal opens when it is."""
    trouble: WizardError | None = None
    """Why there is no plan for these facts and answers, or why the look failed."""

    @overload
    def area(self, name: Literal["project"]) -> ProjectFacts | None: ...
    @overload
    def area(self, name: Literal["go"]) -> GoFacts | None: ...
    @overload
    def area(self, name: Literal["network"]) -> NetworkFacts | None: ...
    @overload
    def area(self, name: Literal["proxy"]) -> ProxyFacts | None: ...
    @overload
    def area(self, name: Literal["private"]) -> PrivateFacts | None: ...
    @overload
    def area(self, name: Literal["docker"]) -> DockerFacts | None: ...
    @overload
    def area(self, name: Literal["mirrors"]) -> MirrorFacts | None: ...

    def area(self, name: str) -> Any:
        """Return an area's facts: the newest, else those of the last look, else None."""
        newest = self.areas.get(name)
        if newest is None and self.facts is not None:
            newest = getattr(self.facts, name)
        return newest

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the plan found wrong or worth knowing."""
        return () if self.plan is None else self.plan.findings

    @property
    def stopping(self) -> tuple[Finding, ...]:
        """Findings that no file could cure: nothing is written while there is one."""
        return tuple(one for one in self.findings if one.stops)

    @property
    def ready(self) -> Preview | None:
        """What may be confirmed and written: the comparison that follows from the newest look."""
        if self.looking or self.trouble is not None or self.plan is None or self.stopping:
            return None
        return self.preview

    @property
    def settled(self) -> bool:
        """There is nothing to wait for: the look is complete, and it is known what follows."""
        if self.looking:
            return False
        decided = self.plan is not None and (bool(self.stopping) or self.preview is not None)
        return self.trouble is not None or decided

    def begin(self) -> State:
        """Start to look again; what the last look gave stays until it is replaced."""
        return replace(self, looking=True, areas={}, probes=())

    def see(self, event: Event) -> State:
        """Take one report of the detection under way."""
        if isinstance(event, AreaKnown):
            areas = {**self.areas, event.area: event.facts}
            known = replace(self, areas=areas)
            mirrors = known.area("mirrors") if event.area == "mirrors" else None
            if mirrors is None:
                return known
            return replace(known, probes=ranked(mirrors.ranking.or_else(())))
        url = event.probe.mirror.url
        others = tuple(probe for probe in self.probes if probe.mirror.url != url)
        return replace(self, probes=ranked((*others, event.probe)))

    def complete(self, facts: Facts) -> State:
        """Take the whole result of a detection; files may have changed, so compare anew."""
        return replace(
            self,
            looking=False,
            preview=None,
            facts=facts,
            areas={name: getattr(facts, name) for name in AREAS},
            probes=ranked(facts.mirrors.ranking.or_else(())),
        )


def ranked(probes: tuple[MirrorProbe, ...]) -> tuple[MirrorProbe, ...]:
    """Return `probes` as the table lists them: by rank, then by speed, failed ones last."""
    return tuple(sorted(probes, key=_place))


def _place(probe: MirrorProbe) -> tuple[bool, float, float, str]:
    speed = probe.latency.first_byte
    return (
        not probe.ok,
        float("inf") if probe.rank is None else probe.rank,
        float("inf") if speed is None or not probe.ok else speed,
        probe.mirror.url,
    )
