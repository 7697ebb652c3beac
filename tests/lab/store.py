"""Where the lab keeps its things.

Two places, both outside the repository:

- the *cache* (`$GOMOD_WIZARD_LAB_CACHE`, default `/var/cache/gomod-wizard-lab`): operating system
  trees, base images, the engines' image stores. Slow to make, kept between runs, never secret.
- the *run folder* (`/run/gomod-wizard-lab`): one folder a machine, only while it runs. What stands
  there after a crash is what `tests/lab/run --clean` takes away.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LAB = Path(__file__).resolve().parent
REPOSITORY = LAB.parent.parent
CACHE = Path(os.environ.get("GOMOD_WIZARD_LAB_CACHE", "/var/cache/gomod-wizard-lab"))
RUN = Path("/run/gomod-wizard-lab")

# Every namespace, control group and process of the lab carries this word, and `--clean` touches
# nothing without it.
MARK = "gwlab"
MARK_VARIABLE = "GOMOD_WIZARD_LAB"


def cached(*parts: str) -> Path:
    """A path in the cache, its parent folder made."""
    path = CACHE.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def lock(name: str) -> Iterator[None]:
    """Wait for, and hold, a lock that all labs on this machine share."""
    with cached("locks", name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def try_lock(name: str) -> IO[str] | None:
    """The open lock file, or None where somebody holds it. Closing the file lets go."""
    file = cached("locks", name).open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
