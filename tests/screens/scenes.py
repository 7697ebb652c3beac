"""What comes after the last yes, and before the first question: screens that need a world apart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from textual.pilot import Pilot

from screens.proving import ProofScreen
from tests.screens.driving import press, settle
from tests.screens.places import Act, by_keys
from tests.screens.stand_in import StandIn, red
from wizard.drafts import Draft
from wizard.flow import Step
from wizard.plan.types import Answer, Origin
from wizard.verify.types import Outcome, Part, Progress, Slow

SHORT_WAY = ("enter",) * 3
NOW = Progress(
    step="build 4/6 RUN go mod download", module="golang.org/x/text@v0.3.0", done=3, total=7,
    bytes=1_200_000, bytes_total=None, elapsed=12.0,
    slow=(Slow(what="golang.org/x/text@v0.3.0", seconds=6.0),),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A world, and what a person does in it."""

    world: Callable[[], StandIn]
    act: Act


def _root() -> StandIn:
    plain = StandIn()
    return StandIn(system=replace(plain.system, uid=0), root=True)


def _proving() -> StandIn:
    stream = _root()
    stream.progress = {Part.BUILD: (NOW,)}
    stream.proof_gate = threading.Event()  # never set: it runs as long as one looks
    return stream


def _failing() -> StandIn:
    stream = _root()
    stream.outcomes = {Part.BUILD: red("mtu")}
    stream.answers = {"mtu": Answer(text="1500", origin=Origin.PROJECT, source="gomod-wizard.toml")}
    stream.repair = ("mtu",)
    return stream


def _unprovable() -> StandIn:
    stream = _root()
    stream.outcomes = {part: Outcome(part=part, ok=None, why="no engine answers") for part in Part}
    return stream


def _left_before() -> StandIn:
    answers = {"mtu": "1380", "goproxy": "https://goproxy.cn,direct"}
    at = datetime(2026, 8, 22, 9, 0, tzinfo=UTC)
    return StandIn(kept=Draft(at=at, answers=answers, step=Step.DOCKER))


async def _until_it_tells(pilot: Pilot[int]) -> None:
    await settle(pilot)
    await pilot.press(*SHORT_WAY)
    while not (isinstance(pilot.app.screen, ProofScreen) and pilot.app.screen.now is not None):
        await pilot.pause(0.01)
    await pilot.pause()


async def _mending(pilot: Pilot[int]) -> None:
    await settle(pilot)
    await press(pilot, *SHORT_WAY, "enter")


SCENES: dict[str, Scene] = {
    "proof": Scene(world=_proving, act=_until_it_tells),
    "green": Scene(world=_root, act=by_keys(*SHORT_WAY)),
    "unprovable": Scene(world=_unprovable, act=by_keys(*SHORT_WAY)),
    "diagnosis": Scene(world=_failing, act=by_keys(*SHORT_WAY)),
    "mending": Scene(world=_failing, act=_mending),
    "undo": Scene(world=_root, act=by_keys(*SHORT_WAY, "u")),
    "undone": Scene(world=_root, act=by_keys(*SHORT_WAY, "u", "enter")),
    "resume": Scene(world=_left_before, act=by_keys()),
}
