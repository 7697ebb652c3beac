"""The control: repairs made by hand, which show that every network *can* be repaired.

`repairs/NAME.sh` is what somebody who knows the cause would type, in the project's folder on the
developer's machine; `$BUILD` is a cold `docker build` with its options. A network without one is
beyond repair from there, and its expectation says so. This says nothing about the program: it keeps
the lab honest, in that no network is red because the lab itself is broken.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from . import builds, company, developer, store

if TYPE_CHECKING:
    from .scenario import Scenario


def repair(network: Scenario) -> builds.Verdict | None:
    """Repair the network by hand and build; None where there is no such repair."""
    script = store.LAB / "repairs" / f"{network.name}.sh"
    if not script.exists():
        return None
    with company.running(network) as around, developer.at_work(network, around) as desk:
        command = builds.cold_for(desk, ["docker", "build"])
        done = desk.run(
            ["sh", "-eux", "-c", script.read_text()],
            env={"BUILD": shlex.join(command)},
            timeout=network.after.within,
        )
        return builds.Verdict(done.ok, builds.last_words(done))
