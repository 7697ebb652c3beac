"""Take away what a run left that was killed: its processes, namespaces, folders, control groups.

A run that ends by itself leaves nothing, and a run's machines die with it. What a kill can leave
are names: the namespaces under /run/netns, the run folder, empty control groups. Only what carries
the lab's mark is touched, and only where the run that made it is over, so that two labs can share a
machine.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from . import shell, store
from .engine import remove_control_groups

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKED = re.compile(rf"{store.MARK}-(\d+)-")


def clean() -> list[str]:
    """Remove every left-over of runs that are over; return what was removed."""
    removed = []
    for process in _machines():
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGKILL)
            removed.append(f"process {process}")
    if removed:
        time.sleep(0.5)
    for path in _named(Path("/run/netns")):
        shell.must(["ip", "netns", "delete", path.name])
        removed.append(f"namespace {path.name}")
    for path in _named(store.RUN):
        shutil.rmtree(path, ignore_errors=True)
        removed.append(f"folder {path}")
    groups = {
        path.name for top in Path("/sys/fs/cgroup").glob("*") for path in _named(top / store.MARK)
    }
    for name in groups:
        remove_control_groups(name)
    return removed


def left() -> list[str]:
    """What is still there of runs that are over (nothing, after `clean`)."""
    return [
        *(f"process {pid}" for pid in _machines()),
        *(str(path) for path in (*_named(Path("/run/netns")), *_named(store.RUN))),
    ]


def _named(folder: Path) -> Iterator[Path]:
    """What stands in `folder` under a name of the lab's, made by a run that is over."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        found = MARKED.match(path.name)
        if found and _over(int(found[1])):
            yield path


def _over(pid: int) -> bool:
    """Whether the run with this process id has ended."""
    return pid == os.getpid() or not Path(f"/proc/{pid}").exists()


def _machines() -> list[int]:
    """The first processes of machines whose run is over: their environment names their folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (process / "environ").read_bytes().split(b"\0")
            if f"{store.MARK_VARIABLE}=1".encode() not in words:
                continue
            here = next((word for word in words if word.startswith(b"HERE=")), b"").decode()
            run = MARKED.match(Path(here.removeprefix("HERE=")).name)
            if run and _over(int(run[1])):
                found.append(int(process.name))
    return found
