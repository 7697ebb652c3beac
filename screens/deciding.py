"""From facts and answers to a plan, and from a plan to what would be written: the stream's calls.

No screen is named here: a `State` comes in, and a newer one goes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from screens.apart import apart
from screens.findings import step_of
from screens.found import found_for
from screens.state import Preview, State
from wizard.errors import WizardError
from wizard.flow import Step
from wizard.plan.types import Answer, Decision, Origin

if TYPE_CHECKING:
    from screens.stream import Stream
    from wizard.apply.types import ChangeSet
    from wizard.plan.types import Plan
    from wizard.questions import Choice, Question
    from wizard.render.types import Artifact

SOURCE = "wizard"


def decided(stream: Stream, state: State) -> State:
    """Return `state` with the plan that its facts and answers give, or with why there is none."""
    if state.facts is None:
        return state
    try:
        plan = stream.decide(state.facts, state.answers)
    except WizardError as error:
        return replace(state, plan=None, preview=None, trouble=error)
    preview = state.preview if plan == state.plan else None
    return replace(state, plan=plan, preview=preview, trouble=None)


def answered(stream: Stream, state: State, changes: Mapping[str, str | None]) -> State:
    """Return `state` with answers given (None: taken back), and decided anew.

    Where no plan can be decided with them, `trouble` says why.
    """
    answers = dict(state.answers)
    for key, text in changes.items():
        given = answers.pop(key, None)
        if given is not None and given.source == SOURCE:
            given = given.underneath
        if text is not None:
            answers[key] = Answer(text=text, origin=Origin.FLAG, source=SOURCE).over(given)
        elif (said := _of_preset(given)) is not None:
            answers[key] = said
    return decided(stream, replace(state, answers=answers))


def _of_preset(answer: Answer | None) -> Answer | None:
    """Return what the organisation answers, under `answer`: what holds without a person's own."""
    while answer is not None and answer.origin is not Origin.PRESET:
        answer = answer.underneath
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A decision as a question: what is in force, what is offered, what is recommended."""

    asked: Question
    decision: Decision[Any]
    choices: tuple[Choice, ...]
    recommended: str | None
    """The value without this answer; None where there is no plan without it."""
    found: tuple[str, ...] = ()
    """What this machine offers for it."""


def asking(stream: Stream, state: State, key: str) -> Asking | None:
    """Return the question behind a decision; None while nothing is decided."""
    if state.plan is None or state.facts is None:
        return None
    from wizard.questions import question

    asked = question(key)
    without = {other: answer for other, answer in state.answers.items() if other != key}
    if (said := _of_preset(state.answers.get(key))) is not None:
        without[key] = said
    plan, recommended = state.plan, None
    try:
        plan = stream.decide(state.facts, without)
        recommended = asked.format(getattr(plan, key).value)
    except WizardError:
        pass  # another answer rests on this one: offer what there is
    return Asking(
        asked=asked,
        decision=getattr(state.plan, key),
        choices=asked.choices(plan, state.facts),
        recommended=recommended,
        found=found_for(key, state.facts, asked.words),
    )


async def decided_apart(stream: Stream, state: State) -> State:
    """Return what `decided` does, worked out where no key waits for it: it imports all rules."""

    async def decide() -> State:
        return decided(stream, state)

    return await apart(decide)


async def previewed(stream: Stream, state: State) -> Preview | None:
    """Compare what would be written with what stands on disk. Raises WizardError."""
    plan, left_out = state.plan, state.left_out
    if plan is None:
        return None

    async def compare() -> Preview:
        artifacts = stream.render(plan)
        wanted = tuple(one for one in artifacts if one.name not in left_out)
        return preview_of(stream, plan, artifacts, await stream.changes(wanted))

    return await apart(compare)


def preview_of(
    stream: Stream, plan: Plan, artifacts: tuple[Artifact, ...], changes: ChangeSet
) -> Preview:
    """Return what is shown of `changes` before they are written."""
    from wizard.apply import unified_diff

    command = stream.build_command(plan)
    windows = stream.system.platform == "win32"
    return Preview(
        artifacts=artifacts,
        changes=changes,
        diffs={change.path: unified_diff(change) for change in changes.changes},
        command=command.powershell() if windows else command.shell(),
        root=stream.system.uid == 0,
    )


def nothing_to_ask(state: State) -> frozenset[Step]:
    """Return the steps that have no question on this machine, and nothing to tell."""
    if state.facts is None or any(step_of(one) is Step.DOCKER for one in state.findings):
        return frozenset()
    docker = state.facts.docker
    if docker.engine.value is None and docker.client.value is None:
        return frozenset({Step.DOCKER})
    return frozenset()
