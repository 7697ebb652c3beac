"""Where the user is in the wizard: forward, back, and the short way. Pure; no screen is named."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from wizard.text import Msg, msg


class Step(StrEnum):
    """The steps in order: the short way, the long way, and what both lead to."""

    WELCOME = "welcome"
    PROPOSAL = "proposal"
    """What is wrong and what would be done, on one page: the short way ends here."""
    PROXY = "proxy"
    MIRRORS = "mirrors"
    PRIVATE = "private"
    DOCKER = "docker"
    BUILD = "build"
    REVIEW = "review"
    PROOF = "proof"
    """Written, and proved by a real build. Nothing leads here but a write."""


STEPS: tuple[Step, ...] = tuple(Step)

_TITLES = {
    Step.WELCOME: msg("Welcome"),
    Step.PROPOSAL: msg("Proposal"),
    Step.PROXY: msg("Proxy"),
    Step.MIRRORS: msg("Mirrors"),
    Step.PRIVATE: msg("Private hosts"),
    Step.DOCKER: msg("Docker"),
    Step.BUILD: msg("Build"),
    Step.REVIEW: msg("Review"),
    Step.PROOF: msg("Proof"),
}


def step_title(step: Step) -> Msg:
    """Return the short name of `step`, as the rail shows it."""
    return _TITLES[step]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A place in the wizard. It holds no answer, so going back cannot lose one."""

    at: Step = Step.WELCOME
    trail: tuple[Step, ...] = ()
    """The steps that led here, the oldest first: `back` returns to where the user came from."""
    skipped: frozenset[Step] = frozenset()
    """Steps with nothing to ask on this machine; the welcome and the review are never skipped."""

    visited: frozenset[Step] = frozenset()
    """Steps that were open and then left; what was never opened is not done."""

    @property
    def number(self) -> int:
        """The place of this step, from 1 on, skipped steps counted: the total never jumps."""
        return STEPS.index(self.at) + 1

    def forward(self) -> Flow:
        """Return the next step that has something to ask; at the review, the same place."""
        for step in STEPS[self.number : STEPS.index(Step.REVIEW) + 1]:
            if step not in self.skipped or step is Step.REVIEW:
                return self.leap(step)
        return self

    def back(self) -> Flow:
        """Return the step that the user came from; at the first one, the same place."""
        if not self.trail:
            return self
        return replace(
            self, at=self.trail[-1], trail=self.trail[:-1], visited=self.visited | {self.at}
        )

    def leap(self, step: Step) -> Flow:
        """Go straight to `step`; `back` returns here. A step of the trail is returned to."""
        if step is self.at:
            return self
        trail = (*self.trail, self.at)
        if step in trail:
            trail = trail[: trail.index(step)]
        return replace(self, at=step, trail=trail, visited=self.visited | {self.at})

    def skipping(self, steps: frozenset[Step]) -> Flow:
        """Pass over `steps` from now on; the step that is open stays open."""
        return replace(self, skipped=steps)
