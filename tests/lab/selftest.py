"""Would the lab notice? It plays one network with a program that leaks and does not clean up."""

from __future__ import annotations

import os
from typing import Final

from . import program, scenario, store, trial

NETWORK: Final = "private-https"
MUST_SEE: Final = (
    "git token in /root/src/app/Dockerfile",
    "git token in /root/notes.txt",
    "git token in stdout of gomod-wizard apply",
    "git token in image history",
    "git token in image configuration",
    "git token in image layer: root/.netrc",
    "git token in the process list",
    "undo left /root/notes.txt, /root/src/app/Dockerfile",
)


def unseen() -> list[str]:
    """What the lab should have found of the bad program's deeds, and did not."""
    os.environ[program.SOURCE_VARIABLE] = str(store.LAB / "badprogram")
    (network,) = scenario.find([NETWORK])
    row = trial.run(network)
    told = "\n".join(row.notes)
    missed = [sight for sight in MUST_SEE if sight not in told]
    if not row.builds_after:
        missed.append(f"the bad program's build (it should pass): {told}")
    if row.as_expected:
        missed.append("that this is not as expected")
    return missed
