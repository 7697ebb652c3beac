"""Which screen shows which step."""

from __future__ import annotations

from collections.abc import Mapping

from screens.build import BuildScreen
from screens.docker import DockerScreen
from screens.frame import Framed
from screens.mirrors import MirrorsScreen
from screens.private import PrivateScreen
from screens.proposal import ProposalScreen
from screens.proxy import ProxyScreen
from screens.review import ReviewScreen
from screens.welcome import WelcomeScreen
from wizard.flow import Step

SCREENS: Mapping[Step, type[Framed]] = {
    Step.WELCOME: WelcomeScreen,
    Step.PROPOSAL: ProposalScreen,
    Step.PROXY: ProxyScreen,
    Step.MIRRORS: MirrorsScreen,
    Step.PRIVATE: PrivateScreen,
    Step.DOCKER: DockerScreen,
    Step.BUILD: BuildScreen,
    Step.REVIEW: ReviewScreen,
}
