"""The step about module mirrors: the ranking, and what GOPROXY becomes."""

from __future__ import annotations

from screens import evidence
from screens.state import State
from screens.step import Section, StepScreen
from wizard.flow import Step
from wizard.text import msg


class MirrorsScreen(StepScreen):
    """Which module mirrors answer rightly from here, and in which order Go asks them."""

    step = Step.MIRRORS
    evidence_first = True
    heading = msg("Where modules come from: mirrors")
    why = msg(
        "`go mod download` asks the servers in GOPROXY in turn. Each was asked by the real "
        "protocol, through the proxy that Go would use."
    )
    help_text = msg(
        "The table is sorted by what counts: a mirror that proved itself with a module's bytes, "
        "then how fast it answers on a warm connection. A mirror that answers with a login page, "
        "a wrong hash or a wrong answer is listed as failed, however fast it was.\n\n"
        "GOPROXY lists mirrors in the order in which Go asks them. After a comma Go goes on only "
        "when a server says that it does not have the module (404 or 410); after a | it goes on "
        "after any error.\n\n"
        "GOSUMDB is the checksum database that proves that nobody changed a module. It is never "
        "turned off by itself.\n\n"
        "Press r to measure again."
    )

    def evidence(self, state: State) -> tuple[Section, ...]:
        return (("", evidence.mirrors(state)),)
