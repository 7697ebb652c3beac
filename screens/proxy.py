"""The step about forward proxies: who reads which value, and what containers must use."""

from __future__ import annotations

from screens import evidence
from screens.state import State
from screens.step import Section, StepScreen
from wizard.flow import Step
from wizard.text import msg


class ProxyScreen(StepScreen):
    """Which proxy, seen from the host, a container and the builder."""

    step = Step.PROXY
    heading = msg("The way out: proxy")
    why = msg(
        "Shell, git, docker client and engine each read their own setting. A build works when "
        "all of them name a proxy that a container can reach."
    )
    help_text = msg(
        "The first table lists every place that sets a proxy, and its value there. Passwords are "
        "shown as ***. The second one says what each proxy did when it was asked.\n\n"
        "A proxy on 127.0.0.1 works for your shell and never for a container: inside a container "
        "127.0.0.1 is the container itself. The row for the proxy in containers shows the address "
        "that is used instead.\n\n"
        "NO_PROXY lists the hosts that are reached without the proxy. Each reader has other rules "
        "for it; the value shown is one that all of them understand."
    )

    def evidence(self, state: State) -> tuple[Section, ...]:
        return (
            (msg("Set on this machine"), evidence.proxy_settings(state)),
            (msg("Asked just now"), evidence.proxy_endpoints(state)),
        )
