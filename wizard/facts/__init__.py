"""Everything that was observed on one machine: frozen values, no I/O.

`Facts` is a tree of areas; `flat()` turns it into the list that `detect --json` prints, with
keys `area.field`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from wizard.facts.base import Fact, Problem, State, known, not_applicable, unknown

if TYPE_CHECKING:
    from wizard.facts.build import BuildFacts
    from wizard.facts.docker import DockerFacts
    from wizard.facts.go import GoFacts
    from wizard.facts.mirrors import MirrorFacts
    from wizard.facts.network import NetworkFacts
    from wizard.facts.preset import PresetFacts
    from wizard.facts.private import PrivateFacts
    from wizard.facts.project import ProjectFacts
    from wizard.facts.proxy import ProxyFacts

_AREAS = frozenset(
    f"{name}Facts"
    for name in (
        "Build",
        "Docker",
        "Go",
        "Mirror",
        "Network",
        "Preset",
        "Private",
        "Project",
        "Proxy",
    )
)
__all__ = [
    "BuildFacts",
    "DockerFacts",
    "Fact",
    "Facts",
    "GoFacts",
    "MirrorFacts",
    "NetworkFacts",
    "PresetFacts",
    "PrivateFacts",
    "Problem",
    "ProjectFacts",
    "ProxyFacts",
    "State",
    "known",
    "not_applicable",
    "unknown",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One look at one machine and one project."""

    observed_at: str
    """ISO 8601, UTC."""
    platform: str
    """As `sys.platform`: linux, darwin, win32."""
    proxy: ProxyFacts
    mirrors: MirrorFacts
    docker: DockerFacts
    network: NetworkFacts
    private: PrivateFacts
    project: ProjectFacts
    go: GoFacts
    config_home: str = ""
    """The user's configuration folder (XDG); empty: not known, or there is no HOME."""
    build: BuildFacts | None = None
    """Seen from inside the user's own builder; None: it was not asked."""
    preset: PresetFacts | None = None
    """What the user's organisation says; None: there is no preset."""

    def flat(self) -> Iterator[tuple[str, Fact[Any]]]:
        """Yield every fact with its key, `area.field`, in a fixed order."""
        for area in fields(self):
            part = getattr(self, area.name)
            if part is None or isinstance(part, str):
                continue
            for field in fields(part):
                yield f"{area.name}.{field.name}", getattr(part, field.name)


def __getattr__(name: str) -> object:
    """Import an area's facts when they are first named: the first screen names none of them."""
    from importlib import import_module

    if name not in _AREAS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = name.removesuffix("Facts").lower() + ("s" if name == "MirrorFacts" else "")
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    return value
