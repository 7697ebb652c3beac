"""Programs that are run and looked at: what hangs is ended in time, with all that it started."""

from __future__ import annotations

import os
import select
import time
from pathlib import Path

import pytest

from tests.detect.support import program
from wizard.system import Failed, System


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="sessions and FIFOs are of POSIX")
async def test_a_wrapper_that_hangs_is_ended_with_its_child(
    machine: System, tmp_path: Path
) -> None:
    """A `go` that is a script (asdf, snap): its child holds the pipes when it is killed alone."""
    alive = tmp_path / "alive"  # held open by whatever was started
    os.mkfifo(alive)
    held = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    wrapper = program(tmp_path / "bin", "go", f"exec 3>{alive}\necho here >&3\nsleep 30")
    began = time.monotonic()
    try:
        done = await machine.run((str(wrapper),), timeout_s=1.0)
        assert isinstance(done, Failed)
        assert done.kind == "timeout"
        assert time.monotonic() - began < 15
        told = b""
        while select.select([held], [], [], 10)[0] and (data := os.read(held, 64)):
            told += data
        assert told == b"here\n"
        assert select.select([held], [], [], 0)[0], "the child lives on"
    finally:
        os.close(held)
