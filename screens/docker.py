"""The step about the Docker engine: addresses, MTU, resolvers, and what may go wrong with them."""

from __future__ import annotations

from screens import evidence
from screens.state import State
from screens.step import Section, StepScreen
from wizard.flow import Step
from wizard.text import msg


class DockerScreen(StepScreen):
    """How the engine's network must look so that it fits this host's."""

    step = Step.DOCKER
    heading = msg("The engine's network: Docker")
    why = msg(
        "Docker's networks must not overlap this host's routes, their packets must fit the "
        "smallest link, and containers need a resolver."
    )
    help_text = msg(
        "The address map lists what is taken: routes of this host (a VPN's too) and Docker's "
        "networks. Where they overlap, a container's packets go astray.\n\n"
        "bip is the address of the default bridge, the pools are where new networks come from. "
        "MTU is the size of packets: larger than the VPN's, and big answers vanish.\n\n"
        "What is left as it is, is not written. daemon.json is merged: keys of yours that this "
        "program does not know stay as they are. A change takes effect when Docker restarts; you "
        "are asked first."
    )

    def evidence(self, state: State) -> tuple[Section, ...]:
        return (
            (msg("Docker here"), evidence.engine(state)),
            (msg("Address map"), evidence.address_map(state)),
        )
