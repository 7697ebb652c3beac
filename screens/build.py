"""The step about the build itself: Dockerfile, base image, secrets, where modules come from."""

from __future__ import annotations

from screens import evidence
from screens.state import State
from screens.step import Section, StepScreen
from wizard.flow import Step
from wizard.text import msg


class BuildScreen(StepScreen):
    """What the Dockerfile does, and what the build is handed."""

    step = Step.BUILD
    heading = msg("The build")
    why = msg(
        "What differs between office, home and CI is handed to the build from outside, so the "
        "Dockerfile stays the same and its cache holds."
    )
    help_text = msg(
        "The Dockerfile gets the module mirror, the certificate and credentials from outside, by "
        "optional BuildKit secrets and by proxy arguments that Docker knows. Nothing of them stays "
        "in the image.\n\n"
        "If there is a Dockerfile already, one block between two marker lines is added to the "
        "stage that downloads modules; a line that would defeat it is commented out and named. "
        "You see every line in the review before anything is written.\n\n"
        "The host's network for a build is the last way out, and never chosen by itself."
    )

    def evidence(self, state: State) -> tuple[Section, ...]:
        return (("", evidence.project(state)),)
