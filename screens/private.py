"""The step about private modules: which hosts, and how a build signs in to them."""

from __future__ import annotations

from screens import evidence
from screens.state import State
from screens.step import Section, StepScreen
from wizard.flow import Step
from wizard.text import msg


class PrivateScreen(StepScreen):
    """Which hosts serve private modules, and where their credentials live."""

    step = Step.PRIVATE
    heading = msg("Your own modules: private hosts")
    why = msg(
        "Their modules are fetched straight from them: no public mirror hears their names. "
        "Credentials are used from where they live."
    )
    help_text = msg(
        "A host counts as private when this machine says so: GOPRIVATE, a git remote, an "
        "insteadOf rule, a line of ~/.netrc, an address that only the inner network has.\n\n"
        "GOPRIVATE holds the patterns of module paths that Go fetches directly. The narrowest "
        "patterns that cover your modules are recommended.\n\n"
        "A build gets credentials as BuildKit secrets or through the SSH agent: they are there "
        "while one step runs, and reach neither the image nor its history. This program names the "
        "file that holds them and never shows what is in it."
    )

    def evidence(self, state: State) -> tuple[Section, ...]:
        return (
            (msg("Hosts"), evidence.private_hosts(state)),
            (msg("Where credentials live"), evidence.credentials(state)),
        )
